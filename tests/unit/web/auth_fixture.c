/* auth_fixture.c - see auth_fixture.h */
#include "auth_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include "base/str.h"

EVP_PKEY *fixture_keys[NKEYS];
char fixture_folder[] = "/tmp/wf-auth-XXXXXX";
static const char *const kids[NKEYS] = {"ec-1", "ec-2", "rsa-1", "pss-1", "ed-1", "staff-1"};
static struct arena *forever;
static pid_t maker;

const char *b64(struct arena *a, const void *p, size_t n)
{
    return str_base64url(a, p, n);
}

static const char *bn_b64(struct arena *a, EVP_PKEY *k, const char *param)
{
    BIGNUM *bn = NULL;
    uint8_t raw[1024];
    int n;

    ck_assert_int_eq(EVP_PKEY_get_bn_param(k, param, &bn), 1);
    n = BN_bn2bin(bn, raw);
    BN_free(bn);
    return b64(a, raw, (size_t)n);
}

const char *fixture_jwk(struct arena *a, enum key k, const char *extra)
{
    uint8_t point[65], raw[32];
    size_t n = sizeof(raw);

    switch (k) {
    case K_EC:
    case K_EC2:
    case K_STAFF:
        EVP_PKEY_get_octet_string_param(fixture_keys[k], OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &n);
        return arena_printf(a,
                            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"%s}",
                            kids[k], b64(a, point + 1, 32), b64(a, point + 33, 32), extra);
    case K_ED:
        EVP_PKEY_get_raw_public_key(fixture_keys[k], raw, &n);
        return arena_printf(a, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%s\",\"x\":\"%s\"%s}", kids[k],
                            b64(a, raw, 32), extra);
    case K_RSA:
    case K_PSS:
    case NKEYS:
        break;
    }
    return arena_printf(a, "{\"kty\":\"RSA\",\"kid\":\"%s\",\"n\":\"%s\",\"e\":\"%s\"%s}", kids[k],
                        bn_b64(a, fixture_keys[k], OSSL_PKEY_PARAM_RSA_N),
                        bn_b64(a, fixture_keys[k], OSSL_PKEY_PARAM_RSA_E), extra);
}

void fixture_put(const char *name, const char *text)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", fixture_folder, name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    ck_assert_int_eq(chmod(path, 0644), 0);
}

static size_t sign(const char *alg, enum key k, const char *text, size_t n, uint8_t sig[1024])
{
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    EVP_PKEY_CTX *ctx;
    size_t nsig = 1024;
    bool ed = strcmp(alg, "EdDSA") == 0;

    ck_assert_int_eq(EVP_DigestSignInit(md, &ctx, ed ? NULL : EVP_sha256(), NULL, fixture_keys[k]), 1);
    if (strcmp(alg, "PS256") == 0) {
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST);
    }
    ck_assert_int_eq(EVP_DigestSign(md, sig, &nsig, (const uint8_t *)text, n), 1);
    EVP_MD_CTX_free(md);
    if (EVP_PKEY_is_a(fixture_keys[k], "EC")) {
        const uint8_t *p = sig;
        ECDSA_SIG *es = d2i_ECDSA_SIG(NULL, &p, (long)nsig);
        BN_bn2binpad(ECDSA_SIG_get0_r(es), sig, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(es), sig + 32, 32);
        ECDSA_SIG_free(es);
        nsig = 64;
    }
    return nsig;
}

long long fixture_shift_s;

/* Moments are the numbers of ten digits around NOW. */
static const char *shifted(struct arena *a, const char *claims)
{
    char *out = arena_strdup(a, claims), moment[16];

    for (char *p = out; *p != '\0';) {
        size_t n = strspn(p, "0123456789");
        long long at = n == 10 ? atoll(p) : 0;

        if (at > NOW_S - 1000000 && at < NOW_S + 1000000) {
            snprintf(moment, sizeof(moment), "%010lld", at + fixture_shift_s);
            memcpy(p, moment, n);
        }
        p += n > 0 ? n : 1;
    }
    return out;
}

