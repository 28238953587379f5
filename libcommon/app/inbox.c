/*
 * inbox.c - a consumer process: its streams, and the order in which it acknowledges.
 *
 * First the event is in PostgreSQL, then the producer is told (ack:<source>, on the Redis that the entry came
 * from), then the entry leaves the stream. Whatever breaks in between brings the event once more, which finds
 * its row and is only acknowledged.
 */
#include "app/inbox.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/inbox_internal.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/loop.h"
#include "web/metrics.h"

#define BATCH 16
#define BLOCK_US (1000 * 1000)
#define READERS 4
#define RETRIERS 2
#define WORKS_MAX 16
#define BODY_DEPTH 5
#define AWAY_PAUSE_US (250 * 1000)
#define FORGET_US (3600 * 1000 * 1000LL)

ERR_DEFINE(err_body, ERR_INVALID, "inbox.body", "A message is not one of the relay's.");

struct inbox *inbox_of(const struct ctx *x)
{
    return program_of(x)->inbox;
}

/* ---- a message ---- */

static bool read_uuid(const json_t *from, const char *name, struct uuid *ret)
{
    const char *s = json_member_text(from, name);

    return s && uuid_parse(s, ret);
}

err_t inbox_parse(struct arena *a, const struct queue_message *from, struct inbox_message *ret)
{
    const json_t *data;
    const char *time;
    json_t *j;

    TRY(json_parse(a, from->body, from->body_bytes, BODY_DEPTH, &j));
    *ret = (struct inbox_message){
        .e = {.type = json_member_text(j, "type"),
              .source = json_member_text(j, "source"),
              .organisation = json_member_text(j, "org")},
        .position = json_member_i64(j, "position", -1),
        .seq = json_member_i64(j, "seq", -1),
        .below = json_member_i64(j, "confirmedBelow", 0),
        .on_dead = json_member_text(j, "onDead"),
        .trace = json_member_text(j, "trace"),
        .repeated = from->deliveries > 1 || json_member_i64(j, "publication", 1) > 1,
    };
    data = json_object_get(j, "data");
    time = json_member_text(j, "time");
    if (!ret->e.type || !ret->e.source || !ret->e.organisation || ret->position < 0 || ret->seq < 0 ||
        !data || !ret->trace || !time || !date_parse_instant(time, &ret->e.time_us) ||
        !read_uuid(j, "id", &ret->e.id) || !read_uuid(j, "subject", &ret->e.subject) ||
        !read_uuid(j, "key", &ret->e.key) || !(str_eq(ret->on_dead, "hold") || str_eq(ret->on_dead, "skip")))
        return err_body;
    ret->data_text = json_text(a, data);
    return NULL;
}

/* Remembers how far the producer has confirmed. */
static void source_heard(struct inbox *in, const struct inbox_message *m)
{
    struct arena *a = in->program->arena;
    struct inbox_source *s = in->sources;

    while (s && !str_eq(s->name, m->e.source))
        s = s->next;
    if (!s) {
        s = ARENA_NEW(a, struct inbox_source);
        *s = (struct inbox_source){.next = in->sources, .name = arena_strdup(a, m->e.source)};
        in->sources = s;
    }
    s->below = m->below;
}

/* ---- a batch ---- */

struct batch {
    const char *ids[BATCH];
    size_t n;
    const char *sources[BATCH]; /* of the acks */
    const char *acks[BATCH];
    size_t nacks;
};

static void batch_add(struct ctx *x, struct batch *b, const char *id, const struct inbox_message *m)
{
    char event[37];

    b->ids[b->n++] = id;
    if (!m)
        return;
    uuid_format(m->e.id, event);
    b->sources[b->nacks] = arena_strdup(x->arena, m->e.source);
    b->acks[b->nacks++] =
        arena_printf(x->arena, "{\"event\":\"%s\",\"group\":\"%s\"}", event, inbox_of(x)->group);
}

