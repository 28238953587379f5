/* movements.h - what other areas of this service may ask of movements. All run inside x->tx, none commits.
 * Statements stand in "travel/movements/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct fact_declared;
struct movement_locked;
struct tx;

/* Queues the event once for each reference of the movement, keyed by it: data is {movementId, refKind, refId}
 * and what `more` adds, JSON members that begin with a comma, or "". */
AWAITS MUST_CHECK err_t movement_tell(struct ctx *x, struct tx *tx, struct uuid movement_id, const char *type,
                                      const char *more);
/* The same for one of its references; nothing where ref_id is not set. */
AWAITS MUST_CHECK err_t movement_tell_ref(struct ctx *x, struct tx *tx, struct uuid movement_id,
                                          struct opt_uuid ref_id, const char *type, const char *more);

/* A move that is wished for. */
struct movement_wish {
    const char *transition;               /* code: makeReady, sendAbn, … */
    const char *reason;                   /* cancel: a code; else a text or NULL */
    struct opt_i64 observed_at;           /* observations; not set: now */
    const char *observed_by;              /* observations; NULL: the caller */
    const struct fact_declared *declared; /* clearToBoard: who still wishes to go, asked right before */
};
/* Makes a move with everything that hangs on it: guards, row, trail, event, of what was observed and not
 * cleared an incident. The movement is locked (q_movement_lock). ERR_CONFLICT guards.unmet,
 * transition.unavailable; ERR_INVALID transition.unknown, reason.required, reason.unknown,
 * observation.future, observation.unexpected. */
AWAITS MUST_CHECK err_t movement_move(struct ctx *x, struct tx *tx, const struct movement_locked *m,
                                      const struct movement_wish *w);
/* Cancels a movement that has not departed, whatever the reason's code; harmless afterwards. */
AWAITS MUST_CHECK err_t movement_stop(struct ctx *x, struct tx *tx, const struct movement_locked *m,
                                      const char *reason);
