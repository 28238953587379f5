/* authority.h - what other areas of this service may ask of authority checks and surrendered statuses. */
#pragma once

#include <stdint.h>

#include "base/uuid.h"

struct tx;

/* The case has stopped, or its traveller did not show: checks that are not answered expire, surrenders that
 * are not effective lapse. No event: nothing of a surrender leaves before the departure. Queued with the
 * transaction. */
void authority_cancel_for_case(struct tx *tx, struct uuid case_id, int64_t now_us);
/* The case has departed: surrenders that were handed in are effective from then on. Queued with the
 * transaction. */
void authority_departed_for_case(struct tx *tx, struct uuid case_id, int64_t departed_us);
