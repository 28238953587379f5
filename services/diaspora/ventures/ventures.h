/* ventures.h - what the files of this area and its neighbours share: showing a venture, its facts. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "diaspora/ventures/queries.h"
#include "diaspora/ventures/rules.h"

struct request;
struct response;
struct tx;

AWAITS MUST_CHECK err_t venture_reply(struct ctx *x, struct tx *tx, struct uuid id, int status,
                                      struct response *rs);
/* Begins the transaction, locks the venture of the path, compares If-Match, refuses a dropped one. */
AWAITS MUST_CHECK err_t venture_open(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                                     struct uuid *ret_id, struct venture_state *ret);
/* Reads what its moves are judged by; mission NULL or the mission that its finalists would join. */
AWAITS MUST_CHECK err_t venture_facts(struct ctx *x, struct tx *tx, struct uuid id,
                                      const struct venture_state *v, struct venture_facts *ret,
                                      struct opt_uuid *ret_mission);
/* Adds one member of a body; queued. */
void venture_member_add(struct ctx *x, struct tx *tx, struct uuid venture_id, const json_t *member);

/* Handlers of the other files of this area. */
err_t list_venture_transitions(struct ctx *x, const struct request *rq, struct response *rs);
err_t move_venture(struct ctx *x, const struct request *rq, struct response *rs);
err_t list_venture_moves(struct ctx *x, const struct request *rq, struct response *rs);
err_t add_venture_member(struct ctx *x, const struct request *rq, struct response *rs);
err_t patch_venture_member(struct ctx *x, const struct request *rq, struct response *rs);
err_t list_venture_member_history(struct ctx *x, const struct request *rq, struct response *rs);
err_t leave_venture(struct ctx *x, const struct request *rq, struct response *rs);
err_t get_business_plan(struct ctx *x, const struct request *rq, struct response *rs);
err_t put_business_plan(struct ctx *x, const struct request *rq, struct response *rs);
