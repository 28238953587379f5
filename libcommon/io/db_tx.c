/*
 * db_tx.c - transactions on a connection of their own, and read segments on a shared one: opening, ending,
 * savepoints.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/log.h"
#include "io/db_internal.h"

/* ---- opening ---- */

struct tx *tx_new(struct ctx *x, struct lane *lane, bool segments)
{
    struct tx *tx = ARENA_NEW(x->arena, struct tx);

    assert(x->db && x->who);
    *tx = (struct tx){.x = x, .db = x->db, .lane = lane, .segments = segments};
    tx->posts_end = &tx->posts;
    tx_empty_queue(tx);
    return tx;
}

static err_t begin(struct ctx *x, bool writes, struct tx **ret)
{
    struct tx *tx = x->tx;

    if (tx && tx->segments && (writes || tx->lane == &x->db->shared)) {
        TRY(tx_commit(x));
        tx = NULL;
    }
    if (!tx && !writes && x->lists) {
        TRY(standby_begin(x, &tx));
        if (!tx && !x->alone && x->db->lists.n > 0)
            tx = x->tx = tx_new(x, &x->db->lists, true);
    }
    if (!tx) {
        struct conn *c;

        TRY(lane_take(&x->db->own, &c));
        tx = tx_new(x, &x->db->own, !writes);
        tx->conn = c;
        c->tx = tx;
        x->tx = tx;
    }
    *ret = tx;
    return NULL;
}

err_t db_read(struct ctx *x, struct tx **ret)
{
    if (!x->tx && x->alone)
        return begin(x, false, ret);
    if (!x->tx)
        x->tx = tx_new(x, &x->db->shared, true);
    *ret = x->tx;
    return NULL;
}

err_t db_begin(struct ctx *x, struct tx **ret)
{
    return begin(x, true, ret);
}

err_t db_begin_read(struct ctx *x, struct tx **ret)
{
    return begin(x, false, ret);
}

struct ctx *tx_ctx(struct tx *tx)
{
    return tx->x;
}

bool tx_writes(const struct tx *tx)
{
    return !tx->segments;
}

bool tx_shared(const struct tx *tx)
{
    return tx->lane->shared;
}

void tx_fail(struct tx *tx, err_t e)
{
    if (!tx->failed || (tx->segments && !tx->doomed))
        tx->failed = e;
    tx->doomed = true;
}

void db_queue(struct tx *tx, const struct db_statement *s, const void *params,
              const struct db_list_choice *choice, void *out, bool *found, size_t *n)
{
    struct arena *a = tx->x->arena;
    struct pending *p = NULL;
    err_t e = NULL;

    if (tx->ended)
        e = err_internal(a, ERR_BUG, "db.ended", "%s: its transaction has ended", s->name);
    else if (tx->lane == &tx->db->shared && !s->point)
        e = err_internal(a, ERR_BUG, "db.lane", "%s is not a point statement: db_begin or db_begin_read",
                         s->name);
    if (!e)
        e = wire_encode(a, &tx->db->texts, s, params, choice, &p);
    if (e) {
        tx_fail(tx, e);
        return;
    }
    p->out = out;
    p->found = found;
    p->n = n;
    if (!tx->segments || !s->writes) {
        tx_append(tx, p);
        return;
    }
    *tx->posts_end = p;
    tx->posts_end = &p->next;
}

err_t tx_sync(struct tx *tx)
{
    if (tx->failed && (tx->doomed || !tx->segments)) /* a read segment's failure was only its own */
        return tx->failed;
    if (!tx->queue)
        return NULL;
    return tx_round_trip(tx);
}

/* ---- ending ---- */

void tx_release(struct tx *tx)
{
    struct conn *c = tx->conn;

    tx->conn = NULL;
    if (!c)
        return;
    c->tx = NULL;
    /* What the session's state is shows only a Sync, and of those a COMMIT's is the only one. */
    if (!tx->begun || (tx->commit_sent && PQtransactionStatus(c->pg) == PQTRANS_IDLE)) {
        conn_free_for_next(c);
        return;
    }
    c->state = CONN_CLEANING;
    if (pipe_rollback(c, tx->broken && !tx->commit_sent))
        conn_flush(c);
    else
        conn_lost(c, PQerrorMessage(c->pg));
}

void tx_rollback(struct ctx *x)
{
    struct tx *tx = x->tx;

    if (!tx)
        return;
    x->tx = NULL;
    tx->ended = true;
    if (tx->outstanding > 0)
        tx_abandon(tx);
    if (!tx->lane->shared)
        tx_release(tx);
}

static bool queued_one(const struct tx *tx)
{
    for (const struct pending *p = tx->queue; p; p = p->next) {
        if (p->s->rows == DB_ONE)
            return true;
    }
    return false;
}

static err_t commit(struct tx *tx)
{
    if (tx->failed)
        return tx->failed;
    if (!tx->queue && !tx->begun)
        return NULL;
    if (queued_one(tx)) /* a row that is not there must stop the commit */
        TRY(tx_sync(tx));
    tx_append(tx, tx_own(tx, &db_commit_statement, NULL));
    tx->commit_sent = true;
    TRY(tx_round_trip(tx));
    return NULL;
}

/* A read: nothing is held while its posts wait for their turn. */
static err_t end_read(struct ctx *x)
{
    struct tx *tx = x->tx;
    err_t e = tx->queue || tx->doomed ? tx_sync(tx) : NULL;

    tx_rollback(x);
    return e || !tx->posts ? e : tx_posts(tx);
}

