/*
 * co.c - coroutines: their switching, waits and deadlines. co_stack.c has their memory.
 *
 *   co_start ──► running ──co_wait──► waiting ──co_wake, co_cancel, deadline──► ready ──the loop's next
 * step──► running └── fn returns: stack back to the pool
 *
 * The loop's stack switches to a coroutine and a coroutine only ever switches back to it; co_start and
 * co_on_loop_stack called by a coroutine go through it too. Waking puts a coroutine into the ready list,
 * which an event of the same turn of the loop works off: so a callback that wakes is never entered again from
 * what it woke.
 */
#include "io/co.h"

#include <assert.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co_internal.h"
#include "io/co_stack.h"
#include "io/loop.h"

ERR_DEFINE(err_full, ERR_LIMIT, "co.full", "The server is busy.");
ERR_DEFINE(err_deadline, ERR_CANCELLED, "co.deadline", "The request took too long.");
ERR_DEFINE(err_cancelled, ERR_CANCELLED, "co.cancelled", "The request was ended.");

/* A start that waits for its turn in blocking mode. */
struct pending_start {
    struct pending_start *next;
    const char *name;
    void (*fn)(void *arg);
    void *arg;
};

/* One per process: see co.h. */
static struct {
    struct loop *loop;
    struct event_base *base;
    size_t max_live, live;
    bool blocking;
    struct co *running; /* NULL on the loop's own stack */
    struct co place;    /* stands for code outside any coroutine, and for all of them in blocking mode */
    struct co_place loop_place; /* where the running coroutine goes back to */
    struct co *all;             /* live ones, newest first */
    struct co *ready, **ready_end;
    struct event *ready_event;
    struct loop_timer *trim;
    struct pending_start *starts, **starts_end;
    void (*call)(void *arg); /* what the running coroutine wants done on the loop's stack */
    void *call_arg;
} co;

static void on_ready(evutil_socket_t fd, short what, void *arg);
static void on_timer(evutil_socket_t fd, short what, void *arg);

static void trim_stacks(void *arg)
{
    co_stack_trim();
}

err_t co_init(struct loop *l, size_t max_live)
{
    const char *mode = getenv("CO_MODE");

    assert(!co.loop);
    memset(&co, 0, sizeof co);
    co.loop = l;
    co.base = loop_base(l);
    co.max_live = max_live;
    co.blocking = mode && strcmp(mode, "blocking") == 0;
    co.ready_end = &co.ready;
    co.starts_end = &co.starts;
    co.place.name = "outside";
    evtimer_assign(&co.place.timer, co.base, on_timer, &co.place);
    co.ready_event = event_new(co.base, -1, 0, on_ready, NULL);
    if (!co.ready_event)
        abort();
    co.trim = loop_every(l, (int64_t)CO_TRIM_S * 1000000, trim_stacks, NULL);
    return NULL;
}

void co_shutdown(void)
{
    if (!co.loop)
        return;
    event_del(&co.place.timer);
    event_free(co.ready_event);
    loop_timer_cancel(co.trim);
    co_stack_free_all();
    co.loop = NULL;
}

bool co_is_blocking(void)
{
    return co.blocking;
}

size_t co_live(void)
{
    return co.live;
}

struct co *co_self(void)
{
    if (co.blocking && co.place.fn && !loop_inside(co.loop))
        return &co.place;
    return co.running;
}

/* The running coroutine, or the place of the code outside. */
static struct co *self(void)
{
    return co.running ? co.running : &co.place;
}

/* ---- switching ---- */

/* Runs c on its stack until it waits or ends. On the loop's stack. */
static void resume(struct co *c)
{
    struct co *before = co.running;

    for (;;) {
        co.running = c;
        co_stack_enter(c, &co.loop_place);
        co.running = before;
        if (!co.call)
            break;
        void (*call)(void *) = co.call;
        co.call = NULL;
        call(co.call_arg);
    }
    if (!c->ended)
        return;
    event_del(&c->timer);
    *c->all_link = c->all_next;
    if (c->all_next)
        c->all_next->all_link = c->all_link;
    co.live--;
    co_stack_put(c);
}

/* Gives the processor back to the loop. */
static void leave(struct co *c)
{
    co_stack_leave(c, &co.loop_place, false);
}

void co_main(struct co *c)
{
    c->fn(c->arg);
    c->ended = true;
    co_stack_leave(c, &co.loop_place, true);
    abort(); /* nobody comes back here */
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
    struct co *c = co.ready;

    /* Those that become ready meanwhile come in the next step, after the other events of this turn. */
    co.ready = NULL;
    co.ready_end = &co.ready;
    while (c) {
        struct co *next = c->ready_next;

        c->ready_next = NULL;
        c->is_ready = false;
        resume(c);
        c = next;
    }
}

static void make_ready(struct co *c)
{
    if (c == &co.place || c->is_ready)
        return; /* the place polls */
    c->is_ready = true;
    if (!co.ready)
        event_active(co.ready_event, EV_TIMEOUT, 1);
    *co.ready_end = c;
    co.ready_end = &c->ready_next;
}

/* ---- starting ---- */

static void start_on_loop_stack(void *arg)
{
    resume(arg);
}

static err_t start_blocking(const char *name, void (*fn)(void *), void *arg)
{
    struct pending_start *p = calloc(1, sizeof *p);

    if (!p)
        abort();
    *p = (struct pending_start){.name = name, .fn = fn, .arg = arg};
    *co.starts_end = p;
    co.starts_end = &p->next;
    co.live++;
    event_active(co.ready_event, EV_TIMEOUT, 1); /* ends the loop's turn */
    return NULL;
}

