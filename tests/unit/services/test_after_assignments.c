/* test_after_assignments.c - what hangs on assignments: claims, surveys, trainings, results, messages. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/data.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/claims/rules.h"
#include "diaspora/programmes/programme.h"
#include "diaspora/results/rules.h"
#include "diaspora/sendcheck/rules.h"
#include "diaspora/surveys/rules.h"
#include "diaspora/trainings/rules.h"
#include "unit.h"

static struct arena *a;

static void setup(void)
{
    a = arena_new();
}

static const json_t *parsed(const char *text)
{
    json_t *j;

    ck_assert_ptr_null(json_parse(a, text, strlen(text), 16, &j));
    return j;
}

static void teardown(void)
{
    arena_free(a);
}

static const json_t *documents(const char *folder)
{
    json_t *ret, *paths;

    ck_assert_ptr_null(
        data_folder(a, arena_printf(a, "%s/%s", getenv("DIASPORA_DATA"), folder), &ret, &paths));
    return ret;
}

/* ---- claims ---- */

static const char tables_json[] =
    "[{\"table\":\"t\",\"from\":\"2026-01-01\",\"currency\":\"EUR\",\"rates\":[{\"country\":\"SO\","
    "\"amount\":100},"
    "{\"country\":\"SO\",\"place\":\"Mogadishu\",\"amount\":150}]},"
    "{\"table\":\"t\",\"from\":\"2026-02-01\",\"until\":\"2026-02-28\",\"currency\":\"EUR\",\"rates\":"
    "[{\"country\":\"SO\",\"amount\":200}]},"
    "{\"table\":\"u\",\"from\":\"2026-01-01\",\"currency\":\"USD\",\"rates\":[{\"country\":\"SO\",\"amount\":"
    "1}]}]";

static struct rate_tables tables(void)
{
    struct rate_tables t;

    ck_assert_ptr_null(rates_make(a, parsed(tables_json), &t));
    return t;
}

static err_t sum(const char *table, struct allowance_line *lines, size_t n, int64_t *total)
{
    struct rate_tables t = tables();

    return allowance_sum(a,
                         &(struct allowance_terms){.tables = &t,
                                                   .table = table,
                                                   .currency = "EUR",
                                                   .starts_on = date_days(2026, 1, 10),
                                                   .ends_on = date_days(2026, 3, 31)},
                         lines, n, total);
}

START_TEST(published_tables_are_good)
{
    struct rate_tables t;

    ck_assert_ptr_null(rates_make(a, documents("claims/rates"), &t));
    ck_assert_ptr_nonnull(rate_find(rates_on(&t, "dailyAllowance", date_days(2026, 5, 1)), "SO", NULL));
    ck_assert_ptr_null(rates_on(&t, "dailyAllowance", date_days(2025, 12, 31)));
}
END_TEST

START_TEST(each_day_has_the_rate_in_force_at_its_place)
{
    struct allowance_line lines[] = {
        {.country = "SO",
         .place = "mogadishu",
         .from = date_days(2026, 1, 30),
         .until = date_days(2026, 1, 31)},
        {.country = "SO", .place = "Hargeisa", .from = date_days(2026, 2, 1), .until = date_days(2026, 2, 1)},
    };
    int64_t total;

    ck_assert_ptr_null(sum("t", lines, 2, &total));
    ck_assert_int_eq(lines[0].amount, 300);
    ck_assert_int_eq(lines[1].amount, 200);
    ck_assert_int_eq(total, 500);
}
END_TEST

static const struct {
    const char *table, *country;
    int from_month, from_day, until_month, until_day;
    const char *fault;
} bad_lines[] = {
    {"t", "SO", 1, 20, 1, 19, "dates.order"}, {"t", "SO", 1, 9, 1, 12, "days.outside"},
    {"t", "SO", 3, 30, 4, 1, "days.outside"}, {"t", "XX", 1, 20, 1, 21, "rate.none"},
    {"t", "SO", 2, 27, 3, 1, "rate.none"},    {"u", "SO", 1, 20, 1, 21, "rate.currency"},
};

START_TEST(lines_that_cannot_be_claimed_are_refused)
{
    struct allowance_line line = {.country = bad_lines[_i].country,
                                  .from = date_days(2026, bad_lines[_i].from_month, bad_lines[_i].from_day),
                                  .until =
                                      date_days(2026, bad_lines[_i].until_month, bad_lines[_i].until_day)};
    int64_t total;

    ck_assert_str_eq(sum(bad_lines[_i].table, &line, 1, &total)->faults[0].code, bad_lines[_i].fault);
}
END_TEST

