/* test_err.c */
#include "base/err.h"

#include <string.h>

#include "base/arena.h"
#include "unit.h"

ERR_DEFINE(err_closed, ERR_CONFLICT, "case.closed", "The case is closed.");

static err_t reached;

static err_t trying(err_t first)
{
    reached = NULL;
    TRY(first);
    reached = err_closed;
    return NULL;
}

START_TEST(try_returns_an_error_and_passes_success)
{
    ck_assert_ptr_eq(trying(err_closed), err_closed);
    ck_assert_ptr_null(reached);
    ck_assert_ptr_null(trying(NULL));
    ck_assert_ptr_nonnull(reached);
}
END_TEST

START_TEST(static_errors_carry_kind_code_and_detail)
{
    ck_assert_int_eq(err_closed->kind, ERR_CONFLICT);
    ck_assert_str_eq(err_closed->code, "case.closed");
    ck_assert_str_eq(err_closed->detail, "The case is closed.");
    ck_assert_ptr_null(err_closed->cause);
    ck_assert_uint_eq(err_closed->nfaults, 0);
}
END_TEST

START_TEST(new_shows_its_text_to_the_client)
{
    err_t e = err_new(unit_arena, ERR_LIMIT, "page.limit", "At most %d.", 200);

    ck_assert_int_eq(e->kind, ERR_LIMIT);
    ck_assert_str_eq(e->code, "page.limit");
    ck_assert_str_eq(e->detail, "At most 200.");
    ck_assert_ptr_null(e->cause);
}
END_TEST

START_TEST(internal_hides_its_text_from_the_client)
{
    for (int kind = ERR_INVALID; kind <= ERR_BUG; kind++) {
        err_t e = err_internal(unit_arena, (enum err_kind)kind, "db.lost", "secret %d", 42);

        ck_assert_str_eq(e->cause, "secret 42");
        ck_assert_ptr_null(strstr(e->detail, "secret"));
        ck_assert_uint_gt(strlen(e->detail), 10);
    }
}
END_TEST

START_TEST(kinds_have_distinct_names)
{
    for (int k = ERR_INVALID; k <= ERR_BUG; k++) {
        for (int other = ERR_INVALID; other < k; other++)
            ck_assert_str_ne(err_kind_name((enum err_kind)k), err_kind_name((enum err_kind)other));
    }
    ck_assert_str_eq(err_kind_name(ERR_UPSTREAM), "upstream");
    ck_assert_str_eq(err_kind_name((enum err_kind)99), "bug");
}
END_TEST

START_TEST(an_empty_fault_list_is_no_error)
{
    struct fault_list none = {0};

    ck_assert_ptr_null(fault_list_err(unit_arena, &none, ERR_INVALID, "request.invalid", "No."));
}
END_TEST

START_TEST(a_fault_list_keeps_all_faults_in_order)
{
    struct fault_list list = {0};
    err_t e;

    for (int i = 0; i < 100; i++) {
        fault_add(unit_arena, &list,
                  (struct fault){.in = FAULT_POINTER, .at = arena_printf(unit_arena, "/%d", i), .code = "x"});
        arena_alloc(unit_arena, 40); /* so that the list has to move */
    }
    e = fault_list_err(unit_arena, &list, ERR_INVALID, "request.invalid", "No.");
    ck_assert_uint_eq(e->nfaults, 100);
    for (int i = 0; i < 100; i++)
        ck_assert_str_eq(e->faults[i].at, arena_printf(unit_arena, "/%d", i));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("err");

    UNIT_CASE(s, "err", try_returns_an_error_and_passes_success, static_errors_carry_kind_code_and_detail,
              new_shows_its_text_to_the_client, internal_hides_its_text_from_the_client,
              kinds_have_distinct_names, an_empty_fault_list_is_no_error,
              a_fault_list_keeps_all_faults_in_order);
    return s;
}
