/*
 * worker_main.h - a worker daemon: a loop around run_once, woken by a poke, a stream or the tick.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "app/service_main.h"
#include "base/err.h"

struct ctx;

/* One kind of work. */
struct work {
    const char *name; /* "relay", "seal" */
    /* Does one turn in a context of its own (x->who is the worker, organisation none). *ret_done more than 0: again at
     * once; 0: wait for a poke or the tick; an error is logged and answered with capped backoff. What it opened in x->tx is
     * committed on success, rolled back on error. */
    err_t (*run_once)(struct ctx *x, size_t *ret_done);
    int64_t tick_us;
    const char *poke; /* name of the datagram socket in WAYFARE_RUN that wakes it, "%s" is the service; NULL none */
    unsigned parallel; /* so many run side by side; 0 is 1 */
};

struct worker {
    const char *name;  /* "relay", "cases-worker" */
    const char *about;
    const char *service; /* whose database; NULL: option --service */
    const struct work *works;
    size_t nworks;
    bool uses_queue;
    err_t (*start)(struct program *p);
};
int worker_main(int argc, char **argv, const struct worker *w);

/* Takes on an organisation for the following transactions of this job (inbox: that of the event). */
void worker_act_for(struct ctx *x, const char *organisation);
/* Sends a datagram to wake a worker of the same host; never blocks, loss is harmless. */
void worker_poke(const struct program *p, const char *name);