START_TEST(a_day_stands_in_one_line)
{
    struct allowance_line lines[] = {
        {.country = "SO", .from = date_days(2026, 1, 20), .until = date_days(2026, 1, 22)},
        {.country = "SO", .from = date_days(2026, 1, 22), .until = date_days(2026, 1, 23)},
    };
    int64_t total;

    ck_assert_str_eq(sum("t", lines, 2, &total)->faults[0].code, "days.twice");
}
END_TEST

START_TEST(tables_that_lack_something_are_refused)
{
    static const char *const bad[] = {
        "[{\"from\":\"2026-01-01\",\"currency\":\"EUR\"}]",
        "[{\"table\":\"t\",\"from\":\"2026-01-02\",\"until\":\"2026-01-01\",\"currency\":\"EUR\"}]",
        "[{\"table\":\"t\",\"from\":\"2026-01-01\",\"currency\":\"EUR\",\"rates\":[{\"country\":\"SO\"}]}]",
        "[{\"table\":\"t\",\"from\":\"2026-01-01\",\"currency\":\"EUR\"},{\"table\":\"t\",\"from\":\"2026-01-"
        "01\",\"currency\":\"EUR\"}]",
    };
    struct rate_tables t;

    for (size_t i = 0; i < LENGTH(bad); i++)
        ck_assert_str_eq(rates_make(a, parsed(bad[i]), &t)->code, "data.invalid");
}
END_TEST

static const struct {
    const char *action, *status, *actor;
    bool user;
    const char *to, *problem;
} claim_acts[] = {
    {"submit", "draft", "pim", true, "submitted", NULL},
    {"submit", "returned", "pim", true, "submitted", NULL},
    {"submit", "approved", "pim", true, NULL, "transition.unavailable"},
    {"approve", "submitted", "mira", true, "approved", NULL},
    {"approve", "submitted", "pim", true, NULL, "claim.same"},
    {"approve", "submitted", "system", false, NULL, "claim.users"},
    {"approve", "draft", "mira", true, NULL, "transition.unavailable"},
    {"return", "submitted", "mira", true, "returned", NULL},
    {"return", "submitted", "pim", true, NULL, "claim.same"},
    {"return", "approved", "mira", true, NULL, "transition.unavailable"},
    {"pay", "approved", "finn", true, "paid", NULL},
    {"pay", "approved", "mira", true, NULL, "claim.same"},
    {"pay", "approved", "pim", true, NULL, "claim.same"},
    {"pay", "submitted", "finn", true, NULL, "transition.unavailable"},
    {"pay", "paid", "finn", true, NULL, "transition.unavailable"},
};

START_TEST(three_people_move_a_claim)
{
    const char *to = NULL;
    err_t e = claim_move(a, claim_acts[_i].action,
                         &(struct claim_act){.status = claim_acts[_i].status,
                                             .requested_by = "pim",
                                             .approved_by = "mira",
                                             .actor = claim_acts[_i].actor,
                                             .actor_is_user = claim_acts[_i].user},
                         &to);

    if (claim_acts[_i].problem) {
        ck_assert_str_eq(e->code, claim_acts[_i].problem);
    } else {
        ck_assert_ptr_null(e);
        ck_assert_str_eq(to, claim_acts[_i].to);
    }
}
END_TEST

/* ---- surveys ---- */

static const char instrument_json[] =
    "[{\"code\":\"i\",\"version\":1,\"role\":\"expert\",\"waves\":[\"before\"],\"questions\":["
    "{\"code\":\"s\",\"type\":\"scale\",\"required\":true,\"min\":1,\"max\":5,\"text\":{\"en\":\"?\"}},"
    "{\"code\":\"n\",\"type\":\"integer\",\"min\":0,\"max\":9,\"text\":{\"en\":\"?\"}},"
    "{\"code\":\"c\",\"type\":\"choice\",\"options\":[\"x\",\"y\"],\"text\":{\"en\":\"?\"}},"
    "{\"code\":\"m\",\"type\":\"multi\",\"options\":[\"x\",\"y\"],\"text\":{\"en\":\"?\"}},"
    "{\"code\":\"t\",\"type\":\"text\",\"maxLength\":3,\"text\":{\"en\":\"?\"}},"
    "{\"code\":\"b\",\"type\":\"bool\",\"text\":{\"en\":\"?\"}}]},"
    "{\"code\":\"i\",\"version\":2,\"role\":\"expert\",\"waves\":[\"before\",\"end\"],\"questions\":["
    "{\"code\":\"s\",\"type\":\"bool\",\"text\":{\"en\":\"?\"}}]}]";

