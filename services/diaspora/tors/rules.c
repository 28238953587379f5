/* rules.c - terms of reference; see rules.h. */
#include "diaspora/tors/rules.h"

#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/programmes/programme.h"

ERR_DEFINE(err_tor_fixed, ERR_CONFLICT, "tor.fixed", "No version is a draft; begin a new one.");
ERR_DEFINE(err_tor_revision, ERR_CONFLICT, "tor.revision",
           "A new version begins when one is in force and none is being written.");

/* clang-format off */
#define IN_FORCE(s) s, s ".draft", s ".submitted"
static const struct machine_move moves[] = {
    {"submit", {"draft"}, "submitted", false},
    {"return", {"submitted"}, "draft", true},
    {"approve", {"submitted"}, "approved", false},
    {"submitRevision", {"approved.draft", "open.draft", "suspended.draft"}, "submitted", false},
    {"returnRevision", {"approved.submitted", "open.submitted", "suspended.submitted"}, "draft", true},
    {"approveRevision", {"approved.submitted", "open.submitted", "suspended.submitted"}, "approved", false},
    {"open", {IN_FORCE("approved")}, "open", false},
    {"suspend", {IN_FORCE("open")}, "suspended", true},
    {"resume", {IN_FORCE("suspended")}, "open", false},
    {"fill", {IN_FORCE("open")}, "filled", false},
    {"close", {"draft", "submitted", IN_FORCE("approved"), IN_FORCE("open"), IN_FORCE("suspended")}, "closed", true},
};
/* clang-format on */
const struct machine tor_machine = MACHINE(moves);

const char *rules_tor_status(struct arena *a, const char *status, struct opt_i32 in_force, int32_t newest,
                             const char *newest_status)
{
    if (!in_force.set || in_force.v == newest || str_eq(status, "filled") || str_eq(status, "closed"))
        return status;
    return arena_printf(a, "%s.%s", status, newest_status);
}

static void lacks(struct arena *a, struct unmet_list *list, const char *code, const char *pointer,
                  const char *message, const char *remedy)
{
    unmet_add(a, list,
              (struct unmet){.code = code, .pointer = pointer, .message = message, .remedy = remedy});
}

/* What is asked and where still holds: before it is submitted, approved, opened or resumed. */
static void judge_holds(struct arena *a, const struct tor_facts *f, struct unmet_list *list)
{
    for (size_t i = 0; i < f->place->n; i++)
        lacks(a, list, f->place->v[i].code, f->place->v[i].at, f->place->v[i].detail,
              "Wait until the programme works there again, or ask for other days.");
    if (!f->institution_active)
        lacks(a, list, "institution.active", "/institutionId", "The host institution is not active.",
              "Make it active.");
    if (f->ends_on < f->today)
        lacks(a, list, "version.past", "/terms/endsOn", "The days that are asked for have passed.",
              "Begin a version with other days.");
}

void rules_tor_judge(struct arena *a, const void *facts, const struct machine_move *move,
                     struct unmet_list *list)
{
    const struct tor_facts *f = facts;
    const char *code = move->code;

    if (str_starts(code, "submit") || str_starts(code, "approve") || str_eq(code, "open") ||
        str_eq(code, "resume"))
        judge_holds(a, f, list);
    if (str_starts(code, "approve") && !f->may_approve)
        lacks(a, list, "approver.scope", "/terms", "You do not approve terms of reference.",
              "Ask a project manager.");
    if (str_starts(code, "approve") && str_eq(f->caller, f->submitted_by))
        lacks(a, list, "approver.other", "/terms/submittedBy", "Who submitted a version does not approve it.",
              "Ask a colleague.");
    if (str_eq(code, "fill") && f->accepted == 0)
        lacks(a, list, "application.accepted", "/terms/places", "No expert has accepted.",
              "Bring an application to its acceptance, or close the terms of reference.");
}

static void wrong(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                  const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

err_t rules_tor_terms(struct arena *a, const struct programme *p, const struct tor_terms *t,
                      struct fault_list *faults)
{
    json_t *languages, *competences;
    const json_t *item;
    size_t i;

    TRY(json_parse(a, t->languages, strlen(t->languages), 8, &languages));
    TRY(json_parse(a, t->competences, strlen(t->competences), 8, &competences));
    if (t->ends_on < t->starts_on)
        wrong(a, faults, "/endsOn", "dates.order", "It would end before it begins.");
    for (i = 0; i < t->kinds.n; i++) {
        if (!programme_kind(p, t->kinds.v[i]))
            wrong(a, faults, arena_printf(a, "/kinds/%zu", i), "kind.notInProgramme",
                  "The programme has no such assignments.");
    }
    json_array_foreach(languages, i, item)
    {
        if (!codes_language(json_member_text(item, "language")))
            wrong(a, faults, arena_printf(a, "/languages/%zu/language", i), "language.unknown",
                  "There is no such language.");
    }
    json_array_foreach(competences, i, item)
    {
        for (size_t k = 0; k < i; k++) {
            if (str_eq(json_member_text(item, "uri"),
                       json_member_text(json_array_get(competences, k), "uri")))
                wrong(a, faults, arena_printf(a, "/competences/%zu/uri", i), "competence.twice",
                      "The competence stands there already.");
        }
    }
    return NULL;
}

err_t rules_tor_draft(const char *newest_status)
{
    return str_eq(newest_status, "draft") ? NULL : err_tor_fixed;
}

err_t rules_tor_revisable(const char *status, struct opt_i32 in_force, int32_t newest)
{
    bool in = str_eq(status, "approved") || str_eq(status, "open") || str_eq(status, "suspended");

    return in && in_force.set && in_force.v == newest ? NULL : err_tor_revision;
}
