/* state.h - what the service loads before it listens (or the worker before it takes events), and never
 * changes afterwards. */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "cases/rights/terms.h"

struct occupations; /* profiles/occupations.h */
struct packs;       /* programmes/pack.h */
struct program;
struct rulesets; /* eligibility/rules.h */

struct cases_state {
    const struct occupations *occupations;
    const struct packs *packs;
    const struct rulesets *rulesets;
    struct rights_terms rights;
};

/* The `start` of service_main and of inbox_worker_main: loads everything from WAYFARE_DATA; refuses with the
 * place of the fault. */
MUST_CHECK err_t cases_start(struct program *p);
