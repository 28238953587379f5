/*
 * loop.c - the event loop, its timers and its drain.
 *
 * Signals are caught while loop_run runs, so that a command-line program that only polls still ends by
 * Ctrl-C. In blocking mode coroutines run between two turns of libevent, which cannot be entered twice: see
 * co_run_pending.
 */
#include "io/loop.h"

#include <assert.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/co.h"
#include "io/co_internal.h"

enum {
    MAX_HOOKS = 16,
    LAG_SLOTS = 12,           /* of 5 s each: the last minute */
    LAG_TICK_US = 250 * 1000, /* how often lateness is measured */
    LAG_SLOT_US = 5 * 1000 * 1000,
    DRAIN_TICK_US = 5 * 1000,
    CANCEL_GRACE_US = 200 * 1000, /* for cancelled coroutines to unwind and answer */
};

struct loop {
    struct event_base *base;
    struct loop_hook hooks[MAX_HOOKS];
    size_t nhooks;
    bool draining, cancelled, ended;
    bool inside; /* in event_base_loop */
    int64_t drain_deadline_us;
    int64_t drain_end_us;
    struct loop_timer *drain_timer;
    struct loop_timer *lag_timer;
    int64_t lag_expected_us; /* when the measuring timer should come */
    int64_t lag_us[LAG_SLOTS];
    int64_t lag_slot; /* number of the current slot since the clock's start */
};

struct loop_timer {
    struct loop *loop;
    struct event *event;
    void (*fn)(void *arg);
    void *arg;
    bool repeats;
};

ERR_DEFINE(err_loop_new, ERR_BUG, "loop.new", "The event loop could not be made.");

static void measure_lag(void *arg)
{
    struct loop *l = arg;
    int64_t now = clock_mono_us();
    int64_t slot = now / LAG_SLOT_US;
    int64_t late = l->lag_expected_us ? now - l->lag_expected_us : 0;

    for (int64_t s = l->lag_slot + 1; s <= slot && s <= l->lag_slot + LAG_SLOTS; s++)
        l->lag_us[s % LAG_SLOTS] = 0;
    l->lag_slot = slot;
    if (late > l->lag_us[slot % LAG_SLOTS])
        l->lag_us[slot % LAG_SLOTS] = late;
    l->lag_expected_us = now + LAG_TICK_US;
    l->lag_timer = loop_after(l, LAG_TICK_US, measure_lag, l);
}

/* libevent's own words, in the form of all others. */
static void tell(int severity, const char *text)
{
    enum log_level level = severity == EVENT_LOG_ERR    ? LOG_ERROR
                           : severity == EVENT_LOG_WARN ? LOG_WARN
                                                        : LOG_DEBUG;

    log_line(level, NULL, "libevent", LOG_TEXT("text", text));
}

err_t loop_new(struct loop **ret)
{
    event_set_log_callback(tell);
    struct event_config *config = event_config_new();
    struct loop *l = calloc(1, sizeof *l);

    if (config && l) {
        event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
        l->base = event_base_new_with_config(config);
    }
    if (config)
        event_config_free(config);
    if (!l || !l->base) {
        free(l);
        return err_loop_new;
    }
    signal(SIGPIPE, SIG_IGN);
    l->lag_slot = clock_mono_us() / LAG_SLOT_US;
    *ret = l;
    return NULL;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    loop_timer_cancel(l->lag_timer);
    loop_timer_cancel(l->drain_timer);
    event_base_free(l->base);
    free(l);
}

struct event_base *loop_base(struct loop *l)
{
    return l->base;
}

/* ---- timers ---- */

static void timer_came(evutil_socket_t fd, short what, void *arg)
{
    struct loop_timer *t = arg;
    void (*fn)(void *) = t->fn;
    void *fn_arg = t->arg;

    if (!t->repeats)
        loop_timer_cancel(t);
    fn(fn_arg); /* may cancel t */
}

static struct loop_timer *timer_new(struct loop *l, int64_t us, bool repeats, void (*fn)(void *), void *arg)
{
    struct loop_timer *t = calloc(1, sizeof *t);
    struct timeval tv = {us / 1000000, us % 1000000};

    if (t)
        t->event = event_new(l->base, -1, repeats ? EV_PERSIST : 0, timer_came, t);
    if (!t || !t->event || event_add(t->event, &tv) != 0)
        abort();
    t->loop = l;
    t->fn = fn;
    t->arg = arg;
    t->repeats = repeats;
    return t;
}

