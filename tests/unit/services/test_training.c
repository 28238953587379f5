/* test_training.c - rules of trainings, coaching and credential evaluations. */
#include <check.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/coaching/rules.h"
#include "cases/evaluations/rules.h"
#include "cases/trainings/rules.h"
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

/* The codes of an error's faults, with spaces between. */
static const char *codes_of(err_t err)
{
    struct buf b;

    buf_init(&b, a, 64);
    for (size_t i = 0; err && i < err->nfaults; i++)
        buf_printf(&b, "%s%s", i ? " " : "", err->faults[i].code);
    return buf_text(&b);
}

static const char *words_of(struct text_array v)
{
    struct buf b;

    buf_init(&b, a, 64);
    for (size_t i = 0; i < v.n; i++)
        buf_printf(&b, "%s%s", i ? " " : "", v.v[i]);
    return buf_text(&b);
}

/* A table of steps: every pair of statuses is either allowed or refused with the code. */
static void check_steps(err_t (*step)(const char *, const char *), const char *const *statuses, size_t n,
                        const bool *allowed, const char *code)
{
    for (size_t i = 0; i < n * n; i++) {
        const char *from = statuses[i / n], *to = statuses[i % n];
        err_t err = step(from, to);

        if (allowed[i])
            ck_assert_msg(!err, "%s to %s", from, to);
        else
            ck_assert_msg(err && err->kind == ERR_CONFLICT && strcmp(err->code, code) == 0, "%s to %s", from,
                          to);
    }
}

/* ---- trainings ---- */

START_TEST(course_takes_only_its_steps)
{
    static const char *const statuses[] = {"planned", "running", "done", "cancelled"};
    static const bool allowed[16] = {
        0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0,
    };

    check_steps(rules_course_step, statuses, 4, allowed, "training.state");
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(!rules_course_open(statuses[i]), i < 2);
}
END_TEST

START_TEST(participant_takes_only_its_steps)
{
    static const char *const statuses[] = {"enrolled", "completed", "dropped"};
    static const bool allowed[9] = {0, 1, 1, 0, 0, 0, 0, 0, 0};

    check_steps(rules_participant_step, statuses, 3, allowed, "participant.state");
}
END_TEST

START_TEST(course_is_completed_by_who_came)
{
    ck_assert_ptr_null(rules_participant_complete("enrolled", "running", 1));
    ck_assert_ptr_null(rules_participant_complete("enrolled", "done", 3));
    ck_assert_str_eq(rules_participant_complete("dropped", "done", 3)->code, "participant.state");
    ck_assert_str_eq(rules_participant_complete("enrolled", "planned", 1)->code, "training.state");
    ck_assert_str_eq(rules_participant_complete("enrolled", "cancelled", 1)->code, "training.state");
    ck_assert_str_eq(rules_participant_complete("enrolled", "done", 0)->code, "participant.neverCame");
}
END_TEST

START_TEST(session_is_held_by_the_clock_of_its_zone)
{
    struct session_times t = {
        .held_on = date_days(2026, 7, 1), .from = "09:30", .until = "12:00", .zone = "Europe/Amsterdam"};
    struct fault_list faults = {0};
    int64_t starts, ends, expected;

    ck_assert(rules_session_times(a, &t, "", &faults, &starts, &ends));
    ck_assert(date_parse_instant("2026-07-01T07:30:00Z", &expected));
    ck_assert_int_eq(starts, expected);
    ck_assert_int_eq(ends - starts, 150 * 60 * DATE_US_PER_S);
    t.until = "09:30";
    ck_assert(!rules_session_times(a, &t, "/sessions/1", &faults, &starts, &ends));
    t.zone = "Europe/Nowhere";
    ck_assert(!rules_session_times(a, &t, "/sessions/2", &faults, &starts, &ends));
    ck_assert_uint_eq(faults.n, 2);
    ck_assert_str_eq(faults.v[0].code, "session.times");
    ck_assert_str_eq(faults.v[0].at, "/sessions/1/until");
    ck_assert_str_eq(faults.v[1].code, "zone.unknown");
    ck_assert_str_eq(faults.v[1].at, "/sessions/2/zone");
}
END_TEST

