/*
 * queue_sentinel.c - asks Redis' sentinels who is master.
 *
 *   ask ─► resolve, connect, SENTINEL get-master-addr-by-name ─► found: queue_conn_found
 *    ▲          │ no, silent, knows of none
 *    └──────────┘ the next sentinel; after the last: queue_conn_lost, which asks again after a pause
 *
 * What a sentinel says may be old (it was cut off, or starts): the main connection sees for itself whether it
 * has met a master (queue.c), and if not, the next sentinel is asked. One connection for each question, so
 * that no state can be old.
 */
#include <event2/dns.h>
#include <event2/util.h>
#include <hiredis/adapters/libevent.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/queue_internal.h"

#define SENTINEL_ANSWER_US (700 * 1000)

struct queue_sentinels {
    struct queue *q;
    size_t at;    /* asked next */
    size_t tried; /* in this round */
    bool told;    /* that none knows, once until one does */
    redisAsyncContext *ac;
    struct evdns_getaddrinfo_request *resolving;
    struct loop_timer *late;
};

static void ask(struct queue_sentinels *s);

void queue_sentinels_open(struct queue *q)
{
    q->sentinels = ARENA_NEW(q->arena, struct queue_sentinels);
    q->sentinels->q = q;
}

static void ask_end(struct queue_sentinels *s)
{
    struct evdns_getaddrinfo_request *resolving = s->resolving;
    redisAsyncContext *ac = s->ac;

    loop_timer_cancel(s->late);
    s->late = NULL;
    s->resolving = NULL;
    s->ac = NULL; /* callbacks of another context are not listened to */
    if (resolving)
        evdns_getaddrinfo_cancel(resolving);
    if (ac)
        redisAsyncFree(ac);
}

static void ask_failed(struct queue_sentinels *s, const char *cause)
{
    struct queue *q = s->q;

    ask_end(s);
    queue_sentinels_next(q);
    if (++s->tried < q->address.n) {
        ask(s);
        return;
    }
    if (!s->told)
        log_line(LOG_WARN, NULL, "queue.sentinels", LOG_TEXT("master", q->address.master),
                 LOG_TEXT("cause", cause));
    s->told = true;
    queue_conn_lost(q);
}

static void late(void *arg)
{
    struct queue_sentinels *s = arg;

    s->late = NULL;
    ask_failed(s, "no answer");
}

static void answered(redisAsyncContext *ac, void *reply, void *arg)
{
    struct queue_sentinels *s = arg;
    const redisReply *r = reply;
    char host[256];
    int64_t port;

    if (ac != s->ac)
        return;
    if (!r) {
        s->ac = NULL; /* hiredis frees it behind this call */
        ask_failed(s, ac->errstr[0] ? ac->errstr : "lost");
        return;
    }
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 2 || r->element[0]->type != REDIS_REPLY_STRING ||
        r->element[0]->len >= sizeof(host) || r->element[1]->type != REDIS_REPLY_STRING ||
        !str_to_i64(r->element[1]->str, 1, 65535, &port)) {
        ask_failed(s, r->type == REDIS_REPLY_ERROR ? r->str : "does not know the master");
        return;
    }
    snprintf(host, sizeof(host), "%s", r->element[0]->str);
    ask_end(s);
    s->told = false;
    queue_conn_found(s->q, host, (int)port);
}

static void resolved(int fault, struct evutil_addrinfo *found, void *arg)
{
    struct queue_sentinels *s = arg;
    const struct queue *q;
    char ip[64];

    if (fault == EVUTIL_EAI_CANCEL)
        return;
    q = s->q;
    s->resolving = NULL;
    if (fault || !queue_ip(found, ip, sizeof(ip))) {
        ask_failed(s, "its name is not known");
        return;
    }
    s->ac = redisAsyncConnect(ip, q->address.v[s->at].port);
    if (!s->ac || s->ac->err) {
        ask_failed(s, "no connection");
        return;
    }
    redisLibeventAttach(s->ac, loop_base(q->loop));
    if (q->sentinel_password)
        redisAsyncCommand(s->ac, NULL, NULL, "AUTH %s", q->sentinel_password);
    redisAsyncCommand(s->ac, answered, s, "SENTINEL get-master-addr-by-name %s", q->address.master);
}

static void ask(struct queue_sentinels *s)
{
    struct evdns_getaddrinfo_request *resolving;
    const char *host = s->q->address.v[s->at].host;
    size_t tried = s->tried;

    s->late = loop_after(s->q->loop, SENTINEL_ANSWER_US, late, s);
    resolving = queue_resolve(s->q, host, resolved, s);
    if (s->tried == tried) /* else it was over at once, and another is asked */
        s->resolving = resolving;
}

void queue_sentinels_ask(struct queue *q)
{
    struct queue_sentinels *s = q->sentinels;

    ask_end(s);
    s->tried = 0;
    ask(s);
}

void queue_sentinels_next(struct queue *q)
{
    q->sentinels->at = (q->sentinels->at + 1) % q->address.n;
}

void queue_sentinels_close(struct queue *q)
{
    ask_end(q->sentinels);
}
