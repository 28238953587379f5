/* rules.h - decisions on appointments; pure. */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct arena;

struct appointment_terms {
    int64_t starts_at; /* µs since 1970 */
    const char *zone;  /* IANA */
    const char *place; /* NULL: none */
    const char *link;  /* NULL: none */
};

/* NULL, or ERR_INVALID request.invalid with a fault for each: appointment.past (it would start before now),
 * zone.unknown, appointment.nowhere (neither place nor link). */
err_t rules_appointment_terms(struct arena *a, const struct appointment_terms *t, int64_t now_us);

/* NULL while it is planned, else ERR_CONFLICT appointment.ended. */
err_t rules_appointment_planned(const char *status);