START_TEST(session_that_would_end_before_the_clocks_change_is_refused)
{
    /* 2:30 does not exist on this day: it moves forward, past the end. */
    struct session_times t = {
        .held_on = date_days(2026, 3, 29), .from = "02:45", .until = "03:15", .zone = "Europe/Amsterdam"};
    struct fault_list faults = {0};
    int64_t starts, ends;

    ck_assert(!rules_session_times(a, &t, "", &faults, &starts, &ends));
    ck_assert_str_eq(faults.v[0].code, "session.times");
}
END_TEST

START_TEST(recorded_session_stays_where_it_was)
{
    ck_assert_ptr_null(rules_session_changes("planned", false));
    ck_assert_str_eq(rules_session_changes("planned", true)->code, "session.recorded");
    ck_assert_str_eq(rules_session_changes("cancelled", false)->code, "session.cancelled");
}
END_TEST

START_TEST(attendance_is_of_what_has_begun)
{
    ck_assert_ptr_null(rules_attendance_open("running", "planned", 100, 100));
    ck_assert_ptr_null(rules_attendance_open("done", "planned", 100, 200));
    ck_assert_str_eq(rules_attendance_open("running", "planned", 101, 100)->code, "session.notBegun");
    ck_assert_str_eq(rules_attendance_open("running", "cancelled", 100, 200)->code, "session.cancelled");
    ck_assert_str_eq(rules_attendance_open("planned", "planned", 100, 200)->code, "training.state");
    ck_assert_str_eq(rules_attendance_open("cancelled", "planned", 100, 200)->code, "training.state");
}
END_TEST

static struct uuid numbered(uint8_t n)
{
    struct uuid id = {{0}};

    id.b[15] = n;
    return id;
}

START_TEST(attendance_is_whole_or_every_fault_is_told)
{
    struct attendant known[] = {
        {.participant_id = numbered(1), .expected = true},
        {.participant_id = numbered(2), .expected = true, .outcome = "partly", .minutes = OPT_I32(30)},
        {.participant_id = numbered(3), .expected = false},
    };
    struct attendance_line good[] = {
        {.participant_id = numbered(2), .outcome = "partly", .minutes = OPT_I32(30)},
        {.participant_id = numbered(1), .outcome = "present"},
    };
    struct attendance_line bad[] = {
        {.participant_id = numbered(9), .outcome = "present"},
        {.participant_id = numbered(2), .outcome = "present", .minutes = OPT_I32(5)},
        {.participant_id = numbered(2), .outcome = "absent"},
        {.participant_id = numbered(3), .outcome = "partly"},
    };

    ck_assert_ptr_null(rules_attendance(a, good, 2, known, 3, 120));
    ck_assert_ptr_eq(good[0].participant, &known[1]);
    ck_assert(!rules_attendance_differs(&good[0]));
    ck_assert(rules_attendance_differs(&good[1]));
    ck_assert_str_eq(codes_of(rules_attendance(a, bad, 4, known, 3, 120)),
                     "participant.unknown attendance.minutes participant.double attendance.minutes "
                     "participant.missing");
    ck_assert_ptr_null(rules_attendance(a, NULL, 0, known, 0, 120));
}
END_TEST

START_TEST(who_came_partly_came_for_less_than_the_session)
{
    struct attendant known[] = {{.participant_id = numbered(1), .expected = true}};
    struct attendance_line line = {
        .participant_id = numbered(1), .outcome = "partly", .minutes = OPT_I32(119)};

    ck_assert_ptr_null(rules_attendance(a, &line, 1, known, 1, 120));
    line.minutes.v = 120;
    ck_assert_str_eq(codes_of(rules_attendance(a, &line, 1, known, 1, 120)), "attendance.minutes");
}
END_TEST

START_TEST(other_minutes_are_another_outcome)
{
    struct attendant was = {
        .participant_id = numbered(1), .expected = true, .outcome = "partly", .minutes = OPT_I32(30)};
    struct attendance_line line = {.outcome = "partly", .minutes = OPT_I32(31), .participant = &was};

    ck_assert(rules_attendance_differs(&line));
    line.minutes.v = 30;
    ck_assert(!rules_attendance_differs(&line));
    line.outcome = "present";
    line.minutes.set = false;
    ck_assert(rules_attendance_differs(&line));
}
END_TEST

