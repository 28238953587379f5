/* test_str.c */
#include "base/str.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "unit.h"

START_TEST(eq_and_starts)
{
    ck_assert(str_eq(NULL, NULL));
    ck_assert(!str_eq(NULL, ""));
    ck_assert(!str_eq("", NULL));
    ck_assert(str_eq("a", "a"));
    ck_assert(!str_eq("a", "A"));
    ck_assert(str_starts("abc", ""));
    ck_assert(str_starts("abc", "ab"));
    ck_assert(!str_starts("ab", "abc"));
}
END_TEST

START_TEST(secrets_are_compared_whole)
{
    ck_assert(str_secret_eq("abc", "abc", 3));
    ck_assert(!str_secret_eq("abc", "abd", 3));
    ck_assert(str_secret_eq("abc", "abd", 2));
    ck_assert(str_secret_eq("x", "y", 0));
}
END_TEST

static const struct {
    const char *bytes;
    size_t n;
    bool ok;
} utf8[] = {
    {"", 0, true},
    {"abc", 3, true},
    {"\x7f", 1, true},
    {"\xc3\xa9", 2, true},         /* é */
    {"\xd8\xb3\xd9\x84", 4, true}, /* Arabic */
    {"\xe1\x88\xb0", 3, true},     /* Ethiopic */
    {"\xed\x9f\xbf", 3, true},     /* U+D7FF */
    {"\xee\x80\x80", 3, true},     /* U+E000 */
    {"\xef\xbf\xbf", 3, true},     /* U+FFFF is a noncharacter, but well-formed */
    {"\xf0\x90\x80\x80", 4, true}, /* U+10000 */
    {"\xf4\x8f\xbf\xbf", 4, true}, /* U+10FFFF */
    {"a\0b", 3, false},            /* NUL */
    {"\x80", 1, false},            /* continuation alone */
    {"\xbf\xbf", 2, false},
    {"\xc0\x80", 2, false},         /* overlong NUL */
    {"\xc1\xbf", 2, false},         /* overlong */
    {"\xe0\x80\xaf", 3, false},     /* overlong */
    {"\xe0\x9f\xbf", 3, false},     /* overlong */
    {"\xf0\x80\x80\x80", 4, false}, /* overlong */
    {"\xf0\x8f\xbf\xbf", 4, false}, /* overlong */
    {"\xed\xa0\x80", 3, false},     /* U+D800 */
    {"\xed\xbf\xbf", 3, false},     /* U+DFFF */
    {"\xf4\x90\x80\x80", 4, false}, /* U+110000 */
    {"\xf5\x80\x80\x80", 4, false},
    {"\xff", 1, false},
    {"\xfe", 1, false},
    {"\xc3", 1, false}, /* cut */
    {"\xe1\x88", 2, false},
    {"\xf0\x90\x80", 3, false},
    {"\xc3(", 2, false},
    {"\xe1\x88(", 3, false},
    {"\xf0\x90\x80(", 4, false},
};

START_TEST(utf8_is_strict)
{
    char *copy = arena_memdup(unit_arena, utf8[_i].bytes, utf8[_i].n);

    ck_assert_int_eq(str_utf8_ok(copy, utf8[_i].n), utf8[_i].ok);
}
END_TEST

START_TEST(utf8_is_found_behind_a_long_text)
{
    char text[100];

    for (size_t i = 0; i < sizeof(text); i++) {
        memset(text, 'x', sizeof(text));
        ck_assert(str_utf8_ok(text, sizeof(text)));
        text[i] = '\xff';
        ck_assert(!str_utf8_ok(text, sizeof(text)));
        text[i] = '\0';
        ck_assert(!str_utf8_ok(text, sizeof(text)));
    }
}
END_TEST

START_TEST(utf8_len_counts_characters)
{
    ck_assert_uint_eq(str_utf8_len(""), 0);
    ck_assert_uint_eq(str_utf8_len("abc"), 3);
    ck_assert_uint_eq(str_utf8_len("\xc3\xa9\xe1\x88\xb0\xf0\x90\x80\x80"), 3);
}
END_TEST

