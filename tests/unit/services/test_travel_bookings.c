/* test_travel_bookings.c - the states of a booking, its quotes, its deadline, its tickets; clearances. */
#include <check.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/str.h"
#include "travel/bookings/rules.h"
#include "travel/clearances/rules.h"
#include "travel/suppliers/supplier.h"
#include "unit.h"

static const char *const statuses[] = {"requested",    "quoted",    "held",         "ticketed",
                                       "checkedIn",    "flown",     "expired",      "noShow",
                                       "cancelQuoted", "cancelled", "changePending"};

/* Every move that there is, and from where it may be made. */
static const struct {
    const char *move, *from, *resumes_to, *to;
} allowed[] = {
    {"quote", "requested", NULL, "quoted"},
    {"quote", "quoted", NULL, "quoted"},
    {"withdraw", "requested", NULL, "cancelled"},
    {"withdraw", "quoted", NULL, "cancelled"},
    {"hold", "quoted", NULL, "held"},
    {"prolongHold", "held", NULL, "held"},
    {"ticket", "held", NULL, "ticketed"},
    {"expire", "held", NULL, "expired"},
    {"expire", "cancelQuoted", "held", "expired"},
    {"checkIn", "ticketed", NULL, "checkedIn"},
    {"recordFlown", "ticketed", NULL, "flown"},
    {"recordFlown", "checkedIn", NULL, "flown"},
    {"recordNoShow", "ticketed", NULL, "noShow"},
    {"recordNoShow", "checkedIn", NULL, "noShow"},
    {"recordNoShow", "changePending", "ticketed", "noShow"},
    {"recordNoShow", "cancelQuoted", "ticketed", "noShow"},
    {"recordNoShow", "cancelQuoted", "checkedIn", "noShow"},
    {"quoteCancellation", "held", NULL, "cancelQuoted"},
    {"quoteCancellation", "ticketed", NULL, "cancelQuoted"},
    {"quoteCancellation", "checkedIn", NULL, "cancelQuoted"},
    {"quoteCancellation", "cancelQuoted", "held", "cancelQuoted"},
    {"quoteCancellation", "cancelQuoted", "ticketed", "cancelQuoted"},
    {"quoteCancellation", "cancelQuoted", "checkedIn", "cancelQuoted"},
    {"confirmCancellation", "cancelQuoted", "held", "cancelled"},
    {"confirmCancellation", "cancelQuoted", "ticketed", "cancelled"},
    {"confirmCancellation", "cancelQuoted", "checkedIn", "cancelled"},
    {"quoteChange", "ticketed", NULL, "changePending"},
    {"quoteChange", "changePending", "ticketed", "changePending"},
    {"confirmChange", "changePending", "ticketed", "ticketed"},
    {"keep", "cancelQuoted", "held", "held"},
    {"keep", "cancelQuoted", "ticketed", "ticketed"},
    {"keep", "cancelQuoted", "checkedIn", "checkedIn"},
    {"keep", "changePending", "ticketed", "ticketed"},
};

static const char *expected(const char *move, const char *from, const char *resumes_to)
{
    for (size_t i = 0; i < LENGTH(allowed); i++) {
        if (str_eq(allowed[i].move, move) && str_eq(allowed[i].from, from) &&
            str_eq(allowed[i].resumes_to, resumes_to))
            return allowed[i].to;
    }
    return NULL;
}

static void check_move(const char *move, const char *from, const char *resumes_to)
{
    const char *to = NULL, *wanted = expected(move, from, resumes_to);
    err_t e = rules_booking_move(unit_arena, from, resumes_to, move, &to);

    if (wanted) {
        ck_assert_msg(!e, "%s from %s (%s)", move, from, resumes_to ? resumes_to : "");
        ck_assert_str_eq(to, wanted);
    } else {
        ck_assert_msg(e && str_eq(e->code, "transition.unavailable"), "%s from %s (%s)", move, from,
                      resumes_to ? resumes_to : "");
    }
}

