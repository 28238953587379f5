/* state.h - what the service loads before it listens (or the worker before it takes events), and never
 * changes afterwards. */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"

struct addressees;
struct ctx;
struct program;
struct requirements; /* requirements/rules.h */

struct travel_state {
    const struct requirements *requirements;
    const struct addressees *addressees; /* abns/addressees.h: who may be told */
};

/* The `start` of service_main and of inbox_worker_main: loads everything from WAYFARE_DATA; refuses with the
 * place of the fault. */
MUST_CHECK err_t travel_start(struct program *p);
const struct travel_state *travel_state(const struct ctx *x);
