/* rules.h - decisions on movements; pure. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

struct arena;
struct codes;

struct movement_terms {
    const char *programme;            /* NULL: not to be judged */
    const struct text_array *offices; /* NULL: not to be judged */
    const char *origin_country, *destination_country;
    int32_t earliest, latest; /* days since 1970 */
};

/* NULL, or ERR_INVALID request.invalid with a fault for each: programme.notYours, office.notYours (the caller
 * would not see what he makes), country.unknown, dates.order. */
MUST_CHECK err_t rules_movement_terms(struct arena *a, const struct codes *codes, const struct principal *who,
                                      const struct movement_terms *t);
/* The offices of the caller: of a movement for which none are named. */
struct text_array rules_own_offices(struct arena *a, const struct principal *who);
/* True until the movement departed or was cancelled: its plan may still be changed. */
bool rules_movement_planned(const char *status);
/* NULL while rules_movement_planned, else ERR_CONFLICT movement.fixed. */
MUST_CHECK err_t rules_movement_change(const char *status);
