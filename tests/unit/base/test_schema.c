/* test_schema.c - what the official suite (tests/conformance) does not look at: faults, limits, strictness.
 */
#include "base/schema.h"

#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "unit.h"

static json_t *parsed(const char *text)
{
    json_t *j = json_loads(text, JSON_DECODE_ANY, NULL);
    ck_assert_msg(j != NULL, "bad JSON in the test: %s", text);
    return arena_own_json(unit_arena, j);
}

static void release_schema(void *s)
{
    schema_free(s);
}

static const struct schema *compiled(const char *text, unsigned flags)
{
    struct schema *s;
    err_t err = schema_compile(unit_arena, parsed(text), "", flags, &s);
    ck_assert_msg(err == NULL, "%s", err ? err->detail : "");
    arena_own(unit_arena, s, release_schema);
    return s;
}

/* The code with which a schema is refused. */
static const char *refused(const char *text, unsigned flags)
{
    struct schema *s;
    err_t err = schema_compile(unit_arena, parsed(text), "", flags, &s);
    ck_assert_msg(err != NULL, "should be refused: %s", text);
    ck_assert_int_eq(err->kind, ERR_INVALID);
    return err->code;
}

/* All faults as "pointer code schema-pointer" lines. */
static const char *faults(const char *schema, const char *instance)
{
    struct schema_result result;
    struct buf b;
    bool ok = schema_valid(unit_arena, compiled(schema, SCHEMA_ASSERT_FORMATS), parsed(instance), &result);
    ck_assert(ok == (result.nfaults == 0));
    buf_init(&b, unit_arena, 256);
    for (size_t i = 0; i < result.nfaults; i++)
        buf_printf(&b, "%s%s %s %s", i ? "\n" : "", result.faults[i].instance_pointer, result.faults[i].code,
                   result.faults[i].schema_pointer);
    return buf_text(&b);
}

static const struct {
    const char *schema, *instance, *faults;
} fault_table[] = {
    {"{\"type\": \"string\"}", "1", " schema.type /type"},
    {"{\"properties\": {\"a/b\": {\"items\": {\"minimum\": 3}}}}", "{\"a/b\": [3, 2, 4, 1]}",
     "/a~1b/1 schema.minimum /properties/a~1b/items/minimum\n"
     "/a~1b/3 schema.minimum /properties/a~1b/items/minimum"},
    {"{\"required\": [\"x\", \"y~z\"], \"properties\": {\"x\": true}}", "{}",
     "/x schema.required /required\n/y~0z schema.required /required"},
    {"{\"additionalProperties\": false, \"properties\": {\"a\": {\"type\": \"null\"}}}",
     "{\"b\": 1, \"a\": 2}",
     "/b schema.additionalProperties /additionalProperties\n/a schema.type /properties/a/type"},
    {"{\"$ref\": \"#/$defs/d\", \"$defs\": {\"d\": {\"format\": \"date\"}}}", "\"2026-02-30\"",
     " schema.format /$defs/d/format"},
    {"{\"items\": {\"format\": \"partial-date\"}}",
     "[\"1994\", \"1994-03\", \"1994-02-28\", \"1994-02-30\", \"1994-13\", \"1994-3\", \"94\", 1994]",
     "/3 schema.format /items/format\n/4 schema.format /items/format\n/5 schema.format /items/format\n"
     "/6 schema.format /items/format"},
    {"{\"minLength\": 3, \"pattern\": \"^[a-z]+$\"}", "\"A\"",
     " schema.minLength /minLength\n schema.pattern /pattern"},
    {"{\"allOf\": [{\"minimum\": 2}, {\"multipleOf\": 2}]}", "1",
     " schema.minimum /allOf/0/minimum\n schema.multipleOf /allOf/1/multipleOf"},
    {"{\"anyOf\": [{\"type\": \"null\"}, {\"type\": \"object\", \"required\": [\"a\"]}]}", "{}",
     "/a schema.required /anyOf/1/required"},
    {"{\"oneOf\": [{\"type\": \"null\"}, {\"type\": \"string\"}]}", "1", " schema.oneOf /oneOf"},
    {"{\"oneOf\": [{\"minimum\": 1}, {\"minimum\": 2}]}", "3", " schema.oneOf /oneOf"},
    {"{\"oneOf\": [{\"properties\": {\"k\": {\"const\": \"a\"}, \"v\": {\"type\": \"string\"}}},"
     " {\"properties\": {\"k\": {\"const\": \"b\"}, \"v\": {\"type\": \"integer\"}}}]}",
     "{\"k\": \"b\", \"v\": \"x\"}", "/v schema.type /oneOf/1/properties/v/type"},
    {"{\"if\": {\"required\": [\"a\"]}, \"then\": {\"required\": [\"b\"]}}", "{\"a\": 1}",
     "/b schema.required /then/required"},
    {"{\"not\": {\"type\": \"string\"}}", "\"x\"", " schema.not /not"},
    {"{\"contains\": {\"const\": 1}}", "[2]", " schema.contains /contains"},
    {"{\"uniqueItems\": true}", "[1, 2, 1.0]", "/2 schema.uniqueItems /uniqueItems"},
    {"{\"propertyNames\": {\"maxLength\": 1}}", "{\"ab\": 1}",
     "/ab schema.maxLength /propertyNames/maxLength"},
    {"{\"dependentRequired\": {\"a\": [\"b\"]}}", "{\"a\": 1}",
     "/b schema.dependentRequired /dependentRequired"},
    {"{\"properties\": {\"a\": true}, \"unevaluatedProperties\": false}", "{\"a\": 1, \"b\": 2}",
     "/b schema.unevaluatedProperties /unevaluatedProperties"},
    {"{\"prefixItems\": [true], \"unevaluatedItems\": false}", "[1, 2]",
     "/1 schema.unevaluatedItems /unevaluatedItems"},
    {"{\"enum\": [\"a\", 2]}", "3", " schema.enum /enum"},
    {"false", "3", " schema.false "},
};

