/* queue.c - Redis Streams: opening, readiness, epoch, publish/subscribe. The stream commands are in
 * queue_stream.c. */
#include "io/queue.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "io/loop.h"
#include "io/queue_internal.h"

#define EPOCH_KEY "wayfare:epoch"
#define WATCH_US (500 * 1000)
#define CHECK_US (2 * 1000 * 1000)

ERR_DEFINE(err_info, ERR_UPSTREAM, "queue.info", "The queue gave no usable answer to INFO.");

static void watch(void *arg)
{
    queue_conns_watch(arg, clock_mono_us());
}

err_t queue_open(struct loop *l, const struct queue_options *options, struct queue **ret)
{
    struct arena *a = arena_new();
    struct queue *q = ARENA_NEW(a, struct queue);

    q->arena = a;
    q->loop = l;
    q->password = arena_strdup(a, options->password);
    q->sentinel_password = arena_strdup(a, options->sentinel_password);
    q->main = (struct queue_conn){.q = q, .kind = QUEUE_MAIN};
    q->sub = (struct queue_conn){.q = q, .kind = QUEUE_SUBSCRIBED};
    *ret = q;
    TRY(queue_address_read(a, options->address, &q->address));
    q->path = q->address.v[0].path;
    if (!q->path)
        q->dns = evdns_base_new(loop_base(l),
                                EVDNS_BASE_INITIALIZE_NAMESERVERS | EVDNS_BASE_DISABLE_WHEN_INACTIVE);
    if (q->address.master)
        queue_sentinels_open(q);
    q->watch = loop_every(l, WATCH_US, watch, q);
    queue_conn_start(&q->main);
    return NULL;
}

void queue_close(struct queue *q)
{
    if (!q)
        return;
    q->closing = true;
    loop_timer_cancel(q->watch);
    loop_timer_cancel(q->check);
    loop_timer_cancel(q->main.again);
    loop_timer_cancel(q->sub.again);
    queue_conn_drop(&q->main);
    queue_conn_drop(&q->sub);
    for (struct queue_conn *c = q->blocking; c; c = c->each)
        queue_conn_drop(c);
    if (q->sentinels)
        queue_sentinels_close(q);
    if (q->dns)
        evdns_base_free(q->dns, 0);
    arena_free(q->arena);
}

bool queue_ready(const struct queue *q)
{
    return q->ready;
}

/* ---- what Redis says of itself ---- */

bool queue_info(const char *info, const char *name, char *out, size_t size)
{
    size_t n = strlen(name);

    for (const char *line = info; line; line = strchr(line, '\n')) {
        if (*line == '\n')
            line++;
        if (strncmp(line, name, n) == 0 && line[n] == ':') {
            size_t value = strcspn(line + n + 1, "\r\n");

            snprintf(out, size, "%.*s", (int)value, line + n + 1);
            return true;
        }
    }
    return false;
}

/* It takes no writes. By now another may be master; so it is looked for again. */
static void not_master(struct queue *q)
{
    if (!q->told)
        log_line(LOG_ERROR, NULL, "queue.replica", LOG_TEXT("cause", "what was found is no master"));
    q->told = true;
    queue_conn_drop(&q->main);
}

static void checked(redisAsyncContext *ac, void *reply, void *arg)
{
    struct queue *q = arg;
    const redisReply *r = reply;
    char policy[32] = "", loading[8] = "0", role[16] = "";

    if (!r || !ac->data)
        return; /* lost meanwhile */
    q->asked = false;
    if (r->type != REDIS_REPLY_STRING) {
        log_line(LOG_ERROR, NULL, "queue.refused", LOG_TEXT("cause", r->str));
        return;
    }
    queue_info(r->str, "maxmemory_policy", policy, sizeof(policy));
    queue_info(r->str, "loading", loading, sizeof(loading));
    queue_info(r->str, "role", role, sizeof(role));
    if (!str_eq(role, "master")) {
        not_master(q);
        return;
    }
    q->ready = str_eq(policy, "noeviction") && str_eq(loading, "0");
    if (!q->ready) {
        log_line(LOG_ERROR, NULL, "queue.policy", LOG_TEXT("maxmemoryPolicy", policy),
                 LOG_TEXT("loading", loading));
        return;
    }
    q->told = false;
    q->main.pause_us = 0;
    if (q->listeners && !q->sub.ac && !q->sub.again)
        queue_conn_start(&q->sub);
}

