/*
 * db_internal.h - the parts of io/db among themselves.
 *
 *   db_conn.c   a connection's life: connect, set up, lost, again; the two lanes and who waits for them
 *   db_hosts.c  which of several hosts an attempt begins with
 *   db_pipe.c   what was sent on a connection and whose results come next
 *   db_tx.c     transactions and segments, db.h's functions
 *   db_round.c  what is sent together and waited for together
 *   db_segment.c  what goes over a shared connection in one turn of the loop
 *   db_post.c   what reads post at their end, gathered
 *   db_standby.c  lists from a standby that has all that was answered before
 *   db_put.c    parameters, db_get.c results: PostgreSQL's binary forms
 *   db_list.c   statement texts: one for each variant of a list; cursors
 *   db_error.c  SQLSTATE to kind
 */
#pragma once

#include <event2/event_struct.h>
#include <libpq-fe.h>

#include "io/co.h"
#include "io/db.h"
#include "io/loop.h"

enum {
    DB_MAX_CONNS = 64,         /* of one lane */
    DB_AWAY_WAIT_US = 1000000, /* how long a request waits for a PostgreSQL that is away */
    DB_SILENCE_US = 5000000,   /* past the statement timeout without a word: it is not there any more */
    DB_MAX_LISTS = 128,        /* variants of lists that one connection keeps prepared */
    DB_MAX_TEXTS = 4096,       /* statement texts that a process keeps */
    DB_HOSTS_BYTES = 1024,
    DB_MAX_NAME = 56, /* PostgreSQL tells prepared statements by 63 bytes */
    DB_CONTEXT_PARAMS = 3,
};

/* ---- statement texts ---- */

/* A statement or one variant of a list, as it is prepared. */
struct text {
    const struct db_statement *s;
    uint32_t variant;
    uint32_t index; /* in prep tables; TEXT_UNNAMED: parsed at each use */
    const char *name;
    const char *sql;
    const Oid *types;
    int nparams;
    int64_t slow_until_us; /* mono; a list that took too long beside others goes alone */
    char fault_state[6];   /* SQLSTATE of the last failed Parse, "" none */
    char fault[160];       /* what PostgreSQL said of it */
};
#define TEXT_UNNAMED UINT32_MAX

struct texts {
    struct text **table; /* open addressing, size a power of two */
    size_t size, n;
};
void texts_done(struct texts *t);
/* The text of a statement; arena takes what the process does not keep. */
struct text *texts_get(struct texts *t, struct arena *a, const struct db_statement *s,
                       const struct db_list_choice *choice);
/* The text of an INSERT … VALUES (…) for several rows, with their parameters one row after the other; NULL of
 * another statement. */
struct text *texts_rows(struct texts *t, const struct db_statement *s, unsigned rows);

/* ---- a queued statement ---- */

struct pending {
    struct pending *next;
    const struct db_statement *s;
    struct text *text;
    void *out;
    bool *found;
    size_t *n;
    bool backwards; /* rows come in reverse */
    const char **values;
    int *lengths;
};

Oid wire_oid(enum db_type t);
/* Copies the parameters into wire form in the arena. */
MUST_CHECK err_t wire_encode(struct arena *a, struct texts *t, const struct db_statement *s,
                             const void *params, const struct db_list_choice *choice, struct pending **ret);
/* Fills the outputs. Texts are borrowed from the result: *ret_keep says that it must live as long as the
 * arena. */
MUST_CHECK err_t wire_decode(struct arena *a, const struct pending *p, const PGresult *r, bool *ret_keep);

/* ---- connections ---- */

enum slot_kind { SLOT_PREPARE, SLOT_RUN, SLOT_SYNC, SLOT_SETUP };

/* What the connection will answer, in order. */
struct slot {
    enum slot_kind kind;
    bool answered;     /* its result was seen, the NULL behind it not yet */
    bool posted;       /* nobody waits: a failure is logged; of a Sync: it ends a segment of posts */
    struct tx *tx;     /* NULL: nobody's (any more) */
    struct pending *p; /* NULL with tx */
    uint32_t text;     /* index, for the state of Parse */
    struct text *said; /* SLOT_PREPARE: where to keep what PostgreSQL says */
};

enum prep_state { PREP_UNKNOWN, PREP_IN_FLIGHT, PREP_READY };
struct prep {
    uint8_t state;
    uint8_t again; /* part of the name: counts how often it became stale */
};

enum conn_state {
    CONN_DOWN,       /* not open; perhaps a timer for the next attempt */
    CONN_CONNECTING, /* libpq is at it */
    CONN_IDLE,       /* can take work; shared ones are always idle when they live */
    CONN_HELD,       /* a transaction has it */
    CONN_CLEANING,   /* rolls back */
};

