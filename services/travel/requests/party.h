/* party.h - who is to travel, asked of the service that knows the persons. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

/* The party of a request (schema TravelParty) in x->arena, from cases (kind case) or diaspora.
 * ERR_UNAVAILABLE while that is away, ERR_MISSING when the request is no longer there. */
AWAITS MUST_CHECK err_t party_read(struct ctx *x, const char *ref_kind, struct uuid request_id, json_t **ret);
/* The same of a named service, for who does not know yet what the request is for. */
AWAITS MUST_CHECK err_t party_read_from(struct ctx *x, const char *service, struct uuid request_id,
                                        json_t **ret);
