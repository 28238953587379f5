/*
 * loop.h - the one event loop of a process: signals, timers, orderly drain.
 *
 * A wrapper around libevent's base (epoll with the changelist): close descriptors only after event_del.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct event_base;
struct loop;

MUST_CHECK err_t loop_new(struct loop **ret);
void loop_free(struct loop *l);
struct event_base *loop_base(struct loop *l);

/*
 * Runs until the last drain hook is done. SIGTERM and SIGINT begin the drain: every hook's begin is called
 * once, newest first; when every hook's done answers true, or after drain_deadline_us (0: never), what still
 * waits is cancelled, and the loop ends when it has unwound, or a moment later. SIGUSR1 logs the waiting
 * coroutines (co.h). SIGPIPE is ignored.
 */
MUST_CHECK err_t loop_run(struct loop *l, int64_t drain_deadline_us);
void loop_drain(struct loop *l); /* as SIGTERM would */
bool loop_draining(const struct loop *l);
struct loop_hook {
    void (*begin)(void *arg); /* may be NULL */
    bool (*done)(void *arg);  /* may be NULL: at once */
    void *arg;
};
void loop_on_drain(struct loop *l, struct loop_hook hook);

/* Timers. fn runs on the loop's stack. */
struct loop_timer;
struct loop_timer *loop_after(struct loop *l, int64_t us, void (*fn)(void *arg), void *arg);
struct loop_timer *loop_every(struct loop *l, int64_t us, void (*fn)(void *arg), void *arg);
void loop_timer_cancel(
    struct loop_timer *t); /* also frees; NULL is fine; a loop_after that ran frees itself */

/* Lag of the loop: the longest time in the last minute that a timer came late, in microseconds. */
int64_t loop_lag_us(const struct loop *l);
