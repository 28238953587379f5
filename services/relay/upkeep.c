/*
 * upkeep.c - once a second: has a Redis forgotten, is something overdue there, how long is the backlog; the
 * audit's chain.
 *
 * Published again is only what Redis has lost with its memory, and what is not confirmed in time while the
 * group has read all that there is: its entry, or its acknowledgement, cannot be on the way any more.
 */
#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "io/db.h"
#include "io/queue.h"
#include "relay/queries.h"
#include "relay/relay.h"
#include "web/metrics.h"

#define PRUNE_MAX 1000
#define SEAL_MAX 20000
#define TELL_US (60 * 1000 * 1000LL)

static err_t look_for_loss(struct ctx *x, size_t *ret_done)
{
    struct relay_node *node = relay_node_of(x);
    struct relay_again *again;
    int64_t epoch;
    struct tx *tx;
    size_t n;

    TRY(relay_epoch(x, node, &epoch));
    if (node->epoch != 0 && epoch != node->epoch)
        log_line(LOG_WARN, x, "relay.epoch", LOG_TEXT("cause", "Redis has lost its memory"),
                 LOG_INT("node", relay_node_no(relay_of(x), node)));
    node->epoch = epoch;
    TRY(db_begin(x, &tx));
    TRY(q_relay_forgotten(tx, epoch, relay_places_beside(x, node), &again, &n));
    TRY(tx_commit(x));
    if (n > 0)
        log_line(LOG_WARN, x, "relay.again", LOG_INT("deliveries", (int64_t)n));
    *ret_done += n;
    return NULL;
}

static err_t look_for_overdue(struct ctx *x, size_t *ret_done)
{
    const struct relay_node *node = relay_node_of(x);
    struct relay_group *groups;
    uint64_t unread, held;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    TRY(q_relay_overdue(tx, node->epoch, &groups, &n));
    for (size_t i = 0; i < n; i++) {
        const char *stream = arena_printf(x->arena, "events:%s", groups[i].grp);

        TRY(queue_lag(x, x->queue, stream, groups[i].grp, &unread, &held));
        if (unread > 0)
            continue;
        q_relay_again(tx, groups[i].grp, node->epoch);
        *ret_done += (size_t)groups[i].n;
        log_line(LOG_WARN, x, "relay.overdue", LOG_TEXT("group", groups[i].grp),
                 LOG_INT("deliveries", groups[i].n));
    }
    return tx_commit(x);
}

err_t relay_upkeep(struct ctx *x, size_t *ret_done)
{
    size_t again = 0;

    if (queue_ready(x->queue)) {
        TRY(look_for_loss(x, &again));
        TRY(look_for_overdue(x, &again));
    }
    if (again > 0)
        worker_wake(x, "publish");
    return NULL;
}

/* What was sent is kept for as long as a database may have to be restored from. */
err_t relay_prune(struct ctx *x, size_t *ret_done)
{
    int32_t days = (int32_t)program_of(x)->conf.keep_days;
    struct relay_pruned_event *events;
    struct relay_pruned_sent *sent;
    size_t nevents, nsent;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_relay_prune_outbox(tx, days, PRUNE_MAX, &events, &nevents));
    TRY(q_relay_prune_sent(tx, days, PRUNE_MAX, &sent, &nsent));
    TRY(tx_commit(x));
    if (nevents == PRUNE_MAX || nsent == PRUNE_MAX)
        *ret_done = nevents + nsent;
    return NULL;
}

/* Counts anew what the works have counted along, and shows it. */
err_t relay_count(struct ctx *x, size_t *ret_done)
{
    struct relay *r = relay_of(x);
    struct relay_state *states;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    q_relay_idempotency_prune(tx);
    TRY(q_relay_state(tx, &states, &n));
    TRY(tx_commit(x));
    for (size_t i = 0; i < n; i++)
        (void)relay_flight(x, states[i].grp);
    for (size_t k = 0; k < r->nflights; k++) {
        struct relay_flight *f = &r->flights[k];
        struct relay_state none = {0}, *s = &none;

        for (size_t i = 0; i < n; i++)
            if (str_eq(states[i].grp, f->group))
                s = &states[i];
        f->published = s->published;
        metric_set(r->in_flight, f->group, (double)s->published);
        metric_set(r->backlog, f->group, (double)s->pending);
        metric_set(r->oldest, f->group,
                   s->published + s->pending > 0 ? (double)(x->now_us - s->oldest) / 1e6 : 0);
    }
    return NULL;
}

/* The head of the chain goes to the log now and then: there it is out of reach of whoever could rewrite the
 * tables. */
static void tell(struct ctx *x, const struct audit_sealed *s)
{
    struct relay *r = relay_of(x);

    if (r->told_us != 0 && x->now_us - r->told_us < TELL_US)
        return;
    r->told_us = x->now_us;
    log_line(LOG_INFO, x, "audit.sealed", LOG_INT("no", s->no), LOG_TEXT("hash", s->hash));
}

err_t relay_seal(struct ctx *x, size_t *ret_done)
{
    struct audit_sealed sealed;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_audit_seal(tx, SEAL_MAX, &found, &sealed));
    TRY(tx_commit(x));
    if (!found)
        return NULL;
    metric_add(relay_of(x)->sealed, NULL, (double)sealed.rows);
    tell(x, &sealed);
    *ret_done = sealed.more ? 1 : 0;
    return NULL;
}
