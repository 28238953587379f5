/* test_gcm.c - AES-256-GCM: what is sealed opens under its key and what it is bound to, and nothing else
 * does. */
#include <string.h>

#include "base/gcm.h"
#include "base/str.h"
#include "unit.h"

#define TEXT "what is not for everybody"

static const uint8_t key[GCM_KEY] = {1, 2, 3}, other_key[GCM_KEY] = {1, 2, 4};
static const struct bytes aad = {(const uint8_t *)"place", 5}, other_aad = {(const uint8_t *)"plate", 5};

/* Test case 16 of the specification of GCM (McGrew, Viega), its nonce, ciphertext and tag behind each other.
 */
static const uint8_t known_key[GCM_KEY] = {0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65, 0x73, 0x1c, 0x6d, 0x6a, 0x8f,
                                           0x94, 0x67, 0x30, 0x83, 0x08, 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65,
                                           0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08};
static const char known_sealed[] =
    "cafebabefacedbaddecaf888"
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e63"
    "93ba7a0abcc9f662"
    "76fc6ece0f4e1768cddf8853bb2d551b";
static const char known_aad[] = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
static const char known_text[] =
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5"
    "aa0de657ba637b39";

static size_t unhex(const char *hex, uint8_t *out)
{
    size_t n = strlen(hex) / 2;

    ck_assert(str_unhex(hex, out, n));
    return n;
}

START_TEST(what_others_have_sealed_opens)
{
    uint8_t sealed[128], bound[32], text[64], out[64];
    size_t n = unhex(known_sealed, sealed), bound_n = unhex(known_aad, bound),
           text_n = unhex(known_text, text);

    ck_assert_uint_eq(n, text_n + GCM_MORE);
    ck_assert(gcm_open(known_key, (struct bytes){bound, bound_n}, (struct bytes){sealed, n}, out));
    ck_assert_mem_eq(out, text, text_n);
}
END_TEST

START_TEST(a_text_opens_again_also_in_its_place)
{
    uint8_t sealed[sizeof(TEXT) + GCM_MORE], again[sizeof(sealed)];
    char out[sizeof(TEXT)];

    ck_assert(gcm_seal(key, aad, TEXT, sizeof(TEXT), sealed));
    ck_assert(gcm_open(key, aad, (struct bytes){sealed, sizeof(sealed)}, out));
    ck_assert_str_eq(out, TEXT);
    memcpy(again + GCM_NONCE, TEXT, sizeof(TEXT));
    ck_assert(gcm_seal(key, aad, again + GCM_NONCE, sizeof(TEXT), again));
    ck_assert(memcmp(sealed, again, sizeof(sealed)) != 0); /* another nonce */
    ck_assert(gcm_open(key, aad, (struct bytes){again, sizeof(again)}, again + GCM_NONCE));
    ck_assert_str_eq((char *)again + GCM_NONCE, TEXT);
    ck_assert(gcm_seal(key, (struct bytes){0}, NULL, 0, sealed)); /* nothing, bound to nothing */
    ck_assert(gcm_open(key, (struct bytes){0}, (struct bytes){sealed, GCM_MORE}, out));
}
END_TEST

START_TEST(nothing_else_opens)
{
    uint8_t sealed[sizeof(TEXT) + GCM_MORE];
    static const char nothing[sizeof(TEXT)];
    char out[sizeof(TEXT)];
    struct bytes all = {sealed, sizeof(sealed)};

    ck_assert(gcm_seal(key, aad, TEXT, sizeof(TEXT), sealed));
    ck_assert(!gcm_open(other_key, aad, all, out));
    ck_assert_mem_eq(out, nothing, sizeof(out));
    ck_assert(!gcm_open(key, other_aad, all, out));
    ck_assert(!gcm_open(key, aad, (struct bytes){sealed, sizeof(sealed) - 1}, out));
    ck_assert(!gcm_open(key, aad, (struct bytes){sealed, GCM_MORE - 1}, out));
    ck_assert(!gcm_open(key, aad, (struct bytes){0}, out));
    for (size_t i = 0; i < sizeof(sealed); i++) {
        sealed[i] ^= 1;
        ck_assert(!gcm_open(key, aad, all, out));
        sealed[i] ^= 1;
    }
    ck_assert(gcm_open(key, aad, all, out));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("gcm");

    UNIT_CASE(s, "known", what_others_have_sealed_opens);
    UNIT_CASE(s, "again", a_text_opens_again_also_in_its_place);
    UNIT_CASE(s, "refused", nothing_else_opens);
    return s;
}
