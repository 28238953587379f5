/*
 * co.h - stackful coroutines on the loop (ucontext, and jumps between their stacks).
 *
 * A coroutine reads straight down and waits in io/ functions only (marked AWAITS). One stack each: 256 KiB
 * mapping with a guard page, pooled. With CO_MODE=blocking in the environment the same functions poll the
 * loop in place and no stack is switched: for gdb, valgrind and unit tests.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct loop;
struct co;

/* Once per process, before any other; at most max_live coroutines (co_start then answers ERR_LIMIT co.full).
 */
MUST_CHECK err_t co_init(struct loop *l, size_t max_live);
void co_shutdown(void);

/* Starts fn(arg) on a stack of its own; it runs at once until it first waits. name is borrowed (operationId).
 */
MUST_CHECK err_t co_start(const char *name, void (*fn)(void *arg), void *arg);
/* The running coroutine, NULL on the loop's own stack. */
struct co *co_self(void);
/* The deadline of the running coroutine's waits on clock_mono_us; 0 none. */
void co_deadline(int64_t mono_us);
/* Shown by the SIGUSR1 list beside the name. Copied. */
void co_label(const char *request_id);
/* Makes the current or next wait of co return ERR_CANCELLED. */
void co_cancel(struct co *co);
size_t co_live(void);
/* Cancels every waiting coroutine (end of the drain deadline). */
void co_cancel_all(void);

/*
 * One wait. io/ code zeroes it, starts what will call co_wake, and calls co_wait: it returns NULL when woken,
 * ERR_CANCELLED (co.deadline, co.cancelled) else. co_wake may come before co_wait, and from the loop's stack
 * only or from another coroutine. After ERR_CANCELLED the waker must not be able to reach the wait any more:
 * io/ code detaches it.
 */
struct co_wait {
    struct co *co;
    bool woken;
    const char *at; /* file:line, or the statement waited for; for SIGUSR1 */
};
#define CO_STR2(x) #x
#define CO_STR(x) CO_STR2(x)
#define co_wait(w) co_wait_at((w), __FILE__ ":" CO_STR(__LINE__))
AWAITS MUST_CHECK err_t co_wait_at(struct co_wait *w, const char *at);
void co_wake(struct co_wait *w);

/* Waits for time to pass. */
AWAITS MUST_CHECK err_t co_sleep(int64_t us);
/* Waits until a descriptor is readable or writable (EV_READ | EV_WRITE of libevent). */
AWAITS MUST_CHECK err_t co_fd(int fd, short events);

/* Runs fn on the loop's own stack (deep recursion: JSON, PCRE2 compile) and returns. */
void co_on_loop_stack(void (*fn)(void *arg), void *arg);

/* Logs every waiting coroutine: name, label, file:line, age. */
void co_log_list(void);
/* Deepest stack use seen, in bytes. Over 32 KiB is logged once per name. */
size_t co_high_water_bytes(void);
