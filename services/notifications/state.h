/* state.h - what the notifications service, its worker and its daemons load at start and never change
 * afterwards. */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"

struct ctx;
struct program;
struct schedules; /* schedules/schedules.h */
struct templates; /* templates/templates.h */

struct notifications_state {
    const struct templates *templates;
    const struct schedules *schedules;
};

/* The `start` of every program of notifications: loads from WAYFARE_DATA; refuses with the place of the
 * fault. */
MUST_CHECK err_t notifications_start(struct program *p);
const struct notifications_state *notifications_state(const struct ctx *x);
