/* inbox_event.c - one event: its row, its effect within a savepoint, its failures. */
#include <stdlib.h>
#include <string.h>

#include "app/inbox_internal.h"
#include "app/queries.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/trace.h"
#include "io/db.h"
#include "web/metrics.h"

#define JOB_US (15 * 1000 * 1000LL)
#define DATA_DEPTH 4
#define RETRY_MAX_US (3600 * 1000 * 1000LL)
#define ERROR_MAX 500
#define PRUNE_MAX 1000
#define TURN_MAX 200

ERR_DEFINE(err_handler, ERR_BUG, "inbox.type", "No handler for this type of event.");
ERR_DEFINE(err_closed, ERR_BUG, "inbox.closed", "The handler ended the transaction, which is not its own.");
ERR_DEFINE(err_died, ERR_BUG, "inbox.died", "The worker died, or was cut off, each time that it ran.");

/* ---- the effect ---- */

static err_t effect(struct ctx *x, struct inbox_message *m)
{
    const struct inbox *in = inbox_of(x);
    const struct event_type *t = events_find(in->program->events, m->e.type);
    const struct inbox_handler *h = in->worker->handlers;
    json_t *data;

    while (h->type && !str_eq(h->type, m->e.type))
        h++;
    if (!h->type || !t)
        return err_handler;
    TRY(json_parse(x->arena, m->data_text, strlen(m->data_text), DATA_DEPTH, &data));
    TRY(event_check(x->arena, t, data));
    m->e.data = data;
    TRY(h->fn(x, &m->e));
    return x->tx ? NULL : err_closed;
}

/* No later attempt can change these. */
static bool hopeless(err_t e)
{
    return str_eq(e->code, "inbox.type") || str_eq(e->code, "event.data");
}

static int64_t delay_us(const struct inbox *in, int32_t attempts)
{
    int64_t us = in->program->conf.retry_ms * 1000;

    for (int32_t i = 1; i < attempts && us < RETRY_MAX_US; i++)
        us *= 2;
    if (us > RETRY_MAX_US)
        us = RETRY_MAX_US;
    return us * 3 / 4 +
           (int64_t)(random() % 1000) * us / 2000; /* three to five quarters: spread, no secret */
}

static const char *error_text(struct arena *a, err_t e)
{
    const char *why = e->cause ? e->cause : e->detail;

    return arena_printf(a, "%s: %.*s", e->code, ERROR_MAX, why ? why : "");
}

static bool is_dead(const struct inbox *in, int32_t attempts, err_t e)
{
    return hopeless(e) || attempts >= in->program->conf.attempts;
}

static void tell(struct ctx *x, const struct inbox_message *m, bool dead, err_t e)
{
    const struct inbox *in = inbox_of(x);
    char id[37];

    uuid_format(m->e.id, id);
    metric_add(in->failed, m->e.type, 1);
    log_line(dead ? LOG_ERROR : LOG_WARN, x, dead ? "inbox.dead" : "inbox.retry", LOG_TEXT("event", id),
             LOG_TEXT("type", m->e.type), LOG_TEXT("onDead", m->on_dead), LOG_TEXT("code", e->code),
             LOG_TEXT("cause", e->cause ? e->cause : e->detail));
}

/* ---- a new event ---- */

struct arrival {
    struct inbox_message *m;
    struct arena *arena; /* outlives the job */
    int32_t attempts;    /* with the one under way */
    err_t failed;        /* the effect's error, if the transaction could not carry on behind it */
    bool done;           /* the effect is there */
    char traceparent[TRACEPARENT_BYTES]; /* of the job */
};

/* The job's span goes on from that of whoever sent the event. */
static void tell_trace(const struct arrival *a, int64_t begun_us, err_t e)
{
    trace_span(&(struct trace_span){.traceparent = a->traceparent,
                                    .parent = a->m->trace,
                                    .kind = TRACE_CONSUMER,
                                    .name = a->m->e.type,
                                    .took_us = clock_mono_us() - begun_us,
                                    .error = e           ? e->code
                                             : a->failed ? a->failed->code
                                                         : NULL,
                                    .attributes = {{"messaging.system", "redis", 0},
                                                   {"wayfare.source", a->m->e.source, 0},
                                                   {"wayfare.attempts", NULL, a->attempts},
                                                   {"wayfare.done", NULL, a->done}}});
}

