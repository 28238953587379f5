/* test_casework.c - rules of tasks, appointments, documents, decisions and the send-time check. */
#include <check.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/appointments/rules.h"
#include "cases/decisions/rules.h"
#include "cases/documents/rules.h"
#include "cases/sendcheck/rules.h"
#include "cases/tasks/rules.h"
#include "unit.h"

static struct arena *a;

static void setup(void)
{
    a = arena_new();
}

static void teardown(void)
{
    arena_free(a);
}

static int64_t instant(const char *text)
{
    int64_t us;
    ck_assert_msg(date_parse_instant(text, &us), "%s", text);
    return us;
}

START_TEST(due_day_follows_from_the_urgency_in_working_days)
{
    int32_t thursday = date_days(2026, 4, 30); /* before a weekend and Liberation Day (5 May) */
    ck_assert_int_eq(rules_task_due("immediate", thursday), thursday);
    ck_assert_int_eq(rules_task_due("high", thursday), date_days(2026, 5, 1));
    ck_assert_int_gt(rules_task_due("low", thursday), rules_task_due("normal", thursday));
    ck_assert_int_ge(rules_task_due("normal", thursday), date_days(2026, 5, 7));
}
END_TEST

START_TEST(ended_task_is_refused)
{
    ck_assert_ptr_null(rules_task_open("open"));
    ck_assert_str_eq(rules_task_open("done")->code, "task.ended");
    ck_assert_str_eq(rules_task_open("cancelled")->code, "task.ended");
}
END_TEST

START_TEST(appointment_terms_report_every_fault)
{
    struct appointment_terms good = {.starts_at = 2000, .zone = "Europe/Amsterdam", .place = "here"};
    ck_assert_ptr_null(rules_appointment_terms(a, &good, 1000));
    struct appointment_terms bad = {.starts_at = 500, .zone = "Europe/Nowhere"};
    err_t e = rules_appointment_terms(a, &bad, 1000);
    ck_assert_ptr_nonnull(e);
    ck_assert_uint_eq(e->nfaults, 3);
    ck_assert_str_eq(e->faults[0].code, "appointment.past");
    ck_assert_str_eq(e->faults[1].code, "zone.unknown");
    ck_assert_str_eq(e->faults[2].code, "appointment.nowhere");
}
END_TEST

START_TEST(only_planned_appointments_change)
{
    ck_assert_ptr_null(rules_appointment_planned("planned"));
    ck_assert_str_eq(rules_appointment_planned("held")->code, "appointment.ended");
    ck_assert_str_eq(rules_appointment_planned("noShow")->code, "appointment.ended");
    ck_assert_str_eq(rules_appointment_planned("cancelled")->code, "appointment.ended");
}
END_TEST

static const char *const statuses[] = {"needed", "requested", "received", "verified", "rejected", "expired"};
/* allowed[from][to], in the order above; rules.h draws it. */
static const bool allowed[6][6] = {
    {0, 1, 1, 0, 0, 0}, {0, 0, 1, 0, 0, 0}, {0, 0, 0, 1, 1, 0},
    {0, 0, 0, 0, 1, 1}, {0, 1, 1, 0, 0, 0}, {0, 1, 1, 0, 0, 0},
};

START_TEST(document_takes_only_its_steps)
{
    int from = _i / 6, to = _i % 6;
    err_t e = rules_document_step(statuses[from], statuses[to]);
    if (allowed[from][to])
        ck_assert_msg(!e, "%s to %s", statuses[from], statuses[to]);
    else
        ck_assert_msg(e && e->kind == ERR_CONFLICT, "%s to %s", statuses[from], statuses[to]);
}
END_TEST

START_TEST(ended_document_is_not_verified)
{
    ck_assert_ptr_null(rules_document_verifiable((struct opt_date){0}, 100));
    ck_assert_ptr_null(rules_document_verifiable(OPT_DATE(100), 100));
    ck_assert_str_eq(rules_document_verifiable(OPT_DATE(99), 100)->code, "document.validity");
    ck_assert_ptr_null(rules_document_dates(a, OPT_DATE(5), OPT_DATE(5)));
    ck_assert_str_eq(rules_document_dates(a, OPT_DATE(6), OPT_DATE(5))->faults[0].code, "document.dates");
    ck_assert_str_eq(rules_document_editable("verified")->code, "document.verified");
    ck_assert_ptr_null(rules_document_editable("received"));
}
END_TEST

START_TEST(decision_takes_two_people)
{
    struct principal amina = {.subject = "amina", .is_user = true}, machine = {.subject = "robot"};
    ck_assert_ptr_null(rules_decision_settle(&amina, "proposed", "bram"));
    ck_assert_str_eq(rules_decision_settle(&amina, "proposed", "amina")->code, "decision.fourEyes");
    ck_assert_str_eq(rules_decision_settle(&machine, "proposed", "amina")->code, "decision.usersOnly");
    ck_assert_str_eq(rules_decision_settle(&amina, "decided", "bram")->code, "decision.decided");
}
END_TEST

