/* trainings.h - what other areas of this service may ask of trainings. Statements stand in
 * "cases/trainings/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "cases/trainings/queries.h"

struct inbox_event;
struct tx;

/* Fills allowed_actions. */
void participant_show(struct ctx *x, struct participant_row *row);
/* Drops those of a case that has ended from the courses that they are enrolled in; their places are free. */
AWAITS MUST_CHECK err_t trainings_drop_for_case(struct ctx *x, struct tx *tx, struct uuid case_id);
/* Handler of cases.training.cancelled for worker.c (an inbox_fn): drops everybody, also those whom who
 * cancelled it may not know of. */
AWAITS MUST_CHECK err_t training_cancelled(struct ctx *x, const struct inbox_event *e);