err_t tx_commit(struct ctx *x)
{
    err_t e;

    if (!x->tx)
        return NULL;
    if (x->tx->segments)
        return end_read(x);
    e = commit(x->tx);
    tx_rollback(x); /* gives back what is left: nothing, or all if it failed */
    return e;
}

/* ---- savepoints ---- */

static const struct db_statement savepoint_statement = {
    .name = "wf_savepoint", .sql = "SAVEPOINT wf", .rows = DB_ANY};
static const struct db_statement undo_statement = {
    .name = "wf_undo", .sql = "ROLLBACK TO SAVEPOINT wf", .rows = DB_ANY};
static const struct db_statement release_statement = {
    .name = "wf_release", .sql = "RELEASE SAVEPOINT wf", .rows = DB_ANY};

err_t tx_savepoint(struct tx *tx)
{
    assert(!tx->segments);
    if (tx->failed)
        return tx->failed;
    tx_append(tx, tx_own(tx, &savepoint_statement, NULL));
    return NULL;
}

/* Takes the newest savepoint that was not sent, and all behind it, out of the queue. */
static bool unqueue_savepoint(struct tx *tx)
{
    struct pending **at = NULL;

    for (struct pending **p = &tx->queue; *p; p = &(*p)->next) {
        if ((*p)->s == &savepoint_statement)
            at = p;
    }
    if (!at)
        return false;
    *at = NULL;
    tx->queue_end = at;
    return true;
}

err_t tx_savepoint_end(struct tx *tx, bool keep)
{
    err_t before = tx->failed;
    err_t e;

    assert(!tx->segments);
    if (keep) {
        if (before)
            return before;
        tx_append(tx, tx_own(tx, &release_statement, NULL));
        return tx_sync(tx);
    }
    if (!tx->conn) /* lost: there is nothing to go back to */
        return before;
    tx->doomed = false;
    if (unqueue_savepoint(tx)) {
        tx->failed = NULL;
        return NULL;
    }
    if (tx->broken && !pipe_sync(tx->conn, NULL)) {
        conn_lost(tx->conn, PQerrorMessage(tx->conn->pg));
        return tx->failed;
    }
    tx_empty_queue(tx);
    tx->failed = NULL;
    tx->broken = false;
    tx_append(tx, tx_own(tx, &undo_statement, NULL));
    tx_append(tx, tx_own(tx, &release_statement, NULL));
    e = tx_round_trip(tx);
    if (e && before && e->kind == ERR_BUG) /* the failure was before the savepoint */
        tx->failed = e = before;
    return e;
}

/* ---- the database ---- */

static void place_open(struct place *p, const char *conninfo)
{
    p->conninfo = strdup(conninfo ? conninfo : "");
    p->where = PQconninfoParse(p->conninfo, NULL); /* NULL: libpq will say what is wrong at connecting */
}

static void place_close(struct place *p)
{
    PQconninfoFree(p->where);
    free(p->conninfo);
}

err_t db_open(struct loop *l, const struct db_options *o, struct db **ret)
{
    struct db *db = calloc(1, sizeof *db);
    int64_t point_us, list_us, own_us;

    if (!db)
        abort();
    assert(o->shared <= DB_MAX_CONNS && o->lists <= DB_MAX_CONNS && o->pool <= DB_MAX_CONNS &&
           o->standbys <= DB_MAX_CONNS);
    db->loop = l;
    place_open(&db->primary, o->conninfo);
    place_open(&db->elsewhere, o->standby);
    db->password = o->password && *o->password ? strdup(o->password) : NULL;
    point_us = o->point_timeout_us > 0 ? o->point_timeout_us : 250 * 1000;
    list_us = o->list_timeout_us > 0 ? o->list_timeout_us : 100 * 1000;
    own_us = o->own_timeout_us > 0 ? o->own_timeout_us : 5 * 1000 * 1000;
    db->shared =
        (struct lane){.name = "shared", .place = &db->primary, .timeout_us = point_us, .shared = true};
    db->lists = (struct lane){.name = "lists", .place = &db->primary, .timeout_us = list_us, .shared = true};
    db->own = (struct lane){.name = "own", .place = &db->primary, .timeout_us = own_us};
    db->standby = (struct lane){.name = "standby", .place = &db->elsewhere, .timeout_us = own_us};
    lane_open(db, &db->shared, o->shared);
    lane_open(db, &db->lists, o->lists);
    lane_open(db, &db->own, o->pool);
    lane_open(db, &db->standby, o->standby ? o->standbys : 0);
    *ret = db;
    return NULL;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    db->closing = true;
    lane_close(&db->shared);
    lane_close(&db->lists);
    lane_close(&db->own);
    lane_close(&db->standby);
    texts_done(&db->texts);
    place_close(&db->primary);
    place_close(&db->elsewhere);
    free(db->password);
    free(db);
}

bool db_ready(const struct db *db)
{
    return (db->shared.n == 0 || lane_works(&db->shared)) && (db->own.n == 0 || lane_works(&db->own));
}

void db_stats(const struct db *db, struct db_stats *ret)
{
    *ret = db->stats;
    ret->shared = db->shared.stats;
    ret->lists = db->lists.stats;
    ret->own = db->own.stats;
    ret->standby = db->standby.stats;
}
