/* test_log.c - each line is one JSON object, whatever is put in. */
#include "base/log.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/json.h"
#include "unit.h"

static char line[16384];

/* Runs fn in a child and returns the line that it wrote as an object. */
static json_t *logged(void (*fn)(void *arg), void *arg)
{
    json_t *j = NULL;
    size_t n;

    ck_assert_int_eq(unit_child(fn, arg, line, sizeof(line)), 0);
    n = strlen(line);
    ck_assert_uint_gt(n, 0);
    ck_assert_int_eq(line[n - 1], '\n');
    ck_assert_ptr_eq(strchr(line, '\n'), line + n - 1);
    ck_assert_ptr_null(json_parse(unit_arena, line, n, 4, &j));
    return j;
}

static void plain(void *arg)
{
    log_init("wayfare-test", LOG_INFO);
    clock_stub(1500000);
    log_line(LOG_WARN, NULL, "hello", LOG_TEXT("route", "/x"), LOG_INT("status", 200),
             LOG_TEXT("none", NULL));
}

START_TEST(a_line_has_time_level_program_msg_and_fields)
{
    logged(plain, NULL);
    ck_assert_str_eq(line,
                     "{\"time\":\"1970-01-01T00:00:01.5Z\",\"level\":\"warn\",\"program\":\"wayfare-test\","
                     "\"msg\":\"hello\",\"route\":\"/x\",\"status\":200,\"none\":\"\"}\n");
}
END_TEST

static void without_fields(void *arg)
{
    log_line(LOG_INFO, NULL, "hello");
}

START_TEST(a_line_needs_no_fields)
{
    json_t *j = logged(without_fields, NULL);

    ck_assert_str_eq(json_member_text(j, "level"), "info");
    ck_assert_uint_eq(json_object_size(j), 4);
}
END_TEST

static void below(void *arg)
{
    log_init("wayfare-test", LOG_WARN);
    log_line(LOG_INFO, NULL, "not wanted");
    log_line(LOG_DEBUG, NULL, "not wanted");
    log_line(LOG_ERROR, NULL, "wanted");
}

START_TEST(lines_below_the_level_are_left_out)
{
    json_t *j = logged(below, NULL);

    ck_assert_str_eq(json_member_text(j, "msg"), "wanted");
    ck_assert_str_eq(json_member_text(j, "level"), "error");
}
END_TEST

START_TEST(wants_compares_levels)
{
    log_init("wayfare-test", LOG_WARN);
    ck_assert(!log_wants(LOG_INFO));
    ck_assert(log_wants(LOG_WARN));
    ck_assert(log_wants(LOG_ERROR));
    log_init("wayfare-test", LOG_DEBUG);
    ck_assert(log_wants(LOG_DEBUG));
    log_init("wayfare-test", LOG_INFO);
}
END_TEST

static void nasty(void *arg)
{
    log_line(LOG_INFO, NULL, arg, LOG_TEXT("text", arg));
}

static const char *const nasties[] = {
    "two\nlines", "quote \" backslash \\", "\x1b[31mred", "\xff\xfe", "\xed\xa0\x80", "\xd8\xb3\xd9\x84", "",
};

START_TEST(a_text_cannot_break_the_line)
{
    json_t *j = logged(nasty, (void *)(uintptr_t)nasties[_i]);

    ck_assert_ptr_nonnull(json_member_text(j, "text"));
    if (str_utf8_ok(nasties[_i], strlen(nasties[_i])))
        ck_assert_str_eq(json_member_text(j, "text"), nasties[_i]);
}
END_TEST

START_TEST(a_long_text_is_cut_between_characters)
{
    json_t *j;
    char *text = arena_alloc(unit_arena, 20002);

    text[0] = 'x'; /* so that the limit falls inside a character */
    for (size_t i = 1; i <= 20000; i++)
        text[i] = i % 2 ? '\xc3' : '\xa9';
    j = logged(nasty, text);
    ck_assert_uint_eq(strlen(json_member_text(j, "text")), 2047);
}
END_TEST

static void with_ctx(void *arg)
{
    log_line(LOG_INFO, arg, "x", LOG_INT("n", INT64_MIN));
}

START_TEST(a_request_is_named)
{
    struct ctx x = {.operation = "getCase",
                    .request_id = "0190f3b0-0000-7000-8000-00000000000a",
                    .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
    json_t *j = logged(with_ctx, &x);

    ck_assert_str_eq(json_member_text(j, "operation"), "getCase");
    ck_assert_str_eq(json_member_text(j, "requestId"), "0190f3b0-0000-7000-8000-00000000000a");
    ck_assert_str_eq(json_member_text(j, "traceId"), "0af7651916cd43dd8448eb211c80319c");
    ck_assert_int_eq(json_member_i64(j, "n", 0), INT64_MIN);
    x = (struct ctx){0};
    j = logged(with_ctx, &x);
    ck_assert_ptr_null(json_member_text(j, "operation"));
    ck_assert_ptr_null(json_member_text(j, "traceId"));
}
END_TEST

static void an_error(void *arg)
{
    log_err(LOG_ERROR, NULL, "request failed", arg);
}

START_TEST(an_error_is_logged_with_its_cause)
{
    const struct fault f = {.in = FAULT_POINTER, .at = "/name", .code = "x", .detail = "y"};
    struct err e = {
        .kind = ERR_UPSTREAM, .code = "db.lost", .detail = "d", .cause = "c", .faults = &f, .nfaults = 1};
    json_t *j = logged(an_error, &e);

    ck_assert_str_eq(json_member_text(j, "kind"), "upstream");
    ck_assert_str_eq(json_member_text(j, "code"), "db.lost");
    ck_assert_str_eq(json_member_text(j, "detail"), "d");
    ck_assert_str_eq(json_member_text(j, "cause"), "c");
    ck_assert_int_eq(json_member_i64(j, "faults", 0), 1);
    ck_assert_ptr_null(strstr(line, "/name")); /* a pointer can hold a client's member name */
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("log");

    UNIT_CASE(s, "log_fields", a_line_has_time_level_program_msg_and_fields, a_line_needs_no_fields,
              lines_below_the_level_are_left_out, wants_compares_levels,
              a_long_text_is_cut_between_characters, a_request_is_named);
    UNIT_TABLE(s, "nasty", nasties, a_text_cannot_break_the_line);
    UNIT_CASE(s, "log_err", an_error_is_logged_with_its_cause);
    return s;
}
