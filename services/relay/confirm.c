/* confirm.c - consumers' acknowledgements: the delivery goes first, the entry of ack:<producer> after the
 * commit. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/db.h"
#include "io/queue.h"
#include "relay/queries.h"
#include "relay/relay.h"
#include "web/metrics.h"

#define BATCH 256
#define BLOCK_US (1000 * 1000)
#define AWAY_PAUSE_US (250 * 1000)
#define ABANDONED_US (5 * 1000 * 1000)
#define FORGET_US (3600 * 1000 * 1000LL)
#define GROUP "relay"

/* {"event":…,"group":…}; anything else is dropped, with a word in the log. */
static bool read_ack(struct ctx *x, const struct queue_message *m, struct uuid *ret_event,
                     const char **ret_group)
{
    const char *event;
    json_t *j;

    if (json_parse(x->arena, m->body, m->body_bytes, 2, &j))
        return false;
    event = json_member_text(j, "event");
    *ret_group = json_member_text(j, "group");
    return event && *ret_group && uuid_parse(event, ret_event);
}

static err_t confirm(struct ctx *x, const struct queue_message *v, size_t n)
{
    struct uuid *events = ARENA_ARRAY(x->arena, n, struct uuid);
    const char **groups = ARENA_ARRAY(x->arena, n, const char *),
               **ids = ARENA_ARRAY(x->arena, n, const char *);
    const struct relay *r = relay_of(x);
    size_t good = 0;
    struct tx *tx;

    for (size_t i = 0; i < n; i++) {
        ids[i] = v[i].id;
        if (read_ack(x, &v[i], &events[good], &groups[good]))
            good++;
        else
            log_line(LOG_ERROR, x, "relay.ack", LOG_TEXT("cause", "an acknowledgement of another form"));
    }
    if (good > 0) {
        struct relay_confirmed confirmed;

        TRY(db_begin(x, &tx));
        TRY(q_relay_confirm(tx, (struct uuid_array){.v = events, .n = good},
                            (struct text_array){.v = groups, .n = good}, &confirmed));
        TRY(tx_commit(x));
        metric_add(r->confirmed, NULL, (double)good);
        if (confirmed.waiting)
            worker_wake(x, "publish");
    }
    for (size_t i = 0; i < good; i++)
        relay_flight(x, groups[i])->published--;
    return queue_ack(x, x->queue, r->ack_stream, GROUP, ids, n);
}

err_t relay_confirm(struct ctx *x, size_t *ret_done)
{
    const struct relay *r = relay_of(x);
    struct queue_message *v;

    if (!queue_ready(x->queue))
        return co_sleep(AWAY_PAUSE_US);
    TRY(queue_read(x, x->queue, r->ack_stream, GROUP, r->consumer, BATCH, BLOCK_US, &v, ret_done));
    return *ret_done > 0 ? confirm(x, v, *ret_done) : NULL;
}

err_t relay_claim(struct ctx *x, size_t *ret_done)
{
    const struct relay *r = relay_of(x);
    struct queue_message *v;

    if (!queue_ready(x->queue))
        return NULL;
    TRY(queue_claim(x, x->queue, r->ack_stream, GROUP, r->consumer, ABANDONED_US, BATCH, &v, ret_done));
    if (*ret_done > 0)
        return confirm(x, v, *ret_done);
    return queue_forget(x, x->queue, r->ack_stream, GROUP, FORGET_US);
}