static err_t batch_acknowledge(struct ctx *x, struct batch *b)
{
    const struct inbox *in = inbox_of(x);

    for (size_t i = 0; i < b->nacks; i++) { /* one source after the other; mostly there is one */
        const char *bodies[BATCH];
        size_t n = 0;

        for (size_t k = i; k < b->nacks && b->sources[i]; k++)
            if (k != i && str_eq(b->sources[k], b->sources[i])) {
                bodies[n++] = b->acks[k];
                b->sources[k] = NULL;
            }
        if (!b->sources[i])
            continue;
        bodies[n++] = b->acks[i];
        TRY(queue_add(x, x->queue, arena_printf(x->arena, "ack:%s", b->sources[i]), bodies, n));
    }
    return b->n > 0 ? queue_ack(x, x->queue, in->stream, in->group, b->ids, b->n) : NULL;
}

/* Without a database nothing can be taken in and nothing is lost by waiting: the entries are ours as long as
 * we live. */
static err_t take_in(struct ctx *x, struct inbox_message *m)
{
    for (;;) {
        err_t e = inbox_take_in(x, m);

        if (!e || e->kind != ERR_UNAVAILABLE || loop_draining(inbox_of(x)->program->loop))
            return e;
        TRY(co_sleep(AWAY_PAUSE_US));
    }
}

static err_t batch_run(struct ctx *x, const struct queue_message *v, size_t n)
{
    struct batch b = {0};
    err_t failed = NULL, e;

    for (size_t i = 0; i < n && !failed; i++) {
        struct inbox_message m;

        e = inbox_parse(x->arena, &v[i], &m);
        if (e) { /* nothing can be known of it; its producer publishes the event again */
            log_err(LOG_ERROR, x, "inbox.body", e);
            batch_add(x, &b, v[i].id, NULL);
            continue;
        }
        source_heard(inbox_of(x), &m);
        failed = take_in(x, &m);
        if (!failed)
            batch_add(x, &b, v[i].id, &m);
    }
    e = batch_acknowledge(x, &b);
    return failed ? failed : e;
}

static err_t read_once(struct ctx *x, size_t *ret_done)
{
    const struct inbox *in = inbox_of(x);
    struct queue_message *v;

    if (!queue_ready(x->queue))
        return co_sleep(AWAY_PAUSE_US);
    TRY(queue_read(x, x->queue, in->stream, in->group, in->consumer, BATCH, BLOCK_US, &v, ret_done));
    return batch_run(x, v, *ret_done);
}

/* One Redis needs no name. */
static const char *queue_label(struct ctx *x)
{
    const struct program *p = program_of(x);
    size_t i = 0;

    if (p->nqueues == 1)
        return NULL;
    while (p->queues[i] != x->queue)
        i++;
    return arena_printf(x->arena, "%zu", i + 1);
}

static err_t tell_lag(struct ctx *x, const struct inbox *in)
{
    uint64_t unread = 0, held = 0;

    TRY(queue_lag(x, x->queue, in->stream, in->group, &unread, &held));
    metric_set(in->unread, queue_label(x), (double)unread);
    metric_set(in->held, queue_label(x), (double)held);
    return NULL;
}

static err_t claim_once(struct ctx *x, size_t *ret_done)
{
    const struct inbox *in = inbox_of(x);
    struct queue_message *v;

    if (!queue_ready(x->queue))
        return NULL;
    TRY(queue_claim(x, x->queue, in->stream, in->group, in->consumer, in->program->conf.claim_ms * 1000,
                    BATCH, &v, ret_done));
    TRY(batch_run(x, v, *ret_done));
    TRY(tell_lag(x, in));
    return *ret_done > 0 ? NULL : queue_forget(x, x->queue, in->stream, in->group, FORGET_US);
}

/* ---- the process ---- */

