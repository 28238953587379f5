/* auth_jwt.c - one signed compact token: header, signature, and then claims. */
#include "web/auth_jwt.h"

#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

#define HEADER_MAX_DEPTH 2
#define CLAIMS_MAX_DEPTH 8
#define AUD_MAX 16

static err_t read_header(struct arena *a, const char *part, size_t n, bool need_typ, struct jwt *t)
{
    static const char *const allowed[] = {"alg", "kid", "typ", "x5t", "x5t#S256"};
    uint8_t *bytes;
    size_t nbytes;
    json_t *header, *value;
    const char *name;

    if (!str_unbase64url(a, part, n, &bytes, &nbytes))
        return TOKEN_REFUSED("header is not canonical base64url");
    if (json_parse(a, (const char *)bytes, nbytes, HEADER_MAX_DEPTH, &header) != NULL ||
        !json_is_object(header))
        return TOKEN_REFUSED("header is not a strict JSON object");

    json_object_foreach(header, name, value)
    {
        bool known = false;
        for (size_t i = 0; i < LENGTH(allowed); i++)
            known |= str_eq(name, allowed[i]);
        if (!known)
            return TOKEN_REFUSED("header has a member that is not allowed");
        if (!json_is_string(value))
            return TOKEN_REFUSED("a header member is not a text");
    }

    t->kid = json_member_text(header, "kid");
    t->typ = json_member_text(header, "typ");
    if (!jwt_alg_parse(json_member_text(header, "alg"), &t->alg))
        return TOKEN_REFUSED("alg is not accepted");
    if (t->kid == NULL || *t->kid == '\0')
        return TOKEN_REFUSED("kid is missing");
    if (t->typ == NULL && need_typ)
        return TOKEN_REFUSED("typ is missing");
    return NULL;
}

err_t jwt_split(struct arena *a, const char *token, size_t n, bool need_typ, struct jwt *ret)
{
    struct jwt t = {.signed_part = token};
    const char *dot1, *dot2, *end = token + n;
    uint8_t *signature;

    if (n > JWT_MAX_BYTES)
        return TOKEN_REFUSED("longer than 8192 bytes");
    dot1 = memchr(token, '.', n);
    dot2 = dot1 == NULL ? NULL : memchr(dot1 + 1, '.', (size_t)(end - dot1 - 1));
    if (dot2 == NULL || memchr(dot2 + 1, '.', (size_t)(end - dot2 - 1)) != NULL)
        return TOKEN_REFUSED("not three parts");
    if (dot1 == token || dot2 == dot1 + 1 || dot2 + 1 == end)
        return TOKEN_REFUSED("a part is empty");

    TRY(read_header(a, token, (size_t)(dot1 - token), need_typ, &t));
    if (!str_unbase64url(a, dot2 + 1, (size_t)(end - dot2 - 1), &signature, &t.signature_bytes))
        return TOKEN_REFUSED("signature is not canonical base64url");
    t.signature = signature;
    t.signed_bytes = (size_t)(dot2 - token);
    t.payload = dot1 + 1;
    t.payload_bytes = (size_t)(dot2 - dot1 - 1);

    *ret = t;
    return NULL;
}

/* JOSE writes an ECDSA signature as r || s, OpenSSL wants DER. NULL if OpenSSL cannot. The caller frees. */
static uint8_t *ecdsa_der(const uint8_t *raw, size_t *ret_n)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, 32, NULL), *s = BN_bin2bn(raw + 32, 32, NULL);
    uint8_t *der = NULL;
    int n;

    if (sig == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(sig);
        return NULL;
    }
    n = i2d_ECDSA_SIG(sig, &der);
    ECDSA_SIG_free(sig);
    if (n <= 0)
        return NULL;
    *ret_n = (size_t)n;
    return der;
}

