/*
 * db_round.c - what is sent together and waited for together.
 *
 * A read's round is a segment of its own: context, statements, Sync, and with it an implicit transaction. A
 * transaction's first round begins with BEGIN and the context, its last ends with COMMIT and
 * Sync; rounds between end with Flush.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/trace.h"
#include "io/co_internal.h"
#include "io/db_internal.h"

enum { COMMIT_GRACE_US = 1000 * 1000 /* how long a COMMIT under way is waited for past the deadline */ };
#define SLOW_US (600 * 1000 * 1000LL) /* so long a list that was slow goes alone */

ERR_DEFINE(err_outcome, ERR_UNAVAILABLE, "db.outcomeUnknown",
           "Whether this was saved is not known; repeat it with the same Idempotency-Key.");
ERR_DEFINE(err_rolled_back, ERR_UNAVAILABLE, "db.again", "The change was not saved; please try again.");

/* ---- statements of our own ---- */

struct context_params {
    const char *org, *sub, *scope;
};
static const struct db_column context_columns[] = {
    {"org", DB_TEXT, false, offsetof(struct context_params, org)},
    {"sub", DB_TEXT, false, offsetof(struct context_params, sub)},
    {"scope", DB_TEXT, false, offsetof(struct context_params, scope)},
};
/* Concatenated, so that only a bool comes back. */
static const struct db_statement context_statement = {
    .name = "wf_context",
    .sql = "SELECT set_config('wf.org', $1, true) || set_config('wf.sub', $2, true) || "
           "set_config('wf.scope', $3, true) IS NULL",
    .params = context_columns,
    .nparams = LENGTH(context_columns),
    .rows = DB_ANY,
};
_Static_assert(LENGTH(context_columns) == DB_CONTEXT_PARAMS, "as db_segment.c keeps them");

static const struct db_statement begin_statement = {.name = "wf_begin", .sql = "BEGIN", .rows = DB_ANY};
const struct db_statement db_commit_statement = {.name = "wf_commit", .sql = "COMMIT", .rows = DB_ANY};

struct pending *tx_own(struct tx *tx, const struct db_statement *s, const void *params)
{
    struct pending *p = NULL;
    err_t e = wire_encode(tx->x->arena, &tx->db->texts, s, params, NULL, &p);

    if (e)
        abort(); /* nothing in these can be refused */
    return p;
}

struct pending *tx_context(struct tx *tx)
{
    const struct principal *who = tx->x->who;
    struct context_params params = {
        .org = who->organisation ? who->organisation : "",
        .sub = who->subject ? who->subject : "",
        .scope = who->policy_scope ? who->policy_scope
                 : who->scope      ? who->scope
                                   : "",
    };

    return tx_own(tx, &context_statement, &params);
}

void tx_append(struct tx *tx, struct pending *p)
{
    *tx->queue_end = p;
    tx->queue_end = &p->next;
}

static void prepend(struct tx *tx, struct pending *p)
{
    p->next = tx->queue;
    if (!tx->queue)
        tx->queue_end = &p->next;
    tx->queue = p;
}

static void prepend_begin(struct tx *tx)
{
    prepend(tx, tx_context(tx));
    prepend(tx, tx_own(tx, &begin_statement, NULL));
}

void tx_empty_queue(struct tx *tx)
{
    tx->queue = NULL;
    tx->queue_end = &tx->queue;
}

/* ---- rounds ---- */

static bool ends_transaction(const struct tx *tx)
{
    return tx->segments || tx->commit_sent;
}

/* On a connection of its own: a transaction's first round, one of its middle, or its end. */
static bool run_round(struct tx *tx)
{
    struct conn *c = tx->conn;

    for (struct pending *p = tx->round; p; p = p->next) {
        if (!pipe_prepare(c, tx, p) || !pipe_run(c, tx, p))
            return false;
        tx->at = p->s->name;
    }
    return ends_transaction(tx) ? pipe_sync(c, tx) : PQsendFlushRequest(c->pg) != 0;
}

/* Sends tx->round, over a shared connection at the end of the loop's turn. A lost connection shows in
 * tx->failed. */
static void send_round(struct tx *tx)
{
    struct conn *c = tx->conn;

    tx->db->stats.round_trips++;
    tx->x->round_trips++;
    if (tx->lane->shared ? segment_read(c, tx) : run_round(tx)) {
        if (!c->turn_due)
            conn_flush(c);
        return;
    }
    conn_lost(c, PQerrorMessage(c->pg));
    if (!tx->failed) /* of a segment that had no slot yet nobody told us */
        tx_conn_lost(tx, &db_err_away);
}

