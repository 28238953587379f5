/* test_auth_keys.c - key sets and their files, issuer profiles, signing. */
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "web/auth.h"
#include "web/auth_jwt.h"
#include "web/auth_parts.h"

#include "auth_fixture.h"
#include "unit.h"

/* ---- key sets ---- */

static void rotate(struct arena *a, enum key k, const char *extra)
{
    fixture_put("staff.jwks.json", arena_printf(a, "{\"keys\":[%s]}%s", fixture_jwk(a, k, ""), extra));
}

START_TEST(a_key_file_is_read_again_and_its_old_tokens_go)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    size_t staff = str_eq(au->issuers[0].iss, "https://login.test") ? 0 : 1;
    const struct principal *who;
    const char *header = arena_printf(a, "Bearer %s", fixture_mint(a, H_STAFF, STAFF(""), "ES256", K_STAFF));

    clock_stub(NOW_US);
    ck_assert_ptr_null(fixture_ask(a, au, header, &who));
    auth_release(au, who);

    rotate(a, K_EC2, " broken");
    ck_assert_ptr_nonnull(keyset_read_file(au, staff, 1)); /* refused: the last good set stays */
    ck_assert_ptr_null(keyset_read_file(au, staff, 2));    /* and is not complained of again */
    ck_assert_ptr_null(fixture_ask(a, au, header, &who));
    auth_release(au, who);

    rotate(a, K_EC2, "");
    ck_assert_ptr_null(keyset_read_file(au, staff, 3));
    ck_assert_uint_eq(auth_cached(au), 0);
    ck_assert_str_eq(fixture_ask(a, au, header, &who)->cause, "kid is not known");

    rotate(a, K_STAFF, "");
    auth_close(au);
    arena_free(a);
    clock_stub(0);
}
END_TEST

START_TEST(a_lost_key_set_is_kept_for_a_day)
{
    struct auth *au = fixture_auth();
    struct keyset *ks = &au->issuers[0].keys;

    ck_assert(auth_ready(au));
    keyset_expire(au, 0, ks->good_us + KEYS_KEEP_US);
    ck_assert(auth_ready(au));
    keyset_expire(au, 0, ks->good_us + KEYS_KEEP_US + 1);
    ck_assert(!auth_ready(au));
    ck_assert_uint_eq(ks->keys.n, 0);
    auth_close(au);
}
END_TEST

static const char *key_set(struct arena *a, int i, const char **ret_cause)
{
    const char *ec = fixture_jwk(a, K_EC, ""), *rsa = fixture_jwk(a, K_RSA, ""), *list = "";
    static const char *const causes[] = {"a key has a private or symmetric part",
                                         "a key has a private or symmetric part",
                                         "two keys of one kid",
                                         "a key is malformed or too weak",
                                         "a key is malformed or too weak",
                                         "a key is malformed or too weak",
                                         "more than 16 keys",
                                         "no usable key",
                                         "no usable key",
                                         "no usable key",
                                         "no usable key",
                                         "no usable key",
                                         "keys is not an array",
                                         "not strict JSON",
                                         "not strict JSON",
                                         "larger than 64 kB",
                                         "a key is not an object",
                                         NULL,
                                         NULL,
                                         NULL};

    *ret_cause = i < (int)LENGTH(causes) ? causes[i] : NULL;
    switch (i) {
    case 0:
        return arena_printf(a, "{\"keys\":[%s]}", fixture_jwk(a, K_EC, ",\"d\":\"AAAA\""));
    case 1:
        return arena_printf(a, "{\"keys\":[%s,{\"kty\":\"oct\",\"kid\":\"h\",\"k\":\"AAAA\"}]}", ec);
    case 2:
        return arena_printf(a, "{\"keys\":[%s,%s]}", ec, ec);
    case 3: /* not on the curve */
        return arena_printf(
            a, "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\",\"x\":\"%s\",\"y\":\"%s\"}]}",
            b64(a, "0123456789abcdef0123456789abcdef", 32), b64(a, "0123456789abcdef0123456789abcdef", 32));
    case 4:
        return "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k\",\"n\":\"sXchDaQebHnPiGvyDOAT4w\",\"e\":\"AQAB\"}]}";
    case 5:
        return "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k\",\"x\":\"AAAA\"}]}";
    case 6:
        for (int k = 0; k < 17; k++)
            list = arena_printf(a, "%s%s{\"kty\":\"x\"}", list, k ? "," : "");
        return arena_printf(a, "{\"keys\":[%s]}", list);
    case 7:
        return "{\"keys\":[]}";
    case 8:
        return arena_printf(a, "{\"keys\":[%s]}", fixture_jwk(a, K_EC, ",\"use\":\"enc\""));
    case 9:
        return arena_printf(a, "{\"keys\":[%s]}", fixture_jwk(a, K_EC, ",\"alg\":\"ES384\""));
    case 10:
        return arena_printf(a, "{\"keys\":[%s]}", fixture_jwk(a, K_EC, ",\"key_ops\":[\"sign\"]"));
    case 11:
        return arena_printf(a, "{\"keys\":[%s]}", fixture_jwk(a, K_RSA, ",\"alg\":\"RS256\""));
    case 12:
        return "{\"keys\":{}}";
    case 13:
        return arena_printf(a, "{\"keys\":[%s],\"keys\":[]}", ec);
    case 14:
        return arena_printf(a, "{\"keys\":[%s]", ec);
    case 15:
        return arena_printf(a, "{\"keys\":[%s],\"x\":\"%066000d\"}", ec, 0);
    case 16:
        return "{\"keys\":[1]}";
    case 17:
        return arena_printf(a, "{\"keys\":[%s,%s]}", ec,
                            fixture_jwk(a, K_RSA, ",\"use\":\"enc\",\"alg\":\"RSA-OAEP\""));
    case 18:
        return arena_printf(a, "{\"keys\":[%s]}", fixture_jwk(a, K_EC, ",\"key_ops\":[\"verify\"]"));
    default:
        return arena_printf(a, "{\"keys\":[%s,%s]}", ec, rsa);
    }
}

