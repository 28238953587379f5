/* test_json.c - reading: text to object to struct. */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "unit.h"

/* --- json_parse --- */

static err_t parse(const char *text, size_t n, json_t **ret)
{
    /* an exact copy, so that a byte read too far is found */
    return json_parse(unit_arena, arena_memdup(unit_arena, text, n), n, 32, ret);
}

static json_t *parsed(const char *text)
{
    json_t *j = NULL;
    err_t e = parse(text, strlen(text), &j);

    if (e != NULL)
        ck_abort_msg("%s: %s", text, e->detail);
    return j;
}

static const struct {
    const char *text;
    size_t n;         /* 0: strlen */
    const char *code; /* NULL: valid */
} texts[] = {
    {"{}", 0, NULL},
    {" [1,2]\n", 0, NULL},
    {"\"x\"", 0, NULL},
    {"null", 0, NULL},
    {"-0.5e-3", 0, NULL},
    {"{\"a\":{\"a\":1},\"b\":{\"a\":1}}", 0, NULL},
    {"\"\\ud83d\\ude00\"", 0, NULL}, /* a pair of surrogates */
    {"\"\\\\u0000\"", 0, NULL},      /* an escaped backslash, then text */
    {"{\"\\u0061\":1}", 0, NULL},
    {"[9223372036854775807,-9223372036854775808]", 0, NULL},
    {"\"]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]][[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", 0, NULL},
    {"\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"", 0, NULL},
    {"", 0, "json.syntax"},
    {" ", 0, "json.syntax"},
    {"{", 0, "json.syntax"},
    {"{\"a\"}", 0, "json.syntax"},
    {"{\"a\":1,}", 0, "json.syntax"},
    {"[1,]", 0, "json.syntax"},
    {"{} {}", 0, "json.syntax"},
    {"{}x", 0, "json.syntax"},
    {"{'a':1}", 0, "json.syntax"},
    {"{a:1}", 0, "json.syntax"},
    {"// x\n{}", 0, "json.syntax"},
    {"[01]", 0, "json.syntax"},
    {"[+1]", 0, "json.syntax"},
    {"[.5]", 0, "json.syntax"},
    {"[1.]", 0, "json.syntax"},
    {"[0x1]", 0, "json.syntax"},
    {"NaN", 0, "json.syntax"},
    {"[Infinity]", 0, "json.syntax"},
    {"TRUE", 0, "json.syntax"},
    {"\"a\nb\"", 0, "json.syntax"},
    {"\"\\x\"", 0, "json.syntax"},
    {"\"\\u12\"", 0, "json.syntax"},
    {"\"\\ud800\"", 0, "json.syntax"},
    {"\"\\ud800\\u0041\"", 0, "json.syntax"},
    {"\"\\udc00\"", 0, "json.syntax"},
    {"\"\\", 0, "json.syntax"},
    {"\"\\u", 0, "json.syntax"},
    {"\"\\u000", 0, "json.syntax"},
    {"]", 0, "json.syntax"},
    {"]]]]{}", 0, "json.syntax"},
    {"\xef\xbb\xbf{}", 0, "json.syntax"}, /* byte order mark */
    {"{\"a\":1,\"a\":1}", 0, "json.duplicate"},
    {"{\"a\":1,\"\\u0061\":2}", 0, "json.duplicate"},
    {"[{\"x\":{\"a\":1,\"b\":2,\"a\":3}}]", 0, "json.duplicate"},
    {"{\"\":1,\"\":2}", 0, "json.duplicate"},
    {"\"\xff\"", 0, "json.utf8"},
    {"\"\xed\xa0\x80\"", 0, "json.utf8"},
    {"\"\xc0\xaf\"", 0, "json.utf8"},
    {"\"\xc3", 0, "json.utf8"},
    {"\"a\0b\"", 5, "json.nul"},
    {"{}\0", 3, "json.nul"},
    {"\"\\u0000\"", 0, "json.nul"},
    {"\"x\\\\\\u0000y\"", 0, "json.nul"},
    {"{\"a\\u0000b\":1}", 0, "json.nul"},
    {"[9223372036854775808]", 0, "json.number"},
    {"[-9223372036854775809]", 0, "json.number"},
    {"[1e400]", 0, "json.number"},
    {"[-1e400]", 0, "json.number"},
    {"[100000000000000000000000000000000000000000000]", 0, "json.number"},
};

START_TEST(texts_are_judged_strictly)
{
    json_t *j = NULL;
    err_t e = parse(texts[_i].text, texts[_i].n ? texts[_i].n : strlen(texts[_i].text), &j);

    if (texts[_i].code == NULL) {
        ck_assert_ptr_null(e);
        ck_assert_ptr_nonnull(j);
        return;
    }
    ck_assert_ptr_nonnull(e);
    ck_assert_ptr_null(j);
    ck_assert_int_eq(e->kind, ERR_INVALID);
    ck_assert_str_eq(e->code, texts[_i].code);
    ck_assert_uint_eq(e->nfaults, 1);
    ck_assert_int_eq(e->faults[0].in, FAULT_POINTER);
    ck_assert_str_eq(e->faults[0].at, "");
    ck_assert_str_eq(e->faults[0].code, texts[_i].code);
}
END_TEST

static char *nested(size_t depth, char open, char close)
{
    char *text = arena_alloc(unit_arena, 2 * depth + 1);

    memset(text, open, depth);
    memset(text + depth, close, depth);
    return text;
}

START_TEST(nesting_is_counted_before_parsing)
{
    json_t *j;
    err_t e;

    ck_assert_ptr_null(parse(nested(32, '[', ']'), 64, &j));
    e = parse(nested(33, '[', ']'), 66, &j);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "json.depth");
    e = parse(nested(500000, '[', ']'), 1000000, &j);
    ck_assert_str_eq(e->code, "json.depth");
    e = parse(nested(500000, '{', '}'), 1000000, &j);
    ck_assert_str_eq(e->code, "json.depth");
    /* neighbours do not add up */
    ck_assert_ptr_null(parse("[[],[],[[],[]],{},{\"a\":[]}]", 27, &j));
}
END_TEST

