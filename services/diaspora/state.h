/* state.h - what the service loads before it listens (or the worker before it takes events), and never
 * changes afterwards. */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "diaspora/assignments/travel_rules.h"
#include "diaspora/claims/rules.h"
#include "diaspora/surveys/rules.h"

struct ctx;
struct jury_forms;    /* jury/form.h */
struct match_weights; /* matches/rules.h */
struct program;
struct programmes; /* programmes/programme.h */

struct diaspora_state {
    const struct jury_forms *jury_forms;
    const struct programmes *programmes;
    const struct match_weights *weights;
    struct travel_rules_set travel_rules;
    struct rate_tables rates;
    struct instruments instruments;
};

/* The `start` of service_main and of inbox_worker_main: loads everything from WAYFARE_DATA; refuses with the
 * place of the fault. */
MUST_CHECK err_t diaspora_start(struct program *p);
const struct diaspora_state *diaspora_state(const struct ctx *x);