/* header and claims are JSON texts; how: the algorithm that really signs, by key k. */
const char *fixture_mint(struct arena *a, const char *header, const char *claims, const char *how, enum key k)
{
    const char *body = fixture_shift_s != 0 ? shifted(a, claims) : claims;
    const char *part = arena_printf(a, "%s.%s", b64(a, header, strlen(header)), b64(a, body, strlen(body)));
    uint8_t sig[1024];
    size_t n = sign(how, k, part, strlen(part), sig);

    return arena_printf(a, "%s.%s", part, b64(a, sig, n));
}

/* Check's children end by exit() too. */
static void clean_up(void)
{
    char command[128];

    if (getpid() != maker)
        return;
    for (size_t i = 0; i < NKEYS; i++)
        EVP_PKEY_free(fixture_keys[i]);
    arena_free(forever);
    snprintf(command, sizeof(command), "rm -rf %s", fixture_folder);
    if (system(command) != 0)
        perror(command);
}

void fixture_once(void)
{
    static const enum key ec[] = {K_EC, K_EC2, K_STAFF};

    if (forever != NULL)
        return; /* Check runs it before each case */
    maker = getpid();
    atexit(clean_up);
    forever = arena_new();
    for (size_t i = 0; i < LENGTH(ec); i++)
        fixture_keys[ec[i]] = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    fixture_keys[K_RSA] = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    fixture_keys[K_PSS] = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    fixture_keys[K_ED] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

    ck_assert_ptr_nonnull(mkdtemp(fixture_folder));
    fixture_put("identity.jwks.json",
                arena_printf(forever, "{\"keys\":[%s,%s,%s,%s]}",
                             fixture_jwk(forever, K_EC, ",\"alg\":\"ES256\",\"use\":\"sig\""),
                             fixture_jwk(forever, K_RSA, ",\"alg\":\"RS256\""),
                             fixture_jwk(forever, K_PSS, ",\"alg\":\"PS256\""),
                             fixture_jwk(forever, K_ED, "")));
    fixture_put("identity.json",
                "{\"iss\":\"https://identity.test\",\"algs\":[\"ES256\",\"RS256\",\"PS256\",\"EdDSA\"],"
                "\"jwks_file\":\"identity.jwks.json\"}");
    fixture_put("staff.jwks.json",
                arena_printf(forever, "{\"keys\":[%s]}", fixture_jwk(forever, K_STAFF, "")));
    fixture_put(
        "staff.json",
        "{\"iss\":\"https://"
        "login.test\",\"aud\":\"wayfare-api\",\"algs\":[\"ES256\"],\"typ\":[\"JWT\",\"at+jwt\"],"
        "\"jwks_file\":\"staff.jwks.json\",\"organisation\":\"iom\",\"user\":\"claim:preferred_name\","
        "\"claims\":{\"client\":\"azp\",\"name\":\"preferred_name\",\"roles\":\"/realm_access/roles\"},"
        "\"role_scopes\":{\"caseworker\":\"cases:read cases:write internal\"}}");
}

struct auth *fixture_auth(void)
{
    struct auth_options o = {.issuers_dir = fixture_folder, .audience = "wayfare", .cache_max = 4};
    struct auth *au;
    err_t e = auth_open(NULL, NULL, &o, &au);

    ck_assert_msg(e == NULL, "%s", e ? e->detail : "");
    return au;
}

struct principal fixture_verified(struct arena *a, struct auth *au, const char *token)
{
    struct principal who;
    err_t e = auth_verify(au, a, token, strlen(token), NOW_US, &who);

    ck_assert_msg(e == NULL, "%s", e ? e->cause : "");
    return who;
}

err_t fixture_ask(struct arena *a, struct auth *au, const char *authorization, const struct principal **ret)
{
    struct ctx x = {.arena = a};

    return auth_bearer(&x, au, authorization, ret);
}
