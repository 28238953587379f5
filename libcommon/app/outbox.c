/* outbox.c - events and due times, queued with the transaction that they belong to. */
#include "app/outbox.h"

#include <string.h>

#include "app/events.h"
#include "app/program.h"
#include "app/queries.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"

#define DATA_DEPTH 4

/* A fault here is our own: the transaction fails, so that it is seen where it was made and not by a consumer.
 */
static err_t check(struct ctx *x, const struct event *e, const struct event_type **ret)
{
    const struct program *p = program_of(x);
    const struct event_type *t = events_find(p->events, e->type);
    json_t *data;

    if (!t || !str_eq(t->source, p->service))
        return err_internal(x->arena, ERR_BUG, "event.type", "%s is not an event of %s", e->type, p->service);
    TRY(json_parse(x->arena, e->data, strlen(e->data), DATA_DEPTH, &data));
    *ret = t;
    return event_check(x->arena, t, data);
}

void outbox_add(struct tx *tx, const struct event *e)
{
    struct ctx *x = tx_ctx(tx);
    const struct event_type *t = NULL;
    err_t fault = check(x, e, &t);

    if (fault) {
        tx_fail(tx, fault);
        return;
    }
    if (t->groups.n == 0) /* nobody wants it */
        return;
    struct q_outbox_add_in in = {
        .id = uuid_new(x->now_us),
        .org = e->organisation,
        .type = e->type,
        .subject = e->subject,
        .key = uuid_is_nil(e->key) ? e->subject : e->key,
        .data = e->data,
        .trace = x->traceparent,
        .groups = t->groups,
        .on_dead = t->on_dead,
        .now = x->now_us,
    };

    x->has_events = true;
    q_outbox_add(tx, &in);
}

void due_set(struct tx *tx, const char *kind, struct uuid key, int64_t due_us, const char *data)
{
    q_due_set(tx, kind, key, due_us, data);
}

void due_cancel(struct tx *tx, const char *kind, struct uuid key)
{
    q_due_cancel(tx, kind, key);
}
