/* declared.h - whether those who travel still wish to, asked of the service that holds the declarations. */
#pragma once

#include "base/ctx.h"
#include "base/err.h"
#include "travel/guards/boarding.h"

/*
 * Asks for each reference of the movement, right before a decision that cannot be taken back, and before
 * anything is locked. Without an open transaction none is open while the other service thinks. ERR_MISSING
 * when the caller does not see the movement; ERR_UNAVAILABLE peer.away when the other service does not
 * answer: then the decision is refused, never made without the answer.
 */
AWAITS MUST_CHECK err_t declared_ask(struct ctx *x, struct uuid movement_id, struct fact_declared *ret);
/* What an error of the other service means: ERR_MISSING is an answer (ended), everything else is peer.away.
 * Pure. */
MUST_CHECK err_t declared_unanswered(err_t e, struct fact_declared *d);