START_TEST(an_error_never_echoes_the_input)
{
    json_t *j;
    const char *text = "{\"Amina\":1,\"Amina\":2}";
    err_t e = parse(text, strlen(text), &j);

    ck_assert_ptr_null(strstr(e->detail, "Amina"));
    ck_assert_ptr_null(strstr(e->faults[0].detail, "Amina"));
}
END_TEST

/* --- json_read --- */

struct place {
    const char *name;
    struct opt_i32 floor;
};

struct thing {
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
    struct place place;
    struct json_array places;
};

static const struct json_field place_fields[] = {
    JSON_FIELD(struct place, name, "na/me", JSON_TEXT),
    JSON_FIELD(struct place, floor, "floor", JSON_OPT_I32),
};
static const struct json_shape place_json = JSON_SHAPE(struct place, place_fields);

static const struct json_field thing_fields[] = {
    JSON_FIELD(struct thing, flag, "flag", JSON_BOOL),
    JSON_FIELD(struct thing, i32, "i32", JSON_I32),
    JSON_FIELD(struct thing, i64, "i64", JSON_I64),
    JSON_FIELD(struct thing, f64, "f64", JSON_F64),
    JSON_FIELD(struct thing, text, "text", JSON_TEXT),
    JSON_FIELD(struct thing, id, "id", JSON_UUID),
    JSON_FIELD(struct thing, at, "at", JSON_INSTANT),
    JSON_FIELD(struct thing, day, "day", JSON_DATE),
    JSON_FIELD(struct thing, oflag, "oflag", JSON_OPT_BOOL),
    JSON_FIELD(struct thing, oi32, "oi32", JSON_OPT_I32),
    JSON_FIELD(struct thing, oi64, "oi64", JSON_OPT_I64),
    JSON_FIELD(struct thing, of64, "of64", JSON_OPT_F64),
    JSON_FIELD(struct thing, oid, "oid", JSON_OPT_UUID),
    JSON_FIELD(struct thing, oat, "oat", JSON_OPT_INSTANT),
    JSON_FIELD(struct thing, oday, "oday", JSON_OPT_DATE),
    JSON_FIELD(struct thing, raw, "raw", JSON_RAW),
    JSON_FIELD(struct thing, texts, "texts", JSON_TEXTS),
    JSON_FIELD(struct thing, ids, "ids", JSON_UUIDS),
    JSON_SUB(struct thing, place, "place", JSON_STRUCT, &place_json),
    JSON_SUB(struct thing, places, "places", JSON_STRUCTS, &place_json),
};
static const struct json_shape thing_json = JSON_SHAPE(struct thing, thing_fields);

#define U1 "0190f3b0-0000-7000-8000-00000000000a"
#define U2 "0190f3b0-0000-7000-8000-00000000000b"

