/* test_json_write.c */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "unit.h"

static struct buf out;

static void start(void)
{
    buf_init(&out, unit_arena, 1); /* too small on purpose */
}

static const struct {
    int64_t v;
    const char *text;
} integers[] = {
    {0, "0"},
    {7, "7"},
    {10, "10"},
    {99, "99"},
    {100, "100"},
    {-1, "-1"},
    {-10, "-10"},
    {12345, "12345"},
    {-123456, "-123456"},
    {INT32_MAX, "2147483647"},
    {INT64_MAX, "9223372036854775807"},
    {INT64_MIN, "-9223372036854775808"},
};

START_TEST(integers_are_written)
{
    start();
    json_write_i64(&out, integers[_i].v);
    ck_assert_str_eq(buf_text(&out), integers[_i].text);
}
END_TEST

START_TEST(many_integers_read_back)
{
    for (int64_t v = 1; v > 0 && v < INT64_MAX / 3; v = v * 3 - 1) {
        start();
        json_write_i64(&out, -v);
        ck_assert_int_eq(strtoll(buf_text(&out), NULL, 10), -v);
    }
}
END_TEST

static const struct {
    double v;
    const char *text;
} reals[] = {
    {0, "0"},
    {1.5, "1.5"},
    {-2, "-2"},
    {0.1, "0.1"},
    {1.0 / 3, "0.3333333333333333"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1e14, "100000000000000"},
    {1e21, "1e+21"},
    {1e-7, "1e-07"},
    {1.7976931348623157e308, "1.7976931348623157e+308"},
    {5e-324, "4.94065645841247e-324"},
    {INFINITY, "null"},
    {-INFINITY, "null"},
    {NAN, "null"},
};

START_TEST(reals_are_short_and_read_back)
{
    start();
    json_write_f64(&out, reals[_i].v);
    ck_assert_str_eq(buf_text(&out), reals[_i].text);
    if (isfinite(reals[_i].v))
        ck_assert(strtod(reals[_i].text, NULL) == reals[_i].v);
}
END_TEST

