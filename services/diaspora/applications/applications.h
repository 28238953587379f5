/* applications.h - what other areas ask of applications, inside the transaction they are in. */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "base/uuid.h"

struct ctx;
struct tx;

/* The terms of reference have ended, and the caller holds their lock: what is still open is declined for that
 * reason (torFilled, torClosed). */
AWAITS MUST_CHECK err_t applications_close_for_tor(struct ctx *x, struct tx *tx, struct uuid tor_id,
                                                   const char *reason);