static bool pss_padding(EVP_PKEY_CTX *ctx)
{
    return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

static void md_ctx_endp(EVP_MD_CTX **c)
{
    EVP_MD_CTX_free(*c);
}

static bool signature_ok(const struct jwt *t, const struct jwt_key *key, const uint8_t *sig, size_t n)
{
    CLEANUP(md_ctx_endp) EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx = NULL; /* belongs to md */
    bool ok =
        md != NULL &&
        EVP_DigestVerifyInit(md, &ctx, key->alg == JWT_EDDSA ? NULL : EVP_sha256(), NULL, key->pkey) == 1 &&
        (key->alg != JWT_PS256 || pss_padding(ctx)) &&
        EVP_DigestVerify(md, sig, n, (const uint8_t *)t->signed_part, t->signed_bytes) == 1;

    ERR_clear_error(); /* else a later user of OpenSSL on this thread finds our refusals in its queue */
    return ok;
}

err_t jwt_verify(const struct jwt *t, const struct jwt_key *key)
{
    bool ok;

    if (t->alg != key->alg)
        return TOKEN_REFUSED("alg is not the key's");
    if (t->alg == JWT_ES256) {
        size_t n;
        uint8_t *der = t->signature_bytes == 64 ? ecdsa_der(t->signature, &n) : NULL;
        ok = der != NULL && signature_ok(t, key, der, n);
        OPENSSL_free(der);
    } else {
        ok = signature_ok(t, key, t->signature, t->signature_bytes);
    }
    return ok ? NULL : TOKEN_REFUSED("signature does not verify");
}

err_t jwt_claims(struct arena *a, const struct jwt *t, json_t **ret)
{
    uint8_t *bytes;
    size_t n;
    json_t *claims;

    if (!str_unbase64url(a, t->payload, t->payload_bytes, &bytes, &n))
        return TOKEN_REFUSED("payload is not canonical base64url");
    if (json_parse(a, (const char *)bytes, n, CLAIMS_MAX_DEPTH, &claims) != NULL || !json_is_object(claims))
        return TOKEN_REFUSED("payload is not a strict JSON object");
    *ret = claims;
    return NULL;
}

/* Seconds of a NumericDate as microseconds; only whole seconds that can be an instant of ours. */
static bool numeric_date(const json_t *v, int64_t *ret_us)
{
    if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > 253402300799LL)
        return false;
    *ret_us = (int64_t)json_integer_value(v) * DATE_US_PER_S;
    return true;
}

err_t jwt_times(const json_t *claims, int64_t now_us, int64_t *ret_exp_us, int64_t *ret_iat_us)
{
    const json_t *nbf = json_object_get(claims, "nbf"), *iat = json_object_get(claims, "iat");
    int64_t exp_us, nbf_us = 0, iat_us = 0;

    if (!numeric_date(json_object_get(claims, "exp"), &exp_us))
        return TOKEN_REFUSED("exp is missing or not a whole number");
    if (nbf != NULL && !numeric_date(nbf, &nbf_us))
        return TOKEN_REFUSED("nbf is not a whole number");
    if (iat != NULL && !numeric_date(iat, &iat_us))
        return TOKEN_REFUSED("iat is not a whole number");
    if (exp_us + JWT_LEEWAY_US <= now_us)
        return TOKEN_REFUSED("it has ended");
    if (nbf_us > now_us + JWT_LEEWAY_US || iat_us > now_us + JWT_LEEWAY_US)
        return TOKEN_REFUSED("it is not valid yet");
    if (exp_us > now_us + JWT_MAX_LIFE_US + JWT_LEEWAY_US)
        return TOKEN_REFUSED("it would live longer than a day");

    *ret_exp_us = exp_us;
    *ret_iat_us = iat_us;
    return NULL;
}

bool jwt_audience(const json_t *claims, const char *aud)
{
    const json_t *v = json_object_get(claims, "aud"), *item;
    bool found = false;
    size_t i;

    if (json_is_string(v))
        return str_eq(json_string_value(v), aud);
    if (!json_is_array(v) || json_array_size(v) > AUD_MAX)
        return false;
    json_array_foreach(v, i, item)
    {
        if (!json_is_string(item))
            return false;
        found |= str_eq(json_string_value(item), aud);
    }
    return found;
}

/* A JSON pointer of plain tokens ("/realm_access/roles") or a member's name. */
const json_t *jwt_member(const json_t *claims, const char *name)
{
    const json_t *at = claims;

    if (*name != '/')
        return json_object_get(claims, name);
    while (at != NULL && *name == '/') {
        size_t n = strcspn(name + 1, "/");
        at = json_object_getn(at, name + 1, n);
        name += n + 1;
    }
    return at;
}

const char *jwt_text(const json_t *claims, const char *name, size_t max)
{
    const char *s = json_string_value(jwt_member(claims, name));
    size_t n = s == NULL ? 0 : strlen(s);

    if (n == 0 || n > max)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            return NULL;
    }
    return s;
}
