/* co_stack.h - a coroutine's memory and the switching of stacks; for co.c alone. */
#pragma once

#include <event2/event_struct.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <ucontext.h>

#include "io/co.h"

enum {
    CO_STACK_BYTES = 256 * 1024, /* mapping without its guard page */
    CO_TRIM_S = 10,              /* how often unused stacks go back */
};

/* Where a stack is entered: at its beginning, or where it was left. */
struct co_place {
    ucontext_t context;
    jmp_buf jump;
    bool left; /* by a jump, and jump leads back */
};

/* Lives at the top of its own stack's mapping. What is below `place` is kept from use to use. */
struct co {
    const char *name; /* of the operation */
    void (*fn)(void *arg);
    void *arg;
    char label[40];
    struct co_wait *wait; /* what it waits for; NULL while it runs */
    int64_t since_us;     /* when it was started or began to wait */
    int64_t deadline_us;  /* of its waits; 0 none */
    bool cancel;          /* the current or next wait ends */
    bool is_ready;        /* in the ready list */
    bool timer_set;
    bool ended;         /* fn returned */
    struct event timer; /* the deadline's */
    struct co *ready_next;
    struct co *all_next, **all_link;
    struct co_place place; /* here and below: co_stack.c's */
    struct co *free_next;
    char *mapping; /* guard page first */
    void *fiber;   /* a sanitizer's idea of this stack */
    void *loop_fiber;
    const void *loop_bottom; /* the loop's stack, as the sanitizer told */
    size_t loop_bytes;
};

/* A coroutine from the pool, ready to be entered, or NULL without memory. */
struct co *co_stack_take(void);
void co_stack_put(struct co *c);
/* Unmaps stacks that the last period did not need. */
void co_stack_trim(void);
void co_stack_free_all(void);

/* From the loop's stack into c; comes back when c leaves. */
void co_stack_enter(struct co *c, struct co_place *loop);
/* Back to the loop's stack; returns when c is entered again, never if it is the last time. */
void co_stack_leave(struct co *c, struct co_place *loop, bool last);

/* What a new coroutine runs, on its own stack. In co.c. */
void co_main(struct co *c) __attribute__((noreturn));