static const struct {
    const char *answers, *fault; /* fault NULL: they fit */
} answers[] = {
    {"{\"s\":5}", NULL},
    {"{\"s\":1,\"n\":9,\"c\":\"x\",\"m\":[\"x\",\"y\"],\"t\":\"abc\",\"b\":false}", NULL},
    {"{\"s\":1,\"c\":null}", NULL},
    {"{}", "answer.missing"},
    {"{\"s\":null}", "answer.missing"},
    {"{\"s\":6}", "answer.range"},
    {"{\"s\":\"5\"}", "answer.type"},
    {"{\"s\":1,\"n\":-1}", "answer.range"},
    {"{\"s\":1,\"c\":\"z\"}", "answer.option"},
    {"{\"s\":1,\"m\":\"x\"}", "answer.type"},
    {"{\"s\":1,\"m\":[\"z\"]}", "answer.option"},
    {"{\"s\":1,\"t\":\"abcd\"}", "answer.range"},
    {"{\"s\":1,\"t\":1}", "answer.type"},
    {"{\"s\":1,\"b\":\"yes\"}", "answer.type"},
    {"{\"s\":1,\"q\":1}", "answer.unknown"},
};

START_TEST(answers_fit_the_questions)
{
    struct instruments all;
    err_t e;

    ck_assert_ptr_null(instruments_make(a, parsed(instrument_json), &all));
    e = answers_check(a, instrument_find(&all, "i", 1), parsed(answers[_i].answers));
    if (answers[_i].fault) {
        ck_assert_uint_eq(e->nfaults, 1);
        ck_assert_str_eq(e->faults[0].code, answers[_i].fault);
    } else {
        ck_assert_ptr_null(e);
    }
}
END_TEST

START_TEST(newest_instrument_of_role_and_wave_is_sent)
{
    struct instruments all;

    ck_assert_ptr_null(instruments_make(a, parsed(instrument_json), &all));
    ck_assert_int_eq(instrument_for(&all, "expert", "before")->version, 2);
    ck_assert_ptr_null(instrument_for(&all, "host", "before"));
    ck_assert_ptr_null(instrument_for(&all, "expert", "after12"));
    ck_assert_ptr_null(instrument_find(&all, "i", 3));
    ck_assert_ptr_null(instruments_make(a, documents("surveys/instruments"), &all));
    ck_assert_ptr_nonnull(instrument_for(&all, "colleague", "end"));
}
END_TEST

static const char *const bad_questions[] = {
    "{\"type\":\"bool\",\"text\":{\"en\":\"?\"}}",
    "{\"code\":\"q\",\"type\":\"essay\",\"text\":{\"en\":\"?\"}}",
    "{\"code\":\"q\",\"type\":\"choice\",\"options\":[\"x\"],\"text\":{\"en\":\"?\"}}",
    "{\"code\":\"q\",\"type\":\"scale\",\"min\":5,\"max\":1,\"text\":{\"en\":\"?\"}}",
    "{\"code\":\"q\",\"type\":\"bool\",\"text\":{\"nl\":\"?\"}}",
    "{\"code\":\"q\",\"type\":\"bool\",\"text\":{\"en\":\"?\"}},{\"code\":\"q\",\"type\":\"bool\",\"text\":{"
    "\"en\":\"?\"}}",
};

START_TEST(instruments_that_cannot_be_asked_are_refused)
{
    const char *doc = arena_printf(
        a, "[{\"code\":\"i\",\"version\":1,\"role\":\"expert\",\"waves\":[],\"questions\":[%s]}]",
        bad_questions[_i]);
    struct instruments all;

    ck_assert_str_eq(instruments_make(a, parsed(doc), &all)->code, "data.invalid");
}
END_TEST

START_TEST(waves_are_reckoned_from_the_days_of_the_assignment)
{
    const struct programme_wave before = {.offset_days = -14}, after = {.at_end = true, .offset_months = 12};
    struct opt_date start = OPT_DATE(date_days(2026, 3, 15)), end = OPT_DATE(date_days(2026, 5, 31));

    ck_assert_int_eq(wave_opens_on(&before, start, end).v, date_days(2026, 3, 1));
    ck_assert_int_eq(wave_opens_on(&after, start, end).v, date_days(2027, 5, 31));
    ck_assert(!wave_opens_on(&before, (struct opt_date){0}, (struct opt_date){0}).set);
}
END_TEST

/* ---- trainings, results ---- */

