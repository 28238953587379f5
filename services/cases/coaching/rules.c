/* rules.c - decisions on coaching notes and mentors; see rules.h. */
#include "cases/coaching/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/str.h"

ERR_DEFINE(err_not_author, ERR_DENIED, "note.notAuthor", "Another organisation has written the note.");
ERR_DEFINE(err_ended, ERR_CONFLICT, "mentor.ended", "The link has ended.");

err_t rules_note_terms(struct arena *a, const struct note_terms *t, int32_t today)
{
    struct fault_list faults = {0};

    if (t->partner && t->shared_with.n > 0)
        fault_add(a, &faults,
                  (struct fault){.at = "/sharedWith",
                                 .code = "note.sharedWith",
                                 .detail = "The organisation of the case reads it; it shares it further."});
    for (size_t i = 0; !t->partner && i < t->shared_with.n; i++) {
        if (str_eq(t->shared_with.v[i], t->organisation))
            fault_add(a, &faults,
                      (struct fault){.at = arena_printf(a, "/sharedWith/%zu", i),
                                     .code = "note.sharedWith",
                                     .detail = "A note is shared with other organisations."});
    }
    if (t->follow_up_on.set && t->follow_up_on.v < today)
        fault_add(
            a, &faults,
            (struct fault){.at = "/followUpOn", .code = "note.followUp", .detail = "The day has passed."});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The note cannot be written so.");
}

err_t rules_note_author(const char *organisation, const char *author_organisation)
{
    return str_eq(organisation, author_organisation) ? NULL : err_not_author;
}

struct text_array rules_note_actions(struct arena *a, bool corrected, const struct note_reader *r)
{
    struct text_array actions = {0};

    action_add(a, &actions, r->writes && r->author && r->owner, "patch");
    action_add(a, &actions, r->writes && r->author && !corrected, "correct");
    return actions;
}

static err_t refuse(struct arena *a, const char *at, const char *code, const char *detail)
{
    struct fault_list faults = {0};

    fault_add(a, &faults, (struct fault){.at = at, .code = code, .detail = detail});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The day does not fit.");
}

err_t rules_mentor_met(struct arena *a, const struct mentor_span *m, int32_t on, int32_t today)
{
    if (on > today || on < m->from || (m->until.set && on > m->until.v))
        return refuse(a, "/metOn", "mentor.metOn",
                      "They met on a day until today, within the time of the link.");
    return NULL;
}

err_t rules_mentor_end(struct arena *a, const struct mentor_span *m, int32_t until)
{
    if (m->until.set)
        return err_ended;
    if (until < m->from || (m->last_met_on.set && until < m->last_met_on.v))
        return refuse(a, "/until", "mentor.until", "The link ends after it began and after they last met.");
    return NULL;
}

struct text_array rules_mentor_actions(struct arena *a, bool ended, bool writes)
{
    struct text_array actions = {0};

    action_add(a, &actions, writes, "recordMeeting");
    action_add(a, &actions, writes && !ended, "end");
    return actions;
}