START_TEST(actions_follow_state_and_scope)
{
    struct training_reader staff = {.owner = true, .writes = true, .records = true},
                           host = {.owner = false, .records = true}, reads = {.owner = true};

    ck_assert_str_eq(words_of(rules_course_actions(a, "planned", &staff)),
                     "patch addSession enrol start cancel");
    ck_assert_str_eq(words_of(rules_course_actions(a, "running", &staff)),
                     "patch addSession enrol finish cancel");
    ck_assert_str_eq(words_of(rules_course_actions(a, "done", &staff)), "");
    ck_assert_str_eq(words_of(rules_course_actions(a, "planned", &host)), "");
    ck_assert_str_eq(words_of(rules_course_actions(a, "planned", &reads)), "");
    ck_assert_str_eq(words_of(rules_session_actions(a, "running", "planned", false, &staff)),
                     "patch recordAttendance cancel");
    ck_assert_str_eq(words_of(rules_session_actions(a, "running", "planned", true, &staff)),
                     "recordAttendance");
    ck_assert_str_eq(words_of(rules_session_actions(a, "running", "planned", false, &host)),
                     "recordAttendance");
    ck_assert_str_eq(words_of(rules_session_actions(a, "planned", "planned", false, &host)), "");
    ck_assert_str_eq(words_of(rules_participant_actions(a, "enrolled", "running", false, &staff)),
                     "complete drop");
    ck_assert_str_eq(words_of(rules_participant_actions(a, "enrolled", "planned", false, &staff)), "drop");
    ck_assert_str_eq(words_of(rules_participant_actions(a, "completed", "done", false, &staff)),
                     "issueCertificate");
    ck_assert_str_eq(words_of(rules_participant_actions(a, "completed", "done", true, &staff)), "");
    ck_assert_str_eq(words_of(rules_participant_actions(a, "enrolled", "running", false, &host)), "");
}
END_TEST

/* ---- coaching ---- */

START_TEST(note_is_shared_by_the_organisation_of_the_case)
{
    const char *uaf[] = {"uaf"}, *iom[] = {"coa", "iom"};
    struct note_terms t = {.organisation = "iom", .shared_with = {uaf, 1}, .follow_up_on = OPT_DATE(100)};

    ck_assert_ptr_null(rules_note_terms(a, &t, 100));
    t.follow_up_on.v = 99;
    t.shared_with = (struct text_array){iom, 2};
    ck_assert_str_eq(codes_of(rules_note_terms(a, &t, 100)), "note.sharedWith note.followUp");
    t = (struct note_terms){.organisation = "uaf", .partner = true};
    ck_assert_ptr_null(rules_note_terms(a, &t, 100));
    t.shared_with = (struct text_array){iom, 1};
    ck_assert_str_eq(codes_of(rules_note_terms(a, &t, 100)), "note.sharedWith");
}
END_TEST

START_TEST(note_is_corrected_where_it_was_written)
{
    struct note_reader author = {.author = true, .owner = true, .writes = true},
                       partner = {.author = true, .writes = true}, other = {.owner = true, .writes = true};

    ck_assert_ptr_null(rules_note_author("uaf", "uaf"));
    ck_assert_str_eq(rules_note_author("iom", "uaf")->code, "note.notAuthor");
    ck_assert_str_eq(words_of(rules_note_actions(a, false, &author)), "patch correct");
    ck_assert_str_eq(words_of(rules_note_actions(a, true, &author)), "patch");
    ck_assert_str_eq(words_of(rules_note_actions(a, false, &partner)), "correct");
    ck_assert_str_eq(words_of(rules_note_actions(a, false, &other)), "");
}
END_TEST

START_TEST(mentors_meet_and_part_within_their_time)
{
    struct mentor_span m = {.from = 10};

    ck_assert_ptr_null(rules_mentor_met(a, &m, 10, 20));
    ck_assert_ptr_null(rules_mentor_met(a, &m, 20, 20));
    ck_assert_str_eq(codes_of(rules_mentor_met(a, &m, 9, 20)), "mentor.metOn");
    ck_assert_str_eq(codes_of(rules_mentor_met(a, &m, 21, 20)), "mentor.metOn");
    ck_assert_ptr_null(rules_mentor_end(a, &m, 10));
    ck_assert_str_eq(codes_of(rules_mentor_end(a, &m, 9)), "mentor.until");
    m.last_met_on = OPT_DATE(15);
    ck_assert_str_eq(codes_of(rules_mentor_end(a, &m, 14)), "mentor.until");
    m.until = OPT_DATE(16);
    ck_assert_ptr_null(rules_mentor_met(a, &m, 16, 20));
    ck_assert_str_eq(codes_of(rules_mentor_met(a, &m, 17, 20)), "mentor.metOn");
    ck_assert_str_eq(rules_mentor_end(a, &m, 18)->code, "mentor.ended");
    ck_assert_str_eq(words_of(rules_mentor_actions(a, false, true)), "recordMeeting end");
    ck_assert_str_eq(words_of(rules_mentor_actions(a, true, true)), "recordMeeting");
    ck_assert_str_eq(words_of(rules_mentor_actions(a, false, false)), "");
}
END_TEST

