/* queue_stream.c - the stream commands: add, read as group, claim, acknowledge, lag. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/str.h"
#include "io/queue.h"
#include "io/queue_internal.h"

#define ARGS_MAX 520

ERR_DEFINE(err_away, ERR_UNAVAILABLE, "queue.away", "The queue is away.");
ERR_DEFINE(err_shape, ERR_UPSTREAM, "queue.shape", "The queue's answer has another shape.");

err_t queue_add(struct ctx *x, struct queue *q, const char *stream, const char *const *bodies, size_t n)
{
    struct queue_call call = {.arena = x->arena};

    for (size_t i = 0; i < n; i++)
        QUEUE_SEND(&q->main, &call, 0, "XADD", stream, "*", "b", bodies[i]);
    return queue_wait(&q->main, &call);
}

/* The wait for one that gave no answer in time ends it for those behind it too, which have had the same time.
 */
err_t queue_add_all(struct ctx *x, struct queue_adding *v, size_t n, int64_t patience_us)
{
    struct queue_call *calls = ARENA_ARRAY(x->arena, n, struct queue_call);
    int64_t due_us = clock_mono_us() + patience_us;
    bool ours = patience_us > 0 && (!x->deadline_us || due_us < x->deadline_us);
    err_t over = NULL;

    for (size_t i = 0; i < n; i++) {
        calls[i] = (struct queue_call){.arena = x->arena};
        for (size_t k = 0; k < v[i].n; k++)
            QUEUE_SEND(&v[i].queue->main, &calls[i], 0, "XADD", v[i].stream, "*", "b", v[i].bodies[k]);
    }
    co_deadline(ours ? due_us : x->deadline_us);
    for (size_t i = 0; i < n; i++) { /* each of them: after that no reply can reach a call any more */
        v[i].err = queue_wait(&v[i].queue->main, &calls[i]);
        if (v[i].err && v[i].err->kind == ERR_CANCELLED && !(ours && str_eq(v[i].err->code, "co.deadline"))) {
            over = v[i].err;
            ours = false;
            co_deadline(1);
        }
    }
    co_deadline(x->deadline_us);
    return over;
}

/* ---- messages ---- */

struct taken {
    struct queue_message *v;
    size_t n, cap;
    uint32_t deliveries;
    char next[48]; /* XAUTOCLAIM: where to go on */
};

/* [[id, [field, value]], …]; an entry that was deleted meanwhile is nil or has no fields. */
static err_t take_entries(struct queue_call *call, const redisReply *list)
{
    struct taken *t = call->arg;

    for (size_t i = 0; i < list->elements; i++) {
        const redisReply *entry = list->element[i], *fields;

        if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2)
            continue;
        fields = entry->element[1];
        if (fields->type != REDIS_REPLY_ARRAY || fields->elements < 2)
            continue;
        if (entry->element[0]->type != REDIS_REPLY_STRING || fields->element[1]->type != REDIS_REPLY_STRING)
            return err_shape;
        if (t->n < t->cap)
            t->v[t->n++] = (struct queue_message){
                .id = arena_strndup(call->arena, entry->element[0]->str, entry->element[0]->len),
                .body = arena_strndup(call->arena, fields->element[1]->str, fields->element[1]->len),
                .body_bytes = fields->element[1]->len,
                .deliveries = t->deliveries,
            };
    }
    return NULL;
}

/* XREADGROUP: nil, or [[stream, entries]]. */
static err_t take_read(struct queue_call *call, const redisReply *r, size_t index)
{
    if (r->type == REDIS_REPLY_NIL)
        return NULL;
    if (r->type != REDIS_REPLY_ARRAY || r->elements != 1 || r->element[0]->elements != 2)
        return err_shape;
    return take_entries(call, r->element[0]->element[1]);
}

/* XAUTOCLAIM: [next, entries, deleted ids]. */
static err_t take_claim(struct queue_call *call, const redisReply *r, size_t index)
{
    struct taken *t = call->arg;

    if (r->type != REDIS_REPLY_ARRAY || r->elements < 2 || r->element[0]->type != REDIS_REPLY_STRING)
        return err_shape;
    snprintf(t->next, sizeof(t->next), "%s", r->element[0]->str);
    return take_entries(call, r->element[1]);
}

