/* facts.h - what guards look at, read in one round trip. */
#pragma once

#include "base/ctx.h"
#include "cases/cases/guards.h"
#include "cases/cases/queries.h"

struct tx;
struct facts_rows; /* rows of the areas as they come from the database */

/* Queues the statements; the rows are there after the next wait. */
struct facts_rows *facts_later(struct ctx *x, struct tx *tx, struct uuid case_id);
/* Facts of the rows and of the case's own row. ERR_BUG pack.missing when the version the case was opened
 * under is not loaded. */
MUST_CHECK err_t facts_make(struct ctx *x, const struct facts_rows *rows, const struct case_locked *c,
                            struct case_facts *ret);
