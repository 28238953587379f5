/* test_problem.c - kind and code to status, and the body that the client reads. */
#include "unit.h"

#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "web/problem.h"

#define ID "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41"

static json_t *body_of(err_t e)
{
    struct buf out;
    json_error_t error;
    json_t *j;

    buf_init(&out, unit_arena, 16);
    problem_write(&out, e, ID);
    j = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(j != NULL, "%s: %.*s", error.text, (int)out.n, out.p);
    return arena_own_json(unit_arena, j);
}

static const char *text(const json_t *j, const char *name)
{
    const char *s = json_string_value(json_object_get(j, name));

    return s ? s : "(none)";
}

static const struct {
    enum err_kind kind;
    int status;
} kinds[] = {
    {ERR_INVALID, 400},   {ERR_UNAUTHENTICATED, 401}, {ERR_DENIED, 403},
    {ERR_MISSING, 404},   {ERR_CONFLICT, 409},        {ERR_LIMIT, 429},
    {ERR_CANCELLED, 503}, {ERR_UPSTREAM, 503},        {ERR_UNAVAILABLE, 503},
    {ERR_BUG, 500},       {(enum err_kind)99, 500},
};

START_TEST(kind_gives_the_status)
{
    struct err e = {.kind = kinds[_i].kind, .code = "some.code", .detail = "Some detail."};
    json_t *j = body_of(&e);

    ck_assert_int_eq(problem_of(&e).status, kinds[_i].status);
    ck_assert_int_eq(json_integer_value(json_object_get(j, "status")), kinds[_i].status);
    ck_assert_str_eq(text(j, "instance"), "urn:uuid:" ID);
    ck_assert_str_eq(text(j, "type"), kinds[_i].status == 500 ? "/problems/internal" : "/problems/some.code");
}
END_TEST

START_TEST(every_row_is_found)
{
    size_t n;
    const struct problem_row *rows = problem_table(&n);

    for (size_t i = 0; i < n; i++) {
        struct err e = {.kind = ERR_INVALID, .code = rows[i].code, .detail = "x"};
        ck_assert_int_eq(problem_of(&e).status, rows[i].status);
        ck_assert_str_eq(problem_of(&e).title, rows[i].title);
        ck_assert_str_ne(problem_reason(rows[i].status), "Other");
        if (i > 0)
            ck_assert_msg(strcmp(rows[i - 1].code, rows[i].code) < 0, "%s is not in order", rows[i].code);
    }
}
END_TEST

START_TEST(cause_and_our_own_faults_stay_inside)
{
    struct err e = {.kind = ERR_BUG, .code = "db.42P01", .detail = "relation secret", .cause = "password=x"};
    struct err u = {
        .kind = ERR_UNAVAILABLE, .code = "db.away", .detail = "The database is away.", .cause = "10.0.0.3"};
    json_t *j = body_of(&e);

    ck_assert_str_eq(text(j, "code"), "internal");
    ck_assert_ptr_null(json_object_get(j, "detail"));
    ck_assert_ptr_null(json_object_get(j, "cause"));
    j = body_of(&u);
    ck_assert_str_eq(text(j, "detail"), "The database is away.");
    ck_assert_ptr_null(json_object_get(j, "cause"));
}
END_TEST

START_TEST(faults_say_where)
{
    const struct fault faults[] = {
        {.in = FAULT_POINTER, .at = "/a~1b/\"0", .code = "schema.type", .detail = "Wrong."},
        {.in = FAULT_PARAMETER, .at = "limit", .code = "schema.maximum", .detail = "Too much."},
        {.in = FAULT_HEADER, .at = "If-Match", .code = "header.required", .detail = "Missing."},
        {.in = FAULT_GUARD,
         .at = "/documents",
         .code = "documents.valid",
         .detail = "No.",
         .remedy = "Ask.",
         .overridable = true},
        {.in = FAULT_GUARD, .at = "", .code = "stage.done", .detail = "No."},
    };
    json_t *list = json_object_get(body_of(err_faults(unit_arena, ERR_CONFLICT, "case.guards",
                                                      "Guards are not met.", faults, LENGTH(faults))),
                                   "errors");

    ck_assert_uint_eq(json_array_size(list), LENGTH(faults));
    ck_assert_str_eq(text(json_array_get(list, 0), "pointer"), "/a~1b/\"0");
    ck_assert_str_eq(text(json_array_get(list, 1), "parameter"), "limit");
    ck_assert_str_eq(text(json_array_get(list, 2), "header"), "If-Match");
    ck_assert_str_eq(text(json_array_get(list, 3), "guard"), "documents.valid");
    ck_assert_str_eq(text(json_array_get(list, 3), "pointer"), "/documents");
    ck_assert_str_eq(text(json_array_get(list, 3), "remedy"), "Ask.");
    ck_assert(json_is_true(json_object_get(json_array_get(list, 3), "overridable")));
    ck_assert(json_is_false(json_object_get(json_array_get(list, 4), "overridable")));
    ck_assert_ptr_null(json_object_get(json_array_get(list, 0), "overridable"));
    ck_assert_ptr_null(json_object_get(json_array_get(list, 4), "pointer"));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("problem");

    UNIT_TABLE(s, "problem_of", kinds, kind_gives_the_status);
    UNIT_CASE(s, "problem_write", every_row_is_found, cause_and_our_own_faults_stay_inside, faults_say_where);
    return s;
}