static const char full[] =
    "{\"flag\":true,\"i32\":-2147483648,\"i64\":9223372036854775807,\"f64\":1.5,\"text\":\"\xd8\xb3\",\"id\":"
    "\"" U1
    "\",\"at\":\"1970-01-01T01:00:01+01:00\",\"day\":\"1970-01-02\",\"oflag\":false,\"oi32\":7,\"oi64\":8,"
    "\"of64\":2,\"oid\":\"" U2
    "\",\"oat\":\"1970-01-01T00:00:00Z\",\"oday\":\"1970-01-01\",\"raw\":{\"b\":[1,2.50]},"
    "\"texts\":[\"x\",\"\"],\"ids\":[\"" U2 "\"],\"place\":{\"na/me\":\"home\",\"floor\":3},"
    "\"places\":[{\"na/me\":\"a\"},{\"floor\":-1}],\"unknown\":[]}";

START_TEST(every_type_is_read)
{
    struct thing t = {0};
    const struct place *places;
    char id[37];

    ck_assert_ptr_null(json_read(unit_arena, parsed(full), &thing_json, &t));
    ck_assert(t.flag);
    ck_assert_int_eq(t.i32, INT32_MIN);
    ck_assert_int_eq(t.i64, INT64_MAX);
    ck_assert_double_eq(t.f64, 1.5);
    ck_assert_str_eq(t.text, "\xd8\xb3");
    uuid_format(t.id, id);
    ck_assert_str_eq(id, U1);
    ck_assert_int_eq(t.at, 1000000);
    ck_assert_int_eq(t.day, 1);
    ck_assert(t.oflag.set && !t.oflag.v);
    ck_assert(t.oi32.set && t.oi32.v == 7);
    ck_assert(t.oi64.set && t.oi64.v == 8);
    ck_assert(t.of64.set && t.of64.v > 1.9);
    ck_assert(t.oid.set && t.oid.v.b[15] == 0x0b);
    ck_assert(t.oat.set && t.oat.v == 0);
    ck_assert(t.oday.set && t.oday.v == 0);
    ck_assert_str_eq(t.raw, "{\"b\":[1,2.5]}");
    ck_assert_uint_eq(t.texts.n, 2);
    ck_assert_str_eq(t.texts.v[0], "x");
    ck_assert_str_eq(t.texts.v[1], "");
    ck_assert_uint_eq(t.ids.n, 1);
    ck_assert_str_eq(t.place.name, "home");
    ck_assert(t.place.floor.set && t.place.floor.v == 3);
    ck_assert_uint_eq(t.places.n, 2);
    places = t.places.v;
    ck_assert_str_eq(places[0].name, "a");
    ck_assert(!places[0].floor.set);
    ck_assert_ptr_null(places[1].name);
    ck_assert_int_eq(places[1].floor.v, -1);
}
END_TEST

START_TEST(an_absent_member_leaves_the_struct_as_it_was)
{
    struct thing t = {0}, before;

    ck_assert_ptr_null(json_read(unit_arena, parsed(full), &thing_json, &t));
    memcpy(&before, &t, sizeof(t));
    ck_assert_ptr_null(json_read(unit_arena, parsed("{\"unknown\":1}"), &thing_json, &t));
    ck_assert_mem_eq(&before, &t, sizeof(t));
}
END_TEST

START_TEST(null_clears_what_may_be_absent)
{
    struct thing t = {0};
    const char *text = "{\"text\":null,\"oflag\":null,\"oi32\":null,\"oi64\":null,\"of64\":null,\"oid\":null,"
                       "\"oat\":null,\"oday\":null,\"raw\":null,\"texts\":null,\"ids\":null,\"place\":null,"
                       "\"places\":null}";

    ck_assert_ptr_null(json_read(unit_arena, parsed(full), &thing_json, &t));
    ck_assert_ptr_null(json_read(unit_arena, parsed(text), &thing_json, &t));
    ck_assert_ptr_null(t.text);
    ck_assert_ptr_null(t.raw);
    ck_assert(!t.oflag.set && !t.oi32.set && !t.oi64.set && !t.of64.set && !t.oid.set && !t.oat.set &&
              !t.oday.set);
    ck_assert_uint_eq(t.texts.n + t.ids.n + t.places.n, 0);
    ck_assert_ptr_null(t.place.name);
    ck_assert(!t.place.floor.set);
    ck_assert_int_eq(t.i32, INT32_MIN);
}
END_TEST

