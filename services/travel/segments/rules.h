/* rules.h - decisions on segments; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

struct segment_terms {
    const char *from_kind, *from_place, *to_kind, *to_place;
    const char *from_country, *to_country;     /* as given; NULL: not given */
    int64_t departs_at, arrives_at;            /* µs since 1970 */
    const char *departure_zone, *arrival_zone; /* IANA; NULL: neither given nor known of the airport */
};

/* NULL, or ERR_INVALID request.invalid with a fault for each: place.code (an airport's code has three capital
 * letters), segment.samePlace, segment.order (arrives before it departs), segment.long (more than ten days),
 * zone.required, zone.unknown, country.unknown. */
MUST_CHECK err_t rules_segment(struct arena *a, const struct segment_terms *t);

/* A segment of a movement with this status may still be given other times: while it is planned or under way.
 * Else ERR_CONFLICT movement.fixed. */
MUST_CHECK err_t rules_segment_moves(const char *movement_status);

struct segment_times {
    int64_t departs_at, arrives_at;
    const char *departure_zone, *arrival_zone;
};
/* NULL, or ERR_INVALID request.invalid: segment.sameTimes, observation.future (observed, but still to come).
 */
MUST_CHECK err_t rules_reschedule(struct arena *a, const struct segment_times *before,
                                  const struct segment_times *after, bool observed, int64_t now_us);
