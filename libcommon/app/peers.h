/*
 * peers.h - calls to another service of the house: over its socket, with this service's own client token, a
 * deadline and a breaker. Events are the rule; this is for an answer that is needed now.
 */
#pragma once

#include <jansson.h>

#include "base/ctx.h"
#include "base/err.h"

struct peers; /* opaque: the key that signs our tokens, and a breaker for each peer */
struct program;

/* Reads internal.pem in WAYFARE_KEYS; without it every call is ERR_UNAVAILABLE peer.key. ERR_INVALID
 * conf.peers: WAYFARE_PEERS is malformed. */
MUST_CHECK err_t peers_open(const struct program *p, struct peers **ret);
void peers_close(struct peers *peers); /* NULL is fine */
/* A token of this service for its peers: issuer wayfare-internal, scope internal, 10 minutes, kept until a
 * minute before its end. In x->arena; NULL without a key. (void *: auth_follow_revocations takes it.) */
const char *peer_token(struct ctx *x, void *peers);

/* Where a service is reached, by WAYFARE_PEERS or else its socket in WAYFARE_RUN: "/path/cases.sock", or
 * "http(s)://host:port". */
const char *peer_place(const struct program *p, const char *service);

/* POST body (JSON text) or GET (NULL) to path ("/cases/v1/send-checks"). *ret is the parsed answer of a 2xx,
 * in x->arena. organisation: on whose behalf (header X-Wayfare-Organisation, honoured only with scope
 * internal). Errors: ERR_UNAVAILABLE (away, breaker open), ERR_MISSING (404), ERR_UPSTREAM (other status). */
AWAITS MUST_CHECK err_t peer_call(struct ctx *x, const char *service, const char *path,
                                  const char *organisation, const char *body, int64_t timeout_us,
                                  json_t **ret);

/* One of several calls that are made at once. */
struct peer_ask {
    const char *service, *path, *body; /* as of peer_call; literals, or as long as the call */
    json_t *answer;                    /* in x->arena; NULL: error says why */
    err_t error;
};

/* Makes the calls beside each other and waits for all of them: each fails for itself, with ERR_UNAVAILABLE
 * after timeout_us at the latest. An error of its own only when the caller is cancelled; the calls that still
 * run then end by themselves. */
AWAITS MUST_CHECK err_t peers_ask(struct ctx *x, struct peer_ask *asks, size_t n, const char *organisation,
                                  int64_t timeout_us);
