/* internal.h - between the files of this area. */
#pragma once

#include "travel/movements/queries.h"
#include "travel/passengers/queries.h"
#include "web/request.h"

AWAITS MUST_CHECK err_t reply_passenger(struct tx *tx, struct uuid id, int status, struct response *rs);
/* Locks the movement and then the passenger of the path: the caller's ETag holds. */
AWAITS MUST_CHECK err_t passenger_lock(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                                       struct movement_locked *ret_movement, struct passenger_locked *ret);
/* ERR_CONFLICT passenger.removed unless it is planned. */
MUST_CHECK err_t passenger_planned(const struct passenger_locked *row);

/* observe.c */
err_t record_passenger_outcome(struct ctx *x, const struct request *rq, struct response *rs);
err_t list_passenger_observations(struct ctx *x, const struct request *rq, struct response *rs);
/* refresh.c */
err_t refresh_passenger(struct ctx *x, const struct request *rq, struct response *rs);
