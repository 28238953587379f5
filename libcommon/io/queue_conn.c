/* queue_conn.c - connections to Redis: connect, reconnect, pendings, give up what does not answer. */
#include "io/queue_internal.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/util.h>
#include <hiredis/adapters/libevent.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "io/loop.h"

#define ANSWER_US (3 * 1000 * 1000)
#define PAUSE_MIN_US (50 * 1000)
#define PAUSE_MAX_US (500 * 1000)

ERR_DEFINE(err_away, ERR_UNAVAILABLE, "queue.away", "The queue is away.");
ERR_DEFINE(err_refused, ERR_UPSTREAM, "queue.refused", "The queue refused a command.");

static void conn_again(struct queue_conn *c);

/* ---- pendings ---- */

static struct queue_pending *pending_new(struct queue_conn *c, struct queue_call *call, int64_t slack_us)
{
    struct queue *q = c->q;
    struct queue_pending *p = q->spare;

    if (p)
        q->spare = p->next;
    else
        p = ARENA_NEW(q->arena, struct queue_pending);
    *p = (struct queue_pending){.conn = c, .call = call, .due_us = clock_mono_us() + ANSWER_US + slack_us};
    if (c->newest)
        c->newest->next = p;
    else
        c->oldest = p;
    c->newest = p;
    return p;
}

static void pending_free(struct queue_pending *p)
{
    struct queue_conn *c = p->conn;
    struct queue_pending **at = &c->oldest, *before = NULL;

    while (*at && *at != p) { /* the first one, but when all are told that the connection is gone */
        before = *at;
        at = &(*at)->next;
    }
    if (*at) {
        *at = p->next;
        if (c->newest == p)
            c->newest = before;
    }
    p->next = c->q->spare;
    c->q->spare = p;
}

/* What a replica says: the master is another one by now. */
static bool demoted(const redisReply *r)
{
    return r->type == REDIS_REPLY_ERROR &&
           (str_starts(r->str, "READONLY") || str_starts(r->str, "MASTERDOWN"));
}

static err_t reply_err(struct queue_call *call, const redisReply *r)
{
    if (str_starts(r->str, "NOGROUP") || str_starts(r->str, "UNBLOCKED")) {
        call->no_group = true;
        return NULL;
    }
    if (str_starts(r->str, "BUSYGROUP"))
        return NULL;
    if (str_starts(r->str, "LOADING") || str_starts(r->str, "OOM") || str_starts(r->str, "READONLY") ||
        str_starts(r->str, "MASTERDOWN") || str_starts(r->str, "NOREPLICAS"))
        return err_internal(call->arena, ERR_UNAVAILABLE, "queue.away", "%.80s", r->str);
    return err_internal(call->arena, ERR_UPSTREAM, "queue.refused", "%.80s", r->str);
}

static void replied(redisAsyncContext *ac, void *reply, void *arg)
{
    const redisReply *r = reply;
    struct queue_pending *p = arg;
    struct queue_call *call = p->call;
    struct queue *q = p->conn->q;
    size_t index = p->index;
    err_t e = NULL;

    pending_free(p);
    if (r && demoted(r))
        queue_conn_drop(&q->main);
    if (!call)
        return;
    if (!r)
        e = err_away;
    else if (r->type == REDIS_REPLY_ERROR)
        e = reply_err(call, r);
    else if (call->take)
        e = call->take(call, r, index);
    if (e && !call->err)
        call->err = e;
    if (--call->open == 0)
        co_wake(&call->wait);
}

void queue_send(struct queue_conn *c, struct queue_call *call, int64_t slack_us, int argc,
                const char *const *argv, const size_t *lengths)
{
    struct queue_pending *p;
    const char **args;

    if (!c->ac || (c->kind == QUEUE_MAIN && !c->q->ready)) {
        if (call)
            call->err = err_away;
        return;
    }
    p = pending_new(c, call, slack_us);
    /* hiredis takes the array without its inner const, and only reads it */
    memcpy(&args, &argv, sizeof(args));
    if (redisAsyncCommandArgv(c->ac, replied, p, argc, args, lengths) != REDIS_OK) {
        pending_free(p);
        if (call)
            call->err = err_refused;
        return;
    }
    if (call)
        p->index = call->open++;
}