static struct q_inbox_enter_in row_of(const struct inbox_message *m, const char *try)
{
    return (struct q_inbox_enter_in){
        .event_id = m->e.id,
        .source = m->e.source,
        .position = m->position,
        .key = m->e.key,
        .seq = m->seq,
        .on_dead = m->on_dead,
        .org = m->e.organisation,
        .type = m->e.type,
        .subject = m->e.subject,
        .event_at = m->e.time_us,
        .trace = m->trace,
        .data = m->data_text,
        .try = try,
    };
}

/* The effect has failed and is undone; its row says so. */
static void keep_failure(struct ctx *x, struct tx *tx, const struct inbox_message *m, int32_t attempts,
                         err_t e)
{
    const struct inbox *in = inbox_of(x);
    bool dead = is_dead(in, attempts, e);

    q_inbox_failed(tx, &(struct q_inbox_failed_in){
                           .event_id = m->e.id,
                           .state = dead ? "dead" : "retry",
                           .delay_us = delay_us(in, attempts),
                           .error = error_text(x->arena, e),
                       });
    if (dead && str_eq(m->on_dead, "skip"))
        q_inbox_next(tx, m->e.source, m->e.key, m->seq);
    tell(x, m, dead, e);
}

/* The effect within a savepoint. After its failure the transaction carries on without it, and the row says
 * so; if it cannot, a->failed is set and the error returned. */
static err_t try_effect(struct ctx *x, struct tx *tx, struct arrival *a)
{
    err_t e;

    TRY(tx_savepoint(tx));
    e = effect(x, a->m);
    a->done = !e;
    if (!e)
        return NULL; /* what it left in the queue goes with the commit */
    if (x->tx != tx || tx_savepoint_end(tx, false)) {
        a->failed = err_internal(a->arena, e->kind, e->code, "%s", e->cause ? e->cause : e->detail);
        return e;
    }
    keep_failure(x, tx, a->m, a->attempts, e);
    return NULL;
}

static void act_for(struct ctx *x, const struct inbox_message *m)
{
    worker_act_for(x, m->e.organisation);
    trace_child(m->trace, x->traceparent);
}

/* Row and effect in one transaction: the common way. */
static err_t arrive(struct ctx *x, void *arg)
{
    struct arrival *a = arg;
    struct q_inbox_enter_in row = row_of(a->m, "done");
    struct inbox_entry entry;
    struct tx *tx;
    bool found;

    act_for(x, a->m);
    memcpy(a->traceparent, x->traceparent, sizeof(a->traceparent));
    row.attempts = 1;
    TRY(db_begin(x, &tx));
    TRY(q_inbox_enter(tx, &row, &found, &entry));
    if (!found || str_eq(entry.state, "waiting"))
        return NULL;
    return try_effect(x, tx, a);
}

/* The row alone, to be tried from PostgreSQL: after a failure that took the transaction with it, or when an
 * attempt before this one may have ended the worker. */
static err_t keep(struct ctx *x, void *arg)
{
    const struct arrival *a = arg;
    struct q_inbox_enter_in row = row_of(a->m, "retry");
    struct inbox_entry entry;
    struct tx *tx;
    bool found;

    if (a->failed) {
        row.attempts = 1;
        row.error = error_text(x->arena, a->failed);
        row.delay_us = delay_us(inbox_of(x), 1);
        tell(x, a->m, false, a->failed);
    }
    TRY(db_begin(x, &tx));
    return q_inbox_enter(tx, &row, &found, &entry);
}

err_t inbox_take_in(struct ctx *x, struct inbox_message *m)
{
    struct arrival a = {.m = m, .arena = x->arena, .attempts = 1};
    int64_t begun_us = clock_mono_us();
    err_t e;

    if (!m->repeated) {
        e = worker_job(x, m->e.type, JOB_US, arrive, &a);
        tell_trace(&a, begun_us, e);
        if (!e && a.done)
            metric_add(inbox_of(x)->done, m->e.type, 1);
        if (!e || (e->kind == ERR_UNAVAILABLE && !a.failed)) /* no database: again from the start */
            return e;
        if (!a.failed)
            a.failed = e; /* a statement that went with the commit, or the commit itself */
    }
    TRY(worker_job(x, "inbox.keep", JOB_US, keep, &a));
    worker_wake(x, "inbox.retry");
    return NULL;
}

