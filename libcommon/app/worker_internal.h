/* worker_internal.h - a worker daemon as its own files see it: the process (worker_main.c), its jobs
 * (worker_job.c). */
#pragma once

#include "app/worker_main.h"
#include "base/ctx.h"

struct arena;
struct health;
struct instance;
struct metric;

/* The process; ctx->edge of its jobs. */
struct workers {
    struct program program;
    const struct worker *worker;
    struct principal who;
    struct instance *v;
    size_t n;
    bool draining;
    bool opening; /* keys are being looked at, works are not yet there */
    err_t error;  /* ends it */
    struct metric *turns, *failures, *seconds;
    struct health *health;
};

/* Fills x for a job of w: memory a, deadline, request id and trace are its own; the running coroutine takes
 * its deadline and its label. */
void worker_ctx(struct ctx *x, struct workers *w, struct arena *a, const char *operation, int64_t timeout_us);
/* Commits what the job opened, or rolls it back if e is an error; returns e or what the commit failed with.
 */
AWAITS MUST_CHECK err_t worker_ctx_end(struct ctx *x, err_t e);