err_t queue_wait(struct queue_conn *c, struct queue_call *call)
{
    err_t e;

    if (call->open == 0)
        return call->err;
    e = co_wait(&call->wait);
    if (e) {
        for (struct queue_pending *p = c->oldest; p; p = p->next)
            if (p->call == call)
                p->call = NULL;
        return e;
    }
    return call->err;
}

/* ---- connections ---- */

static void conn_down(struct queue_conn *c)
{
    c->ac = NULL;
    c->up = false;
    if (c->kind == QUEUE_MAIN) {
        if (c->q->sentinels && !c->q->ready) /* what was found is no master */
            queue_sentinels_next(c->q);
        c->q->ready = false;
    }
    if (c->kind != QUEUE_BLOCKING && !c->q->closing)
        conn_again(c);
}

static void on_connect(const redisAsyncContext *ac, int status)
{
    struct queue_conn *c = ac->data;

    if (!c)
        return;
    if (status != REDIS_OK) {
        conn_down(c); /* hiredis frees the context behind this call */
        return;
    }
    c->up = true;
    if (c->kind == QUEUE_MAIN) {
        queue_main_up(c->q);
    } else if (c->kind == QUEUE_SUBSCRIBED) {
        c->pause_us = 0;
        queue_sub_up(c->q);
    }
}

static void on_disconnect(const redisAsyncContext *ac, int status)
{
    struct queue_conn *c = ac->data;

    if (!c)
        return;
    if (c->kind == QUEUE_MAIN && !c->q->told) {
        log_line(LOG_WARN, NULL, "queue.lost", LOG_TEXT("cause", ac->errstr));
        c->q->told = true; /* before it was ready again it is the same loss */
    }
    conn_down(c);
}

static void conn_open(struct queue_conn *c)
{
    struct queue *q = c->q;
    redisAsyncContext *ac = q->path ? redisAsyncConnectUnix(q->path) : redisAsyncConnect(q->ip, q->port);

    if (!ac || ac->err) {
        if (ac)
            redisAsyncFree(ac);
        conn_down(c);
        return;
    }
    c->ac = ac;
    c->since_us = clock_mono_us();
    ac->data = c;
    if (!q->path)
        redisEnableKeepAlive(&ac->c);
    redisLibeventAttach(ac, loop_base(q->loop));
    redisAsyncSetConnectCallback(ac, on_connect);
    redisAsyncSetDisconnectCallback(ac, on_disconnect);
    /* Not by queue_send: the main connection takes nothing before it is ready. A wrong password shows in its
     * first answer. */
    if (q->password)
        redisAsyncCommand(ac, NULL, NULL, "AUTH %s", q->password);
}

/* ---- where Redis is ---- */

struct evdns_getaddrinfo_request *
queue_resolve(struct queue *q, const char *host,
              void (*fn)(int fault, struct evutil_addrinfo *found, void *arg), void *arg)
{
    char ip[sizeof(struct in6_addr)];
    bool numeric = evutil_inet_pton(AF_INET, host, ip) == 1 || evutil_inet_pton(AF_INET6, host, ip) == 1;
    struct evutil_addrinfo hints = {.ai_family = AF_UNSPEC,
                                    .ai_socktype = SOCK_STREAM,
                                    /* who is asked for an address need not look which ones this host has */
                                    .ai_flags = numeric ? EVUTIL_AI_NUMERICHOST : EVUTIL_AI_ADDRCONFIG};

    return evdns_getaddrinfo(q->dns, host, NULL, &hints, fn, arg);
}

bool queue_ip(struct evutil_addrinfo *found, char *out, size_t size)
{
    const char *ip;

    if (!found)
        return false;
    ip = evutil_inet_ntop(
        found->ai_family,
        found->ai_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)(const void *)found->ai_addr)->sin6_addr
            : (const void *)&((const struct sockaddr_in *)(const void *)found->ai_addr)->sin_addr,
        out, size);
    evutil_freeaddrinfo(found);
    return ip;
}

