/* party.h - who is to travel, frozen from what is known of the expert. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct assignment_locked;
struct journey_new;
struct phase_locked;
struct tx;

/* TravelParty (api-spec/common.yaml) of an expert on the way to a phase. asked: the body of the request:
 * origin, destination, needs, document. */
AWAITS MUST_CHECK err_t party_of_expert(struct ctx *x, struct tx *tx, const struct assignment_locked *of,
                                        const struct phase_locked *phase, const struct journey_new *n,
                                        const json_t *asked, const char **ret);
