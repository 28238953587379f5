/*
 * rules.h - whether a message on a movement may still be sent, and what it says; pure.
 *
 * Who it goes to, and when, the service knows that has the person.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"

struct arena;

struct send_journey {
    const char *status;
    struct opt_i64 departs_us;
    bool travels; /* somebody whom the message is for is still among the passengers */
};
/* NULL: it holds. Else why it is superseded: movement.planned (a cancellation that was taken back),
 * movement.cancelled, movement.departed, movement.unplanned, movement.moved (another departure than
 * expected_us, 0 any), movement.past, passenger.none. event: itinerary, reminder, moved, cancelled. */
const char *rules_send_journey(const struct send_journey *j, const char *event, int64_t expected_us,
                               int64_t now_us);

struct send_leg {
    const char *from, *to;        /* as a traveller knows them */
    const char *carrier, *number; /* either may be NULL */
    int64_t departs_us, arrives_us;
    const char *departure_zone, *arrival_zone;
};
/* "2026-03-17 10:30 Amsterdam (AMS) → 2026-03-17 16:05 Istanbul (IST), TK1952": a line for each leg, in the
 * clock of each place. Each is isolated left to right (U+2066 … U+2069), since it stands in texts of either
 * direction too. */
const char *rules_send_itinerary(struct arena *a, const struct send_leg *legs, size_t n);
/* Day and time of an instant in the clock of a zone; out_time "HH:MM". */
void rules_send_clock(int64_t us, const char *zone, char out_day[11], char out_time[6]);