START_TEST(a_booking_moves_only_as_drawn)
{
    static const char *const resumes[] = {"held", "ticketed", "checkedIn"};
    struct machine m = rules_booking_machine();

    for (size_t i = 0; i < m.n; i++) {
        for (size_t k = 0; k < LENGTH(statuses); k++) {
            if (str_eq(statuses[k], "cancelQuoted")) {
                for (size_t r = 0; r < LENGTH(resumes); r++)
                    check_move(m.moves[i].code, statuses[k], resumes[r]);
            } else {
                check_move(m.moves[i].code, statuses[k],
                           str_eq(statuses[k], "changePending") ? "ticketed" : NULL);
            }
        }
    }
}
END_TEST

static const char *first_code(err_t e)
{
    return e && e->nfaults ? e->faults[0].code : e ? e->code : NULL;
}

START_TEST(a_quote_must_hold_and_be_of_the_bookings_money)
{
    struct booking_money paid = {.currency = "EUR", .price = 1000, .ticketed = true},
                         held = {.currency = "EUR", .price = 1000};
    struct quote_terms q = {.kind = "cancel", .amount = 1000, .currency = "EUR", .valid_until_us = 10};

    ck_assert_ptr_null(rules_quote_terms(unit_arena, &q, &paid, 5));
    ck_assert_str_eq(first_code(rules_quote_terms(unit_arena, &q, &paid, 10)), "quote.validity");
    ck_assert_str_eq(first_code(rules_quote_terms(unit_arena, &q, &held, 5)), "quote.refund");
    q.amount = 1001;
    ck_assert_str_eq(first_code(rules_quote_terms(unit_arena, &q, &paid, 5)), "quote.refund");
    q.amount = 0;
    ck_assert_ptr_null(rules_quote_terms(unit_arena, &q, &held, 5));
    q.currency = "USD";
    ck_assert_str_eq(first_code(rules_quote_terms(unit_arena, &q, &paid, 5)), "quote.currency");
    q.kind = "change";
    ck_assert_str_eq(first_code(rules_quote_terms(unit_arena, &q, &paid, 5)), "quote.currency");
    q.kind = "price";
    ck_assert_ptr_null(rules_quote_terms(unit_arena, &q, &paid, 5));
}
END_TEST

START_TEST(a_confirmation_names_the_open_quote)
{
    struct uuid id = {.b = {1}}, other = {.b = {2}};

    ck_assert_ptr_null(rules_quote_confirm(true, "cancel", id, 10, "cancel", id, 9));
    ck_assert_str_eq(first_code(rules_quote_confirm(true, "cancel", id, 10, "cancel", id, 10)),
                     "quote.stale");
    ck_assert_str_eq(first_code(rules_quote_confirm(true, "cancel", id, 10, "cancel", other, 9)),
                     "quote.stale");
    ck_assert_str_eq(first_code(rules_quote_confirm(true, "change", id, 10, "cancel", id, 9)), "quote.stale");
    ck_assert_str_eq(first_code(rules_quote_confirm(false, NULL, other, 0, "cancel", id, 9)), "quote.stale");
}
END_TEST

START_TEST(a_hold_ends_between_now_and_the_departure)
{
    ck_assert_ptr_null(rules_hold_deadline(unit_arena, 6, 5, 10));
    ck_assert_ptr_null(rules_hold_deadline(unit_arena, 10, 5, 10));
    ck_assert_str_eq(first_code(rules_hold_deadline(unit_arena, 5, 5, 10)), "hold.deadline");
    ck_assert_str_eq(first_code(rules_hold_deadline(unit_arena, 11, 5, 10)), "hold.deadline");
    ck_assert_ptr_null(rules_hold_stands(6, 5));
    ck_assert_str_eq(first_code(rules_hold_stands(5, 5)), "hold.expired");
}
END_TEST