START_TEST(session_takes_who_may_be_enrolled)
{
    struct session_facts s = {
        .status = "planned", .programme = "cd4d2", .seats = 2, .taken = 1, .starts_at = 1000};

    ck_assert_ptr_null(rules_enrol(a, &s, "cd4d2", "planned"));
    ck_assert_str_eq(rules_enrol(a, &s, "ed4d", "planned")->code, "session.otherProgramme");
    ck_assert_str_eq(rules_enrol(a, &s, "cd4d2", "aborted")->code, "assignment.ended");
    s.taken = 2;
    ck_assert_str_eq(rules_enrol(a, &s, "cd4d2", "planned")->code, "session.full");
    ck_assert_ptr_null(rules_attendance(a, &s, 1000));
    ck_assert_str_eq(rules_attendance(a, &s, 999)->code, "session.notBegun");
    s.status = "held";
    ck_assert_str_eq(rules_enrol(a, &s, "cd4d2", "planned")->code, "session.ended");
    ck_assert_str_eq(rules_attendance(a, &s, 1000)->code, "session.ended");
}
END_TEST

START_TEST(session_terms_report_every_fault)
{
    ck_assert_ptr_null(
        rules_session_terms(a, &(struct session_terms){1, 2, "Europe/Amsterdam", "here", NULL}));
    ck_assert_uint_eq(
        rules_session_terms(a, &(struct session_terms){2, 2, "Mars/Olympus", NULL, NULL})->nfaults, 3);
}
END_TEST

START_TEST(results_are_of_an_assignment_that_runs)
{
    ck_assert_str_eq(rules_results_open(a, "planned")->code, "assignment.notBegun");
    ck_assert_str_eq(rules_results_open(a, "cleared")->code, "assignment.notBegun");
    ck_assert_ptr_null(rules_results_open(a, "active"));
    ck_assert_ptr_null(rules_results_open(a, "evaluated"));
    ck_assert_str_eq(rules_results_open(a, "closed")->code, "assignment.ended");
    ck_assert_str_eq(rules_results_open(a, "aborted")->code, "assignment.ended");
    ck_assert_ptr_null(rules_activity_day(a, 10, OPT_DATE(10), OPT_DATE(20), 15));
    ck_assert_str_eq(rules_activity_day(a, 9, OPT_DATE(10), OPT_DATE(20), 15)->faults[0].code,
                     "activity.outside");
    ck_assert_str_eq(rules_activity_day(a, 16, OPT_DATE(10), OPT_DATE(20), 15)->faults[0].code,
                     "activity.future");
    ck_assert_ptr_null(rules_outcome(a, 5, OPT_I32(5)));
    ck_assert_str_eq(rules_outcome(a, 5, OPT_I32(6))->faults[0].code, "outcome.women");
}
END_TEST

START_TEST(report_is_decided_by_somebody_else)
{
    ck_assert_ptr_null(rules_report(a, "submitted", "accept", "pim", "mira"));
    ck_assert_ptr_null(rules_report(a, "submitted", "return", "pim", "mira"));
    ck_assert_ptr_null(rules_report(a, "returned", "resubmit", "pim", "pim"));
    ck_assert_str_eq(rules_report(a, "submitted", "accept", "mira", "mira")->code, "report.same");
    ck_assert_str_eq(rules_report(a, "accepted", "return", "pim", "mira")->code, "transition.unavailable");
    ck_assert_str_eq(rules_report(a, "submitted", "resubmit", "pim", "pim")->code, "transition.unavailable");
}
END_TEST

/* ---- messages ---- */

START_TEST(message_rests_on_what_still_holds)
{
    ck_assert_ptr_null(rules_send_survey("open", "open", false).decision);
    ck_assert_str_eq(rules_send_survey("answered", "open", false).reason, "survey.answered");
    ck_assert_str_eq(rules_send_survey("lapsed", "closed", false).reason, "survey.closed");
    ck_assert_str_eq(rules_send_survey("open", "open", true).reason, "respondent.ended");
    ck_assert_ptr_null(rules_send_movement("reminder", "ticketed", OPT_I64(2000), 2000, 1000).decision);
    ck_assert_str_eq(rules_send_movement("reminder", "ticketed", OPT_I64(2000), 3000, 1000).reason,
                     "movement.moved");
    ck_assert_str_eq(rules_send_movement("reminder", "ticketed", OPT_I64(2000), 2000, 2000).reason,
                     "movement.past");
    ck_assert_str_eq(rules_send_movement("moved", "departed", OPT_I64(2000), 0, 1000).reason,
                     "movement.ended");
    ck_assert_str_eq(rules_send_movement("cancelled", "ticketed", OPT_I64(2000), 0, 1000).reason,
                     "movement.planned");
    ck_assert_ptr_null(rules_send_movement("cancelled", "cancelled", OPT_I64(2000), 0, 1000).decision);
}
END_TEST

