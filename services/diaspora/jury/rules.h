/* rules.h - decisions on a jury's scores; pure. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

/* May this juror score now? ERR_DENIED juror.noSeat; ERR_CONFLICT jury.notSitting (the venture is not before
 * the jury), scores.complete (all are in: nobody changes theirs any more). */
MUST_CHECK err_t rules_score_allowed(const char *venture_status, bool has_seat, bool complete);
/* Points by the form: each criterion's points times its weight, summed. Faults: score.criterion (not of the
 * form), score.missing, score.range. */
MUST_CHECK err_t rules_score_points(struct arena *a, const json_t *form, const json_t *scores,
                                    int32_t *ret_points);
