/* missions.h - what other areas, and the other file of this one, ask of missions. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct request;
struct response;
struct tx;

/* The travel service has seen the mission depart: a planned one is travelling; queued. */
void mission_departed(struct tx *tx, struct uuid id, int64_t now_us);

/* Each who goes is told of on their own (diaspora.traveller.*), for nobody else knows them; said: what the
 * travel service tells of the movement, with its times. */
AWAITS MUST_CHECK err_t mission_tell(struct ctx *x, struct tx *tx, struct uuid id, const char *type,
                                     struct uuid movement_id, const json_t *said);

err_t request_mission_travel(struct ctx *x, const struct request *rq, struct response *rs);