START_TEST(every_fault_has_both_pointers_and_a_code)
{
    ck_assert_str_eq(faults(fault_table[_i].schema, fault_table[_i].instance), fault_table[_i].faults);
}
END_TEST

START_TEST(details_show_the_schema_and_never_the_instance)
{
    struct schema_result result;
    const struct schema *s =
        compiled("{\"properties\": {\"a\": {\"enum\": [\"x\", \"y\"]},"
                 " \"b\": {\"type\": [\"string\", \"null\"]}, \"c\": {\"pattern\": \"^z$\"}}}",
                 0);
    ck_assert(
        !schema_valid(unit_arena, s, parsed("{\"a\": \"secret\", \"b\": 4711, \"c\": \"secret\"}"), &result));
    ck_assert_uint_eq(result.nfaults, 3);
    ck_assert_str_eq(result.faults[0].detail, "Must be one of: x, y.");
    ck_assert_str_eq(result.faults[1].detail, "Must be null or string.");
    ck_assert_str_eq(result.faults[2].detail, "Must match the pattern ^z$");
}
END_TEST

START_TEST(faults_end_at_a_hundred)
{
    struct schema_result result;
    json_t *many = arena_own_json(unit_arena, json_array());
    for (int i = 0; i < 100; i++)
        json_array_append_new(many, json_integer(i));
    const struct schema *s = compiled("{\"items\": {\"type\": \"string\"}}", 0);
    ck_assert(!schema_valid(unit_arena, s, many, &result));
    ck_assert_uint_eq(result.nfaults, 100);
    ck_assert(!result.truncated);
    json_array_append_new(many, json_integer(1));
    ck_assert(!schema_valid(unit_arena, s, many, &result));
    ck_assert_uint_eq(result.nfaults, 100);
    ck_assert(result.truncated);
}
END_TEST

START_TEST(pointers_of_long_names_end_at_the_place_above)
{
    struct schema_result result;
    char name[1001] = {0};
    memset(name, 'n', 1000);
    json_t *inner = json_object(), *outer = arena_own_json(unit_arena, json_object());
    json_object_set_new(inner, name, json_null());
    json_object_set_new(outer, "a", inner);
    const struct schema *s = compiled("{\"properties\": {\"a\": {\"additionalProperties\": false}}}", 0);
    ck_assert(!schema_valid(unit_arena, s, outer, &result));
    ck_assert_str_eq(result.faults[0].instance_pointer, "/a");
}
END_TEST

START_TEST(check_gives_an_error_with_a_fault_for_each)
{
    const struct schema *s = compiled("{\"required\": [\"a\", \"b\"]}", 0);
    ck_assert_ptr_null(schema_check(unit_arena, s, parsed("{\"a\": 1, \"b\": 2}")));
    err_t err = schema_check(unit_arena, s, parsed("{}"));
    ck_assert_ptr_nonnull(err);
    ck_assert_int_eq(err->kind, ERR_INVALID);
    ck_assert_str_eq(err->code, "request.invalid");
    ck_assert_uint_eq(err->nfaults, 2);
    ck_assert_int_eq(err->faults[1].in, FAULT_POINTER);
    ck_assert_str_eq(err->faults[1].at, "/b");
    ck_assert_str_eq(err->faults[1].code, "schema.required");
}
END_TEST

