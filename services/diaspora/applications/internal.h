/* internal.h - between the files of the area. */
#pragma once

#include "diaspora/applications/queries.h"
#include "web/request.h"

err_t list_application_transitions(struct ctx *x, const struct request *rq, struct response *rs);
err_t make_application_transition(struct ctx *x, const struct request *rq, struct response *rs);
