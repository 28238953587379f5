/* auth_jwk.c - JWK sets to OpenSSL keys (RFC 7517, 7518 section 6, 8037). */
#include "web/auth_jwt.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

#define KID_MAX_BYTES 128
#define RSA_MIN_BITS 2048
#define RSA_MAX_BITS 8192

#define JWKS_REFUSED(why)                                                                                    \
    ({                                                                                                       \
        static const struct err refused_ = {.kind = ERR_INVALID,                                             \
                                            .code = "jwks.invalid",                                          \
                                            .detail = "The key set is not valid.",                           \
                                            .cause = (why)};                                                 \
        &refused_;                                                                                           \
    })

bool jwt_alg_parse(const char *name, enum jwt_alg *ret)
{
    static const char *const names[] = {
#define JWT_ALG_TEXT(name_, text) [name_] = text,
        JWT_ALGS(JWT_ALG_TEXT)
#undef JWT_ALG_TEXT
    };

    for (size_t i = 0; i < LENGTH(names); i++) {
        if (str_eq(name, names[i])) {
            *ret = (enum jwt_alg)i;
            return true;
        }
    }
    return false;
}

static void pkey_release(void *p)
{
    EVP_PKEY_free(p);
}

/* A base64url member of a key; NULL bytes if it is not there or not canonical. */
static struct bytes member_bytes(struct arena *a, const json_t *jwk, const char *name)
{
    const char *text = json_member_text(jwk, name);
    uint8_t *p;
    size_t n;

    if (text == NULL || *text == '\0' || !str_unbase64url(a, text, strlen(text), &p, &n))
        return (struct bytes){NULL, 0};
    return (struct bytes){p, n};
}

static void params_endp(OSSL_PARAM **p)
{
    OSSL_PARAM_free(*p);
}

static void build_endp(OSSL_PARAM_BLD **b)
{
    OSSL_PARAM_BLD_free(*b);
}

static void pkey_ctx_endp(EVP_PKEY_CTX **c)
{
    EVP_PKEY_CTX_free(*c);
}

static void bn_endp(BIGNUM **b)
{
    BN_free(*b);
}

static EVP_PKEY *pkey_from(const char *type, OSSL_PARAM_BLD *build)
{
    CLEANUP(params_endp) OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    CLEANUP(pkey_ctx_endp) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    CLEANUP(pkey_ctx_endp) EVP_PKEY_CTX *check = NULL;
    EVP_PKEY *pkey = NULL;

    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return NULL;

    check = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    if (check == NULL || EVP_PKEY_public_check(check) != 1) { /* the point is on the curve */
        EVP_PKEY_free(pkey);
        return NULL;
    }
    return pkey;
}

static EVP_PKEY *pkey_ec(struct arena *a, const json_t *jwk)
{
    CLEANUP(build_endp) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    struct bytes x = member_bytes(a, jwk, "x"), y = member_bytes(a, jwk, "y");
    uint8_t point[65] = {POINT_CONVERSION_UNCOMPRESSED};

    if (build == NULL || x.n != 32 || y.n != 32)
        return NULL;
    memcpy(point + 1, x.p, 32);
    memcpy(point + 33, y.p, 32);
    if (!OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) ||
        !OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)))
        return NULL;
    return pkey_from("EC", build);
}

static EVP_PKEY *pkey_rsa(struct arena *a, const json_t *jwk)
{
    CLEANUP(build_endp) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    struct bytes n = member_bytes(a, jwk, "n"), e = member_bytes(a, jwk, "e");
    CLEANUP(bn_endp) BIGNUM *modulus = NULL;
    CLEANUP(bn_endp) BIGNUM *exponent = NULL;

    if (build == NULL || n.p == NULL || e.p == NULL || n.p[0] == 0 || e.p[0] == 0 || n.n > RSA_MAX_BITS / 8 ||
        e.n > 4)
        return NULL;
    modulus = BN_bin2bn(n.p, (int)n.n, NULL);
    exponent = BN_bin2bn(e.p, (int)e.n, NULL);
    if (modulus == NULL || exponent == NULL || BN_num_bits(modulus) < RSA_MIN_BITS || !BN_is_odd(modulus) ||
        !BN_is_odd(exponent) || BN_get_word(exponent) < 3)
        return NULL;
    if (!OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) ||
        !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent))
        return NULL;
    return pkey_from("RSA", build);
}

static EVP_PKEY *pkey_okp(struct arena *a, const json_t *jwk)
{
    struct bytes x = member_bytes(a, jwk, "x");

    if (x.n != 32)
        return NULL;
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.p, x.n);
}

/* RFC 7638: the required members in the order of their names. They are base64url or fixed words here, so
 * nothing needs escaping. */
static void thumbprint(struct arena *a, const json_t *jwk, struct jwt_key *key)
{
    const char *x = json_member_text(jwk, "x");
    const char *text;

    if (key->alg == JWT_ES256)
        text = arena_printf(a, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", x,
                            json_member_text(jwk, "y"));
    else if (key->alg == JWT_EDDSA)
        text = arena_printf(a, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", x);
    else
        text = arena_printf(a, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}", json_member_text(jwk, "e"),
                            json_member_text(jwk, "n"));
    EVP_Digest(text, strlen(text), key->thumb, NULL, EVP_sha256(), NULL);
}

