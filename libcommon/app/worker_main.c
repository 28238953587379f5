/*
 * worker_main.c - a worker daemon. Each instance of a work is a coroutine:
 *
 *        ┌─────── a whole batch done, or no tick ──────┐
 *        ▼                                             │
 *   turn (own ctx, commit or rollback) ── less ──────► nap until poke, wake, tick ──┐
 *        ▲  └── error: logged ──► nap, doubling to 5 s , ended by nothing but drain │
 *        └──────────────────────────────────────────────────────────────────────────┘
 */
#include "app/worker_main.h"

#include <openssl/rand.h>
#include <string.h>

#include "app/keyguard.h"
#include "app/leases.h"
#include "app/observe.h"
#include "app/poke.h"
#include "app/worker_internal.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "base/trace.h"
#include "io/co.h"
#include "io/db.h"
#include "io/loop.h"
#include "web/health.h"
#include "web/metrics.h"

#define TURN_US (60 * 1000 * 1000LL)
#define DRAIN_US (20 * 1000 * 1000LL)
#define DATABASE_US (3 * 1000 * 1000LL) /* how long a start waits for it */
#define DATABASE_TICK_US (20 * 1000LL)
#define PAUSE_MIN_US (100 * 1000LL)
#define PAUSE_MAX_US (5 * 1000 * 1000LL)
/* After so many turns that found nothing the tick doubles, up to a second: an idle stack leaves the database
 * alone. */
#define IDLE_TURNS 8
#define IDLE_TICK_US (1000 * 1000LL)
#define SIBLING_TICK_US                                                                                      \
    (10 * 1000 * 1000LL) /* of all but the first of a work: whoever finds something wakes them */

struct instance {
    struct workers *all;
    const struct work *work;
    struct queue *queue; /* of a work that each Redis has */
    bool running, poked;
    bool sibling;        /* not the first of its work */
    unsigned idle;       /* turns in a row that found nothing */
    struct co_wait *nap; /* while it sleeps */
    bool deaf;           /* the nap is a pause after an error */
    struct loop_timer *timer;
    unsigned failures;
};

/* ---- naps ---- */

static void nap_end(struct instance *i)
{
    struct co_wait *nap = i->nap;

    i->nap = NULL;
    if (nap)
        co_wake(nap);
}

static void nap_over(void *arg)
{
    struct instance *i = arg;

    i->timer = NULL;
    nap_end(i);
}

static void nap(struct instance *i, int64_t us, bool deaf)
{
    struct co_wait wait = {0};
    err_t cancelled;

    if (i->all->draining || (i->poked && !deaf))
        return;
    i->nap = &wait;
    i->deaf = deaf;
    i->timer = loop_after(i->all->program.loop, us, nap_over, i);
    co_deadline(0);
    cancelled = co_wait(&wait);
    if (cancelled) /* the drain's end: the loop cancels whoever is left */
        i->all->draining = true;
    i->nap = NULL;
    loop_timer_cancel(i->timer);
    i->timer = NULL;
}

static void instance_wake(struct instance *i)
{
    i->poked = true;
    if (i->nap && !i->deaf)
        nap_end(i);
}

/* Wakes all instances of a work: whoever finds nothing sleeps again. */
static void work_poked(void *arg)
{
    const struct instance *first = arg;
    const struct workers *w = first->all;

    for (size_t k = 0; k < w->n; k++)
        if (w->v[k].work == first->work)
            instance_wake(&w->v[k]);
}

void worker_wake(const struct ctx *x, const char *work)
{
    const struct workers *w = x->edge;

    for (size_t k = 0; k < w->n; k++)
        if (str_eq(w->v[k].work->name, work))
            instance_wake(&w->v[k]);
}

/* ---- one turn ---- */

