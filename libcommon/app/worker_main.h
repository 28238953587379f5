/*
 * worker_main.h - a worker daemon: a loop around run_once, woken by a poke, a stream or the tick.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/program.h"
#include "base/err.h"

struct ctx;
struct leased_work;

/* One kind of work. */
struct work {
    const char *name; /* "relay", "seal" */
    /* Does one turn in a context of its own (x->who is the worker, organisation none). *ret_done at least
     * batch: again at once; less: wait for a poke or the tick; an error is logged and answered with capped
     * backoff. What it opened in x->tx is committed on success, rolled back on error. */
    err_t (*run_once)(struct ctx *x, size_t *ret_done);
    int64_t tick_us; /* doubles up to a second while there is nothing to do; of several side by side one ticks
                        and wakes the others */
    const char
        *poke; /* name of the datagram socket in WAYFARE_RUN that wakes it, "%s" is the service; NULL none */
    unsigned parallel; /* so many run side by side; 0 is 1 */
    bool each_queue;   /* shared out over the Redis servers, one each at least: ctx->queue */
    size_t batch;      /* a turn that did less has left nothing; 0 is 1 */
};

struct worker {
    const char *name; /* "relay", "cases-worker" */
    const char *about;
    const char *service; /* whose database; NULL: option --service */
    const struct work *works;
    size_t nworks;
    bool uses_queue;
    unsigned needs;                          /* further program_needs: PROGRAM_KEYS, PROGRAM_DATA */
    const struct program_settings *settings; /* its own configuration; NULL none */
    const struct leased_work *leased;        /* rows that its works claim, app/leases.h; NULL none */
    err_t (*start)(struct program *p);
    const void *own; /* p->own, for a main that is built on this one */
};
int worker_main(int argc, char **argv, const struct worker *w);

/* Takes on an organisation for the following transactions of this job (inbox: that of the event). */
void worker_act_for(struct ctx *x, const char *organisation);
/* Runs a work of this process again at once, as a poke would. */
void worker_wake(const struct ctx *x, const char *work);
/* Runs fn in a context of its own (memory, deadline, request id) on the running coroutine: commits what it
 * opened, or rolls back and returns its error. For works that take several jobs in one turn. */
AWAITS MUST_CHECK err_t worker_job(struct ctx *x, const char *operation, int64_t timeout_us,
                                   err_t (*fn)(struct ctx *x, void *arg), void *arg);