/* From 0, never from $: what was added before the group existed is not skipped. */
static err_t group_create(struct ctx *x, struct queue *q, const char *stream, const char *group)
{
    struct queue_call call = {.arena = x->arena};

    QUEUE_SEND(&q->main, &call, 0, "XGROUP", "CREATE", stream, group, "0", "MKSTREAM");
    return queue_wait(&q->main, &call);
}

static err_t read_once(struct ctx *x, struct queue *q, struct queue_call *call, const char *stream,
                       const char *group, const char *consumer, size_t max, int64_t block_us)
{
    struct queue_conn *c = block_us > 0 ? queue_conn_take(q) : &q->main;
    char count[24], block[24];
    err_t e;

    if (!c)
        return err_away;
    snprintf(count, sizeof(count), "%zu", max);
    snprintf(block, sizeof(block), "%" PRId64, block_us / 1000 > 0 ? block_us / 1000 : 1);
    if (block_us > 0)
        QUEUE_SEND(c, call, block_us, "XREADGROUP", "GROUP", group, consumer, "COUNT", count, "BLOCK", block,
                   "STREAMS", stream, ">");
    else
        QUEUE_SEND(c, call, 0, "XREADGROUP", "GROUP", group, consumer, "COUNT", count, "STREAMS", stream,
                   ">");
    e = queue_wait(c, call);
    if (block_us > 0) {
        /* A cancelled read may still be given a message: with its connection it is abandoned, and claimed
         * later. */
        if (e && c->ac)
            queue_conn_drop(c);
        queue_conn_give(c);
    }
    return e;
}

err_t queue_read(struct ctx *x, struct queue *q, const char *stream, const char *group, const char *consumer,
                 size_t max, int64_t block_us, struct queue_message **ret, size_t *ret_n)
{
    struct taken t = {.v = ARENA_ARRAY(x->arena, max, struct queue_message), .cap = max, .deliveries = 1};
    struct queue_call call = {.arena = x->arena, .take = take_read, .arg = &t};

    TRY(read_once(x, q, &call, stream, group, consumer, max, block_us));
    if (call.no_group) {
        TRY(group_create(x, q, stream, group));
        call = (struct queue_call){.arena = x->arena, .take = take_read, .arg = &t};
        TRY(read_once(x, q, &call, stream, group, consumer, max, 0));
    }
    *ret = t.v;
    *ret_n = t.n;
    return NULL;
}

err_t queue_claim(struct ctx *x, struct queue *q, const char *stream, const char *group, const char *consumer,
                  int64_t idle_us, size_t max, struct queue_message **ret, size_t *ret_n)
{
    struct taken t = {
        .v = ARENA_ARRAY(x->arena, max, struct queue_message), .cap = max, .deliveries = 2, .next = "0-0"};
    char idle[24], count[24];

    snprintf(idle, sizeof(idle), "%" PRId64, idle_us / 1000);
    do {
        struct queue_call call = {.arena = x->arena, .take = take_claim, .arg = &t};

        snprintf(count, sizeof(count), "%zu", max - t.n);
        QUEUE_SEND(&q->main, &call, 0, "XAUTOCLAIM", stream, group, consumer, idle, t.next, "COUNT", count);
        TRY(queue_wait(&q->main, &call));
        if (call.no_group) {
            TRY(group_create(x, q, stream, group));
            break;
        }
    } while (t.n < max && !str_eq(t.next, "0-0"));
    *ret = t.v;
    *ret_n = t.n;
    return NULL;
}

/* Both or neither: an entry acknowledged and not deleted would stay in the stream for ever. */
err_t queue_ack(struct ctx *x, struct queue *q, const char *stream, const char *group, const char *const *ids,
                size_t n)
{
    const char *args[ARGS_MAX];

    while (n > 0) {
        struct queue_call call = {.arena = x->arena};
        size_t now = n < ARGS_MAX - 3 ? n : ARGS_MAX - 3;

        QUEUE_SEND(&q->main, &call, 0, "MULTI");
        args[0] = "XACK";
        args[1] = stream;
        args[2] = group;
        memcpy(args + 3, ids, now * sizeof(*ids));
        queue_send(&q->main, &call, 0, (int)now + 3, args, NULL);
        args[1] = "XDEL";
        args[2] = stream;
        queue_send(&q->main, &call, 0, (int)now + 2, args + 1, NULL);
        QUEUE_SEND(&q->main, &call, 0, "EXEC");
        TRY(queue_wait(&q->main, &call));
        ids += now;
        n -= now;
    }
    return NULL;
}

