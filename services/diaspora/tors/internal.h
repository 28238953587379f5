/* internal.h - between the files of the area. */
#pragma once

#include "diaspora/tors/queries.h"
#include "web/request.h"

err_t list_tor_transitions(struct ctx *x, const struct request *rq, struct response *rs);
err_t make_tor_transition(struct ctx *x, const struct request *rq, struct response *rs);