struct conn {
    struct db *db;
    struct lane *lane;
    enum conn_state state;
    bool wanted; /* connects again when it is down */
    bool told;   /* its loss is in the log */
    PGconn *pg;
    struct event read, write;
    bool events; /* read is added, write can be */
    bool writing;
    struct loop_timer *retry;
    unsigned failures;      /* in a row */
    unsigned first_host;    /* of the attempt under way */
    int64_t heard_us;       /* mono: when the oldest slot became the oldest */
    struct tx *tx;          /* who holds it */
    struct waiter *granted; /* to whom it was given, until that one runs */
    struct slot *slots;     /* ring; size a power of two */
    size_t first, nslots, size;
    struct prep *preps; /* by text index */
    size_t npreps;
    unsigned nlists;
    /* Of a shared connection, see db_segment.c and db_post.c. */
    struct event turn; /* at the end of the loop's turn, if it is due */
    bool turn_due;
    unsigned nreads; /* in the segment that has no Sync yet */
    char *reader;    /* whose context it has: the values one behind the other */
    size_t reader_size;
    int reader_lengths[DB_CONTEXT_PARAMS];
    struct post *posts, *posted; /* not sent; sent, and waited for */
    bool posting;                /* a segment of posts is under way */
    bool post_failed;            /* a statement in it did */
};

struct waiter {
    struct co_wait wait;
    struct conn *conn; /* given */
    bool failed;       /* PostgreSQL is away */
    struct waiter *next;
};

/* Where a lane's connections go. */
struct place {
    char *conninfo;
    PQconninfoOption *where; /* conninfo's parts */
    unsigned first_host;     /* of several, where connecting begins */
};

struct lane {
    struct db *db;
    const char *name; /* shared, lists, own, standby */
    struct place *place;
    int64_t timeout_us; /* of a statement */
    bool shared;
    struct conn *conns;
    unsigned n;
    struct waiter *waiters, **waiters_end;
    int64_t away_since_us; /* no connection works since; 0 one does */
    struct loop_timer *away_timer;
    struct loop_timer *silence_timer;
    struct db_lane_stats stats;
};

struct db {
    struct loop *loop;
    char *password;
    struct place primary, elsewhere;
    struct lane shared, lists, own,
        standby; /* standby is exclusive as own is; without connections if there is none */
    struct texts texts;
    struct db_stats stats;
    bool closing;
};

extern const struct err db_err_away; /* PostgreSQL cannot be reached */

/* db_lane.c */
/* l says its name, place, timeout and whether it is shared. */
void lane_open(struct db *db, struct lane *l, unsigned n);
void lane_close(struct lane *l);
/* A living connection for a segment, or one of its own; waits if need be. */
AWAITS MUST_CHECK err_t lane_take(struct lane *l, struct conn **ret);
struct conn *lane_shared_now(struct lane *l);
bool lane_works(const struct lane *l);
/* A connection works (again), or is free again: to who waits. */
void lane_offer(struct conn *c);
/* The first connection works (again): the others are opened, as far as they are wanted. */
void lane_follow(struct lane *l);
/* No connection works: who has waited long enough is told. */
void lane_watch_waiters(struct lane *l);

/* db_conn.c */
void conn_connect(struct conn *c);
bool conn_works(const struct conn *c);
/* It is being opened, or will be. */
bool conn_tries(const struct conn *c);
/* Closes it; whoever waits for it gets the error; then connects again, at once or in a while, if it is
 * wanted. */
void conn_down(struct conn *c, err_t e, bool at_once);
/* An exclusive connection that is clean goes to the next waiter. */
void conn_free_for_next(struct conn *c);
/* Ends it and connects again; whoever waits for it gets the error. */
void conn_lost(struct conn *c, const char *why);
/* The same, but on purpose: at once and without a word. */
void conn_drop(struct conn *c);
void conn_flush(struct conn *c);

/* db_hosts.c */
unsigned hosts_of(const struct place *p);
/* A list of the conninfo (host, hostaddr, port) from its k-th on, "b,c,a": in space, unless it is one value
 * for all; NULL if there is none. */
const char *hosts_from(const struct place *p, const char *keyword, unsigned k, char *space, size_t bytes);

/* db_pipe.c */
/* Parse where it is not prepared yet: under a Sync of its own on a shared connection. False: connection lost.
 */
