/* rules.h - who may settle a proposed decision; pure. */
#pragma once

#include "base/ctx.h"
#include "base/err.h"

/* NULL, or: ERR_CONFLICT decision.decided unless it is proposed; ERR_DENIED decision.usersOnly for machine
 * clients, decision.fourEyes for who proposed it. */
err_t rules_decision_settle(const struct principal *who, const char *status, const char *proposed_by);