static size_t turn(struct instance *i, struct arena *a)
{
    struct workers *w = i->all;
    int64_t began_us = clock_mono_us();
    size_t done = 0;
    struct ctx x;
    err_t e;

    worker_ctx(&x, w, a, i->work->name, TURN_US);
    x.queue = i->queue;
    e = worker_ctx_end(&x, i->work->run_once(&x, &done));
    if (done > 0 || e)
        trace_span(&(struct trace_span){.traceparent = x.traceparent,
                                        .kind = TRACE_INTERNAL,
                                        .name = i->work->name,
                                        .took_us = clock_mono_us() - began_us,
                                        .error = e ? e->code : NULL});
    metric_add(w->turns, i->work->name, 1);
    if (done > 0)
        metric_observe_us(w->seconds, i->work->name, clock_mono_us() - began_us);
    if (!e) {
        i->failures = 0;
        return done;
    }
    if (!(w->draining && e->kind == ERR_CANCELLED)) {
        metric_add(w->failures, i->work->name, 1);
        log_err(i->failures == 0 ? LOG_ERROR : LOG_WARN, &x, "work.failed", e);
    }
    i->failures++;
    return 0;
}

static int64_t pause_us(unsigned failures)
{
    int64_t us = PAUSE_MIN_US << (failures < 10 ? failures - 1 : 9);
    uint16_t random = 0;

    if (us > PAUSE_MAX_US)
        us = PAUSE_MAX_US;
    if (RAND_bytes((unsigned char *)&random, sizeof(random)) != 1)
        random = 0;
    return us / 2 + us * random / (2 * 65536);
}

static int64_t tick_us(const struct instance *i)
{
    unsigned doublings = i->idle / IDLE_TURNS;
    int64_t us = i->work->tick_us << (doublings < 10 ? doublings : 10);

    if (i->sibling)
        return i->work->tick_us > SIBLING_TICK_US ? i->work->tick_us : SIBLING_TICK_US;
    if (us <= IDLE_TICK_US)
        return us;
    return i->work->tick_us > IDLE_TICK_US ? i->work->tick_us : IDLE_TICK_US;
}

/* One that sleeps: if it finds something too, it wakes the next. All at once would ask the database in vain.
 */
static void sibling_wake(const struct instance *i)
{
    for (size_t k = 0; k < i->all->n; k++) {
        struct instance *other = &i->all->v[k];

        if (other != i && other->work == i->work && other->nap && !other->deaf) {
            instance_wake(other);
            return;
        }
    }
}

static void instance_run(void *arg)
{
    struct instance *i = arg;
    struct arena *a = arena_new();
    size_t batch = i->work->batch ? i->work->batch : 1, done;

    while (!i->all->draining) {
        i->idle = i->poked ? 0 : i->idle;
        i->poked = false;
        arena_reset(a);
        done = turn(i, a);
        i->idle = done > 0 ? 0 : i->idle + 1;
        if (done > 0)
            sibling_wake(i);
        if (i->failures > 0)
            nap(i, pause_us(i->failures), true);
        else if (done < batch && i->work->tick_us > 0)
            nap(i, tick_us(i), false);
    }
    arena_free(a);
    i->running = false;
}

/* ---- the process ---- */

static void drain_begin(void *arg)
{
    struct workers *w = arg;

    w->draining = true;
    for (size_t k = 0; k < w->n; k++)
        nap_end(&w->v[k]);
}

static bool drain_done(void *arg)
{
    const struct workers *w = arg;

    for (size_t k = 0; k < w->n; k++)
        if (w->v[k].running)
            return false;
    return !w->opening;
}

static err_t serve_metrics(struct workers *w)
{
    w->turns = metric_counter("wayfare_work_turns_total", "Turns of a work.", "work");
    w->failures = metric_counter("wayfare_work_failures_total", "Turns that ended with an error.", "work");
    w->seconds = metric_histogram("wayfare_work_seconds", "Duration of turns that did something.", "work");
    return observe_open(&w->program, &w->health);
}