bool pipe_prepare(struct conn *c, struct tx *tx, struct pending *p);
/* The statements are prepared there, or can be kept so: only such may go over a shared connection. */
bool pipe_can_name(struct conn *c, const struct pending *p);
/* tx NULL: it is posted. */
bool pipe_run(struct conn *c, struct tx *tx, struct pending *p);
bool pipe_sync(struct conn *c, struct tx *tx);
/* The Sync behind posts: posts_answered when its answer comes. */
bool pipe_sync_posts(struct conn *c);
bool pipe_setup(struct conn *c);
/* ROLLBACK and Sync, with nobody waiting; after a failed statement another Sync comes first. */
bool pipe_rollback(struct conn *c, bool sync_first);
/* Takes all results that are there. */
void pipe_results(struct conn *c);
/* Nobody waits for the slots of tx any more. */
void pipe_forget(struct conn *c, const struct tx *tx);
/* Empties the ring; every transaction in it fails. */
void pipe_fail(struct conn *c, err_t e);

/* db_segment.c */
void segment_open(struct conn *c, struct event_base *base);
void segment_close(struct conn *c);
/* Adds tx->round to what this turn sends. False: connection lost. */
bool segment_read(struct conn *c, struct tx *tx);
/* The Sync behind the reads, if there are any: what follows does not stand or fall with them. */
bool segment_end(struct conn *c);
/* At the end of the loop's turn what waits is sent. */
void segment_at_turn(struct conn *c);

/* ---- transactions ---- */

struct tx {
    struct ctx *x;
    struct db *db;
    struct lane *lane;
    struct conn *conn; /* exclusive; shared only while a round is under way */
    bool segments;     /* a read: each round is a transaction of its own */
    bool ended;        /* x->tx is another, or none */
    bool begun;        /* BEGIN was sent */
    bool broken;       /* a statement failed since the last Sync: the server skips all up to the next */
    bool commit_sent;  /* and not answered */
    bool committed;
    bool lost;  /* with its connection */
    bool stale; /* a prepared statement was: send the round again */
    bool retried;
    bool swept;                         /* skipped behind another's failure: send the round again */
    bool alone;                         /* in a segment of its own */
    unsigned rounds;                    /* answered ones */
    unsigned outstanding;               /* slots of the round under way */
    struct pending *queue, **queue_end; /* not sent */
    struct pending *round;              /* under way; kept for a second try */
    struct pending *context;
    struct pending *posts, **posts_end; /* a read's: sent at its end */
    err_t failed;                       /* nothing more can be done with it (but undo a savepoint) */
    bool doomed;                        /* also a read segment stays failed */
    err_t round_err;                    /* first fault of the round: rows that were not as they should */
    struct co_wait wait;
    const char *at; /* the round's last statement, for SIGUSR1 */
};

/* db_tx.c */
struct tx *tx_new(struct ctx *x, struct lane *lane, bool segments);
/* The connection goes back, rolled back if something was begun on it. */
void tx_release(struct tx *tx);

/* db_post.c */
/* Sends tx->posts with what others posted; waits until they are sent, or on disk if one of them is durable.
 */
AWAITS MUST_CHECK err_t tx_posts(struct tx *tx);
/* Sends those that wait, unless some are under way. */
void posts_go(struct conn *c);
/* The segment of posts was answered; the next may go. Called by db_pipe.c, on the loop's stack. */
void posts_answered(struct conn *c);
/* The connection is gone. */
void posts_lost(struct conn *c);

/* db_standby.c */
/* A read transaction on a standby; *ret stays NULL if none may be asked. */
AWAITS MUST_CHECK err_t standby_begin(struct ctx *x, struct tx **ret);
/* From here on the primary: nothing is begun there yet, what is queued stays queued. */
void standby_leave(struct tx *tx);

/* db_round.c */
extern const struct db_statement db_commit_statement;
struct pending *tx_own(struct tx *tx, const struct db_statement *s, const void *params);
struct pending *tx_context(struct tx *tx); /* row security's */
void tx_append(struct tx *tx, struct pending *p);
void tx_empty_queue(struct tx *tx);
/* Sends what is queued and waits for all of it. */
AWAITS MUST_CHECK err_t tx_round_trip(struct tx *tx);
/* The caller waits no longer: a shared connection goes on without it, its own is closed. */
void tx_abandon(struct tx *tx);
/* A slot of tx was answered. Called by db_pipe.c, on the loop's stack. */
void tx_result(struct tx *tx, struct pending *p, PGresult *r);
void tx_slot_done(struct tx *tx);
/* The connection is gone: all outstanding slots with it. */
void tx_conn_lost(struct tx *tx, err_t e);

/* db_error.c */
err_t db_error_of(struct arena *a, const struct pending *p, const PGresult *r);
/* True if the statement must be prepared again: SQLSTATE 26000, 0A000. */
bool db_error_is_stale(const PGresult *r);
/* True if it is libpq's own: the connection broke. */
bool db_error_is_cut(const PGresult *r);
/* True if the server ends the connection with it. */
bool db_error_is_fatal(const PGresult *r);
void db_error_log(const char *msg, const char *statement, const PGresult *r);
