/* trail_internal.h - what the files of the trail share (app/trail.h). */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"

struct json_shape;
struct trail;
struct trail_row; /* app/queries.h */
struct tx;

/* The body of searchAccessTrail, written by who asks and read by who answers. */
extern const struct json_shape trail_question_json;
/* This service's rows before a place, the latest first; at most one more than the limit says. */
AWAITS MUST_CHECK err_t trail_rows(struct tx *tx, const struct trail *t, int64_t before_us,
                                   int64_t before_position, struct trail_row **ret, size_t *ret_n);