static const struct {
    const char *text;
    int64_t min, max, value;
    bool ok;
} integers[] = {
    {"0", INT64_MIN, INT64_MAX, 0, true},
    {"-1", INT64_MIN, INT64_MAX, -1, true},
    {"007", 0, 10, 7, true},
    {"200", 1, 200, 200, true},
    {"201", 1, 200, 0, false},
    {"0", 1, 200, 0, false},
    {"9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, true},
    {"-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, true},
    {"9223372036854775808", INT64_MIN, INT64_MAX, 0, false},
    {"-9223372036854775809", INT64_MIN, INT64_MAX, 0, false},
    {"99999999999999999999999999", INT64_MIN, INT64_MAX, 0, false},
    {"", INT64_MIN, INT64_MAX, 0, false},
    {"-", INT64_MIN, INT64_MAX, 0, false},
    {"+1", INT64_MIN, INT64_MAX, 0, false},
    {"--1", INT64_MIN, INT64_MAX, 0, false},
    {" 1", INT64_MIN, INT64_MAX, 0, false},
    {"1 ", INT64_MIN, INT64_MAX, 0, false},
    {"1.0", INT64_MIN, INT64_MAX, 0, false},
    {"0x10", INT64_MIN, INT64_MAX, 0, false},
    {"1e3", INT64_MIN, INT64_MAX, 0, false},
    {"\xd9\xa1", INT64_MIN, INT64_MAX, 0, false}, /* Arabic-Indic digit */
};

START_TEST(integers_are_decimal_and_bounded)
{
    int64_t v = 77;
    bool ok = str_to_i64(integers[_i].text, integers[_i].min, integers[_i].max, &v);

    ck_assert_int_eq(ok, integers[_i].ok);
    ck_assert_int_eq(v, ok ? integers[_i].value : 77);
}
END_TEST

START_TEST(hex_goes_both_ways)
{
    uint8_t bytes[3] = {0};
    char text[7];

    str_hex(text, "\x00\xab\xff", 3);
    ck_assert_str_eq(text, "00abff");
    ck_assert(str_unhex("00aBfF", bytes, 3));
    ck_assert_mem_eq(bytes, "\x00\xab\xff", 3);
    ck_assert(!str_unhex("00abf", bytes, 3));
    ck_assert(!str_unhex("00abffa", bytes, 3));
    ck_assert(!str_unhex("00abfg", bytes, 3));
    ck_assert(!str_unhex("00ab:f", bytes, 3));
    ck_assert(str_unhex("", bytes, 0));
    ck_assert(str_unhex_n("12-", bytes, 1));
    ck_assert(!str_unhex_n("1", bytes, 1));
}
END_TEST

/* RFC 4648 section 10, and bytes that use the last two digits. */
static const struct {
    const char *bytes;
    size_t n;
    const char *base64, *base64url;
} codes[] = {
    {"", 0, "", ""},
    {"f", 1, "Zg==", "Zg"},
    {"fo", 2, "Zm8=", "Zm8"},
    {"foo", 3, "Zm9v", "Zm9v"},
    {"foob", 4, "Zm9vYg==", "Zm9vYg"},
    {"fooba", 5, "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", 6, "Zm9vYmFy", "Zm9vYmFy"},
    {"\xfb\xef\xff\x00", 4, "++//AA==", "--__AA"},
};

START_TEST(base64_goes_both_ways)
{
    uint8_t *p;
    size_t n;

    ck_assert_str_eq(str_base64(unit_arena, codes[_i].bytes, codes[_i].n), codes[_i].base64);
    ck_assert_str_eq(str_base64url(unit_arena, codes[_i].bytes, codes[_i].n), codes[_i].base64url);
    ck_assert(str_unbase64(unit_arena, codes[_i].base64, strlen(codes[_i].base64), &p, &n));
    ck_assert_uint_eq(n, codes[_i].n);
    ck_assert_mem_eq(p, codes[_i].bytes, n);
    ck_assert(str_unbase64url(unit_arena, codes[_i].base64url, strlen(codes[_i].base64url), &p, &n));
    ck_assert_uint_eq(n, codes[_i].n);
    ck_assert_mem_eq(p, codes[_i].bytes, n);
}
END_TEST

static const struct {
    const char *text;
    bool url;
} bad_codes[] = {
    {"Zg", false},       {"Zg=", false},  {"Zg===", false}, {"Z===", false},  {"====", false},
    {"Zh==", false},     {"Zm9=", false}, {"Zm 9", false},  {"Zm-_", false},  {"Zg=A", false},
    {"Zg==Zg==", false}, {"=", false},    {"Z", true},      {"Zh", true},     {"Zm9", true},
    {"Zg==", true},      {"Zm8=", true},  {"++//", true},   {"Zm9v\n", true}, {"Zm.v", true},
    {"Zm9vZ", true},
};

START_TEST(base64_is_strict)
{
    const char *text = bad_codes[_i].text;
    uint8_t *p = NULL;
    size_t n = 0;

    if (bad_codes[_i].url)
        ck_assert(!str_unbase64url(unit_arena, text, strlen(text), &p, &n));
    else
        ck_assert(!str_unbase64(unit_arena, text, strlen(text), &p, &n));
    ck_assert_ptr_null(p);
}
END_TEST

START_TEST(a_buffer_grows_and_keeps_all)
{
    struct buf b;
    char expected[4096] = "";

    buf_init(&b, unit_arena, 0);
    for (int i = 0; i < 300; i++) {
        char piece[16];

        snprintf(piece, sizeof(piece), "%d;", i);
        strcat(expected, piece);
        if (i % 3 == 0)
            buf_puts(&b, piece);
        else if (i % 3 == 1)
            buf_printf(&b, "%d%c", i, ';');
        else
            buf_put(&b, piece, strlen(piece));
        if (i % 50 == 0)
            arena_alloc(unit_arena, 8); /* so that it must move */
    }
    ck_assert_str_eq(buf_text(&b), expected);
    ck_assert_uint_eq(b.n, strlen(expected));
    buf_putc(&b, '!');
    ck_assert_uint_eq(strlen(buf_text(&b)), strlen(expected) + 1);
}
END_TEST

START_TEST(printf_into_a_buffer_takes_long_texts)
{
    struct buf b;
    char text[501];

    memset(text, 'y', 500);
    text[500] = '\0';
    buf_init(&b, unit_arena, 32);
    buf_printf(&b, "%s", text);
    ck_assert_str_eq(buf_text(&b), text);
    buf_put(&b, NULL, 0);
    ck_assert_uint_eq(b.n, 500);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("str");

    UNIT_CASE(s, "str", eq_and_starts, secrets_are_compared_whole, utf8_is_found_behind_a_long_text,
              utf8_len_counts_characters, hex_goes_both_ways, a_buffer_grows_and_keeps_all,
              printf_into_a_buffer_takes_long_texts);
    UNIT_TABLE(s, "utf8", utf8, utf8_is_strict);
    UNIT_TABLE(s, "integers", integers, integers_are_decimal_and_bounded);
    UNIT_TABLE(s, "codes", codes, base64_goes_both_ways);
    UNIT_TABLE(s, "bad_codes", bad_codes, base64_is_strict);
    return s;
}