static const struct {
    const char *s, *text;
} texts[] = {
    {NULL, "null"},
    {"", "\"\""},
    {"plain", "\"plain\""},
    {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
    {"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
    {"\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\""},
    {"\xd8\xb3\xe1\x88\xb0\xf0\x9f\x98\x80", "\"\xd8\xb3\xe1\x88\xb0\xf0\x9f\x98\x80\""},
};

START_TEST(texts_are_escaped)
{
    start();
    json_write_text(&out, texts[_i].s);
    ck_assert_str_eq(buf_text(&out), texts[_i].text);
}
END_TEST

START_TEST(an_escape_is_found_at_any_place)
{
    static const char special[] = {'"', '\\', '\n', 0x1f};
    char s[64];
    json_t *j;

    for (size_t n = 1; n < sizeof(s); n++) {
        for (size_t at = 0; at < n; at++) {
            /* two-byte characters around, whose upper bits are set */
            for (size_t i = 0; i < n; i++)
                s[i] = i / 2 == at / 2 || i + 1 == n ? 'x' : i % 2 ? '\xbf' : '\xc3';
            if (n % 2 == 0 && at / 2 != n / 2 - 1)
                s[n - 2] = 'x';
            s[at] = special[at % sizeof(special)];
            s[n] = '\0';
            start();
            json_write_text(&out, s);
            ck_assert_ptr_null(json_parse(unit_arena, out.p, out.n, 1, &j));
            ck_assert_str_eq(json_string_value(j), s);
        }
    }
}
END_TEST

struct part {
    int32_t n;
};
static const struct json_field part_fields[] = {JSON_FIELD(struct part, n, "n", JSON_I32)};
static const struct json_shape part_json = JSON_SHAPE(struct part, part_fields);

struct row {
    bool flag;
    int32_t i32;
    int64_t i64;
    double f64;
    const char *text;
    struct uuid id;
    int64_t at;
    int32_t day;
    struct opt_bool oflag;
    struct opt_i32 oi32;
    struct opt_i64 oi64;
    struct opt_f64 of64;
    struct opt_uuid oid;
    struct opt_i64 oat;
    struct opt_date oday;
    const char *raw;
    struct text_array texts;
    struct uuid_array ids;
    struct part part;
    struct json_array parts;
};

#define ROW_FIELDS(omit)                                                                                     \
    {.name = "flag", .type = JSON_BOOL, .offset = offsetof(struct row, flag), .omit_null = omit},            \
        {.name = "i32", .type = JSON_I32, .offset = offsetof(struct row, i32), .omit_null = omit},           \
        {.name = "i64", .type = JSON_I64, .offset = offsetof(struct row, i64), .omit_null = omit},           \
        {.name = "f64", .type = JSON_F64, .offset = offsetof(struct row, f64), .omit_null = omit},           \
        {.name = "text", .type = JSON_TEXT, .offset = offsetof(struct row, text), .omit_null = omit},        \
        {.name = "id", .type = JSON_UUID, .offset = offsetof(struct row, id), .omit_null = omit},            \
        {.name = "at", .type = JSON_INSTANT, .offset = offsetof(struct row, at), .omit_null = omit},         \
        {.name = "day", .type = JSON_DATE, .offset = offsetof(struct row, day), .omit_null = omit},          \
        {.name = "oflag", .type = JSON_OPT_BOOL, .offset = offsetof(struct row, oflag), .omit_null = omit},  \
        {.name = "oi32", .type = JSON_OPT_I32, .offset = offsetof(struct row, oi32), .omit_null = omit},     \
        {.name = "oi64", .type = JSON_OPT_I64, .offset = offsetof(struct row, oi64), .omit_null = omit},     \
        {.name = "of64", .type = JSON_OPT_F64, .offset = offsetof(struct row, of64), .omit_null = omit},     \
        {.name = "oid", .type = JSON_OPT_UUID, .offset = offsetof(struct row, oid), .omit_null = omit},      \
        {.name = "oat", .type = JSON_OPT_INSTANT, .offset = offsetof(struct row, oat), .omit_null = omit},   \
        {.name = "oday", .type = JSON_OPT_DATE, .offset = offsetof(struct row, oday), .omit_null = omit},    \
        {.name = "raw", .type = JSON_RAW, .offset = offsetof(struct row, raw), .omit_null = omit},           \
        {.name = "texts", .type = JSON_TEXTS, .offset = offsetof(struct row, texts), .omit_null = omit},     \
        {.name = "ids", .type = JSON_UUIDS, .offset = offsetof(struct row, ids), .omit_null = omit},         \
        {.name = "part", .type = JSON_STRUCT, .offset = offsetof(struct row, part), .sub = &part_json},      \
    {                                                                                                        \
        .name = "parts", .type = JSON_STRUCTS, .offset = offsetof(struct row, parts), .sub = &part_json      \
    }

static const struct json_field row_fields[] = {ROW_FIELDS(false)};
static const struct json_shape row_json = JSON_SHAPE(struct row, row_fields);
static const struct json_field short_fields[] = {ROW_FIELDS(true)};
static const struct json_shape short_json = JSON_SHAPE(struct row, short_fields);

START_TEST(every_type_is_written_and_reads_back)
{
    static const char *const words[] = {"x", NULL, "\xc3\xa9"};
    struct uuid ids[2] = {{.b = {1}}, {.b = {0}}};
    struct part parts[2] = {{1}, {2}};
    struct row back = {0}, row = {.flag = true,
                                  .i32 = -5,
                                  .i64 = INT64_MIN,
                                  .f64 = 0.25,
                                  .text = "a\nb",
                                  .id = {.b = {0xff}},
                                  .at = 1500000,
                                  .day = 1,
                                  .oflag = {.set = true},
                                  .oi32 = OPT_I32(3),
                                  .oi64 = OPT_I64(4),
                                  .of64 = {.set = true, .v = 1e-3},
                                  .oid = OPT_UUID(ids[0]),
                                  .oat = OPT_I64(-1),
                                  .oday = OPT_DATE(-1),
                                  .raw = "[{\"k\":null}]",
                                  .texts = {.v = (const char **)(uintptr_t)words, .n = 3},
                                  .ids = {.v = ids, .n = 2},
                                  .part = {9},
                                  .parts = {.v = parts, .n = 2}};
    const char *text;
    json_t *j;

    start();
    json_write(&out, &row_json, &row);
    text = buf_text(&out);
    ck_assert_str_eq(
        text,
        "{\"flag\":true,\"i32\":-5,\"i64\":-9223372036854775808,\"f64\":0.25,\"text\":\"a\\nb\","
        "\"id\":\"ff000000-0000-0000-0000-000000000000\",\"at\":\"1970-01-01T00:00:01.5Z\",\"day\":\"1970-01-"
        "02\","
        "\"oflag\":false,\"oi32\":3,\"oi64\":4,\"of64\":0.001,\"oid\":\"01000000-0000-0000-0000-"
        "000000000000\","
        "\"oat\":\"1969-12-31T23:59:59.999999Z\",\"oday\":\"1969-12-31\",\"raw\":[{\"k\":null}],"
        "\"texts\":[\"x\",null,\"\xc3\xa9\"],\"ids\":[\"01000000-0000-0000-0000-000000000000\","
        "\"00000000-0000-0000-0000-000000000000\"],\"part\":{\"n\":9},\"parts\":[{\"n\":1},{\"n\":2}]}");
    row.texts.n = 1; /* a null among texts is not read back */
    start();
    json_write(&out, &row_json, &row);
    ck_assert_ptr_null(json_parse(unit_arena, out.p, out.n, 8, &j));
    ck_assert_ptr_null(json_read(unit_arena, j, &row_json, &back));
    text = buf_text(&out);
    start();
    json_write(&out, &row_json, &back);
    ck_assert_str_eq(text, buf_text(&out));
}
END_TEST

START_TEST(what_is_absent_is_null_or_left_out)
{
    struct row row = {0};

    start();
    json_write(&out, &row_json, &row);
    ck_assert_str_eq(
        buf_text(&out),
        "{\"flag\":false,\"i32\":0,\"i64\":0,\"f64\":0,\"text\":null,"
        "\"id\":\"00000000-0000-0000-0000-000000000000\",\"at\":\"1970-01-01T00:00:00Z\","
        "\"day\":\"1970-01-01\",\"oflag\":null,\"oi32\":null,\"oi64\":null,\"of64\":null,\"oid\":null,"
        "\"oat\":null,\"oday\":null,\"raw\":null,\"texts\":[],\"ids\":[],\"part\":{\"n\":0},\"parts\":[]}");
    start();
    json_write(&out, &short_json, &row);
    ck_assert_str_eq(buf_text(&out),
                     "{\"flag\":false,\"i32\":0,\"i64\":0,\"f64\":0,"
                     "\"id\":\"00000000-0000-0000-0000-000000000000\","
                     "\"at\":\"1970-01-01T00:00:00Z\",\"day\":\"1970-01-01\",\"texts\":[],\"ids\":[],"
                     "\"part\":{\"n\":0},\"parts\":[]}");
}
END_TEST

START_TEST(an_object_without_members_is_empty)
{
    struct maybe {
        const char *text;
    } nothing = {NULL};
    const struct json_field f[] = {
        {.name = "t", .type = JSON_TEXT, .offset = offsetof(struct maybe, text), .omit_null = true}};
    const struct json_shape left_out = JSON_SHAPE(struct maybe, f);
    const struct json_shape none = {.name = "none", .size = 1};

    start();
    json_write(&out, &left_out, &nothing);
    json_write(&out, &none, &nothing);
    ck_assert_str_eq(buf_text(&out), "{}{}");
}
END_TEST

START_TEST(arrays_are_written)
{
    struct part parts[3] = {{1}, {2}, {3}};

    start();
    json_write_array(&out, &part_json, parts, 3);
    json_write_array(&out, &part_json, NULL, 0);
    ck_assert_str_eq(buf_text(&out), "[{\"n\":1},{\"n\":2},{\"n\":3}][]");
}
END_TEST

START_TEST(values_are_dumped_as_they_came_or_sorted)
{
    const char *text = "{\"b\":[1,-2.5,true,false,null,\"\\n\"],\"a\":{\"d\":{},\"c\":[]},\"\xc3\xa9\":0.1}";
    json_t *j;

    ck_assert_ptr_null(json_parse(unit_arena, text, strlen(text), 8, &j));
    ck_assert_str_eq(json_text(unit_arena, j), text);
    ck_assert_str_eq(json_text_canonical(unit_arena, j),
                     "{\"a\":{\"c\":[],\"d\":{}},\"b\":[1,-2.5,true,false,null,\"\\n\"],\"\xc3\xa9\":0.1}");
}
END_TEST

START_TEST(canonical_text_is_the_same_for_equal_values)
{
    json_t *a, *b;
    const char *one = "{\"x\":1.0,\"y\":\"\\u0041\"}", *two = " { \"y\" : \"A\" , \"x\" : 1 } ";

    ck_assert_ptr_null(json_parse(unit_arena, one, strlen(one), 8, &a));
    ck_assert_ptr_null(json_parse(unit_arena, two, strlen(two), 8, &b));
    ck_assert_str_eq(json_text_canonical(unit_arena, a), json_text_canonical(unit_arena, b));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("json_write");

    UNIT_TABLE(s, "json_write_i64", integers, integers_are_written);
    UNIT_TABLE(s, "json_write_f64", reals, reals_are_short_and_read_back);
    UNIT_TABLE(s, "json_write_text", texts, texts_are_escaped);
    UNIT_CASE(s, "json_write", many_integers_read_back, an_escape_is_found_at_any_place,
              every_type_is_written_and_reads_back, what_is_absent_is_null_or_left_out,
              an_object_without_members_is_empty, arrays_are_written);
    UNIT_CASE(s, "json_text", values_are_dumped_as_they_came_or_sorted,
              canonical_text_is_the_same_for_equal_values);
    return s;
}
