/* rules.h - how a request for a journey follows what the travel service tells; pure. Drawn in schema/0002. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Not departed and not over: it can still be called off. */
bool rules_journey_open(const char *status);
/* The status after a ticket or a change of the schedule; NULL: the request is over and stays as it is.
 * reopened: what was cleared to board no longer is. */
const char *rules_journey_scheduled(const char *status, bool ticketed, bool reopened);
/* noShow, refusedEntry, deniedBoarding: it came to nothing for the traveller. */
bool rules_journey_failed(const char *status);
/* The status after an observation (an event's type); NULL: it tells nothing new. What was observed counts
 * also when we had called it off; that a movement went on without a traveller does not. */
const char *rules_journey_observed(const char *ref_kind, const char *status, const char *type);
/* The status when a traveller who had been left behind was on board after all, with the movement in that
 * status; NULL: that is not what the request says. */
const char *rules_journey_resumed(const char *status, const char *movement_status);
/* ERR_INVALID request.invalid with faults dates.order (/latest), days.phase (/latest: after the phase has
 * begun). */
MUST_CHECK err_t rules_journey_days(struct arena *a, int32_t earliest, int32_t latest, int32_t phase_ends_on);
