/*
 * db.h - PostgreSQL: one database per service, three ways to use it.
 *
 *   db_read        short reads by key on one or two shared, pipelined connections; every statement must be of
 *                  lane point
 *   db_begin_read  other reads, on a connection of its own from a small pool; pages of a list (x->lists) on
 *                  one or two shared ones, as long as their statements have shown to be quick
 *   db_begin       a transaction on a connection of that pool; any statement
 *
 * Each opens x->tx; statements come from queries.sql by sqlgen (see gen/README.md), never from C text. In
 * front of the first statement the context of row-level security is set for this transaction only: wf.org,
 * wf.sub, wf.scope. Statements are queued and sent together; a function that returns rows waits, its *_later
 * form fills its output at the next wait. A read's round trips are each in a segment, a transaction that
 * reads of the same moment share (db_segment.c): what is to be true at the same moment is asked in one round
 * trip. What a read writes (its trail) is posted at its end. Whoever opened the ctx (web/http, worker_main)
 * commits when the handler returned no error, and rolls back when it did: handlers never commit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct ctx;
struct db;
struct loop;
struct tx;

struct db_options {
    const char *conninfo;     /* libpq keywords or URI; multi-host allowed */
    const char *password;     /* NULL: none */
    const char *standby;      /* conninfo of standbys that answer lists (x->lists); NULL: none */
    unsigned shared;          /* pipelined connections for db_read; 1 or 2 */
    unsigned lists;           /* pipelined connections for pages of lists; 0: they take the pool's */
    unsigned pool;            /* connections for db_begin */
    unsigned standbys;        /* connections to a standby */
    int64_t point_timeout_us; /* statement_timeout on the shared connections: 250 ms */
    int64_t list_timeout_us;  /* statement_timeout on those for lists: 100 ms */
    int64_t own_timeout_us;   /* statement_timeout on the pool: 5 s */
};

/* Connects in the background; never fails because PostgreSQL is away. */
MUST_CHECK err_t db_open(struct loop *l, const struct db_options *o, struct db **ret);
/* After the drain: no coroutine may be using it. NULL is fine. */
void db_close(struct db *db);
/* True if at least one connection of each kind works, but for lists, which can do without theirs. */
bool db_ready(const struct db *db);
/* For /metrics. */
struct db_lane_stats {
    uint64_t connections, busy, waiters; /* at this moment */
    uint64_t waits, waited_us;           /* for a connection, so far */
};
struct db_stats {
    struct db_lane_stats shared, lists, own, standby;
    uint64_t standby_taken, standby_behind, standby_failed; /* lists: by it; by the primary instead */
    uint64_t reconnects, statements, round_trips, errors;
};
void db_stats(const struct db *db, struct db_stats *ret);

/* Opens x->tx for reads on a shared connection; nothing waits yet. With x->alone as db_begin_read: what took
 * too long for those it shares with is not lost for that. */
AWAITS MUST_CHECK err_t db_read(struct ctx *x, struct tx **ret);
/* Opens x->tx on a connection of its own, waits if none is free. BEGIN goes with the first statement. If
 * x->tx is already open as a transaction it is that one. */
AWAITS MUST_CHECK err_t db_begin(struct ctx *x, struct tx **ret);
/* Reads on a connection of its own: lists, searches and reports that are not point statements. With x->lists
 * on a standby, if there is one that has all that was answered before (db_standby.c). */
AWAITS MUST_CHECK err_t db_begin_read(struct ctx *x, struct tx **ret);
/* Sends what is queued and waits: outputs of *_later calls are filled, deferred errors are reported. */
AWAITS MUST_CHECK err_t tx_sync(struct tx *tx);
/* Ends it. A transaction: sends what is queued with COMMIT and waits. A read: what it wrote (its trail) goes
 * together with what others read meanwhile; returns when that is on its way to PostgreSQL, or on disk if a
 * statement is durable. Closes x->tx, also on an error. */
AWAITS MUST_CHECK err_t tx_commit(struct ctx *x);
/* Gives the connection back, rolled back. Never waits for the handler. Harmless when x->tx is NULL. */
void tx_rollback(struct ctx *x);
/* A savepoint around a piece of work (inbox): begin, then tx_savepoint_end with keep or undo. */
AWAITS MUST_CHECK err_t tx_savepoint(struct tx *tx);
AWAITS MUST_CHECK err_t tx_savepoint_end(struct tx *tx, bool keep);
/* The context that the transaction belongs to. */
struct ctx *tx_ctx(struct tx *tx);
/* True for db_begin, false for db_read and db_begin_read. */
bool tx_writes(const struct tx *tx);