/* Once more from the start: a prepared statement had become stale, and nothing was written yet. */
static void send_again(struct tx *tx)
{
    struct conn *c = tx->conn;

    tx->stale = false;
    tx->retried = true;
    tx->broken = false;
    tx->failed = tx->round_err = NULL;
    if (!tx->segments && !pipe_rollback(c, !tx->commit_sent)) {
        conn_lost(c, PQerrorMessage(c->pg));
        return;
    }
    send_round(tx);
}

void tx_slot_done(struct tx *tx)
{
    if (--tx->outstanding > 0)
        return;
    if (tx->stale && tx->rounds == 0 && !tx->retried) {
        send_again(tx);
        return;
    }
    if (tx->swept && !tx->alone) {
        tx->swept = false;
        tx->alone = true;
        send_round(tx);
        return;
    }
    if (tx->swept && !tx->failed)
        tx->failed = &db_err_away;
    tx->rounds += !tx->lost;
    if (tx->lane->shared)
        tx->conn = NULL;
    co_wake(&tx->wait);
}

static void clear_result(void *r)
{
    PQclear(r);
}

static void run_failed(struct tx *tx, const struct pending *p, const PGresult *r)
{
    if (db_error_is_stale(r))
        tx->stale = true;
    tx->lost |= db_error_is_fatal(r);
    tx->broken = true;
    if (tx->failed)
        return;
    tx->failed = db_error_of(tx->x->arena, p, r);
    if (p && tx->lane == &tx->db->lists && strcmp(tx->failed->code, "db.timeout") == 0 &&
        !db_error_is_stale(r))
        p->text->slow_until_us = clock_mono_us() + SLOW_US;
    /* Nobody knows what became of a COMMIT that ends with its connection. The cut shows at whatever was
     * waited for first: the server may be past it. */
    if (p && (p->s == &db_commit_statement || (tx->commit_sent && db_error_is_cut(r))) &&
        tx->failed->kind == ERR_UNAVAILABLE && strcmp(tx->failed->code, "db.away") == 0)
        tx->failed = err_outcome;
}

void tx_result(struct tx *tx, struct pending *p, PGresult *r)
{
    ExecStatusType status = PQresultStatus(r);
    bool keep = false;

    if (status == PGRES_FATAL_ERROR) {
        run_failed(tx, p, r);
    } else if (status == PGRES_PIPELINE_ABORTED && tx->lane->shared && !tx->failed) {
        tx->swept = true;
    } else if ((status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) && p && !tx->failed) {
        if (p->s == &db_commit_statement) {
            tx->committed = strcmp(PQcmdStatus(r), "COMMIT") == 0;
            if (!tx->committed)
                tx->failed = err_rolled_back;
        } else if (status == PGRES_TUPLES_OK) {
            err_t e = wire_decode(tx->x->arena, p, r, &keep);
            if (e && !tx->round_err)
                tx->round_err = e;
        }
    }
    if (keep)
        arena_own(tx->x->arena, r, clear_result);
    else
        PQclear(r);
}

void tx_conn_lost(struct tx *tx, err_t e)
{
    tx->conn = NULL;
    tx->outstanding = 0;
    if (!tx->committed && !tx->failed && (tx->begun || tx->segments)) {
        tx->failed = tx->commit_sent ? err_outcome : e;
        tx->lost = true;
    }
    co_wake(&tx->wait); /* also one that had no slot yet */
}

void tx_abandon(struct tx *tx)
{
    struct conn *c = tx->conn;

    tx->conn = NULL;
    tx->outstanding = 0;
    if (!c)
        return;
    pipe_forget(c, tx);
    if (tx->lane->shared)
        return;
    c->tx = NULL;
    conn_drop(c);
}

static err_t wait_round(struct tx *tx)
{
    int64_t deadline = co_deadline_get();
    bool grace = false;
    err_t e = NULL;

    while (tx->outstanding > 0 && !e) {
        e = co_wait_at(&tx->wait, tx->at);
        if (e && tx->commit_sent && !grace) {
            grace = true; /* a write in flight is finished */
            co_deadline(clock_mono_us() + COMMIT_GRACE_US);
            e = NULL;
        }
    }
    if (grace)
        co_deadline(deadline);
    if (!e)
        return NULL;
    tx_abandon(tx);
    tx->doomed = true;
    tx->failed = tx->commit_sent ? err_outcome : e;
    return tx->failed;
}

