/* Tests of base/machine.h and base/unmet.h. */
#include <string.h>

#include "base/arena.h"
#include "base/machine.h"
#include "unit.h"

static const struct machine_move moves[] = {
    {"submit", {"draft", "returned"}, "submitted"},
    {"approve", {"submitted"}, "approved"},
    {"close", {"draft"}, "dropped", .reason_required = true},
    {"close", {"approved"}, "closed"},
};

static void judge(struct arena *a, const void *facts, const struct machine_move *move,
                  struct unmet_list *list)
{
    if (facts && strcmp(move->code, "approve") == 0)
        unmet_add(a, list,
                  (struct unmet){.code = "paper.signed",
                                 .message = "Not signed.",
                                 .pointer = "/paper",
                                 .remedy = "Sign it.",
                                 .sensitive = true});
}

static const char *code_of(err_t e)
{
    return e ? e->code : "";
}

static const struct {
    const char *status, *code, *reason, *error, *to;
} wanted[] = {
    {"draft", "submit", NULL, "", "submitted"},
    {"returned", "submit", NULL, "", "submitted"},
    {"submitted", "submit", NULL, "transition.unavailable", NULL},
    {"draft", "sing", NULL, "transition.unknown", NULL},
    {"draft", "close", NULL, "reason.required", NULL},
    {"draft", "close", "", "reason.required", NULL},
    {"draft", "close", "No longer needed.", "", "dropped"},
    {"approved", "close", NULL, "", "closed"},
    {"submitted", "approve", NULL, "", "approved"},
};

START_TEST(a_move_leaves_only_from_its_statuses)
{
    const struct machine_move *move = NULL;

    ck_assert_str_eq(code_of(machine_find(unit_arena, MACHINE(moves), wanted[_i].status, wanted[_i].code,
                                          wanted[_i].reason, &move)),
                     wanted[_i].error);
    if (wanted[_i].to)
        ck_assert_str_eq(move->to, wanted[_i].to);
}
END_TEST

START_TEST(what_lacks_refuses_the_move_and_is_shown)
{
    const struct machine_move *move;
    struct buf out;
    err_t e = machine_move(unit_arena, MACHINE(moves), "submitted", "approve", NULL, judge, "facts", &move);

    ck_assert_str_eq(code_of(e), "guards.unmet");
    ck_assert_uint_eq(e->nfaults, 1);
    ck_assert_str_eq(e->faults[0].code, "paper.signed");
    ck_assert_ptr_null(
        machine_move(unit_arena, MACHINE(moves), "submitted", "approve", NULL, judge, NULL, &move));
    buf_init(&out, unit_arena, 200);
    machine_write(unit_arena, &out, MACHINE(moves), "submitted", judge, "facts");
    ck_assert_str_eq(buf_text(&out),
                     "[{\"code\":\"approve\",\"to\":\"approved\",\"allowed\":false,\"reasonRequired\":false,"
                     "\"unmet\":[{\"code\":"
                     "\"paper.signed\",\"message\":\"Not signed.\",\"pointer\":\"/paper\",\"remedy\":\"Sign "
                     "it.\",\"overridable\":false}]}]");
}
END_TEST

START_TEST(actions_are_the_moves_out_of_the_status)
{
    struct text_array actions = {0};

    machine_actions(unit_arena, MACHINE(moves), "draft", &actions);
    ck_assert_uint_eq(actions.n, 2);
    ck_assert_str_eq(actions.v[0], "submit");
    ck_assert_str_eq(actions.v[1], "close");
}
END_TEST

START_TEST(what_is_sensitive_reads_as_one_pending_line)
{
    struct unmet_list list = {0}, masked;

    for (int i = 0; i < 20; i++)
        unmet_add(unit_arena, &list,
                  (struct unmet){.code = i % 2 ? "open" : "hidden", .sensitive = i % 2 == 0});
    masked = unmet_masked(unit_arena, &list);
    ck_assert_uint_eq(masked.n, 11);
    ck_assert_str_eq(masked.v[9].code, "open");
    ck_assert_str_eq(masked.v[10].code, "protection.pending");
    ck_assert_ptr_null(unmet_err(unit_arena, &(struct unmet_list){0}));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("machine");

    UNIT_TABLE(s, "machine_find", wanted, a_move_leaves_only_from_its_statuses);
    UNIT_CASE(s, "machine_move", what_lacks_refuses_the_move_and_is_shown);
    UNIT_CASE(s, "machine_actions", actions_are_the_moves_out_of_the_status);
    UNIT_CASE(s, "unmet_masked", what_is_sensitive_reads_as_one_pending_line);
    return s;
}
