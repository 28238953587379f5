/*
 * auth.h - from "Authorization: Bearer …" to a principal (RFC 9068, RFC 8725).
 *
 * Verified once, then remembered until the token ends, its key goes or it is revoked: a bounded cache, the
 * whole token is compared. Who may sign what stands in issuer profiles (README.md, "Issuer profiles").
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"

struct auth;
struct loop;
struct outcall;

struct auth_options {
    const char *issuers_dir; /* issuer profiles: *.json, see README.md; colon-separated list of folders */
    const char *audience;    /* this deployment's aud when a profile does not name its own */
    bool production;         /* refuses profiles marked "development": true */
    size_t cache_max;        /* remembered tokens; 0: 10,000 */
    /* The scopes that the database asks for by sec.has, separated by spaces: besides programme:…, office:…
     * and internal only they are sent to it. As long as the auth. NULL: all are. */
    const char *policy_scopes;
};

/* Loads all profiles and key files; refuses a profile it does not understand. l and out may be NULL: then key
 * files are read once, and a profile with jwks_uri is refused. Key sets from a URI arrive later, see
 * auth_ready. */
MUST_CHECK err_t auth_open(struct loop *l, struct outcall *out, const struct auth_options *o,
                           struct auth **ret);
void auth_close(struct auth *au);
/* Every issuer has keys, and the revocation feed (if one is followed) is fresher than 30 s. */
bool auth_ready(const struct auth *au);

/* Value of the Authorization header, may be NULL. The principal lives in the cache and is valid until
 * auth_release. Errors: ERR_UNAUTHENTICATED, always with code token.invalid (token.missing without a header);
 * the cause, for the log, says why. Waits only when a kid is unknown and keys come from a URI. */
AWAITS MUST_CHECK err_t auth_bearer(struct ctx *x, struct auth *au, const char *authorization,
                                    const struct principal **ret);
/* What the token of a principal of auth_bearer says of its limits of requests (web/quota.h). */
struct limit_own;
const struct limit_own *auth_limits(const struct principal *who);
void auth_release(struct auth *au, const struct principal *who);

/* Verifies one compact token against the profiles, without the cache. now_us is the wall clock; *ret lives in
 * a. */
MUST_CHECK err_t auth_verify(struct auth *au, struct arena *a, const char *token, size_t n, int64_t now_us,
                             struct principal *ret);

/* Polls identity's feed (GET /identity/v1/revocations?after=SEQ) twice a second; identity: its socket's path,
 * or http(s)://host:port. service_token gives the bearer token of scope internal for it, in x->arena, NULL if
 * there is none now. Needs loop and outcall. */
MUST_CHECK err_t auth_follow_revocations(struct auth *au, const char *identity,
                                         const char *(*service_token)(struct ctx *x, void *arg), void *arg);
/* Refuses from now on every token of a client or user (sub) of the organisation, or with a jti, kind
 * "client", "user" or "token", issued up to before_us (a token: any), and forgets those remembered. */
void auth_revoke(struct auth *au, const char *kind, const char *organisation, const char *value,
                 int64_t before_us);
/* Since the revocation feed answered (0: none is followed), and since the issuer's keys that are oldest were
 * read and found good (of those fetched by https; 0: none are). */
void auth_ages(const struct auth *au, int64_t *ret_feed_us, int64_t *ret_keys_us);
size_t auth_cached(const struct auth *au);
void auth_counters(const struct auth *au, uint64_t *ret_hits, uint64_t *ret_misses, uint64_t *ret_refused);

/* Mints tokens (identity's token endpoint, services' own calls): ES256 by a PEM private key. The signer lives
 * in the arena; kid NULL: the key's RFC 7638 thumbprint. */
struct auth_signer;
MUST_CHECK err_t auth_signer_open(struct arena *a, const char *pem, const char *kid,
                                  struct auth_signer **ret);
const char *auth_signer_kid(const struct auth_signer *s);
/* The public key as a JWK object's text, for a JWK set. */
const char *auth_signer_jwk(struct arena *a, const struct auth_signer *s);
/* typ: "at+jwt". claims_json is one JSON object. */
MUST_CHECK err_t auth_sign(struct arena *a, const struct auth_signer *s, const char *typ,
                           const char *claims_json, const char **ret_token);
/* A new P-256 private key as PEM (PKCS #8). */
MUST_CHECK err_t auth_key_new(struct arena *a, const char **ret_pem);