/* ---- lag ---- */

struct lag {
    const char *group;
    bool found, known; /* the group is there; Redis could say its lag */
    uint64_t unread, pending;
    char last[48];
};

static const redisReply *member(const redisReply *map, const char *name)
{
    for (size_t i = 0; i + 1 < map->elements; i += 2)
        if (map->element[i]->type == REDIS_REPLY_STRING && str_eq(map->element[i]->str, name))
            return map->element[i + 1];
    return NULL;
}

static err_t take_lag(struct queue_call *call, const redisReply *r, size_t index)
{
    struct lag *l = call->arg;

    for (size_t i = 0; i < r->elements; i++) {
        const redisReply *g = r->element[i], *name = member(g, "name");
        const redisReply *lag = member(g, "lag"), *pending = member(g, "pending"),
                         *last = member(g, "last-delivered-id");

        if (!name || !str_eq(name->str, l->group) || !pending || !last)
            continue;
        l->found = true;
        l->pending = (uint64_t)pending->integer;
        l->known = lag && lag->type == REDIS_REPLY_INTEGER;
        l->unread = l->known ? (uint64_t)lag->integer : 0;
        snprintf(l->last, sizeof(l->last), "(%s", last->str);
    }
    return NULL;
}

static err_t take_any(struct queue_call *call, const redisReply *r, size_t index)
{
    struct lag *l = call->arg;

    l->unread = r->elements;
    return NULL;
}

static err_t take_length(struct queue_call *call, const redisReply *r, size_t index)
{
    struct lag *l = call->arg;

    l->unread = (uint64_t)r->integer;
    return NULL;
}

err_t queue_lag(struct ctx *x, struct queue *q, const char *stream, const char *group, uint64_t *ret_unread,
                uint64_t *ret_pending)
{
    struct lag l = {.group = group};
    struct queue_call call = {.arena = x->arena, .arg = &l}, exists = call, rest = call;

    exists.take = take_length;
    QUEUE_SEND(&q->main, &exists, 0, "XLEN", stream);
    TRY(queue_wait(&q->main, &exists));
    if (l.unread > 0) { /* else XINFO may find no stream */
        call.take = take_lag;
        QUEUE_SEND(&q->main, &call, 0, "XINFO", "GROUPS", stream);
        TRY(queue_wait(&q->main, &call));
    }
    if (l.found &&
        !l.known) { /* Redis cannot count across deleted entries: at least say whether there is one */
        rest.take = take_any;
        QUEUE_SEND(&q->main, &rest, 0, "XRANGE", stream, l.last, "+", "COUNT", "1");
        TRY(queue_wait(&q->main, &rest));
    }
    *ret_unread = l.unread;
    *ret_pending = l.pending;
    return NULL;
}

/* ---- consumers that are gone ---- */

struct consumers {
    const char **v;
    size_t n, cap;
    int64_t idle_ms;
};

static err_t take_consumers(struct queue_call *call, const redisReply *r, size_t index)
{
    struct consumers *c = call->arg;

    for (size_t i = 0; i < r->elements && c->n < c->cap; i++) {
        const redisReply *name = member(r->element[i], "name"), *idle = member(r->element[i], "idle");
        const redisReply *pending = member(r->element[i], "pending");

        if (name && idle && pending && pending->integer == 0 && idle->integer > c->idle_ms)
            c->v[c->n++] = arena_strndup(call->arena, name->str, name->len);
    }
    return NULL;
}

err_t queue_forget(struct ctx *x, struct queue *q, const char *stream, const char *group, int64_t idle_us)
{
    const char *names[16];
    struct consumers found = {.v = names, .cap = LENGTH(names), .idle_ms = idle_us / 1000};
    struct queue_call call = {.arena = x->arena, .take = take_consumers, .arg = &found},
                      drop = {.arena = x->arena};

    QUEUE_SEND(&q->main, &call, 0, "XINFO", "CONSUMERS", stream, group);
    TRY(queue_wait(&q->main, &call));
    for (size_t i = 0; i < found.n; i++)
        QUEUE_SEND(&q->main, &drop, 0, "XGROUP", "DELCONSUMER", stream, group, found.v[i]);
    return queue_wait(&q->main, &drop);
}
