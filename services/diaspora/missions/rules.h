/* rules.h - decisions on missions; pure. */
#pragma once

#include <stdint.h>

#include "base/err.h"

/* Faults: mission.dates. */
MUST_CHECK err_t rules_mission_dates(struct arena *a, int32_t from_on, int32_t until_on);
/* What may be done: patch (planned), hold (planned or travelling, from its first day on: else
 * mission.future), cancel (planned or travelling). 409 mission.state. */
/* What is said of traveller i. Faults traveller.unknown (goes is false), traveller.twice (first is false),
 * birthDate.invalid (no such date, or still to come; NULL: none given). */
void rules_mission_traveller(struct arena *a, size_t i, bool goes, bool first, const char *birth,
                             int32_t today, struct fault_list *faults);
MUST_CHECK err_t rules_mission_act(const char *action, const char *status, int32_t from_on, int32_t today);