struct loop_timer *loop_after(struct loop *l, int64_t us, void (*fn)(void *arg), void *arg)
{
    return timer_new(l, us > 0 ? us : 0, false, fn, arg);
}

struct loop_timer *loop_every(struct loop *l, int64_t us, void (*fn)(void *arg), void *arg)
{
    assert(us > 0);
    return timer_new(l, us, true, fn, arg);
}

void loop_timer_cancel(struct loop_timer *t)
{
    if (!t)
        return;
    event_free(t->event);
    free(t);
}

int64_t loop_lag_us(const struct loop *l)
{
    int64_t longest = 0;

    for (size_t i = 0; i < LAG_SLOTS; i++) {
        if (l->lag_us[i] > longest)
            longest = l->lag_us[i];
    }
    return longest;
}

/* ---- turns ---- */

bool loop_inside(const struct loop *l)
{
    return l->inside;
}

void loop_turn(struct loop *l)
{
    assert(!l->inside); /* a wait on the loop's own stack, from a callback */
    l->inside = true;
    if (event_base_loop(l->base, EVLOOP_ONCE) < 0)
        abort();
    l->inside = false;
}

/* ---- drain ---- */

static bool hooks_done(const struct loop *l)
{
    for (size_t i = 0; i < l->nhooks; i++) {
        if (l->hooks[i].done && !l->hooks[i].done(l->hooks[i].arg))
            return false;
    }
    return true;
}

/* What still waits when the hooks are done, a call to a peer perhaps, has a moment to unwind. */
static void drain_look(void *arg)
{
    struct loop *l = arg;
    bool late = l->drain_end_us && clock_mono_us() >= l->drain_end_us, done = hooks_done(l);

    if (!done && !late)
        return;
    if (!l->cancelled && (!done || co_live() > 0)) {
        if (!done)
            log_line(LOG_WARN, NULL, "drain deadline passed", LOG_INT("coroutines", (int64_t)co_live()));
        co_cancel_all();
        l->cancelled = true;
        l->drain_end_us = clock_mono_us() + CANCEL_GRACE_US;
        return;
    }
    if (co_live() > 0 && !late)
        return;
    loop_timer_cancel(l->drain_timer);
    l->drain_timer = NULL;
    l->ended = true;
    event_base_loopbreak(l->base);
}

void loop_drain(struct loop *l)
{
    if (l->draining)
        return;
    l->draining = true;
    log_line(LOG_INFO, NULL, "draining");
    if (l->drain_deadline_us > 0)
        l->drain_end_us = clock_mono_us() + l->drain_deadline_us;
    for (size_t i = l->nhooks; i-- > 0;) {
        if (l->hooks[i].begin)
            l->hooks[i].begin(l->hooks[i].arg);
    }
    l->drain_timer = loop_every(l, DRAIN_TICK_US, drain_look, l);
}

bool loop_draining(const struct loop *l)
{
    return l->draining;
}

void loop_on_drain(struct loop *l, struct loop_hook hook)
{
    assert(l->nhooks < MAX_HOOKS);
    l->hooks[l->nhooks++] = hook;
}

static void on_term(evutil_socket_t signal_number, short what, void *arg)
{
    loop_drain(arg);
}

static void on_usr1(evutil_socket_t signal_number, short what, void *arg)
{
    co_log_list();
}

err_t loop_run(struct loop *l, int64_t drain_deadline_us)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGUSR1};
    struct event *signals[LENGTH(numbers)];

    l->drain_deadline_us = drain_deadline_us;
    if (l->draining && drain_deadline_us > 0)
        l->drain_end_us = clock_mono_us() + drain_deadline_us;
    for (size_t i = 0; i < LENGTH(numbers); i++) {
        signals[i] = evsignal_new(l->base, numbers[i], numbers[i] == SIGUSR1 ? on_usr1 : on_term, l);
        if (!signals[i] || event_add(signals[i], NULL) != 0)
            abort();
    }
    if (!l->lag_timer)
        measure_lag(l);
    while (!l->ended) {
        co_run_pending();
        if (l->ended)
            break;
        if (co_is_blocking()) {
            loop_turn(l);
            continue;
        }
        l->inside = true;
        if (event_base_dispatch(l->base) < 0)
            abort();
        l->inside = false;
    }
    l->ended = false;
    for (size_t i = 0; i < LENGTH(numbers); i++)
        event_free(signals[i]);
    return NULL;
}
