/*
 * auth_jwt.h - public keys as JWK sets and signed compact tokens, read strictly (RFC 7515, 7517, 7518, 7638,
 * 8037, 8725).
 *
 * No I/O and no policy: which issuer may sign what is auth.c's. Order of use: jwt_split, jwt_verify with the
 * key that kid names, and only then jwt_claims. Every refusal is ERR_UNAUTHENTICATED token.invalid; its
 * cause, for the log, says why.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

#define JWT_MAX_BYTES 8192
#define JWT_LEEWAY_US 30000000LL
#define JWT_MAX_LIFE_US 86400000000LL /* a token that ends later than this from now is refused */
#define JWKS_MAX_BYTES 65536
#define JWKS_MAX_KEYS 16

/* Signature algorithms that we take; never HS* or none. ES256 P-256, RS256 and PS256 from 2048 bits, EdDSA
 * Ed25519. */
#define JWT_ALGS(X) X(JWT_ES256, "ES256") X(JWT_RS256, "RS256") X(JWT_PS256, "PS256") X(JWT_EDDSA, "EdDSA")
enum jwt_alg {
#define JWT_ALG_NAME(name, text) name,
    JWT_ALGS(JWT_ALG_NAME)
#undef JWT_ALG_NAME
};
bool jwt_alg_parse(const char *name, enum jwt_alg *ret);

/* A refusal in static memory; WHY is a literal for the log. */
#define TOKEN_REFUSED(why)                                                                                   \
    ({                                                                                                       \
        static const struct err refused_ = {.kind = ERR_UNAUTHENTICATED,                                     \
                                            .code = "token.invalid",                                         \
                                            .detail = "The token is not valid.",                             \
                                            .cause = (why)};                                                 \
        &refused_;                                                                                           \
    })

struct jwt_key {
    const char *kid;
    enum jwt_alg alg;         /* pinned: the key verifies nothing else */
    struct evp_pkey_st *pkey; /* freed with the arena */
    uint8_t thumb[32];        /* RFC 7638, SHA-256 */
};
struct jwt_keys {
    struct jwt_key *v;
    size_t n;
};

/*
 * Reads a JWK set; algs is a mask of 1 << enum jwt_alg. Keys that are not for signatures, of a kind that we
 * do not know, or without kid are left out. Refused (ERR_INVALID jwks.invalid, cause) is the whole set: over
 * 64 kB or 16 keys, not strict JSON, with private members, a weak or malformed key, two of one kid, or no
 * usable key.
 */
MUST_CHECK err_t jwt_keys_read(struct arena *a, const char *text, size_t n, unsigned algs,
                               struct jwt_keys *ret);
/* The same of a parsed array of JWKs. */
MUST_CHECK err_t jwt_keys_read_array(struct arena *a, const json_t *array, unsigned algs,
                                     struct jwt_keys *ret);
/* The key of that kid, or NULL. */
const struct jwt_key *jwt_keys_find(const struct jwt_keys *keys, const char *kid);

struct jwt {
    enum jwt_alg alg;
    const char *kid;
    const char *typ;
    const char *signed_part; /* header.payload, borrowed from the token */
    size_t signed_bytes;
    const char *payload; /* base64url, borrowed */
    size_t payload_bytes;
    const uint8_t *signature; /* in the arena */
    size_t signature_bytes;
};

/* Reads the header: at most 8192 bytes, three canonical base64url parts, members alg, kid, typ, x5t, x5t#S256
 * only. The payload is not looked at. need_typ: typ must be there (access tokens); else it may be absent. */
MUST_CHECK err_t jwt_split(struct arena *a, const char *token, size_t n, bool need_typ, struct jwt *ret);
/* NULL if key signed it with the key's own algorithm. */
MUST_CHECK err_t jwt_verify(const struct jwt *t, const struct jwt_key *key);
/* The claims of a verified token: one strict JSON object. */
MUST_CHECK err_t jwt_claims(struct arena *a, const struct jwt *t, json_t **ret);
/* exp required, nbf and iat optional, all integers, with leeway; ends at most JWT_MAX_LIFE_US from now. iat 0
 * if absent. */
MUST_CHECK err_t jwt_times(const json_t *claims, int64_t now_us, int64_t *ret_exp_us, int64_t *ret_iat_us);
/* True if aud is this text, or an array of at most 16 texts with it. */
bool jwt_audience(const json_t *claims, const char *aud);
/* A text claim of 1…max bytes without control characters, or NULL. name with a leading '/' is a JSON pointer.
 */
const char *jwt_text(const json_t *claims, const char *name, size_t max);
const json_t *jwt_member(const json_t *claims, const char *name);