/* The others may hang on a host that is cut off, or on what is a replica now. */
static void moved(struct queue *q, const char *ip)
{
    if (q->ip[0])
        log_line(LOG_WARN, NULL, "queue.moved", LOG_TEXT("address", ip), LOG_INT("port", q->next_port));
    snprintf(q->ip, sizeof(q->ip), "%s", ip);
    q->port = q->next_port;
    queue_conn_drop(&q->sub);
    for (struct queue_conn *c = q->blocking; c; c = c->each)
        queue_conn_drop(c);
}

static void resolved(int fault, struct evutil_addrinfo *found, void *arg)
{
    struct queue *q = arg;
    char ip[sizeof(q->ip)];

    if (fault == EVUTIL_EAI_CANCEL || q->closing) {
        if (found)
            evutil_freeaddrinfo(found);
        return;
    }
    if (!fault && queue_ip(found, ip, sizeof(ip)) && (!str_eq(ip, q->ip) || q->port != q->next_port))
        moved(q, ip);
    if (q->ip[0])
        conn_open(&q->main);
    else
        conn_down(&q->main);
}

void queue_conn_found(struct queue *q, const char *host, int port)
{
    q->next_port = port;
    queue_resolve(q, host, resolved, q);
}

void queue_conn_lost(struct queue *q)
{
    conn_down(&q->main);
}

void queue_conn_start(struct queue_conn *c)
{
    struct queue *q = c->q;

    c->since_us = clock_mono_us();
    if (q->path || c->kind != QUEUE_MAIN)
        conn_open(c);
    else if (q->sentinels)
        queue_sentinels_ask(q);
    else
        queue_conn_found(q, q->address.v[0].host, q->address.v[0].port);
}

static void conn_retry(void *arg)
{
    struct queue_conn *c = arg;

    c->again = NULL;
    queue_conn_start(c);
}

static void conn_again(struct queue_conn *c)
{
    c->pause_us = c->pause_us ? c->pause_us * 2 : PAUSE_MIN_US;
    if (c->pause_us > PAUSE_MAX_US)
        c->pause_us = PAUSE_MAX_US;
    if (!c->again)
        c->again = loop_after(c->q->loop, c->pause_us, conn_retry, c);
}

void queue_conn_drop(struct queue_conn *c)
{
    redisAsyncContext *ac = c->ac;

    if (!ac)
        return;
    c->ac = NULL;
    ac->data = NULL; /* the callbacks below do not count as a loss */
    redisAsyncFree(ac);
    conn_down(c);
}

struct queue_conn *queue_conn_take(struct queue *q)
{
    struct queue_conn *c = q->idle;

    if (!q->ready) /* the main connection finds out when Redis is back */
        return NULL;
    if (c) {
        q->idle = c->next;
    } else {
        c = ARENA_NEW(q->arena, struct queue_conn);
        c->each = q->blocking;
        q->blocking = c;
    }
    c->q = q;
    c->kind = QUEUE_BLOCKING;
    c->next = NULL;
    if (!c->ac)
        queue_conn_start(c);
    return c;
}

void queue_conn_give(struct queue_conn *c)
{
    c->next = c->q->idle;
    c->q->idle = c;
}

static void watch(struct queue_conn *c, int64_t now_us)
{
    bool silent = c->oldest && c->oldest->due_us < now_us;

    if (!c->ac || (!silent && (c->up || c->since_us + ANSWER_US > now_us)))
        return;
    log_line(LOG_WARN, NULL, "queue.silent", LOG_INT("kind", (int)c->kind));
    queue_conn_drop(c);
}

void queue_conns_watch(struct queue *q, int64_t now_us)
{
    watch(&q->main, now_us);
    watch(&q->sub, now_us);
    for (struct queue_conn *c = q->blocking; c; c = c->each)
        watch(c, now_us);
}