/* True for db_read, which takes statements of lane point only, and for lists: on a shared connection. */
bool tx_shared(const struct tx *tx);
/* The transaction can only be rolled back: the next wait and the commit give e, unless something failed
 * before. For functions that queue and return nothing. */
void tx_fail(struct tx *tx, err_t e);

/* ---- used by the C that sqlgen emits, not by people ---- */

enum db_type {
    DB_BOOL,
    DB_INT2,
    DB_INT4,
    DB_INT8,
    DB_FLOAT8,
    DB_TEXT,
    DB_UUID,
    DB_TIMESTAMPTZ, /* int64_t microseconds since 1970 */
    DB_DATE,        /* int32_t days since 1970 */
    DB_JSONB,       /* const char *, JSON text */
    DB_BYTEA,       /* struct bytes */
    DB_TEXT_ARRAY,
    DB_UUID_ARRAY,
    DB_NTYPES
};

struct db_column {
    const char *name;
    enum db_type type;
    bool nullable;
    uint16_t offset; /* in the row struct */
};

enum db_rows {
    DB_ONE,       /* exactly one row, else ERR_MISSING */
    DB_MAYBE,     /* none or one: *found */
    DB_MANY,      /* array in the arena */
    DB_EXACTLY_1, /* a write that must touch one row, else ERR_CONFLICT and the commit aborts */
    DB_ANY,       /* a write that may touch any number */
};

struct db_statement {
    const char *name; /* "q_case_lock"; unique in the program */
    const char *sql;
    const struct db_column *params; /* offsets in the parameter struct */
    uint16_t nparams;
    const struct db_column *columns;
    uint16_t ncolumns;
    uint16_t row_size;
    enum db_rows rows;
    bool point; /* lane point */
    bool writes;
    bool durable;               /* of lane point: on disk before a read that posts it is answered */
    const struct db_list *list; /* NULL unless the statement has marked lines */
};

enum { DB_LIST_ROWS = 201 /* MOST of sqlgen.py */ };

/* A list statement's choices, see gen/README.md. */
struct db_list_choice {
    uint32_t filters; /* bit mask of the marked lines to take */
    uint8_t sort;     /* index of the --sort line */
    bool descending;
    bool has_key;    /* continue after key */
    const char *key; /* text form of the sort column's value, as db_list_key gave it and the cursor kept it */
    struct uuid key_id;
    bool backwards; /* the page before the key; rows still come in the order of the sort, the spare one first
                     */
    bool changed;   /* only rows that a transaction from changed_since on has written */
    int64_t changed_since;
    uint32_t limit; /* rows to fetch, at most DB_LIST_ROWS; sqlgen sets it from the page: one more than that
                       shows */
};

/* A marked line "--? case_id …". */
struct db_list_filter {
    const char *name;  /* "case_id" */
    const char *query; /* "caseId", the query parameter */
    const char *sql;
};
/* A line "--sort -createdAt created_at timestamptz". */
struct db_list_sort {
    const char *name; /* "createdAt", as in the query parameter sort */
    bool descending;  /* when the query does not say */
    enum db_type type;
    uint16_t column;      /* in the row: the cursor's key */
    const char *missing;  /* the key of a row whose column is null: what stands for it; NULL: never null */
    const char *after[2]; /* condition to continue after a key, [descending] */
    const char *order[2]; /* ORDER BY and LIMIT, [descending] */
};
struct db_list {
    const struct db_list_filter *filters;
    uint16_t nfilters;
    const struct db_list_sort *sorts;
    uint16_t nsorts;
    uint16_t id_column;  /* in the row */
    const char *changed; /* condition of choice.changed; NULL: the statement cannot tell */
};

/* The key and the id of a row for the cursor after it: text in the arena. */
const char *db_list_key(struct arena *a, const struct db_statement *s, const struct db_list_choice *choice,
                        const void *row, struct uuid *ret_id);

/* Queues a statement. params points to the parameter struct (copied at once into wire form). out: DB_ONE and
 * DB_MAYBE a row struct, DB_MANY a void * that receives the array; found, n as the kind needs them, else
 * NULL. */
void db_queue(struct tx *tx, const struct db_statement *s, const void *params,
              const struct db_list_choice *choice, void *out, bool *found, size_t *n);
