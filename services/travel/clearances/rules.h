/* rules.h - what a schema cannot say of a clearance; pure. */
#pragma once

#include "base/err.h"
#include "base/opt.h"

struct arena;

struct clearance_terms {
    const char *kind, *outcome;
    const char *country; /* NULL: none */
    struct opt_i64 decided_us;
    struct opt_date valid_from, valid_until;
};
/* ERR_INVALID with a fault for each: clearance.country (every kind but a fitness has one that is known),
 * clearance.decidedAt (decided outcomes have one, pending ones none, and it is not ahead), clearance.dates
 * (would end before it begins). */
MUST_CHECK err_t rules_clearance(struct arena *a, const struct clearance_terms *t, int64_t now_us);
/* The key class that its note is sealed with. */
const char *rules_clearance_class(const char *kind);
