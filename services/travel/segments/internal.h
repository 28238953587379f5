/* internal.h - between the files of this area. */
#pragma once

#include "travel/movements/queries.h"
#include "travel/segments/queries.h"
#include "web/request.h"

struct rejudged;

/* Locks the movement and then the segment of the path: the caller's ETag holds; ERR_CONFLICT segment.removed.
 */
AWAITS MUST_CHECK err_t segment_lock(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                                     struct movement_locked *ret_movement, struct segment_locked *ret);
/* After any change: positions, the movement's ends, every guard again. ret may be NULL. */
AWAITS MUST_CHECK err_t segments_changed(struct ctx *x, struct tx *tx, struct uuid movement_id,
                                         struct rejudged *ret);

/* schedule.c */
err_t reschedule_segment(struct ctx *x, const struct request *rq, struct response *rs);
err_t list_segment_times(struct ctx *x, const struct request *rq, struct response *rs);
