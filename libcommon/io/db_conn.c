/*
 * db_conn.c - a connection's life; its lane (db_lane.c) says who gets it.
 *
 *   DOWN ──► CONNECTING ──► IDLE ⇄ HELD ──► CLEANING ──► IDLE      (exclusive lane; shared ones stay IDLE)
 *    ▲            └─────────────┴──────────────┴── lost ──► DOWN, and again after a while
 */
#include <errno.h>
#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/db_internal.h"

enum {
    CONNECT_TIMEOUT_S = 2, /* of each step; doubles with each failure, to 16: who gives up only comes again */
    FIRST_RETRY_US = 50 * 1000,
    LAST_RETRY_US = 1000 * 1000,
};

static void on_connect(evutil_socket_t fd, short what, void *arg);

bool conn_works(const struct conn *c)
{
    return c->state == CONN_IDLE || c->state == CONN_HELD || c->state == CONN_CLEANING;
}

void conn_free_for_next(struct conn *c)
{
    if (c->state == CONN_HELD || c->state == CONN_CLEANING)
        c->lane->stats.busy--;
    c->tx = NULL;
    c->state = CONN_IDLE;
    lane_offer(c);
}

/* ---- up and down ---- */

static void retry_now(void *arg)
{
    struct conn *c = arg;

    c->retry = NULL;
    conn_connect(c);
}

bool conn_tries(const struct conn *c)
{
    return c->state == CONN_CONNECTING || c->retry;
}

static bool another_tries(const struct conn *c)
{
    const struct lane *l = c->lane;

    for (unsigned i = 0; i < l->n; i++) {
        if (&l->conns[i] != c && conn_tries(&l->conns[i]))
            return true;
    }
    return false;
}

/*
 * To a PostgreSQL that is away one connection of the lane finds the way, and the others follow. If all tried,
 * one that is just coming up, or is slow, would be kept busy by those who have given up waiting.
 */
static void connect_later(struct conn *c, bool at_once)
{
    int64_t us = (int64_t)FIRST_RETRY_US << (c->failures < 8 ? c->failures : 8);

    if (us > LAST_RETRY_US)
        us = LAST_RETRY_US;
    us -= clock_mono_us() % (us / 4); /* not all at the same moment */
    if (at_once)
        us = 0;
    c->failures++;
    if (!lane_works(c->lane) && another_tries(c))
        c->wanted = false;
    if (!c->retry && c->wanted && !c->db->closing)
        c->retry = loop_after(c->db->loop, us, retry_now, c);
}

/* Events first, then the descriptor: libevent's changelist. */
static void close_pg(struct conn *c)
{
    if (c->events) {
        event_del(&c->read);
        event_del(&c->write);
        c->events = c->writing = false;
    }
    segment_close(c);
    if (c->pg)
        PQfinish(c->pg);
    c->pg = NULL;
    if (c->npreps)
        memset(c->preps, 0, c->npreps * sizeof *c->preps);
    c->nlists = 0;
}

void conn_down(struct conn *c, err_t e, bool at_once)
{
    struct lane *l = c->lane;
    struct tx *holder = c->tx;
    struct waiter *granted = c->granted;

    if (conn_works(c))
        c->lane->stats.connections--;
    if (c->state == CONN_HELD || c->state == CONN_CLEANING)
        c->lane->stats.busy--;
    c->state = CONN_DOWN;
    c->tx = NULL;
    c->granted = NULL;
    close_pg(c);
    if (!l->away_since_us && !lane_works(l))
        l->away_since_us = clock_mono_us();
    pipe_fail(c, e);
    if (holder)
        tx_conn_lost(holder, e);
    if (granted) { /* it has not run since: it learns it as if it had waited */
        granted->conn = NULL;
        granted->failed = true;
    }
    lane_watch_waiters(l);
    connect_later(c, at_once);
}

void conn_lost(struct conn *c, const char *why)
{
    char text[256];
    bool was_alive = conn_works(c);

    snprintf(text, sizeof text, "%s", why);
    for (char *p = text; *p; p++)
        *p = *p == '\n' ? ' ' : *p;
    if (was_alive || !c->told) /* while it stays away one line is enough */
        log_line(LOG_WARN, NULL, was_alive ? "database connection lost" : "database cannot be reached",
                 LOG_TEXT("lane", c->lane->name), LOG_TEXT("cause", text));
    c->told = true;
    conn_down(c, &db_err_away, false);
}

void conn_drop(struct conn *c)
{
    c->failures = 0;
    conn_down(c, &db_err_away, true);
}

static void on_write(evutil_socket_t fd, short what, void *arg)
{
    conn_flush(arg);
}

/* OpenSSL has more than libpq took: of that the descriptor will not tell. */
static bool decrypted(const struct conn *c)
{
    const SSL *ssl = PQsslStruct(c->pg, "OpenSSL");

    return ssl && SSL_pending(ssl) > 0;
}

