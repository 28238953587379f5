/*
 * db_lane.c - the two lanes: their connections (db_conn.c), who waits for one, and whom nobody answers.
 *
 * The exclusive lane begins with one connection and opens more when somebody waits. When PostgreSQL is away
 * nobody waits longer than DB_AWAY_WAIT_US in all.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "io/db_internal.h"

enum {
    SILENCE_TICK_US = 1000 * 1000,
    AWAY_TICK_US = 50 * 1000,
};

bool lane_works(const struct lane *l)
{
    for (unsigned i = 0; i < l->n; i++) {
        if (conn_works(&l->conns[i]))
            return true;
    }
    return false;
}

/* ---- who waits ---- */

static struct waiter *next_waiter(struct lane *l)
{
    struct waiter *w = l->waiters;

    if (!w)
        return NULL;
    l->waiters = w->next;
    if (!l->waiters)
        l->waiters_end = &l->waiters;
    l->stats.waiters--;
    return w;
}

static void stop_waiting(struct lane *l, const struct waiter *w)
{
    for (struct waiter **at = &l->waiters; *at; at = &(*at)->next) {
        if (*at != w)
            continue;
        *at = w->next;
        if (!*at)
            l->waiters_end = at;
        l->stats.waiters--;
        return;
    }
}

/* While no connection works: those who have waited long enough learn it. */
static void look_at_waiters(void *arg)
{
    struct lane *l = arg;
    bool late = l->away_since_us && clock_mono_us() - l->away_since_us >= DB_AWAY_WAIT_US;

    while (late && l->waiters) {
        struct waiter *w = next_waiter(l);

        w->failed = true;
        co_wake(&w->wait);
    }
    if (l->away_since_us && l->waiters)
        return;
    loop_timer_cancel(l->away_timer);
    l->away_timer = NULL;
}

void lane_watch_waiters(struct lane *l)
{
    if (l->away_since_us && l->waiters && !l->away_timer)
        l->away_timer = loop_every(l->db->loop, AWAY_TICK_US, look_at_waiters, l);
}

/* A connection works again, or is free again. */
void lane_offer(struct conn *c)
{
    struct lane *l = c->lane;
    struct waiter *w;

    if (l->shared) {
        while ((w = next_waiter(l)))
            co_wake(&w->wait);
        return;
    }
    w = next_waiter(l);
    if (!w)
        return;
    c->state = CONN_HELD;
    c->granted = w;
    w->conn = c;
    l->stats.busy++;
    co_wake(&w->wait);
}

/* ---- lanes ---- */

/*
 * A server that is there answers each statement by its timeout. One that is not, but has not closed either
 * (its machine hangs, the network drops what we send), would be waited for by all who share the connection.
 */
static void look_for_silence(void *arg)
{
    struct lane *l = arg;
    int64_t before_us = clock_mono_us() - l->timeout_us - DB_SILENCE_US;

    for (unsigned i = 0; i < l->n; i++) {
        struct conn *c = &l->conns[i];

        if (conn_works(c) && c->nslots > 0 && c->heard_us < before_us)
            conn_lost(c, "no answer");
    }
}

void lane_open(struct db *db, struct lane *l, unsigned n)
{
    l->db = db;
    l->n = n;
    l->away_since_us = clock_mono_us();
    l->waiters_end = &l->waiters;
    l->conns = calloc(n ? n : 1, sizeof *l->conns);
    if (!l->conns)
        abort();
    for (unsigned i = 0; i < n; i++)
        l->conns[i] = (struct conn){.db = db, .lane = l};
    for (unsigned i = 0; i < (l->shared || n == 0 ? n : 1); i++)
        conn_connect(&l->conns[i]);
    l->silence_timer = loop_every(db->loop, SILENCE_TICK_US, look_for_silence, l);
}

void lane_close(struct lane *l)
{
    loop_timer_cancel(l->silence_timer);
    for (unsigned i = 0; i < l->n; i++) {
        struct conn *c = &l->conns[i];

        loop_timer_cancel(c->retry);
        c->retry = NULL;
        c->wanted = false;
        if (c->state != CONN_DOWN)
            conn_down(c, &db_err_away, false);
        free(c->slots);
        free(c->preps);
    }
    l->n = 0;
    l->away_since_us = 1; /* long ago */
    look_at_waiters(l);
    free(l->conns);
}

struct conn *lane_shared_now(struct lane *l)
{
    struct conn *best = NULL;

    for (unsigned i = 0; i < l->n; i++) {
        struct conn *c = &l->conns[i];

        if (c->state == CONN_IDLE && (!best || c->nslots < best->nslots))
            best = c;
    }
    return best;
}

static struct conn *own_now(struct lane *l)
{
    for (unsigned i = 0; i < l->n; i++) {
        struct conn *c = &l->conns[i];

        if (c->state == CONN_IDLE) {
            c->state = CONN_HELD;
            l->stats.busy++;
            return c;
        }
    }
    return NULL;
}

/* One more connection if those being opened do not suffice for those who wait. */
static void grow(struct lane *l)
{
    unsigned opening = 0, waiting = 0;

    for (const struct waiter *w = l->waiters; w; w = w->next)
        waiting++;
    for (unsigned i = 0; i < l->n; i++)
        opening += conn_tries(&l->conns[i]);
    if (!lane_works(l) && waiting > 1)
        waiting = 1;
    for (unsigned i = 0; i < l->n && opening < waiting; i++) {
        if (l->conns[i].wanted || l->db->closing)
            continue;
        conn_connect(&l->conns[i]);
        opening++;
    }
}

/* The first connection works (again). */
void lane_follow(struct lane *l)
{
    for (unsigned i = 0; l->shared && i < l->n; i++) {
        if (!l->conns[i].wanted && !l->db->closing)
            conn_connect(&l->conns[i]);
    }
    if (!l->shared)
        grow(l);
}

err_t lane_take(struct lane *l, struct conn **ret)
{
    struct conn *c = l->shared ? lane_shared_now(l) : l->waiters ? NULL : own_now(l);
    struct waiter w = {0};
    int64_t begun_us;
    err_t e = NULL;

    if (c) {
        *ret = c;
        return NULL;
    }
    if (l->away_since_us && clock_mono_us() - l->away_since_us >= DB_AWAY_WAIT_US)
        return &db_err_away;
    *l->waiters_end = &w;
    l->waiters_end = &w.next;
    l->stats.waiters++;
    if (!l->shared)
        grow(l);
    lane_watch_waiters(l);
    begun_us = clock_mono_us();
    e = co_wait(&w.wait);
    l->stats.waits++;
    l->stats.waited_us += (uint64_t)(clock_mono_us() - begun_us);
    if (e) {
        stop_waiting(l, &w);
        return e;
    }
    c = l->shared ? lane_shared_now(l) : w.conn;
    if (w.failed || !c)
        return &db_err_away;
    c->granted = NULL;
    *ret = c;
    return NULL;
}