static const struct {
    const char *event, *status;
    int64_t starts, expected, now;
    const char *decision, *reason;
} reminders[] = {
    {"reminder", "planned", 100, 100, 50, NULL, NULL},
    {"reminder", "planned", 100, 0, 50, NULL, NULL},
    {"reminder", "planned", 120, 100, 50, "supersede", "appointment.moved"},
    {"reminder", "cancelled", 100, 100, 50, "supersede", "appointment.ended"},
    {"reminder", "held", 100, 100, 50, "supersede", "appointment.ended"},
    {"reminder", "planned", 100, 100, 100, "supersede", "appointment.past"},
    {"moved", "planned", 120, 120, 50, NULL, NULL},
    {"moved", "planned", 130, 120, 50, "supersede", "appointment.moved"},
    {"cancelled", "cancelled", 100, 0, 50, NULL, NULL},
    {"cancelled", "planned", 100, 0, 50, "supersede", "appointment.planned"},
};

START_TEST(message_rests_on_the_appointment)
{
    struct send_verdict v =
        rules_send_appointment(reminders[_i].event, reminders[_i].status, reminders[_i].starts,
                               reminders[_i].expected, reminders[_i].now);
    ck_assert_pstr_eq(v.decision, reminders[_i].decision);
    ck_assert_pstr_eq(v.reason, reminders[_i].reason);
}
END_TEST

START_TEST(unknown_is_not_safe)
{
    const char *kinds[] = {"email", "email", "mobile"};
    const char *nobody[] = {"unknown", "no", "unknown"}, *phone[] = {"unknown", "no", "yes"},
               *second[] = {"no", "yes", "yes"};
    ck_assert_int_eq(rules_send_contact(kinds, nobody, 3), -1);
    ck_assert_int_eq(rules_send_contact(kinds, phone, 3), 2);
    ck_assert_int_eq(rules_send_contact(kinds, second, 3), 1);
    ck_assert_int_eq(rules_send_contact(kinds, second, 0), -1);
}
END_TEST

START_TEST(message_waits_for_its_hour)
{
    int64_t noon = instant("2026-01-15T12:00:00Z"), night = instant("2026-01-15T22:00:00Z");
    json_t *late = json_pack("{s:s,s:s}", "from", "22:00", "until", "02:00");

    ck_assert_ptr_null(rules_send_hours("Europe/Amsterdam", NULL, noon).decision);
    ck_assert_str_eq(rules_send_hours("Europe/Amsterdam", NULL, night).decision, "delay");
    ck_assert_str_eq(rules_send_hours("Europe/Amsterdam", NULL, night).reason, "quietHours");
    ck_assert_str_eq(rules_send_hours("Europe/Amsterdam", late, noon).decision, "delay");
    ck_assert_int_eq(rules_send_hours("Europe/Amsterdam", late, noon).not_before_us,
                     instant("2026-01-15T21:00:00Z"));
    ck_assert_ptr_null(rules_send_hours("Europe/Amsterdam", late, night).decision);
    ck_assert_str_eq(rules_send_hours("Mars/Olympus", NULL, noon).decision, "callTask");
    json_decref(late);
}
END_TEST

START_TEST(languages_are_those_that_are_read)
{
    json_t *languages;
    const char *text = "[{\"language\":\"nl\"},{\"language\":\"so\",\"reading\":\"none\",\"preferred\":true},"
                       "{\"language\":\"ar\",\"reading\":\"B1\"},{\"language\":\"en\",\"reading\":\"A2\","
                       "\"preferred\":true}]";
    ck_assert_ptr_null(json_parse(a, text, strlen(text), 8, &languages));
    struct text_array read = rules_send_languages(a, languages);
    ck_assert_uint_eq(read.n, 3);
    ck_assert_str_eq(read.v[0], "en");
    ck_assert_str_eq(read.v[1], "ar");
    ck_assert_str_eq(read.v[2], "nl");
}
END_TEST

START_TEST(minor_is_judged_by_the_youngest_age)
{
    int32_t on = date_days(2026, 3, 1);
    ck_assert(rules_send_minor(OPT_DATE(date_days(2008, 12, 31)), on));
    ck_assert(!rules_send_minor(OPT_DATE(date_days(2008, 3, 1)), on));
    ck_assert(rules_send_minor(OPT_DATE(date_days(2008, 3, 2)), on));
    ck_assert(!rules_send_minor((struct opt_date){0}, on));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("casework");
    struct {
        const char *name;
        const TTest *test;
        int n;
    } cases[] = {
        {"due", due_day_follows_from_the_urgency_in_working_days, 1},
        {"task", ended_task_is_refused, 1},
        {"terms", appointment_terms_report_every_fault, 1},
        {"planned", only_planned_appointments_change, 1},
        {"document_step", document_takes_only_its_steps, 36},
        {"document", ended_document_is_not_verified, 1},
        {"decision", decision_takes_two_people, 1},
        {"send_appointment", message_rests_on_the_appointment, LENGTH(reminders)},
        {"send_contact", unknown_is_not_safe, 1},
        {"send_hours", message_waits_for_its_hour, 1},
        {"send_languages", languages_are_those_that_are_read, 1},
        {"minor", minor_is_judged_by_the_youngest_age, 1},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        TCase *t = tcase_create(cases[i].name);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_loop_test(t, cases[i].test, 0, cases[i].n);
        suite_add_tcase(s, t);
    }
    return s;
}