static void on_read(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;
    bool ok;

    do {
        ok = PQconsumeInput(c->pg) != 0;
        pipe_results(c);
    } while (c->pg && ok && decrypted(c));
    if (c->pg && !ok)
        conn_lost(c, PQerrorMessage(c->pg));
    else if (c->pg && c->writing)
        conn_flush(c);
}

void conn_flush(struct conn *c)
{
    int left = c->pg ? PQflush(c->pg) : 0;

    if (left < 0) {
        conn_lost(c, PQerrorMessage(c->pg));
        return;
    }
    if (left > 0 && !c->writing)
        event_add(&c->write, NULL);
    else if (left == 0 && c->writing)
        event_del(&c->write);
    c->writing = left > 0;
}

static void up(struct conn *c)
{
    struct event_base *base = loop_base(c->db->loop);
    int fd = PQsocket(c->pg);

    event_assign(&c->read, base, fd, EV_READ | EV_PERSIST, on_read, c);
    event_assign(&c->write, base, fd, EV_WRITE | EV_PERSIST, on_write, c);
    event_add(&c->read, NULL);
    segment_open(c, base);
    c->events = true;
    c->state = CONN_IDLE;
    c->lane->stats.connections++;
    if (PQsetnonblocking(c->pg, 1) != 0 || !PQenterPipelineMode(c->pg) || !pipe_setup(c)) {
        conn_lost(c, PQerrorMessage(c->pg));
        return;
    }
    if (c->failures > 0)
        c->db->stats.reconnects++;
    if (c->told)
        log_line(LOG_INFO, NULL, "database connection is back", LOG_TEXT("lane", c->lane->name));
    c->told = false;
    c->failures = 0;
    c->lane->away_since_us = 0;
    conn_flush(c);
    if (c->pg)
        lane_offer(c);
    lane_follow(c->lane);
}

static void await(struct conn *c, PostgresPollingStatusType next)
{
    const struct timeval timeout = {CONNECT_TIMEOUT_S << (c->failures < 3 ? c->failures : 3), 0};
    short events = next == PGRES_POLLING_READING ? EV_READ : EV_WRITE;

    event_assign(&c->read, loop_base(c->db->loop), PQsocket(c->pg), events, on_connect, c);
    event_assign(&c->write, loop_base(c->db->loop), -1, 0, on_connect, c);
    event_add(&c->read, &timeout);
    c->events = true;
}

static void on_connect(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;
    PostgresPollingStatusType next;

    c->events = false;
    if (what & EV_TIMEOUT) {
        c->lane->place->first_host = (c->first_host + 1) % hosts_of(c->lane->place);
        conn_lost(c, "connecting took too long");
        return;
    }
    next = PQconnectPoll(c->pg);
    if (next == PGRES_POLLING_FAILED)
        conn_lost(c, PQerrorMessage(c->pg));
    else if (next == PGRES_POLLING_OK)
        up(c);
    else
        await(c, next);
}

/* libpq writes notices to standard error by default. */
static void swallow_notice(void *arg, const char *message)
{
    log_line(LOG_DEBUG, NULL, "database notice", LOG_TEXT("text", message));
}

void conn_connect(struct conn *c)
{
    const struct place *place = c->lane->place;
    unsigned k = place->first_host;
    char host[DB_HOSTS_BYTES], address[DB_HOSTS_BYTES], port[DB_HOSTS_BYTES];
    /* What stands before dbname the conninfo may say otherwise. Over TCP a host that is cut off is noticed on
     * idle connections too, and what it does not take is not waited for. */
    const char *const parts[][2] = {
        {"keepalives_idle", "2"},
        {"keepalives_interval", "1"},
        {"keepalives_count", "3"},
        {"tcp_user_timeout", "5000"},
        {"dbname", place->conninfo},
        {"password", c->db->password},
        {"fallback_application_name", program_invocation_short_name},
        {"client_encoding", "UTF8"},
        {"host", hosts_from(place, "host", k, host, sizeof host)},
        {"hostaddr", hosts_from(place, "hostaddr", k, address, sizeof address)},
        {"port", hosts_from(place, "port", k, port, sizeof port)},
    };
    const char *keys[LENGTH(parts) + 1] = {0}, *values[LENGTH(parts) + 1] = {0};

    for (size_t i = 0; i < LENGTH(parts); i++) {
        keys[i] = parts[i][0];
        values[i] = parts[i][1];
    }
    c->first_host = k;
    c->wanted = true;
    c->state = CONN_CONNECTING;
    c->pg = PQconnectStartParams(keys, values, 1);
    if (!c->pg)
        abort();
    PQsetNoticeProcessor(c->pg, swallow_notice, NULL);
    if (PQstatus(c->pg) == CONNECTION_BAD)
        conn_lost(c, PQerrorMessage(c->pg));
    else
        await(c, PGRES_POLLING_WRITING);
}
