/*
 * trail_who.c - the question who saw a person, as it is put to the service that has the person.
 */
#include "app/audit.h"
#include "app/trail.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"

#define WINDOW_DAYS 92

ERR_DEFINE(err_users, ERR_DENIED, "trail.users", "Only a person may ask who saw a person.");
ERR_DEFINE(err_window, ERR_INVALID, "trail.window",
           "The window is of 92 days at most, and ends after it begins.");

err_t rules_trail(bool is_user, int64_t from_us, int64_t until_us)
{
    if (!is_user)
        return err_users;
    return until_us <= from_us || until_us - from_us > WINDOW_DAYS * DATE_US_PER_DAY ? err_window : NULL;
}

static size_t count_texts(const char *const *v)
{
    size_t n = 0;

    while (v[n])
        n++;
    return n;
}

/* What is told only to those who could have read it. */
static void hide(struct ctx *x, const struct trail_class *classes, struct trail *t)
{
    size_t n = 0;

    while (classes[n].scope)
        n++;
    t->hidden_kinds.v = ARENA_ARRAY(x->arena, n + 1, const char *);
    t->hidden_fields.v = ARENA_ARRAY(x->arena, n + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        if (principal_has(x->who, classes[i].scope))
            continue;
        if (classes[i].kind)
            t->hidden_kinds.v[t->hidden_kinds.n++] = classes[i].kind;
        if (classes[i].field)
            t->hidden_fields.v[t->hidden_fields.n++] = classes[i].field;
    }
}

err_t trail_question(struct ctx *x, const struct request *rq, const struct trail_terms *terms,
                     struct trail *ret)
{
    const json_t *body = request_body(rq);

    *ret = (struct trail){.person_id = request_path_uuid(rq, terms->parameter),
                          .from_us = json_member_instant(body, "from").v,
                          .until_us = json_member_instant(body, "until").v,
                          .limit = (int32_t)json_member_i64(body, "limit", 50),
                          .own = {.v = (const char **)(uintptr_t)terms->own, .n = count_texts(terms->own)}};
    TRY(rules_trail(x->who->is_user, ret->from_us, ret->until_us));
    hide(x, terms->hidden, ret);
    return NULL;
}

err_t trail_answer(struct ctx *x, const struct request *rq, struct tx *tx, const struct trail_terms *terms,
                   struct trail *t, struct response *rs)
{
    TRY(trail_read(x, json_member_text(request_body(rq), "cursor"), t));
    audit_read(tx, terms->kind, t->person_id, "trail");
    TRY(trail_ask(x, t, terms->peers, count_texts(terms->peers)));
    return trail_reply(x, tx, t, rs);
}
