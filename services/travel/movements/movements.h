/* movements.h - what other areas of this service may ask of movements. All run inside x->tx, none commits.
 * Statements stand in "travel/movements/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct tx;

/* Queues the event once for each reference of the movement, keyed by it: data is {movementId, refKind, refId}
 * and what `more` adds, JSON members that begin with a comma, or "". */
AWAITS MUST_CHECK err_t movement_tell(struct ctx *x, struct tx *tx, struct uuid movement_id, const char *type,
                                      const char *more);