/* The table and the catalogue say the same, or the difference is the error. */
static err_t check_handlers(const struct program *p, const struct inbox_worker *w)
{
    const struct event_type *t;
    struct buf b;

    buf_init(&b, p->arena, 256);
    for (size_t i = 0; (t = events_at(p->events, i)); i++) {
        const struct inbox_handler *h = w->handlers;

        while (h->type && !str_eq(h->type, t->name))
            h++;
        if (event_type_goes_to(t, w->service) != (h->type != NULL))
            buf_printf(&b, " %s%s", h->type ? "+" : "-", t->name);
    }
    for (const struct inbox_handler *h = w->handlers; h->type; h++)
        if (!events_find(p->events, h->type))
            buf_printf(&b, " +%s", h->type);
    if (b.n > 0)
        return err_internal(p->arena, ERR_INVALID, "inbox.handlers",
                            "handlers differ from events.yaml (- lacks, + is not in it):%s", buf_text(&b));
    return NULL;
}

static struct text_array types_of(struct arena *a, const struct inbox_handler *handlers)
{
    struct text_array types = {0};

    while (handlers[types.n].type)
        types.n++;
    types.v = ARENA_ARRAY(a, types.n, const char *);
    for (size_t i = 0; i < types.n; i++)
        types.v[i] = handlers[i].type;
    return types;
}

static err_t inbox_start(struct program *p)
{
    struct inbox *in = ARENA_NEW(p->arena, struct inbox);
    const char *node = p->nqueues > 1 ? "node" : NULL;
    char host[64] = "";

    gethostname(host, sizeof(host) - 1);
    *in = (struct inbox){
        .worker = p->own,
        .program = p,
        .group = p->service,
        .stream = arena_printf(p->arena, "events:%s", p->service),
        .consumer = arena_printf(p->arena, "%s-%s-%d", p->name, host, (int)getpid()),
        .done = metric_counter("wayfare_inbox_done_total", "Events whose effect was made.", "type"),
        .failed = metric_counter("wayfare_inbox_failed_total", "Effects that failed.", "type"),
        .open = metric_gauge("wayfare_inbox_open", "Events that are not done.", "state"),
        .oldest = metric_gauge("wayfare_inbox_oldest_seconds", "Since the oldest such event came.", "state"),
        .unread = metric_gauge("wayfare_group_unread", "Events in the stream that nobody has read.", node),
        .held = metric_gauge("wayfare_group_held", "Events read and not acknowledged.", node),
    };
    in->types = types_of(p->arena, in->worker->handlers);
    p->inbox = in;
    TRY(check_handlers(p, in->worker));
    return in->worker->start ? in->worker->start(p) : NULL;
}

int inbox_worker_main(int argc, char **argv, const struct inbox_worker *w)
{
    struct work works[WORKS_MAX] = {
        {.name = "inbox", .run_once = read_once, .parallel = READERS, .each_queue = true},
        {.name = "inbox.claim", .run_once = claim_once, .tick_us = 1000 * 1000, .each_queue = true},
        {.name = "inbox.retry", .run_once = inbox_retry_once, .tick_us = 100 * 1000, .parallel = RETRIERS},
        {.name = "inbox.release", .run_once = inbox_release_once, .tick_us = 1000 * 1000},
        {.name = "inbox.revive", .run_once = inbox_revive_once, .tick_us = 5 * 1000 * 1000},
        {.name = "inbox.prune", .run_once = inbox_prune_once, .tick_us = 5 * 1000 * 1000},
    };
    const size_t own = 6;
    struct worker worker = {
        .name = w->name,
        .about = w->about,
        .service = w->service,
        .works = works,
        .nworks = own + w->nworks,
        .uses_queue = true,
        .needs = w->needs | PROGRAM_CONSUMER,
        .settings = w->settings,
        .start = inbox_start,
        .own = w,
    };

    assert(w->nworks <= WORKS_MAX - own);
    if (w->nworks > 0)
        memcpy(works + own, w->works, w->nworks * sizeof(*works));
    return worker_main(argc, argv, &worker);
}
