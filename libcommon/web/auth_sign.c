/* auth_sign.c - minting: compact ES256 tokens by a P-256 key, and making such a key. */
#include "web/auth.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

struct auth_signer {
    EVP_PKEY *pkey;
    const char *kid;
    const char *x, *y; /* base64url */
};

static void pkey_release(void *p)
{
    EVP_PKEY_free(p);
}

static void bio_endp(BIO **b)
{
    BIO_free(*b);
}

static void md_ctx_endp(EVP_MD_CTX **c)
{
    EVP_MD_CTX_free(*c);
}

static void sig_endp(ECDSA_SIG **s)
{
    ECDSA_SIG_free(*s);
}

static err_t signer_bad(struct arena *a, const char *why)
{
    ERR_clear_error();
    return err_internal(a, ERR_INVALID, "signer.key", "%s", why);
}

err_t auth_signer_open(struct arena *a, const char *pem, const char *kid, struct auth_signer **ret)
{
    CLEANUP(bio_endp) BIO *bio = BIO_new_mem_buf(pem, -1);
    struct auth_signer *s = ARENA_NEW(a, struct auth_signer);
    uint8_t point[65], thumb[32];
    char group[32];
    size_t n;
    const char *text;

    s->pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)(uintptr_t) "");
    if (s->pkey == NULL)
        return signer_bad(a, "not a PEM private key without passphrase");
    arena_own(a, s->pkey, pkey_release);
    if (EVP_PKEY_get_utf8_string_param(s->pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) !=
            1 ||
        !str_eq(group, "prime256v1"))
        return signer_bad(a, "not a P-256 key");
    if (EVP_PKEY_get_octet_string_param(s->pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &n) != 1 ||
        n != sizeof(point) || point[0] != POINT_CONVERSION_UNCOMPRESSED)
        return signer_bad(a, "its public key cannot be read");

    s->x = str_base64url(a, point + 1, 32);
    s->y = str_base64url(a, point + 33, 32);
    text = arena_printf(a, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", s->x, s->y);
    EVP_Digest(text, strlen(text), thumb, NULL, EVP_sha256(), NULL); /* RFC 7638 */
    s->kid = kid != NULL ? arena_strdup(a, kid) : str_base64url(a, thumb, sizeof(thumb));

    *ret = s;
    return NULL;
}

const char *auth_signer_kid(const struct auth_signer *s)
{
    return s->kid;
}

const char *auth_signer_jwk(struct arena *a, const struct auth_signer *s)
{
    struct buf out;

    buf_init(&out, a, 256);
    buf_puts(&out, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"alg\":\"ES256\",\"use\":\"sig\",\"kid\":");
    json_write_text(&out, s->kid);
    buf_printf(&out, ",\"x\":\"%s\",\"y\":\"%s\"}", s->x, s->y);
    return buf_text(&out);
}

/* r || s, 64 bytes, from OpenSSL's DER. */
static bool raw_signature(const uint8_t *der, size_t n, uint8_t raw[64])
{
    CLEANUP(sig_endp) ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);

    return sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, 32) == 32 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + 32, 32) == 32;
}

err_t auth_sign(struct arena *a, const struct auth_signer *s, const char *typ, const char *claims_json,
                const char **ret_token)
{
    CLEANUP(md_ctx_endp) EVP_MD_CTX *md = EVP_MD_CTX_new();
    struct buf header, out;
    uint8_t der[80], raw[64];
    size_t n = sizeof(der);

    buf_init(&header, a, 128);
    buf_puts(&header, "{\"alg\":\"ES256\",\"typ\":");
    json_write_text(&header, typ);
    buf_puts(&header, ",\"kid\":");
    json_write_text(&header, s->kid);
    buf_putc(&header, '}');

    buf_init(&out, a, 1024);
    buf_puts(&out, str_base64url(a, header.p, header.n));
    buf_putc(&out, '.');
    buf_puts(&out, str_base64url(a, claims_json, strlen(claims_json)));
    if (md == NULL || EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, s->pkey) != 1 ||
        EVP_DigestSign(md, der, &n, (const uint8_t *)out.p, out.n) != 1 || !raw_signature(der, n, raw))
        return signer_bad(a, "signing failed");
    buf_putc(&out, '.');
    buf_puts(&out, str_base64url(a, raw, sizeof(raw)));

    *ret_token = buf_text(&out);
    return NULL;
}

err_t auth_key_new(struct arena *a, const char **ret_pem)
{
    CLEANUP(bio_endp) BIO *bio = BIO_new(BIO_s_mem());
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    char *pem;
    long n;

    if (pkey == NULL || bio == NULL || PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) != 1) {
        EVP_PKEY_free(pkey);
        return signer_bad(a, "no key can be made");
    }
    EVP_PKEY_free(pkey);
    n = BIO_get_mem_data(bio, &pem);
    *ret_pem = arena_strndup(a, pem, (size_t)n);
    return NULL;
}