/* ---- again, from PostgreSQL ---- */

static err_t retry(struct ctx *x, void *arg)
{
    struct arrival *a = arg;
    struct inbox_lock lock;
    struct tx *tx;
    bool found;

    act_for(x, a->m);
    memcpy(a->traceparent, x->traceparent, sizeof(a->traceparent));
    TRY(db_begin(x, &tx));
    TRY(q_inbox_lock(tx, a->m->e.id, a->attempts, &found, &lock));
    if (!found)
        return NULL; /* taken again meanwhile, or done */
    if (a->attempts > inbox_of(x)->program->conf.attempts) {
        keep_failure(x, tx, a->m, a->attempts, err_died);
        return NULL;
    }
    TRY(try_effect(x, tx, a));
    if (a->done) {
        q_inbox_done(tx, a->m->e.id);
        q_inbox_next(tx, a->m->e.source, a->m->e.key, a->m->seq);
    }
    return NULL;
}

static err_t retry_failed(struct ctx *x, void *arg)
{
    const struct arrival *a = arg;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    keep_failure(x, tx, a->m, a->attempts, a->failed);
    return NULL;
}

static err_t take_due(struct ctx *x, bool *ret_found, struct inbox_row *ret)
{
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_inbox_take(tx, inbox_of(x)->program->conf.retry_ms * 1000, ret_found, ret));
    return tx_commit(x);
}

err_t inbox_retry_once(struct ctx *x, size_t *ret_done)
{
    struct inbox_row row;
    int64_t begun_us = clock_mono_us();
    bool found;
    err_t e;

    TRY(take_due(x, &found, &row));
    if (!found)
        return NULL;
    *ret_done = 1;
    struct inbox_message m = {
        .e = {.id = row.event_id,
              .type = row.type,
              .source = row.source,
              .subject = row.subject,
              .key = row.key,
              .organisation = row.org,
              .time_us = row.event_at},
        .data_text = row.data,
        .seq = row.seq,
        .on_dead = row.on_dead,
        .trace = row.trace,
    };
    struct arrival a = {.m = &m, .arena = x->arena, .attempts = row.attempts};

    e = worker_job(x, m.e.type, JOB_US, retry, &a);
    tell_trace(&a, begun_us, e);
    if (!e && a.done)
        metric_add(inbox_of(x)->done, m.e.type, 1);
    if (!e)
        return NULL;
    if (!a.failed)
        a.failed = e;
    return worker_job(x, "inbox.failed", JOB_US, retry_failed, &a);
}

/* ---- upkeep ---- */

err_t inbox_release_once(struct ctx *x, size_t *ret_done)
{
    struct inbox_released *released;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_inbox_release(tx, TURN_MAX, &released, ret_done));
    if (*ret_done > 0)
        worker_wake(x, "inbox.retry");
    return NULL;
}

/* In an upgrade a worker of the release before may take what only this one knows. */
err_t inbox_revive_once(struct ctx *x, size_t *ret_done)
{
    struct inbox_revived *revived;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_inbox_revive(tx, inbox_of(x)->types, TURN_MAX, &revived, ret_done));
    if (*ret_done > 0)
        worker_wake(x, "inbox.retry");
    return NULL;
}

err_t inbox_prune_once(struct ctx *x, size_t *ret_done)
{
    static const char *const states[] = {"retry", "waiting", "dead"};
    const struct inbox *in = inbox_of(x);
    struct inbox_count *counts;
    struct inbox_pruned *pruned;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    for (const struct inbox_source *s = in->sources; s; s = s->next) {
        TRY(q_inbox_prune(tx, s->name, s->below, PRUNE_MAX, &pruned, &n));
        if (n == PRUNE_MAX)
            *ret_done = n;
    }
    TRY(q_inbox_counts(tx, &counts, &n));
    for (size_t s = 0; s < LENGTH(states); s++) {
        const struct inbox_count none = {.oldest = x->now_us}, *c = &none;

        for (size_t i = 0; i < n; i++)
            if (str_eq(counts[i].state, states[s]))
                c = &counts[i];
        metric_set(in->open, states[s], (double)c->n);
        metric_set(in->oldest, states[s], (double)(x->now_us - c->oldest) / 1e6);
    }
    return NULL;
}