START_TEST(only_a_safe_contact_is_used)
{
    const json_t *points = parsed(
        "[{\"kind\":\"phone\",\"value\":\"0\",\"safeToContact\":{\"survey\":\"yes\"}},"
        "{\"kind\":\"mobile\",\"value\":\"1\",\"safeToContact\":{\"survey\":\"yes\"}},"
        "{\"kind\":\"email\",\"value\":\"2\",\"safeToContact\":{\"survey\":\"no\"}},"
        "{\"kind\":\"email\",\"value\":\"3\",\"safeToContact\":{\"travel\":\"yes\"}},"
        "{\"kind\":\"email\",\"value\":\"4\",\"preferred\":true,\"safeToContact\":{\"travel\":\"yes\"}}]");

    ck_assert_str_eq(json_member_text(rules_send_contact(points, "survey"), "value"), "1");
    ck_assert_str_eq(json_member_text(rules_send_contact(points, "travel"), "value"), "4");
    ck_assert_ptr_null(rules_send_contact(points, "other"));
}
END_TEST

START_TEST(languages_are_those_that_are_read)
{
    struct text_array l = rules_send_languages(
        a, parsed("[{\"language\":\"en\",\"reading\":\"A2\"},{\"language\":\"ar\",\"speaking\":\"C1\"},"
                  "{\"language\":\"so\",\"reading\":\"C1\"}]"));

    ck_assert_uint_eq(l.n, 3); /* of Arabic nothing is said of reading: it comes last */
    ck_assert_str_eq(l.v[0], "so");
    ck_assert_str_eq(l.v[1], "en");
}
END_TEST

START_TEST(nobody_is_written_to_at_night)
{
    json_t *late = json_pack("{s:s,s:s}", "from", "20:00", "until", "23:00");
    int64_t noon, night, morning;

    ck_assert(date_parse_instant("2026-03-17T12:00:00Z", &noon) &&
              date_parse_instant("2026-03-17T21:30:00Z", &night) &&
              date_parse_instant("2026-03-18T07:00:00Z", &morning));
    ck_assert_ptr_null(rules_send_hours("Europe/Amsterdam", NULL, noon).decision);
    ck_assert_str_eq(rules_send_hours("Europe/Amsterdam", NULL, night).decision, "delay");
    ck_assert_str_eq(rules_send_hours("Europe/Amsterdam", NULL, night).reason, "quietHours");
    ck_assert_int_eq(rules_send_hours("Europe/Amsterdam", NULL, night).not_before_us, morning);
    ck_assert_ptr_null(rules_send_hours("Europe/Amsterdam", late, night).decision);
    ck_assert_str_eq(rules_send_hours("Europe/Amsterdam", late, noon).decision, "delay");
    ck_assert_str_eq(rules_send_hours("Mars/Olympus", NULL, noon).decision, "callTask");
    json_decref(late);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("after_assignments");
    struct {
        const char *name;
        const TTest *test;
        int n;
    } cases[] = {
        {"rates", published_tables_are_good, 1},
        {"allowance", each_day_has_the_rate_in_force_at_its_place, 1},
        {"lines", lines_that_cannot_be_claimed_are_refused, LENGTH(bad_lines)},
        {"twice", a_day_stands_in_one_line, 1},
        {"tables", tables_that_lack_something_are_refused, 1},
        {"claim", three_people_move_a_claim, LENGTH(claim_acts)},
        {"answers", answers_fit_the_questions, LENGTH(answers)},
        {"instrument", newest_instrument_of_role_and_wave_is_sent, 1},
        {"questions", instruments_that_cannot_be_asked_are_refused, LENGTH(bad_questions)},
        {"waves", waves_are_reckoned_from_the_days_of_the_assignment, 1},
        {"enrol", session_takes_who_may_be_enrolled, 1},
        {"session", session_terms_report_every_fault, 1},
        {"results", results_are_of_an_assignment_that_runs, 1},
        {"report", report_is_decided_by_somebody_else, 1},
        {"send", message_rests_on_what_still_holds, 1},
        {"contact", only_a_safe_contact_is_used, 1},
        {"languages", languages_are_those_that_are_read, 1},
        {"hours", nobody_is_written_to_at_night, 1},
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        TCase *t = tcase_create(cases[i].name);

        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_loop_test(t, cases[i].test, 0, cases[i].n);
        suite_add_tcase(s, t);
    }
    return s;
}
