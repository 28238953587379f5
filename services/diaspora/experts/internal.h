/* internal.h - between the files of the area. */
#pragma once

#include "diaspora/experts/queries.h"
#include "web/request.h"

err_t expert_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs);
/* Locks the expert of the path for a change; the caller's ETag holds, and processing is not restricted. */
AWAITS MUST_CHECK err_t expert_lock(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                                    struct uuid *ret_id, struct expert_locked *ret);

err_t search_experts(struct ctx *x, const struct request *rq, struct response *rs);
err_t get_expert_residence(struct ctx *x, const struct request *rq, struct response *rs);
err_t put_expert_residence(struct ctx *x, const struct request *rq, struct response *rs);
err_t create_expert_competence(struct ctx *x, const struct request *rq, struct response *rs);
err_t patch_expert_competence(struct ctx *x, const struct request *rq, struct response *rs);
err_t delete_expert_competence(struct ctx *x, const struct request *rq, struct response *rs);
err_t create_expert_window(struct ctx *x, const struct request *rq, struct response *rs);
err_t delete_expert_window(struct ctx *x, const struct request *rq, struct response *rs);
err_t restrict_expert(struct ctx *x, const struct request *rq, struct response *rs);
err_t lift_expert_restriction(struct ctx *x, const struct request *rq, struct response *rs);
err_t who_saw_expert(struct ctx *x, const struct request *rq, struct response *rs);
