/* internal.h - between the files of this area. */
#pragma once

#include "web/request.h"

/* The movement as it is now, with its ETag. */
AWAITS MUST_CHECK err_t reply_movement(struct ctx *x, struct tx *tx, struct uuid id, int status,
                                       struct response *rs);

/* expand.c */
err_t get_movement(struct ctx *x, const struct request *rq, struct response *rs);
/* transitions.c */
err_t list_movement_transitions(struct ctx *x, const struct request *rq, struct response *rs);
err_t make_movement_transition(struct ctx *x, const struct request *rq, struct response *rs);
err_t cancel_movement(struct ctx *x, const struct request *rq, struct response *rs);
err_t list_movement_moves(struct ctx *x, const struct request *rq, struct response *rs);