/* ---- evaluations ---- */

START_TEST(evaluation_takes_only_its_steps)
{
    static const char *const statuses[] = {"draft",     "docsMissing", "submitted",      "questions",
                                           "evaluated", "indication",  "partEvaluation", "refused"};
    static const bool allowed[64] = {
        0, 1, 1, 0, 0, 0, 0, 0, /* draft */
        0, 0, 1, 0, 0, 0, 0, 0, /* docsMissing */
        0, 1, 0, 1, 1, 1, 1, 1, /* submitted */
        0, 0, 1, 0, 0, 0, 0, 1, /* questions */
    };

    check_steps(rules_evaluation_step, statuses, 8, allowed, "evaluation.state");
    for (size_t i = 0; i < 8; i++) {
        ck_assert_int_eq(!rules_evaluation_open(statuses[i]), i < 4);
        ck_assert_int_eq(!rules_evaluation_fee(statuses[i]), i < 2);
    }
    ck_assert_str_eq(rules_evaluation_open("refused")->code, "evaluation.state");
    ck_assert_str_eq(rules_evaluation_fee("submitted")->code, "evaluation.submitted");
}
END_TEST

START_TEST(evaluation_without_a_fee_needs_the_letter)
{
    ck_assert_ptr_null(rules_evaluation_submit("submitted", true, "entitled"));
    ck_assert_ptr_null(rules_evaluation_submit("submitted", false, "notChecked"));
    ck_assert_ptr_null(rules_evaluation_submit("docsMissing", true, "notChecked"));
    ck_assert_str_eq(rules_evaluation_submit("submitted", true, "notChecked")->code, "evaluation.letter");
    ck_assert_str_eq(rules_evaluation_submit("submitted", true, "notEntitled")->code, "evaluation.letter");
}
END_TEST

static const struct {
    const char *letter;
    struct opt_date checked_on;
    const char *obtained, *codes;
} terms[] = {
    {"notChecked", {0}, NULL, ""},
    {"entitled", {true, 100}, "1970-04", ""},
    {"notEntitled", {true, 99}, "1969", ""},
    {"entitled", {0}, NULL, "evaluation.letter"},
    {"notChecked", {true, 99}, NULL, "evaluation.letter"},
    {"entitled", {true, 101}, NULL, "evaluation.letter"},
    {"notChecked", {0}, "1970-02-30", "evaluation.obtained"},
    {"entitled", {0}, "1971", "evaluation.letter evaluation.obtained"},
};

START_TEST(evaluation_terms_tell_every_fault)
{
    struct evaluation_terms t = {.letter = terms[_i].letter,
                                 .letter_checked_on = terms[_i].checked_on,
                                 .obtained = terms[_i].obtained};

    ck_assert_str_eq(codes_of(rules_evaluation_terms(a, &t, 100)), terms[_i].codes);
}
END_TEST

static const struct {
    struct step_terms t;
    const char *codes;
} steps[] = {
    {{.to = "submitted", .on = 100, .last_on = 100}, ""},
    {{.to = "refused", .on = 99, .last_on = 90}, ""},
    {{.to = "docsMissing", .on = 100, .last_on = 90, .waiting_for = true}, ""},
    {{.to = "questions", .on = 100, .last_on = 90, .waiting_for = true, .due_on = {true, 100}}, ""},
    {{.to = "evaluated", .on = 100, .last_on = 90, .comparable_level = true}, ""},
    {{.to = "indication", .on = 100, .last_on = 90, .comparable_level = true}, ""},
    {{.to = "partEvaluation", .on = 100, .last_on = 90, .comparable_level = true}, ""},
    {{.to = "submitted", .on = 101, .last_on = 90}, "evaluation.on"},
    {{.to = "submitted", .on = 89, .last_on = 90}, "evaluation.on"},
    {{.to = "docsMissing", .on = 100, .last_on = 90}, "evaluation.waitingFor"},
    {{.to = "docsMissing", .on = 100, .last_on = 90, .waiting_for = true, .due_on = {true, 110}},
     "evaluation.dueOn"},
    {{.to = "questions", .on = 100, .last_on = 90}, "evaluation.waitingFor evaluation.dueOn"},
    {{.to = "questions", .on = 100, .last_on = 90, .waiting_for = true, .due_on = {true, 99}},
     "evaluation.dueOn"},
    {{.to = "submitted", .on = 100, .last_on = 90, .waiting_for = true}, "evaluation.waitingFor"},
    {{.to = "refused", .on = 100, .last_on = 90, .comparable_level = true}, "evaluation.level"},
    {{.to = "partEvaluation", .on = 100, .last_on = 90}, "evaluation.level"},
};