void co_run_pending(void)
{
    while (co.starts && !co.place.fn) {
        struct pending_start *p = co.starts;

        co.starts = p->next;
        if (!co.starts)
            co.starts_end = &co.starts;
        co.place.name = p->name;
        co.place.fn = p->fn;
        co.place.deadline_us = 0;
        co.place.cancel = false;
        p->fn(p->arg);
        co.place.fn = NULL;
        co.place.name = "outside";
        co.place.deadline_us = 0;
        co.place.label[0] = '\0';
        co.live--;
        free(p);
    }
}

err_t co_start(const char *name, void (*fn)(void *arg), void *arg)
{
    assert(co.loop);
    if (co.live >= co.max_live)
        return err_full;
    if (co.blocking)
        return start_blocking(name, fn, arg);
    struct co *c = co_stack_take();
    if (!c)
        return err_full;
    c->name = name;
    c->fn = fn;
    c->arg = arg;
    c->since_us = clock_mono_us();
    evtimer_assign(&c->timer, co.base, on_timer, c);
    c->all_next = co.all;
    c->all_link = &co.all;
    if (c->all_next)
        c->all_next->all_link = &c->all_next;
    co.all = c;
    co.live++;
    co_on_loop_stack(start_on_loop_stack, c);
    return NULL;
}

void co_on_loop_stack(void (*fn)(void *arg), void *arg)
{
    if (!co.running) {
        fn(arg);
        return;
    }
    co.call = fn;
    co.call_arg = arg;
    leave(co.running);
}

/* ---- waiting ---- */

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct co *c = arg;
    int64_t left = c->deadline_us - clock_mono_us();

    c->timer_set = false;
    if (!c->deadline_us || !c->wait)
        return;     /* the next wait looks itself */
    if (left > 0) { /* the loop's clock is coarse and may come early */
        struct timeval tv = {left / 1000000, left % 1000000 + 1};
        event_add(&c->timer, &tv);
        c->timer_set = true;
        return;
    }
    make_ready(c);
}

static void set_timer(struct co *c, int64_t now)
{
    int64_t left = c->deadline_us - now;
    struct timeval tv = {left / 1000000, left % 1000000};

    event_add(&c->timer, &tv);
    c->timer_set = true;
}

void co_deadline(int64_t mono_us)
{
    struct co *c = self();

    if (c->timer_set) {
        event_del(&c->timer);
        c->timer_set = false;
    }
    c->deadline_us = mono_us;
}

int64_t co_deadline_get(void)
{
    return self()->deadline_us;
}

/* Why the wait of c ends without its wake, or NULL. */
static err_t ended_by(struct co *c)
{
    if (c->cancel) {
        c->cancel = false;
        return err_cancelled;
    }
    if (c->deadline_us && clock_mono_us() >= c->deadline_us)
        return err_deadline;
    return NULL;
}

err_t co_wait_at(struct co_wait *w, const char *at)
{
    struct co *c = self();
    err_t e = NULL;

    assert(co.loop);
    if (w->woken)
        return NULL;
    e = ended_by(c);
    if (e)
        return e;
    w->co = c;
    w->at = at;
    c->wait = w;
    c->since_us = clock_mono_us();
    if (c->deadline_us && !c->timer_set)
        set_timer(c, c->since_us);
    if (c == &co.place) {
        assert(!loop_inside(co.loop)); /* on the loop's own stack nothing can wait */
        while (!w->woken && !e) {
            loop_turn(co.loop);
            e = w->woken ? NULL : ended_by(c);
        }
    } else {
        while (!w->woken && !e) {
            leave(c);
            e = w->woken ? NULL : ended_by(c);
        }
    }
    c->wait = NULL;
    w->co = NULL;
    return w->woken ? NULL : e;
}

void co_wake(struct co_wait *w)
{
    w->woken = true;
    if (w->co)
        make_ready(w->co);
}

void co_cancel(struct co *c)
{
    c->cancel = true;
    if (c->wait)
        make_ready(c);
}

void co_cancel_all(void)
{
    for (struct co *c = co.all; c; c = c->all_next) {
        if (c->wait)
            co_cancel(c);
    }
    if (co.place.wait && co.place.fn)
        co_cancel(&co.place);
}

/* ---- small waits ---- */

static void wake_by_event(evutil_socket_t fd, short what, void *arg)
{
    co_wake(arg);
}

err_t co_sleep(int64_t us)
{
    struct co_wait w = {0};
    struct event e;
    struct timeval tv = {us / 1000000, us % 1000000};

    evtimer_assign(&e, co.base, wake_by_event, &w);
    event_add(&e, &tv);
    err_t failed = co_wait(&w);
    event_del(&e);
    return failed;
}

err_t co_fd(int fd, short events)
{
    struct co_wait w = {0};
    struct event e;

    event_assign(&e, co.base, fd, events, wake_by_event, &w);
    if (event_add(&e, NULL) != 0)
        abort();
    err_t failed = co_wait(&w);
    event_del(&e);
    return failed;
}

/* ---- looking ---- */

void co_label(const char *request_id)
{
    struct co *c = self();

    snprintf(c->label, sizeof c->label, "%s", request_id ? request_id : "");
}

static void log_one(const struct co *c, int64_t now)
{
    log_line(LOG_INFO, NULL, "waiting", LOG_TEXT("operation", c->name), LOG_TEXT("requestId", c->label),
             LOG_TEXT("at", c->wait ? c->wait->at : ""), LOG_INT("ageUs", now - c->since_us));
}

void co_log_list(void)
{
    int64_t now = clock_mono_us();

    log_line(LOG_INFO, NULL, "coroutines", LOG_INT("live", (int64_t)co.live),
             LOG_INT("highWaterBytes", (int64_t)co_high_water_bytes()));
    for (const struct co *c = co.all; c; c = c->all_next)
        log_one(c, now);
    if (co.place.fn)
        log_one(&co.place, now);
}