/* Named by the statement that came last. */
static void tell_trace(const struct tx *tx, int64_t begun_us, err_t e)
{
    char own[TRACEPARENT_BYTES];

    if (!trace_sampled(tx->x->traceparent))
        return;
    trace_child(tx->x->traceparent, own);
    trace_span(&(struct trace_span){
        .traceparent = own,
        .parent = tx->x->traceparent,
        .kind = TRACE_CLIENT,
        .name = tx->at ? tx->at : "database",
        .took_us = clock_mono_us() - begun_us,
        .error = e ? e->code : NULL,
        .attributes = {{"db.system.name", "postgresql", 0}, {"wayfare.lane", tx->lane->name, 0}}});
}

/* Lists that have not been slow, and what goes over shared connections anyway. */
static bool may_share(const struct tx *tx, const struct pending *p)
{
    for (; p; p = p->next) {
        if (p != tx->context && !p->s->point && !p->s->list)
            return false;
        if (p->text->slow_until_us > 0 && p->text->slow_until_us > clock_mono_us())
            return false;
    }
    return true;
}

/* A connection for the round; what was begun on another is lost with it. */
static err_t take_connection(struct tx *tx)
{
    if (tx->lane == &tx->db->lists) {
        const struct pending *what = tx->queue ? tx->queue : tx->round; /* the latter once more */

        if (lane_works(tx->lane) && may_share(tx, what)) {
            TRY(lane_take(tx->lane, &tx->conn));
            if (pipe_can_name(tx->conn, what))
                return NULL;
            tx->conn = NULL;
        }
        tx->lane = &tx->db->own;
    }
    if (tx->lane->shared)
        return lane_take(tx->lane, &tx->conn);
    if (tx->conn && !tx->lost)
        return NULL;
    if (tx->conn) /* it said goodbye, and is about to go */
        tx_abandon(tx);
    TRY(lane_take(tx->lane, &tx->conn));
    tx->conn->tx = tx;
    return NULL;
}

static bool only_reads(const struct pending *p)
{
    for (; p; p = p->next) {
        if (p->s->writes)
            return false;
    }
    return true;
}

/* Nothing can have been committed: the connection was lost in the first round before any COMMIT, or under
 * reads. */
static bool can_repeat(const struct tx *tx)
{
    return tx->lost && !tx->retried && !tx->committed && tx->rounds == 0 &&
           (tx->segments ? tx->lane != &tx->db->standby && only_reads(tx->round) : !tx->commit_sent);
}

err_t tx_round_trip(struct tx *tx)
{
    int64_t begun_us;
    err_t e = NULL;

    tx->round_err = NULL;
    TRY(take_connection(tx));
    if (tx->segments) { /* each stands for itself */
        tx->failed = NULL;
        tx->lost = tx->broken = tx->retried = tx->swept = tx->alone = false;
        tx->rounds = 0;
        if (!tx->context)
            tx->context = tx_context(tx);
        prepend(tx, tx->context);
    } else if (!tx->begun) {
        prepend_begin(tx);
        tx->begun = true;
    }
    tx->round = tx->queue;
    tx_empty_queue(tx);
    tx->wait = (struct co_wait){0};
    begun_us = clock_mono_us();
    send_round(tx);
    e = wait_round(tx);
    if (!e && can_repeat(tx)) {
        tx->retried = true;
        tx->failed = tx->round_err = NULL;
        e = take_connection(tx);
        tx->lost = tx->broken = tx->swept = false;
        if (e) {
            tx->failed = e;
            return e;
        }
        tx->wait = (struct co_wait){0};
        send_round(tx);
        e = wait_round(tx);
    }
    if (!e)
        e = tx->failed ? tx->failed : tx->round_err;
    tell_trace(tx, begun_us, e);
    if (tx->lane != &tx->db->standby || tx->x->tx != tx || !tx->failed || tx->failed->kind == ERR_CANCELLED)
        return e;
    standby_leave(tx); /* it went away, or ended the query to go on replaying; what was read so far is true */
    tx->db->stats.standby_failed++;
    tx->queue = tx->round->next; /* the context comes again */
    for (tx->queue_end = &tx->queue; *tx->queue_end; tx->queue_end = &(*tx->queue_end)->next)
        ;
    return tx_round_trip(tx);
}