/* "relay-%s" of service cases: "relay-cases". */
static const char *poke_name(const struct program *p, const char *pattern)
{
    const char *at = strstr(pattern, "%s");

    if (!at)
        return pattern;
    return arena_printf(p->arena, "%.*s%s%s", (int)(at - pattern), pattern, p->service, at + 2);
}

static size_t queues_of(const struct workers *w, const struct work *work)
{
    return work->each_queue ? w->program.nqueues : 1;
}

/* Of a work at one Redis, or at all. */
static size_t parallel(const struct workers *w, const struct work *work)
{
    size_t n = work->parallel ? work->parallel : 1, queues = queues_of(w, work);

    return (n + queues - 1) / queues;
}

static err_t start_works(struct workers *w)
{
    const struct worker *worker = w->worker;
    size_t total = 0;

    for (size_t k = 0; k < worker->nworks; k++)
        total += parallel(w, &worker->works[k]) * queues_of(w, &worker->works[k]);
    w->v = ARENA_ARRAY(w->program.arena, total, struct instance);
    for (size_t k = 0; k < worker->nworks; k++) {
        const struct work *work = &worker->works[k];
        struct instance *first = &w->v[w->n];
        size_t queues = queues_of(w, work), n = parallel(w, work);

        for (size_t c = 0; c < queues * n; c++)
            w->v[w->n++] = (struct instance){.all = w,
                                             .work = work,
                                             .queue = work->each_queue ? w->program.queues[c / n] : NULL,
                                             .running = true,
                                             .sibling = c % n > 0};
        if (work->poke)
            TRY(pokes_listen(&w->program, poke_name(&w->program, work->poke), work_poked, first));
    }
    for (size_t k = 0; k < w->n; k++)
        TRY(co_start(w->v[k].work->name, instance_run, &w->v[k]));
    return NULL;
}

/* No work is begun with keys that are not those of the database, nor before the database had time to answer.
 */
static void open_works(void *arg)
{
    struct workers *w = arg;
    int64_t until_us = clock_mono_us() + DATABASE_US;

    while (!db_ready(w->program.db) && !w->draining && clock_mono_us() < until_us)
        if (co_sleep(DATABASE_TICK_US))
            break;
    if (w->program.keyring)
        w->error = keyguard_check(&w->program);
    if (!w->error && !w->draining)
        w->error = start_works(w);
    w->opening = false;
    if (w->error)
        loop_drain(w->program.loop);
    else if (!w->draining)
        log_line(LOG_INFO, NULL, "worker.started", LOG_TEXT("service", w->program.service));
}

static err_t run(struct workers *w, int argc, char **argv)
{
    const struct worker *worker = w->worker;
    unsigned needs =
        worker->needs | (worker->uses_queue ? PROGRAM_QUEUE : 0) | (worker->service ? 0 : PROGRAM_ANY);

    TRY(program_open(&w->program, worker->name, worker->about, worker->service, needs, worker->settings, argc,
                     argv));
    w->program.own = worker->own;
    if (worker->leased)
        w->program.leases = leases_new(w->program.arena, worker->leased);
    w->who = (struct principal){
        .subject = arena_printf(w->program.arena, "worker:%s", worker->name),
        .client_id = worker->name,
        .organisation = "",
        .scope = "internal",
    };
    TRY(serve_metrics(w));
    if (worker->start)
        TRY(worker->start(&w->program));
    loop_on_drain(w->program.loop, (struct loop_hook){.begin = drain_begin, .done = drain_done, .arg = w});
    w->opening = true;
    TRY(co_start("works", open_works, w));
    TRY(loop_run(w->program.loop, DRAIN_US));
    return w->error;
}

int worker_main(int argc, char **argv, const struct worker *worker)
{
    struct workers w = {.worker = worker};
    err_t e = run(&w, argc, argv);

    if (e)
        log_err(LOG_ERROR, NULL, "worker.ended", e);
    else
        log_line(LOG_INFO, NULL, "worker.drained");
    health_close(w.health);
    program_close(&w.program);
    return e ? 1 : 0;
}