START_TEST(a_patch_of_an_embedded_struct_keeps_its_other_members)
{
    struct thing t = {0};

    ck_assert_ptr_null(json_read(unit_arena, parsed(full), &thing_json, &t));
    ck_assert_ptr_null(json_read(unit_arena, parsed("{\"place\":{\"floor\":4}}"), &thing_json, &t));
    ck_assert_str_eq(t.place.name, "home");
    ck_assert_int_eq(t.place.floor.v, 4);
}
END_TEST

START_TEST(an_integer_may_be_written_with_a_fraction_of_zero)
{
    struct thing t = {0};

    ck_assert_ptr_null(
        json_read(unit_arena, parsed("{\"i32\":12.0,\"i64\":-1.5e1,\"f64\":3}"), &thing_json, &t));
    ck_assert_int_eq(t.i32, 12);
    ck_assert_int_eq(t.i64, -15);
    ck_assert_double_eq(t.f64, 3);
}
END_TEST

static const struct {
    const char *text, *at, *code;
} faults[] = {
    {"[]", "", "json.type"},
    {"{\"flag\":1}", "/flag", "json.type"},
    {"{\"flag\":null}", "/flag", "json.type"},
    {"{\"oflag\":\"true\"}", "/oflag", "json.type"},
    {"{\"i32\":2147483648}", "/i32", "json.range"},
    {"{\"i32\":-2147483649}", "/i32", "json.range"},
    {"{\"oi32\":2147483648}", "/oi32", "json.range"},
    {"{\"i32\":1.5}", "/i32", "json.type"},
    {"{\"i32\":\"1\"}", "/i32", "json.type"},
    {"{\"i32\":null}", "/i32", "json.type"},
    {"{\"i64\":1e19}", "/i64", "json.range"},
    {"{\"i64\":9223372036854775808.0}", "/i64", "json.range"},
    {"{\"i64\":-1e300}", "/i64", "json.range"},
    {"{\"i64\":true}", "/i64", "json.type"},
    {"{\"oi64\":[]}", "/oi64", "json.type"},
    {"{\"f64\":\"x\"}", "/f64", "json.type"},
    {"{\"of64\":{}}", "/of64", "json.type"},
    {"{\"text\":5}", "/text", "json.type"},
    {"{\"id\":5}", "/id", "json.type"},
    {"{\"id\":\"5\"}", "/id", "json.uuid"},
    {"{\"oid\":\"\"}", "/oid", "json.uuid"},
    {"{\"at\":0}", "/at", "json.type"},
    {"{\"at\":\"2026-03-17\"}", "/at", "json.instant"},
    {"{\"oat\":\"2026-03-17T00:00:00\"}", "/oat", "json.instant"},
    {"{\"day\":\"2026-02-30\"}", "/day", "json.date"},
    {"{\"oday\":\"2026\"}", "/oday", "json.date"},
    {"{\"texts\":\"x\"}", "/texts", "json.type"},
    {"{\"texts\":[\"x\",null]}", "/texts/1", "json.type"},
    {"{\"ids\":[\"" U1 "\",\"x\"]}", "/ids/1", "json.uuid"},
    {"{\"ids\":{}}", "/ids", "json.type"},
    {"{\"place\":[]}", "/place", "json.type"},
    {"{\"place\":{\"na/me\":1}}", "/place/na~1me", "json.type"},
    {"{\"places\":{}}", "/places", "json.type"},
    {"{\"places\":[{},{\"floor\":\"x\"}]}", "/places/1/floor", "json.type"},
    {"{\"places\":[7]}", "/places/0", "json.type"},
};

START_TEST(a_fault_has_pointer_and_code)
{
    struct thing t = {0};
    err_t e = json_read(unit_arena, parsed(faults[_i].text), &thing_json, &t);

    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(e->kind, ERR_INVALID);
    ck_assert_str_eq(e->code, "request.invalid");
    ck_assert_uint_eq(e->nfaults, 1);
    ck_assert_int_eq(e->faults[0].in, FAULT_POINTER);
    ck_assert_str_eq(e->faults[0].at, faults[_i].at);
    ck_assert_str_eq(e->faults[0].code, faults[_i].code);
}
END_TEST

START_TEST(all_faults_are_reported_at_once)
{
    struct thing t = {.i32 = 5, .oi32 = {.set = true, .v = 6}};
    err_t e = json_read(
        unit_arena,
        parsed("{\"flag\":0,\"i32\":\"x\",\"text\":\"fine\",\"oi32\":\"x\",\"places\":[{\"floor\":true}]}"),
        &thing_json, &t);

    ck_assert_uint_eq(e->nfaults, 4);
    ck_assert_str_eq(e->faults[0].at, "/flag");
    ck_assert_str_eq(e->faults[1].at, "/i32");
    ck_assert_str_eq(e->faults[2].at, "/oi32");
    ck_assert_str_eq(e->faults[3].at, "/places/0/floor");
    ck_assert_int_eq(t.i32, 5);
    ck_assert_int_eq(t.oi32.v, 6);
    ck_assert_str_eq(t.text, "fine");
}
END_TEST

