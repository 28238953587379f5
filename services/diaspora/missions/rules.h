/* rules.h - decisions on missions; pure. */
#pragma once

#include <stdint.h>

#include "base/err.h"

/* Faults: mission.dates. */
MUST_CHECK err_t rules_mission_dates(struct arena *a, int32_t from_on, int32_t until_on);
/* What may be done: patch (planned), hold (planned or travelling, from its first day on: else
 * mission.future), cancel (planned or travelling). 409 mission.state. */
MUST_CHECK err_t rules_mission_act(const char *action, const char *status, int32_t from_on, int32_t today);