START_TEST(a_valid_instance_takes_no_memory)
{
    const struct schema *s = compiled(
        "{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"id\"], \"properties\": {"
        "\"id\": {\"format\": \"uuid\"}, \"n\": {\"type\": \"integer\", \"multipleOf\": 3},"
        "\"list\": {\"uniqueItems\": true, \"items\": {\"anyOf\": [{\"type\": \"null\"}, {\"pattern\": "
        "\"^[a-z]+$\"}]}},"
        "\"more\": {\"$ref\": \"#/$defs/open\"}},"
        "\"$defs\": {\"open\": {\"patternProperties\": {\"^x\": true}, \"unevaluatedProperties\": false}}}",
        SCHEMA_ASSERT_FORMATS | SCHEMA_STRICT);
    const json_t *v =
        parsed("{\"id\": \"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41\", \"n\": 9, \"list\": [\"a\", null, \"b\"],"
               " \"more\": {\"x1\": 1, \"x2\": 2}}");
    struct schema_result result;
    size_t before = arena_used_bytes(unit_arena);
    ck_assert(schema_valid(unit_arena, s, v, &result));
    ck_assert_uint_eq(arena_used_bytes(unit_arena), before);
}
END_TEST

static const struct {
    const char *schema, *code;
    unsigned flags;
} refusal_table[] = {
    {"{\"propertees\": {}}", "schema.keyword", SCHEMA_STRICT},
    {"{\"properties\": {\"a\": {\"maxlength\": 1}}}", "schema.keyword", SCHEMA_STRICT},
    {"{\"$defs\": {\"unused\": {\"nullable\": true}}}", "schema.keyword", SCHEMA_STRICT},
    {"{\"$ref\": \"#\"}", "schema.cycle", SCHEMA_STRICT},
    {"{\"allOf\": [{\"$ref\": \"#/$defs/a\"}], \"$defs\": {\"a\": {\"anyOf\": [true, {\"$ref\": \"#\"}]}}}",
     "schema.cycle", SCHEMA_STRICT},
    {"{\"dependentSchemas\": {\"a\": {\"$ref\": \"#\"}}}", "schema.cycle", 0},
    {"{\"$ref\": \"#/$defs/none\"}", "schema.ref", 0},
    {"{\"$ref\": \"#none\"}", "schema.ref", 0},
    {"{\"$ref\": \"https://example.org/other\"}", "schema.remote", 0},
    {"{\"$dynamicRef\": \"#a\"}", "schema.unsupported", 0},
    {"{\"$schema\": \"http://json-schema.org/draft-07/schema#\"}", "schema.unsupported", 0},
    {"{\"$defs\": {\"a\": {\"$id\": \"x\"}, \"b\": {\"$id\": \"x\"}}}", "schema.id", 0},
    {"{\"format\": \"zip-code\"}", "schema.format", SCHEMA_ASSERT_FORMATS},
    {"{\"pattern\": \"(\"}", "schema.pattern", 0},
    {"{\"pattern\": \"(?i)a\"}", "schema.pattern", 0},
    {"{\"patternProperties\": {\"[\": true}}", "schema.pattern", 0},
    {"{\"type\": \"text\"}", "schema.value", 0},
    {"{\"type\": []}", "schema.value", 0},
    {"{\"minLength\": -1}", "schema.value", 0},
    {"{\"maxItems\": \"3\"}", "schema.value", 0},
    {"{\"multipleOf\": 0}", "schema.value", 0},
    {"{\"anyOf\": []}", "schema.value", 0},
    {"{\"required\": [1]}", "schema.value", 0},
    {"{\"items\": [true]}", "schema.value", 0},
    {"3", "schema.value", 0},
};

START_TEST(a_schema_that_is_not_understood_is_refused)
{
    ck_assert_str_eq(refused(refusal_table[_i].schema, refusal_table[_i].flags), refusal_table[_i].code);
}
END_TEST

START_TEST(strict_takes_annotations_and_extensions)
{
    compiled("{\"title\": \"t\", \"description\": \"d\", \"default\": 1, \"example\": 1, \"examples\": [1],"
             "\"deprecated\": true, \"readOnly\": true, \"writeOnly\": false, \"$comment\": \"c\", "
             "\"x-anything\": {},"
             "\"discriminator\": {\"propertyName\": \"kind\"}, \"externalDocs\": {\"url\": "
             "\"https://example.org\"}}",
             SCHEMA_STRICT | SCHEMA_ASSERT_FORMATS);
}
END_TEST