static void check_again(void *arg)
{
    struct queue *q = arg;

    q->check = NULL;
    if (!q->main.up || q->ready)
        return;
    if (q->asked) /* the last INFO is not answered */
        queue_conn_drop(&q->main);
    else
        queue_main_up(q);
}

/* Not ready until the policy is seen to be right; asked again until it is. */
void queue_main_up(struct queue *q)
{
    q->asked = redisAsyncCommand(q->main.ac, checked, q, "INFO") == REDIS_OK;
    if (!q->check)
        q->check = loop_after(q->loop, CHECK_US, check_again, q);
}

struct epoch {
    uint64_t hash;
};

static void hash_text(uint64_t *hash, const char *s) /* FNV-1a */
{
    for (; *s; s++)
        *hash = (*hash ^ (uint8_t)*s) * 0x100000001b3ULL;
}

static err_t take_epoch(struct queue_call *call, const redisReply *r, size_t index)
{
    struct epoch *epoch = call->arg;
    char run[64] = "", replication[64] = "";

    if (index == 1) /* SET NX: OK, or nil as it was there */
        return NULL;
    if (r->type != REDIS_REPLY_STRING)
        return err_info;
    if (index == 2) {
        hash_text(&epoch->hash, r->str);
        return NULL;
    }
    if (!queue_info(r->str, "run_id", run, sizeof(run)) ||
        !queue_info(r->str, "master_replid", replication, sizeof(replication)))
        return err_info;
    hash_text(&epoch->hash, run);
    hash_text(&epoch->hash, replication);
    return NULL;
}

err_t queue_epoch(struct ctx *x, struct queue *q, uint64_t *ret)
{
    struct epoch epoch = {.hash = 0xcbf29ce484222325ULL};
    struct queue_call call = {.arena = x->arena, .take = take_epoch, .arg = &epoch};
    uint8_t random[16];
    char value[33];

    if (RAND_bytes(random, sizeof(random)) != 1)
        return err_internal(x->arena, ERR_BUG, "queue.random", "RAND_bytes");
    str_hex(value, random, sizeof(random));
    QUEUE_SEND(&q->main, &call, 0, "INFO");
    QUEUE_SEND(&q->main, &call, 0, "SET", EPOCH_KEY, value, "NX");
    QUEUE_SEND(&q->main, &call, 0, "GET", EPOCH_KEY);
    TRY(queue_wait(&q->main, &call));
    *ret = epoch.hash;
    return NULL;
}

/* ---- publish/subscribe ---- */

void queue_poke(struct queue *q, const char *channel)
{
    QUEUE_SEND(&q->main, NULL, 0, "PUBLISH", channel, "");
}

static void heard(redisAsyncContext *ac, void *reply, void *arg)
{
    const struct queue_listener *l = arg;
    const redisReply *r = reply;

    /* also for "subscribe": something may have come while nobody listened */
    if (r && r->type == REDIS_REPLY_ARRAY)
        l->fn(l->arg);
}

void queue_sub_up(struct queue *q)
{
    for (struct queue_listener *l = q->listeners; l; l = l->next)
        redisAsyncCommand(q->sub.ac, heard, l, "SUBSCRIBE %s", l->channel);
}

void queue_listen(struct queue *q, const char *channel, void (*fn)(void *arg), void *arg)
{
    struct queue_listener *l = ARENA_NEW(q->arena, struct queue_listener);

    *l = (struct queue_listener){
        .next = q->listeners, .channel = arena_strdup(q->arena, channel), .fn = fn, .arg = arg};
    q->listeners = l;
    if (q->sub.up)
        redisAsyncCommand(q->sub.ac, heard, l, "SUBSCRIBE %s", l->channel);
    else if (q->ready && !q->sub.ac && !q->sub.again)
        queue_conn_start(&q->sub);
}
