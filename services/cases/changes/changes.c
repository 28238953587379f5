/* changes.c - see changes.h. */
#include "cases/changes/changes.h"

#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/changes/queries.h"

#define KEPT_US (CHANGES_KEPT_DAYS * DATE_US_PER_DAY)

void change_add(struct ctx *x, struct tx *tx, const struct change_new *c)
{
    q_change_add(tx, &(struct q_change_add_in){.id = uuid_new(x->now_us),
                                               .org = c->viewer,
                                               .owner_org = c->owner,
                                               .kind = c->kind,
                                               .subject = c->subject,
                                               .external_ref = c->external_ref,
                                               .change = c->change,
                                               .merged_into = c->merged_into,
                                               .delete_by = c->delete_by,
                                               .now = x->now_us});
    /* A viewer who gives up its own view cannot keep the owner's house in order. */
    if (!str_eq(c->owner, x->who->organisation))
        return;
    q_changes_prune(tx, c->subject, x->now_us - KEPT_US);
    due_set(tx, "changesPrune", c->subject, x->now_us + KEPT_US,
            arena_printf(x->arena, "{\"subject\":\"%s\"}", uuid_text(x->arena, c->subject)));
}

err_t changes_prune(struct ctx *x, const struct inbox_event *e)
{
    struct uuid subject;
    struct tx *tx;

    if (!uuid_parse(json_string_value(json_object_get(e->data, "subject")), &subject))
        return err_internal(x->arena, ERR_BUG, "event.data", "subject is no uuid");
    TRY(db_begin(x, &tx));
    q_changes_prune(tx, subject, x->now_us - KEPT_US);
    return NULL;
}
