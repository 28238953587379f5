/*
 * auth.h - from "Authorization: Bearer …" to a principal (RFC 9068, RFC 8725).
 *
 * Verified once, then remembered until the token ends or is revoked: a bounded cache, the whole token is compared.
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
    const char *issuers_dir; /* issuer profiles: *.json, see README of web/; colon-separated list of folders */
    const char *audience;    /* this deployment's aud when a profile does not name its own */
    bool production;         /* refuses profiles marked "development": true */
    size_t cache_max;        /* remembered tokens; 10,000 */
};

/* Loads all profiles and key sets; refuses a profile it does not understand. outcall may be NULL (files only). */
MUST_CHECK err_t auth_open(struct loop *l, struct outcall *out, const struct auth_options *o, struct auth **ret);
void auth_close(struct auth *au);
/* Key sets loaded and the revocation feed fresher than 30 s (if one is set). */
bool auth_ready(const struct auth *au);

/* Value of the Authorization header, may be NULL. The principal lives in the cache and is valid until
 * auth_release. Errors: ERR_UNAUTHENTICATED, always with code token.invalid (token.missing without a header). */
AWAITS MUST_CHECK err_t auth_bearer(struct ctx *x, struct auth *au, const char *authorization,
                                    const struct principal **ret);
void auth_release(struct auth *au, const struct principal *who);

/* Verifies one compact token against the profiles, without the cache. now_us is the wall clock. */
MUST_CHECK err_t auth_verify(struct auth *au, struct arena *a, const char *token, size_t n, int64_t now_us,
                             struct principal *ret);

/* Polls path (GET, list of revoked clients, users and token ids after a sequence) on identity's socket twice a second. */
MUST_CHECK err_t auth_follow_revocations(struct auth *au, const char *identity_socket,
                                         const char *(*service_token)(struct ctx *x, void *arg), void *arg);
/* Forgets every cached token of a client, a subject or a jti. */
void auth_revoke(struct auth *au, const char *kind, const char *value);
size_t auth_cached(const struct auth *au);
void auth_counters(const struct auth *au, uint64_t *ret_hits, uint64_t *ret_misses, uint64_t *ret_refused);

/* Mints a token (identity's token endpoint, services' own calls): ES256 by a PEM private key. */
struct auth_signer;
MUST_CHECK err_t auth_signer_open(struct arena *a, const char *pem, const char *kid, struct auth_signer **ret);
void auth_signer_close(struct auth_signer *s);
MUST_CHECK err_t auth_sign(struct arena *a, const struct auth_signer *s, const char *typ, const char *claims_json,
                           const char **ret_token);
