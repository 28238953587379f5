/* missions.h - what other areas, and the other file of this one, ask of missions. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct request;
struct response;
struct tx;

/* The travel service has seen the mission depart: a planned one is travelling; queued. */
void mission_departed(struct tx *tx, struct uuid id, int64_t now_us);

err_t request_mission_travel(struct ctx *x, const struct request *rq, struct response *rs);