/* Which algorithm a key is pinned to; false if it is of a kind that this issuer does not use. */
static bool pin_alg(const json_t *jwk, unsigned algs, enum jwt_alg *ret)
{
    const char *kty = json_member_text(jwk, "kty"), *crv = json_member_text(jwk, "crv");
    const char *alg = json_member_text(jwk, "alg");
    enum jwt_alg named;

    if (str_eq(kty, "EC") && str_eq(crv, "P-256"))
        *ret = JWT_ES256;
    else if (str_eq(kty, "OKP") && str_eq(crv, "Ed25519"))
        *ret = JWT_EDDSA;
    else if (str_eq(kty, "RSA"))
        *ret = algs & (1u << JWT_RS256) ? JWT_RS256 : JWT_PS256;
    else
        return false;

    if (json_object_get(jwk, "alg") != NULL) {
        if (alg == NULL || !jwt_alg_parse(alg, &named))
            return false;
        if (str_eq(kty, "RSA") && (named == JWT_RS256 || named == JWT_PS256))
            *ret = named;
        if (named != *ret)
            return false;
    }
    return algs & (1u << *ret);
}

/* use and key_ops, where they are there, must allow verifying. */
static bool for_signatures(const json_t *jwk)
{
    const json_t *ops = json_object_get(jwk, "key_ops"), *op;
    size_t i;

    if (json_object_get(jwk, "use") != NULL && !str_eq(json_member_text(jwk, "use"), "sig"))
        return false;
    if (ops == NULL)
        return true;
    json_array_foreach(ops, i, op)
    {
        if (str_eq(json_string_value(op), "verify"))
            return true;
    }
    return false;
}

static bool has_private_part(const json_t *jwk)
{
    static const char *const parts[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

    for (size_t i = 0; i < LENGTH(parts); i++) {
        if (json_object_get(jwk, parts[i]) != NULL)
            return true;
    }
    return false;
}

static bool kid_ok(const char *kid)
{
    size_t n = kid == NULL ? 0 : strlen(kid);

    if (n == 0 || n > KID_MAX_BYTES)
        return false;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)kid[i] < 0x20 || kid[i] == 0x7f)
            return false;
    }
    return true;
}

static err_t read_key(struct arena *a, const json_t *jwk, unsigned algs, struct jwt_keys *keys)
{
    struct jwt_key key = {.kid = json_member_text(jwk, "kid")};

    if (!json_is_object(jwk))
        return JWKS_REFUSED("a key is not an object");
    if (has_private_part(jwk))
        return JWKS_REFUSED("a key has a private or symmetric part");
    if (!kid_ok(key.kid) || !for_signatures(jwk) || !pin_alg(jwk, algs, &key.alg))
        return NULL;
    if (jwt_keys_find(keys, key.kid) != NULL)
        return JWKS_REFUSED("two keys of one kid");

    if (key.alg == JWT_ES256)
        key.pkey = pkey_ec(a, jwk);
    else if (key.alg == JWT_EDDSA)
        key.pkey = pkey_okp(a, jwk);
    else
        key.pkey = pkey_rsa(a, jwk);
    if (key.pkey == NULL)
        return JWKS_REFUSED("a key is malformed or too weak");
    arena_own(a, key.pkey, pkey_release);
    key.kid = arena_strdup(a, key.kid);
    thumbprint(a, jwk, &key);

    keys->v[keys->n++] = key;
    return NULL;
}

err_t jwt_keys_read_array(struct arena *a, const json_t *array, unsigned algs, struct jwt_keys *ret)
{
    struct jwt_keys keys = {0};
    const json_t *jwk;
    size_t i;

    if (!json_is_array(array))
        return JWKS_REFUSED("keys is not an array");
    if (json_array_size(array) > JWKS_MAX_KEYS)
        return JWKS_REFUSED("more than 16 keys");
    keys.v = ARENA_ARRAY(a, JWKS_MAX_KEYS, struct jwt_key);
    json_array_foreach(array, i, jwk) TRY(read_key(a, jwk, algs, &keys));
    if (keys.n == 0)
        return JWKS_REFUSED("no usable key");

    *ret = keys;
    return NULL;
}

err_t jwt_keys_read(struct arena *a, const char *text, size_t n, unsigned algs, struct jwt_keys *ret)
{
    json_t *set;

    if (n > JWKS_MAX_BYTES)
        return JWKS_REFUSED("larger than 64 kB");
    if (json_parse(a, text, n, 6, &set) != NULL)
        return JWKS_REFUSED("not strict JSON");
    return jwt_keys_read_array(a, json_object_get(set, "keys"), algs, ret);
}

const struct jwt_key *jwt_keys_find(const struct jwt_keys *keys, const char *kid)
{
    for (size_t i = 0; i < keys->n; i++) {
        if (str_eq(keys->v[i].kid, kid))
            return &keys->v[i];
    }
    return NULL;
}