START_TEST(faults_are_bounded)
{
    struct thing t = {0};
    struct buf b;
    err_t e;

    buf_init(&b, unit_arena, 4096);
    buf_puts(&b, "{\"texts\":[1");
    for (int i = 0; i < 5000; i++)
        buf_puts(&b, ",1");
    buf_puts(&b, "]}");
    e = json_read(unit_arena, parsed(buf_text(&b)), &thing_json, &t);
    ck_assert_uint_eq(e->nfaults, 100);
}
END_TEST

/* --- members, merge-patch, pointers --- */

START_TEST(members_have_fallbacks)
{
    json_t *j = parsed("{\"s\":\"x\",\"n\":null,\"b\":false,\"i\":-3,\"r\":1.5}");

    ck_assert_str_eq(json_member_text(j, "s"), "x");
    ck_assert_ptr_null(json_member_text(j, "n"));
    ck_assert_ptr_null(json_member_text(j, "absent"));
    ck_assert_ptr_null(json_member_text(NULL, "s"));
    ck_assert(!json_member_bool(j, "b", true));
    ck_assert(json_member_bool(j, "s", true));
    ck_assert(!json_member_bool(j, "absent", false));
    ck_assert_int_eq(json_member_i64(j, "i", 9), -3);
    ck_assert_int_eq(json_member_i64(j, "r", 9), 9);
    ck_assert_int_eq(json_member_i64(j, "absent", 9), 9);
}
END_TEST

/* RFC 7396 appendix A. */
static const struct {
    const char *target, *patch, *result;
} patches[] = {
    {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
    {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
    {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
    {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
    {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
    {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
    {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
    {"[\"a\",\"b\"]", "[\"c\",\"d\"]", "[\"c\",\"d\"]"},
    {"{\"a\":\"b\"}", "[\"c\"]", "[\"c\"]"},
    {"{\"a\":\"foo\"}", "null", "null"},
    {"{\"a\":\"foo\"}", "\"bar\"", "\"bar\""},
    {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
    {"[1,2]", "{\"a\":\"b\",\"c\":null}", "{\"a\":\"b\"}"},
    {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
};

START_TEST(merge_patch_follows_rfc_7396)
{
    json_t *target = parsed(patches[_i].target), *patch = parsed(patches[_i].patch);

    ck_assert_str_eq(json_text(unit_arena, json_merge_patch(unit_arena, target, patch)), patches[_i].result);
    ck_assert_str_eq(json_text(unit_arena, target), patches[_i].target);
    ck_assert_str_eq(json_text(unit_arena, patch), patches[_i].patch);
}
END_TEST

START_TEST(a_missing_target_counts_as_nothing)
{
    json_t *j = json_merge_patch(unit_arena, NULL, parsed("{\"a\":1,\"b\":null}"));

    ck_assert_str_eq(json_text(unit_arena, j), "{\"a\":1}");
}
END_TEST

START_TEST(pointer_tokens_are_escaped)
{
    ck_assert_str_eq(json_pointer_token(unit_arena, "a"), "a");
    ck_assert_str_eq(json_pointer_token(unit_arena, ""), "");
    ck_assert_str_eq(json_pointer_token(unit_arena, "a/b~c~1"), "a~1b~0c~01");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("json");

    UNIT_TABLE(s, "json_parse", texts, texts_are_judged_strictly);
    UNIT_CASE(s, "json_parse", nesting_is_counted_before_parsing, an_error_never_echoes_the_input);
    UNIT_CASE(s, "json_read", every_type_is_read, an_absent_member_leaves_the_struct_as_it_was,
              null_clears_what_may_be_absent, a_patch_of_an_embedded_struct_keeps_its_other_members,
              an_integer_may_be_written_with_a_fraction_of_zero, all_faults_are_reported_at_once,
              faults_are_bounded);
    UNIT_TABLE(s, "json_read", faults, a_fault_has_pointer_and_code);
    UNIT_TABLE(s, "json_merge_patch", patches, merge_patch_follows_rfc_7396);
    UNIT_CASE(s, "json_object", members_have_fallbacks, a_missing_target_counts_as_nothing,
              pointer_tokens_are_escaped);
    return s;
}