START_TEST(a_bad_key_set_is_refused_as_a_whole)
{
    struct arena *a = arena_new();
    struct jwt_keys set;
    const char *cause, *text = key_set(a, _i, &cause);
    /* 11: only ES256 and PS256 are wanted, the key is pinned to RS256 */
    unsigned algs = _i == 11 ? 1u << JWT_ES256 | 1u << JWT_PS256 : 15;
    err_t e = jwt_keys_read(a, text, strlen(text), algs, &set);

    if (cause == NULL)
        ck_assert_msg(e == NULL, "%d: %s", _i, e ? e->cause : "");
    else
        ck_assert_msg(e != NULL && str_eq(e->cause, cause), "%d: %s", _i, e ? e->cause : "taken");
    arena_free(a);
}
END_TEST

/* ---- profiles ---- */

#define PROFILE "\"iss\":\"https://x.test\",\"algs\":[\"ES256\"],\"jwks_file\":\"k.jwks.json\""

static const struct {
    const char *text, *says; /* NULL: taken */
} profiles[] = {
    {"{" PROFILE "}", NULL},
    {"{" PROFILE ",\"user\":\"always\",\"typ\":[\"JWT\"],\"aud\":\"a\"}", NULL},
    {"{" PROFILE ",\"development\":true}", "refused in production mode"},
    {"{" PROFILE ",\"shadow\":true}", "member \"shadow\" is not known"},
    {"{\"algs\":[\"ES256\"],\"jwks_file\":\"k.jwks.json\"}", "iss is missing"},
    {"{\"iss\":\"i\",\"jwks_file\":\"k.jwks.json\"}", "algs must be"},
    {"{\"iss\":\"i\",\"algs\":[],\"jwks_file\":\"k.jwks.json\"}", "algs must be"},
    {"{\"iss\":\"i\",\"algs\":[\"HS256\"],\"jwks_file\":\"k.jwks.json\"}", "algs may hold"},
    {"{\"iss\":\"i\",\"algs\":[\"none\"],\"jwks_file\":\"k.jwks.json\"}", "algs may hold"},
    {"{\"iss\":\"i\",\"algs\":\"ES256\",\"jwks_file\":\"k.jwks.json\"}", "algs must be a list"},
    {"{\"iss\":\"i\",\"algs\":[\"ES256\"]}", "exactly one of jwks_file and jwks_uri"},
    {"{" PROFILE ",\"jwks_uri\":\"https://x.test/k\"}", "exactly one of jwks_file and jwks_uri"},
    {"{\"iss\":\"i\",\"algs\":[\"ES256\"],\"jwks_uri\":\"http://x.test/k\"}", "must be https"},
    {"{\"iss\":\"i\",\"algs\":[\"ES256\"],\"jwks_uri\":\"https://x.test/k\"}", "cannot be fetched"},
    {"{\"iss\":\"i\",\"algs\":[\"ES256\"],\"jwks_file\":\"none.jwks.json\"}", "No such file"},
    {"{" PROFILE ",\"user\":\"sometimes\"}", "user must be"},
    {"{" PROFILE ",\"claims\":{\"organization\":\"o\"}}", "member \"organization\" is not known"},
    {"{" PROFILE ",\"claims\":{\"scope\":\"\"}}", "must be a claim's name"},
    {"{" PROFILE ",\"organisation\":\"iom\",\"claims\":{\"organisation\":\"o\"}}", "only one can be"},
    {"{" PROFILE ",\"claims\":{\"roles\":\"r\"}}", "go together"},
    {"{" PROFILE ",\"role_scopes\":{}}", "go together"},
    {"{" PROFILE ",\"claims\":{\"roles\":\"r\"},\"role_scopes\":{\"a\":1}}", "must be a text"},
    {"{" PROFILE ",\"typ\":[]}", "typ must be"},
    {"{" PROFILE ",\"typ\":[1]}", "typ must be"},
    {"{" PROFILE ",\"internal\":\"yes\"}", "must be true or false"},
    {"{" PROFILE "", "not a strict JSON object"},
    {"[]", "not a strict JSON object"},
};