START_TEST(schemas_may_descend_into_themselves)
{
    const struct schema *s = compiled("{\"type\": \"object\", \"properties\": {\"child\": {\"$ref\": \"#\"}},"
                                      " \"additionalProperties\": false}",
                                      SCHEMA_STRICT);
    ck_assert(schema_valid(unit_arena, s, parsed("{\"child\": {\"child\": {}}}"), NULL));
    ck_assert(!schema_valid(unit_arena, s, parsed("{\"child\": {\"child\": 1}}"), NULL));
}
END_TEST

START_TEST(what_is_nested_too_deeply_is_a_fault_not_a_crash)
{
    struct schema_result result;
    const struct schema *s = compiled("{\"properties\": {\"c\": {\"allOf\": [{\"$ref\": \"#\"}]}},"
                                      " \"not\": {\"required\": [\"z\"]}}",
                                      0);
    json_t *v = json_object();
    for (int i = 0; i < 1500; i++) {
        json_t *up = json_object();
        json_object_set_new(up, "c", v);
        v = up;
    }
    arena_own_json(unit_arena, v);
    ck_assert(!schema_valid(unit_arena, s, v, &result));
    ck_assert_uint_eq(result.nfaults, 1);
    ck_assert_str_eq(result.faults[0].code, "schema.depth");
    ck_assert(!schema_valid(unit_arena, s, v, NULL));
}
END_TEST

START_TEST(items_nested_too_deeply_to_compare_do_not_crash)
{
    const struct schema *s = compiled("{\"uniqueItems\": true}", 0);
    json_t *both = arena_own_json(unit_arena, json_array());
    for (int k = 0; k < 20; k++) {
        json_t *v = json_array();
        for (int i = 0; i < 1500; i++) {
            json_t *up = json_array();
            json_array_append_new(up, v);
            v = up;
        }
        json_array_append_new(both, v);
    }
    schema_valid(unit_arena, s, both, NULL);
}
END_TEST

START_TEST(a_schema_nested_too_deeply_is_refused)
{
    struct schema *s;
    json_t *v = json_object();
    for (int i = 0; i < 1500; i++) {
        json_t *up = json_object();
        json_object_set_new(up, "not", v);
        v = up;
    }
    arena_own_json(unit_arena, v);
    err_t err = schema_compile(unit_arena, v, "", 0, &s);
    ck_assert_ptr_nonnull(err);
    ck_assert_str_eq(err->code, "schema.depth");
}
END_TEST

START_TEST(a_pattern_that_never_ends_is_cut_off)
{
    char text[4001] = {0};
    memset(text, 'a', 4000);
    const struct schema *s = compiled("{\"pattern\": \"^(a*)*(a*)*(a*)*b$\"}", 0);
    ck_assert(!schema_valid(unit_arena, s, arena_own_json(unit_arena, json_string(text)), NULL));
}
END_TEST

static const struct {
    const char *pattern, *text;
    bool matches;
} pattern_table[] = {
    {"^a.c$", "a\nc", false},       {"^a.c$", "a\u2028c", false},
    {"^[^]$", "\n", true},          {"^[]$", "", false},
    {"^\\u0041$", "A", true},       {"^\\u{1F432}$", "\U0001f432", true},
    {"^\\x41$", "A", true},         {"^[\\S]+$", "a\u00a0", false},
    {"^[\\s\\S]$", "\u2003", true}, {"^[[:alpha:]]$", "a]", true},
    {"^\\/$", "/", true},           {"^(a)\\1$", "aa", true},
    {"^a{2}$", "aa", true},         {"^a{,2}$", "a{,2}", true},
    {"^\\p{Lu}$", "\u00c9", true},  {"^\\p{Script=Arabic}+$", "\u0633", true},
    {"^\\bé$", "é", false},         {"^(?<n>x)\\k<n>$", "xx", true},
};

START_TEST(patterns_are_those_of_ecmascript)
{
    json_t *schema = arena_own_json(unit_arena, json_pack("{s:s}", "pattern", pattern_table[_i].pattern));
    json_t *text = arena_own_json(unit_arena, json_string(pattern_table[_i].text));
    struct schema *s;
    err_t err = schema_compile(unit_arena, schema, "", 0, &s);
    ck_assert_msg(err == NULL, "%s", err ? err->detail : "");
    ck_assert_msg(schema_valid(unit_arena, s, text, NULL) == pattern_table[_i].matches, "%s",
                  pattern_table[_i].pattern);
    schema_free(s);
}
END_TEST