START_TEST(evaluation_step_says_what_it_must)
{
    ck_assert_str_eq(codes_of(rules_evaluation_step_terms(a, &steps[_i].t, 100)), steps[_i].codes);
}
END_TEST

START_TEST(profession_takes_only_its_steps)
{
    static const char *const statuses[] = {"identified", "applied", "conditions", "recognised", "refused"};
    static const bool allowed[25] = {
        0, 1, 0, 0, 0, /* identified */
        0, 0, 1, 1, 1, /* applied */
        0, 0, 0, 1, 1, /* conditions */
    };

    check_steps(rules_profession_step, statuses, 5, allowed, "profession.state");
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(!rules_profession_open(statuses[i]), i < 3);
    ck_assert_ptr_null(rules_profession_step_terms(a, "applied", 100, 100, false, 100));
    ck_assert_ptr_null(rules_profession_step_terms(a, "conditions", 100, 90, true, 100));
    ck_assert_str_eq(codes_of(rules_profession_step_terms(a, "conditions", 101, 90, false, 100)),
                     "profession.on profession.conditions");
    ck_assert_str_eq(codes_of(rules_profession_step_terms(a, "recognised", 89, 90, true, 100)),
                     "profession.on profession.conditions");
}
END_TEST

START_TEST(next_steps_are_shown_to_who_may_take_them)
{
    ck_assert_str_eq(words_of(rules_evaluation_actions(a, "draft", true)),
                     "patch step.docsMissing step.submitted");
    ck_assert_str_eq(words_of(rules_evaluation_actions(a, "questions", true)),
                     "patch step.submitted step.refused");
    ck_assert_str_eq(words_of(rules_evaluation_actions(a, "questions", false)), "");
    ck_assert_str_eq(words_of(rules_evaluation_actions(a, "evaluated", true)), "");
    ck_assert_str_eq(words_of(rules_profession_actions(a, "identified", true)), "patch step.applied");
    ck_assert_str_eq(words_of(rules_profession_actions(a, "refused", true)), "");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("training");
    struct {
        const char *name;
        const TTest *test;
        int n;
    } cases[] = {
        {"course_step", course_takes_only_its_steps, 1},
        {"participant_step", participant_takes_only_its_steps, 1},
        {"participant_complete", course_is_completed_by_who_came, 1},
        {"session_times", session_is_held_by_the_clock_of_its_zone, 1},
        {"session_gap", session_that_would_end_before_the_clocks_change_is_refused, 1},
        {"session_changes", recorded_session_stays_where_it_was, 1},
        {"attendance_open", attendance_is_of_what_has_begun, 1},
        {"attendance", attendance_is_whole_or_every_fault_is_told, 1},
        {"attendance_minutes", who_came_partly_came_for_less_than_the_session, 1},
        {"attendance_differs", other_minutes_are_another_outcome, 1},
        {"actions", actions_follow_state_and_scope, 1},
        {"note_terms", note_is_shared_by_the_organisation_of_the_case, 1},
        {"note_author", note_is_corrected_where_it_was_written, 1},
        {"mentor", mentors_meet_and_part_within_their_time, 1},
        {"evaluation_step", evaluation_takes_only_its_steps, 1},
        {"evaluation_submit", evaluation_without_a_fee_needs_the_letter, 1},
        {"evaluation_terms", evaluation_terms_tell_every_fault, LENGTH(terms)},
        {"evaluation_step_terms", evaluation_step_says_what_it_must, LENGTH(steps)},
        {"profession_step", profession_takes_only_its_steps, 1},
        {"next_steps", next_steps_are_shown_to_who_may_take_them, 1},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        TCase *t = tcase_create(cases[i].name);
        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_loop_test(t, cases[i].test, 0, cases[i].n);
        suite_add_tcase(s, t);
    }
    return s;
}