START_TEST(a_profile_that_is_not_understood_is_refused)
{
    struct arena *a = arena_new();
    const char *sub = arena_printf(a, "%s/p%d", fixture_folder, _i);
    struct auth_options o = {.issuers_dir = sub, .audience = "wayfare", .production = true};
    struct auth *au = NULL;
    err_t e;

    ck_assert_int_eq(mkdir(sub, 0755), 0);
    fixture_put(arena_printf(a, "p%d/k.jwks.json", _i),
                arena_printf(a, "{\"keys\":[%s]}", fixture_jwk(a, K_EC, "")));
    fixture_put(arena_printf(a, "p%d/p.json", _i), profiles[_i].text);
    e = auth_open(NULL, NULL, &o, &au);
    if (profiles[_i].says == NULL)
        ck_assert_msg(e == NULL, "%s", e ? e->detail : "");
    else
        ck_assert_msg(e != NULL && strstr(e->detail, profiles[_i].says), "%d: %s", _i,
                      e ? e->detail : "taken");
    auth_close(au);
    arena_free(a);
}
END_TEST

START_TEST(two_profiles_of_one_issuer_are_refused)
{
    struct arena *a = arena_new();
    struct auth_options o = {.issuers_dir = arena_printf(a, "%s:%s", fixture_folder, fixture_folder),
                             .audience = "wayfare"};
    struct auth *au = NULL;

    ck_assert_ptr_nonnull(strstr(auth_open(NULL, NULL, &o, &au)->detail, "already that of"));
    arena_free(a);
}
END_TEST

START_TEST(a_file_that_everybody_may_write_is_refused)
{
    struct arena *a = arena_new();
    struct auth_options o = {.issuers_dir = fixture_folder, .audience = "wayfare"};
    struct auth *au = NULL;
    const char *path = arena_printf(a, "%s/staff.jwks.json", fixture_folder);

    ck_assert_int_eq(chmod(path, 0666), 0);
    ck_assert_ptr_nonnull(strstr(auth_open(NULL, NULL, &o, &au)->detail, "written by everybody"));
    ck_assert_int_eq(chmod(path, 0644), 0);
    arena_free(a);
}
END_TEST

/* ---- signing ---- */

START_TEST(what_we_sign_we_take)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    struct auth_signer *s;
    const char *pem, *token, *set;
    struct jwt_keys own;

    ck_assert_ptr_null(auth_key_new(a, &pem));
    ck_assert_ptr_null(auth_signer_open(a, pem, NULL, &s));
    ck_assert_uint_eq(strlen(auth_signer_kid(s)), 43);
    set = arena_printf(a, "{\"keys\":[%s]}", auth_signer_jwk(a, s));
    ck_assert_ptr_null(jwt_keys_read(a, set, strlen(set), 1u << JWT_ES256, &own));
    ck_assert_str_eq(b64(a, own.v[0].thumb, 32), auth_signer_kid(s));
    ck_assert_ptr_null(keyset_take(au, 0, set, strlen(set), 1));
    for (int i = 0; i < 200; i++) { /* short r and s are padded */
        ck_assert_ptr_null(auth_sign(a, s, "at+jwt", GOOD, &token));
        ck_assert_str_eq(fixture_verified(a, au, token).organisation, "coa");
    }
    auth_close(au);
    arena_free(a);
}
END_TEST

START_TEST(a_signer_wants_a_p256_key)
{
    struct arena *a = arena_new();
    struct auth_signer *s;
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem;
    long n;

    PEM_write_bio_PrivateKey(bio, fixture_keys[K_RSA], NULL, NULL, 0, NULL, NULL);
    n = BIO_get_mem_data(bio, &pem);
    ck_assert_ptr_nonnull(auth_signer_open(a, arena_strndup(a, pem, (size_t)n), NULL, &s));
    ck_assert_ptr_nonnull(auth_signer_open(a, "no key", NULL, &s));
    BIO_free(bio);
    arena_free(a);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("auth_keys");
    TCase *tc = tcase_create("keys");

    tcase_add_unchecked_fixture(tc, fixture_once, NULL);
    tcase_add_test(tc, a_key_file_is_read_again_and_its_old_tokens_go);
    tcase_add_test(tc, a_lost_key_set_is_kept_for_a_day);
    tcase_add_loop_test(tc, a_bad_key_set_is_refused_as_a_whole, 0, 20);
    suite_add_tcase(s, tc);

    tc = tcase_create("profiles");
    tcase_add_unchecked_fixture(tc, fixture_once, NULL);
    tcase_add_loop_test(tc, a_profile_that_is_not_understood_is_refused, 0, LENGTH(profiles));
    tcase_add_test(tc, two_profiles_of_one_issuer_are_refused);
    tcase_add_test(tc, a_file_that_everybody_may_write_is_refused);
    suite_add_tcase(s, tc);

    tc = tcase_create("sign");
    tcase_add_unchecked_fixture(tc, fixture_once, NULL);
    tcase_add_test(tc, what_we_sign_we_take);
    tcase_add_test(tc, a_signer_wants_a_p256_key);
    suite_add_tcase(s, tc);
    return s;
}