static const struct {
    const char *text;
    bool ok;
} time_table[] = {
    {"21:00", true},  {"21:00:30", true}, {"21:00:30.5", true}, {"24:00", false},
    {"21:60", false}, {"21", false},      {"21:00Z", false},    {"21:00:60", false},
    {"9:00", false},  {"", false},        {"21:00:", false},
};

START_TEST(time_local_is_a_time_without_zone)
{
    const struct schema *s = compiled("{\"format\": \"time-local\"}", SCHEMA_ASSERT_FORMATS);
    json_t *text = arena_own_json(unit_arena, json_string(time_table[_i].text));
    ck_assert_msg(schema_valid(unit_arena, s, text, NULL) == time_table[_i].ok, "%s", time_table[_i].text);
}
END_TEST

START_TEST(numbers_are_compared_exactly)
{
    const struct schema *s = compiled("{\"maximum\": 9007199254740992.0}", 0);
    ck_assert(schema_valid(unit_arena, s, parsed("9007199254740992"), NULL));
    ck_assert(!schema_valid(unit_arena, s, parsed("9007199254740993"), NULL));
    s = compiled("{\"multipleOf\": 0.01}", 0);
    ck_assert(schema_valid(unit_arena, s, parsed("4.35"), NULL));
    ck_assert(schema_valid(unit_arena, s, parsed("92233720368547758.07"), NULL));
    ck_assert(!schema_valid(unit_arena, s, parsed("4.355"), NULL));
    s = compiled("{\"enum\": [1.0]}", 0);
    ck_assert(schema_valid(unit_arena, s, parsed("1"), NULL));
    ck_assert(!schema_valid(unit_arena, s, parsed("true"), NULL));
}
END_TEST

START_TEST(large_arrays_are_unique_in_linear_time)
{
    const struct schema *s = compiled("{\"uniqueItems\": true}", 0);
    struct schema_result result;
    json_t *v = arena_own_json(unit_arena, json_array());
    for (int i = 0; i < 50000; i++)
        json_array_append_new(v, json_integer(i));
    ck_assert(schema_valid(unit_arena, s, v, NULL));
    json_array_append_new(v, json_real(7.0));
    ck_assert(!schema_valid(unit_arena, s, v, &result));
    ck_assert_str_eq(result.faults[0].instance_pointer, "/50000");
}
END_TEST

START_TEST(a_set_compiles_parts_of_one_document)
{
    struct schema_set *set = schema_set_new(
        parsed("{\"components\": {\"schemas\": {\"A\": {\"type\": \"string\"}, \"B\": {\"items\": {\"$ref\":"
               " \"#/components/schemas/A\"}}}}, \"example\": {\"$id\": \"not one\", \"typo\": 1}}"),
        SCHEMA_STRICT);
    const struct schema *a, *b, *none;
    ck_assert_ptr_null(schema_set_compile(unit_arena, set, "/components/schemas/A", &a));
    ck_assert_ptr_null(schema_set_compile(unit_arena, set, "/components/schemas/B", &b));
    ck_assert_ptr_nonnull(schema_set_compile(unit_arena, set, "/components/schemas/C", &none));
    ck_assert(schema_valid(unit_arena, b, parsed("[\"x\"]"), NULL));
    ck_assert(!schema_valid(unit_arena, b, parsed("[1]"), NULL));
    ck_assert(!schema_valid(unit_arena, a, parsed("[]"), NULL));
    schema_set_free(set);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("schema");
    UNIT_TABLE(s, "faults", fault_table, every_fault_has_both_pointers_and_a_code);
    UNIT_TABLE(s, "schema_compile", refusal_table, a_schema_that_is_not_understood_is_refused);
    UNIT_TABLE(s, "pattern", pattern_table, patterns_are_those_of_ecmascript);
    UNIT_TABLE(s, "format", time_table, time_local_is_a_time_without_zone);
    UNIT_CASE(s, "schema_valid", details_show_the_schema_and_never_the_instance, faults_end_at_a_hundred,
              pointers_of_long_names_end_at_the_place_above, check_gives_an_error_with_a_fault_for_each,
              a_valid_instance_takes_no_memory, numbers_are_compared_exactly,
              large_arrays_are_unique_in_linear_time);
    UNIT_CASE(s, "limits", what_is_nested_too_deeply_is_a_fault_not_a_crash,
              items_nested_too_deeply_to_compare_do_not_crash, a_schema_nested_too_deeply_is_refused,
              a_pattern_that_never_ends_is_cut_off);
    UNIT_CASE(s, "schema_set", strict_takes_annotations_and_extensions, schemas_may_descend_into_themselves,
              a_set_compiles_parts_of_one_document);
    return s;
}