START_TEST(each_passenger_has_one_ticket_for_all_segments)
{
    struct uuid p[3] = {{.b = {1}}, {.b = {2}}, {.b = {3}}}, s[3] = {{.b = {4}}, {.b = {5}}, {.b = {6}}};
    struct uuid turned[2] = {s[1], s[0]};
    struct uuid_array passengers = {.v = p, .n = 2}, segments = {.v = s, .n = 2};
    struct ticket_terms t[3] = {{p[0], "235-1", {.v = s, .n = 2}},
                                {p[1], "235-2", {.v = turned, .n = 2}},
                                {p[1], "235-3", {.v = s, .n = 2}}};

    ck_assert_ptr_null(rules_tickets(unit_arena, t, 2, &passengers, &segments));
    ck_assert_str_eq(first_code(rules_tickets(unit_arena, t, 1, &passengers, &segments)),
                     "ticket.passengers");
    ck_assert_str_eq(first_code(rules_tickets(unit_arena, t, 3, &passengers, &segments)),
                     "ticket.passengers");
    t[1].passenger_id = p[2];
    ck_assert_str_eq(first_code(rules_tickets(unit_arena, t, 2, &passengers, &segments)),
                     "ticket.passengers");
    t[1].passenger_id = p[1];
    t[1].number = "235-1";
    ck_assert_str_eq(first_code(rules_tickets(unit_arena, t, 2, &passengers, &segments)), "ticket.number");
    t[1].number = "235-2";
    t[1].segment_ids.n = 1;
    ck_assert_str_eq(first_code(rules_tickets(unit_arena, t, 2, &passengers, &segments)), "ticket.segments");
    t[1].segment_ids = (struct uuid_array){.v = s + 1, .n = 2};
    ck_assert_str_eq(first_code(rules_tickets(unit_arena, t, 2, &passengers, &segments)), "ticket.segments");
}
END_TEST

START_TEST(a_budget_is_approved_by_a_person_who_asked_for_nothing)
{
    ck_assert_ptr_null(rules_budget_approve(true, false));
    ck_assert_str_eq(first_code(rules_budget_approve(true, true)), "budget.same");
    ck_assert_str_eq(first_code(rules_budget_approve(false, false)), "budget.users");
}
END_TEST

START_TEST(a_supplier_is_found_by_its_code)
{
    ck_assert_ptr_eq(supplier_find("manual"), &supplier_manual);
    ck_assert_ptr_null(supplier_find("nobody"));
}
END_TEST

START_TEST(a_clearance_says_who_decided_and_when)
{
    struct clearance_terms t = {
        .kind = "entryVisa", .outcome = "granted", .country = "SO", .decided_us = OPT_I64(5)};
    ck_assert_ptr_null(rules_clearance(unit_arena, &t, 10));
    ck_assert_str_eq(first_code(rules_clearance(unit_arena, &t, 4)), "clearance.decidedAt");
    t.country = "QQ";
    ck_assert_str_eq(first_code(rules_clearance(unit_arena, &t, 10)), "clearance.country");
    t.country = NULL;
    ck_assert_str_eq(first_code(rules_clearance(unit_arena, &t, 10)), "clearance.country");
    t.kind = "fitness";
    ck_assert_ptr_null(rules_clearance(unit_arena, &t, 10));
    t.country = "SO";
    ck_assert_str_eq(first_code(rules_clearance(unit_arena, &t, 10)), "clearance.country");
    t.country = NULL;
    t.outcome = "pending";
    ck_assert_str_eq(first_code(rules_clearance(unit_arena, &t, 10)), "clearance.decidedAt");
    t.decided_us.set = false;
    ck_assert_ptr_null(rules_clearance(unit_arena, &t, 10));
    t.outcome = "refused";
    ck_assert_str_eq(first_code(rules_clearance(unit_arena, &t, 10)), "clearance.decidedAt");
    t.decided_us = OPT_I64(5);
    t.valid_from = OPT_DATE(3);
    t.valid_until = OPT_DATE(2);
    ck_assert_str_eq(first_code(rules_clearance(unit_arena, &t, 10)), "clearance.dates");
    ck_assert_str_eq(rules_clearance_class("fitness"), "health");
    ck_assert_str_eq(rules_clearance_class("mvv"), "document");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("travel bookings");

    UNIT_CASE(s, "bookings", a_booking_moves_only_as_drawn, a_quote_must_hold_and_be_of_the_bookings_money,
              a_confirmation_names_the_open_quote, a_hold_ends_between_now_and_the_departure,
              each_passenger_has_one_ticket_for_all_segments,
              a_budget_is_approved_by_a_person_who_asked_for_nothing, a_supplier_is_found_by_its_code);
    UNIT_CASE(s, "clearances", a_clearance_says_who_decided_and_when);
    return s;
}
