/*
 * peers.h - calls to another service of the house: over its socket, with this service's own client token, a
 * deadline and a breaker. Events are the rule; this is for an answer that is needed now.
 */
#pragma once

#include <jansson.h>

#include "base/ctx.h"
#include "base/err.h"

/* POST body (JSON text) or GET (NULL) to path ("/cases/v1/_send-check"). *ret is the parsed answer of a 2xx,
 * in x->arena. organisation: on whose behalf (header X-Wayfare-Organisation, honoured only with scope
 * internal). Errors: ERR_UNAVAILABLE (away, breaker open), ERR_MISSING (404), ERR_UPSTREAM (other status). */
AWAITS MUST_CHECK err_t peer_call(struct ctx *x, const char *service, const char *path,
                                  const char *organisation, const char *body, int64_t timeout_us,
                                  json_t **ret);

/* This service's own bearer token of scope internal, in x->arena; NULL if there is none now. arg is the program's
 * struct peers: the form that auth_follow_revocations takes. */
const char *peer_token(struct ctx *x, void *arg);
