/*
 * db_standby.c - lists from a standby.
 *
 *   primary: how far is the log on disk?
 *      └─► standby: replayed that far? ──yes──► the list
 *             └─ still not, after a few looks ──► primary: the list
 *
 * Whatever was answered before this request began had been committed by then, and lies below what the primary
 * says; so nobody misses what he, or anybody, was told to be saved. That costs two short round trips and
 * needs no memory of who wrote what, in whichever process. A standby that is away, behind, promoted or fails
 * on the way costs nothing else: the primary answers. What the list posts (read audit) goes to the primary.
 */
#include "base/ctx.h"
#include "base/opt.h"
#include "io/db_internal.h"

enum {
    LOOKS = 5,          /* at a standby that is behind */
    LOOK_US = 2 * 1000, /* apart */
};

struct position {
    int64_t bytes;
};
static const struct db_column position_columns[] = {
    {"bytes", DB_INT8, false, offsetof(struct position, bytes)}};
static const struct db_statement position_statement = {
    .name = "wf_log_position",
    .sql = "SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')::int8 AS bytes",
    .columns = position_columns,
    .ncolumns = 1,
    .row_size = sizeof(struct position),
    .rows = DB_ONE,
    .point = true,
};

struct replayed {
    bool all;
};
static const struct db_column replayed_columns[] = {{"all", DB_BOOL, false, offsetof(struct replayed, all)}};
static const struct db_statement replayed_statement = {
    .name = "wf_log_replayed",
    .sql = "SELECT pg_is_in_recovery() AND coalesce(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') >= $1, "
           "false)",
    .params = position_columns,
    .nparams = 1,
    .columns = replayed_columns,
    .ncolumns = 1,
    .row_size = sizeof(struct replayed),
    .rows = DB_ONE,
};

void standby_leave(struct tx *tx)
{
    tx_release(tx);
    tx->lane = &tx->db->own;
    tx->lost = tx->broken = tx->stale = tx->retried = tx->doomed = false;
    tx->failed = tx->round_err = NULL;
}

static err_t ask_position(struct ctx *x, struct position *ret)
{
    struct tx *tx = tx_new(x, &x->db->shared, true);

    db_queue(tx, &position_statement, NULL, NULL, ret, NULL, NULL);
    return tx_sync(tx);
}

static err_t look(struct tx *tx, const struct position *at, bool *ret)
{
    struct replayed r = {0};

    for (unsigned i = 0; i < LOOKS && !r.all; i++) {
        if (i > 0)
            TRY(co_sleep(LOOK_US));
        db_queue(tx, &replayed_statement, at, NULL, &r, NULL, NULL);
        TRY(tx_sync(tx));
    }
    *ret = r.all;
    return NULL;
}

/* Only the end of the caller's own time is an error: else the primary is asked, and says what is wrong. */
static err_t unless_late(struct db *db, err_t e)
{
    if (e->kind == ERR_CANCELLED)
        return e;
    db->stats.standby_failed++;
    return NULL;
}

err_t standby_begin(struct ctx *x, struct tx **ret)
{
    struct db *db = x->db;
    struct position at;
    bool all = false;
    struct tx *tx;
    err_t e;

    if (!lane_works(&db->standby))
        return NULL;
    e = ask_position(x, &at);
    if (e)
        return unless_late(db, e);
    tx = tx_new(x, &db->standby, true);
    e = lane_take(&db->standby, &tx->conn);
    if (e)
        return unless_late(db, e);
    tx->conn->tx = tx;
    e = look(tx, &at, &all);
    if (e || !all) {
        if (!e)
            db->stats.standby_behind++;
        if (tx->outstanding > 0)
            tx_abandon(tx);
        standby_leave(tx);
        return e ? unless_late(db, e) : NULL;
    }
    db->stats.standby_taken++;
    x->tx = tx;
    *ret = tx;
    return NULL;
}
