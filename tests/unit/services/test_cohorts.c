/* Tests of cohorts, ventures, mentoring, the jury and missions: services/diaspora (rules). */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/cohorts/rules.h"
#include "diaspora/jury/form.h"
#include "diaspora/jury/rules.h"
#include "diaspora/mentoring/rules.h"
#include "diaspora/missions/rules.h"
#include "diaspora/ventures/rules.h"
#include "unit.h"

static const char *code_of(err_t e)
{
    return e ? e->code : "";
}

/* The codes of what is unmet, or of the faults, separated by spaces. */
static const char *unmet_codes(const struct unmet_list *list)
{
    const char *all = "";

    for (size_t i = 0; i < list->n; i++)
        all = arena_printf(unit_arena, "%s%s%s", all, i ? " " : "", list->v[i].code);
    return all;
}

static const char *fault_codes(err_t e)
{
    const char *all = "";

    for (size_t i = 0; e && i < e->nfaults; i++)
        all = arena_printf(unit_arena, "%s%s%s", all, i ? " " : "", e->faults[i].code);
    return all;
}

static json_t *parsed(const char *text)
{
    json_t *j = NULL;

    ck_assert_ptr_null(json_parse(unit_arena, text, strlen(text), 16, &j));
    return j;
}

/* ---- cohorts ---- */

static const struct {
    const char *status, *move, *to, *error; /* error NULL: allowed */
} cohort_moves[] = {
    {"planned", "openApplications", "open", NULL},
    {"open", "start", "running", NULL},
    {"running", "finish", "finished", NULL},
    {"planned", "cancel", "cancelled", NULL},
    {"open", "cancel", "cancelled", NULL},
    {"running", "cancel", NULL, "transition.unavailable"},
    {"finished", "start", NULL, "transition.unavailable"},
    {"cancelled", "openApplications", NULL, "transition.unavailable"},
    {"planned", "start", NULL, "transition.unavailable"},
    {"planned", "finish", NULL, "transition.unavailable"},
};

START_TEST(a_cohort_moves_along_its_machine)
{
    const struct machine_move *move = NULL;
    struct cohort_facts facts = {0};
    err_t e = machine_move(unit_arena, cohort_machine, cohort_moves[_i].status, cohort_moves[_i].move,
                           "A reason.", rules_cohort_judge, &facts, &move);

    ck_assert_str_eq(code_of(e), cohort_moves[_i].error ? cohort_moves[_i].error : "");
    if (!e)
        ck_assert_str_eq(move->to, cohort_moves[_i].to);
}
END_TEST

START_TEST(a_cohort_ends_when_every_venture_is_decided)
{
    const struct machine_move *move = NULL;
    struct cohort_facts facts = {.undecided = 2};

    ck_assert_str_eq(code_of(machine_move(unit_arena, cohort_machine, "running", "finish", NULL,
                                          rules_cohort_judge, &facts, &move)),
                     "guards.unmet");
    ck_assert_ptr_null(rules_cohort_editable("running"));
    ck_assert_str_eq(code_of(rules_cohort_editable("finished")), "cohort.ended");
    ck_assert_str_eq(code_of(rules_cohort_editable("cancelled")), "cohort.ended");
}
END_TEST

START_TEST(seats_are_counted_and_stay_while_the_jury_sits)
{
    ck_assert_ptr_null(rules_juror_seat(&(struct jury_seats){.seats = 2, .seated = 1}));
    ck_assert_str_eq(code_of(rules_juror_seat(&(struct jury_seats){.seats = 2, .seated = 2})), "jury.full");
    ck_assert_str_eq(
        code_of(rules_juror_seat(&(struct jury_seats){.seats = 2, .seated = 1, .has_seat = true})),
        "juror.seated");
    ck_assert_str_eq(code_of(rules_juror_seat(&(struct jury_seats){.seats = 2, .seated = 1, .sitting = 1})),
                     "jury.sitting");
    ck_assert_ptr_null(rules_juror_release(false, 0));
    ck_assert_str_eq(code_of(rules_juror_release(true, 0)), "juror.left");
    ck_assert_str_eq(code_of(rules_juror_release(false, 1)), "jury.sitting");
}
END_TEST

/* ---- ventures ---- */

static const struct {
    struct venture_mate team[2];
    size_t n;
    bool eligible;
} teams[] = {
    {{{true, "GH", "NL"}}, 1, true},
    {{{true, "GH", "DE"}}, 1, false},
    {{{true, "ET", "NL"}}, 1, false},
    {{{false, NULL, "NL"}}, 1, false},
    {{{false, NULL, "NL"}, {true, "GH", "GH"}}, 2, true},
    {{{false, NULL, "NL"}, {true, "ET", "NL"}}, 2, false},
    {{{true, "GH", "GH"}, {true, "GH", "NL"}}, 2, true},
    {{{true, "GH", "GH"}, {true, "GH", "DE"}}, 2, false},
    {{{false}}, 0, false},
};

START_TEST(a_team_has_its_diaspora_here_or_a_dutch_partner)
{
    ck_assert_int_eq(rules_team_eligible(teams[_i].team, teams[_i].n, "GH"), teams[_i].eligible);
}
END_TEST

static const struct venture_mate kofi = {true, "GH", "NL"};
/* Everything is there. */
static const struct venture_facts ready = {.country = "GH",
                                           .team = &kofi,
                                           .nteam = 1,
                                           .places = 2,
                                           .finalist_places = 1,
                                           .jury_seats = 2,
                                           .seated = 2,
                                           .min_sessions = 1,
                                           .sessions_held = 1,
                                           .running = true,
                                           .has_plan = true,
                                           .scored = true,
                                           .mission_planned = true,
                                           .mission_held = true};

static const struct {
    const char *status, *move, *to, *unmet; /* to NULL: does not leave from here; unmet: with nothing there */
} venture_moves[] = {
    {"applied", "select", "selected", "team.eligible place.free"},
    {"selected", "startTraining", "training", "cohort.running"},
    {"training", "submitPlan", "planSubmitted", "mentoring.done plan.present"},
    {"planSubmitted", "sendToJury", "jury", "jury.seated"},
    {"jury", "nameFinalist", "finalist", "scores.complete place.free"},
    {"finalist", "joinMission", "mission", "mission.planned"},
    {"mission", "start", "started", "mission.held"},
    {"mission", "pause", "paused", ""},
    {"started", "pause", "paused", ""},
    {"paused", "start", "started", ""},
    {"applied", "drop", "dropped", ""},
    {"selected", "drop", "dropped", ""},
    {"training", "drop", "dropped", ""},
    {"planSubmitted", "drop", "dropped", ""},
    {"jury", "drop", "dropped", ""},
    {"finalist", "drop", "dropped", ""},
    {"mission", "drop", "dropped", ""},
    {"started", "drop", "dropped", ""},
    {"paused", "drop", "dropped", ""},
    {"dropped", "drop", NULL, NULL},
    {"dropped", "select", NULL, NULL},
    {"applied", "startTraining", NULL, NULL},
    {"selected", "select", NULL, NULL},
    {"training", "sendToJury", NULL, NULL},
    {"jury", "joinMission", NULL, NULL},
    {"finalist", "start", NULL, NULL},
    {"started", "start", NULL, NULL},
};

START_TEST(a_venture_moves_when_its_guards_hold)
{
    const struct machine_move *move = NULL;
    struct venture_facts has = ready, lacks = {.status = venture_moves[_i].status,
                                               .country = "GH",
                                               .seated = -1,
                                               .min_sessions = 1};
    struct unmet_list list = {0};
    err_t e;

    has.status = venture_moves[_i].status;
    e = machine_move(unit_arena, venture_machine, venture_moves[_i].status, venture_moves[_i].move,
                     "A reason.", rules_venture_judge, &has, &move);
    ck_assert_str_eq(code_of(e), venture_moves[_i].to ? "" : "transition.unavailable");
    if (e)
        return;
    ck_assert_str_eq(move->to, venture_moves[_i].to);
    rules_venture_judge(unit_arena, &lacks, move, &list);
    ck_assert_str_eq(unmet_codes(&list), venture_moves[_i].unmet);
}
END_TEST

static const struct {
    const char *status, *error;
} plans[] = {
    {"applied", "plan.early"},          {"selected", "plan.early"}, {"training", ""},
    {"planSubmitted", "plan.handedIn"}, {"jury", "plan.handedIn"},  {"dropped", "plan.handedIn"},
};

START_TEST(a_plan_is_written_during_the_training)
{
    ck_assert_str_eq(code_of(rules_plan_writable(plans[_i].status)), plans[_i].error);
}
END_TEST

/* ---- mentoring ---- */

START_TEST(a_session_is_held_once_it_has_begun)
{
    ck_assert_ptr_null(rules_mentoring_open("selected"));
    ck_assert_ptr_null(rules_mentoring_open("training"));
    ck_assert_str_eq(code_of(rules_mentoring_open("applied")), "venture.notInTraining");
    ck_assert_ptr_null(rules_session_hold("planned", 100, 100));
    ck_assert_str_eq(code_of(rules_session_hold("planned", 101, 100)), "session.future");
    ck_assert_str_eq(code_of(rules_session_hold("held", 1, 100)), "session.ended");
    ck_assert_str_eq(code_of(rules_session_planned("cancelled")), "session.ended");
}
END_TEST

/* ---- the jury ---- */

static const char form_text[] =
    "{\"version\":1,\"about\":\"a\",\"criteria\":[{\"code\":\"market\",\"labels\":{\"en\":\"m\"},\"weight\":"
    "60,\"min\":1,\"max\":5},"
    "{\"code\":\"impact\",\"labels\":{\"en\":\"i\"},\"weight\":40,\"min\":1,\"max\":5}]}";

static const struct {
    const char *scores, *faults;
    int32_t points;
} scores[] = {
    {"{\"market\":5,\"impact\":1}", "", 340},
    {"{\"market\":1,\"impact\":1}", "", 100},
    {"{\"market\":0,\"impact\":6}", "score.range score.range", 0},
    {"{\"impact\":1}", "score.missing", 0},
    {"{\"market\":1,\"impact\":1,\"charm\":1}", "score.criterion", 0},
};

START_TEST(a_score_fits_the_form_and_is_weighted)
{
    int32_t points = 0;
    err_t e = rules_score_points(unit_arena, parsed(form_text), parsed(scores[_i].scores), &points);

    ck_assert_str_eq(fault_codes(e), scores[_i].faults);
    if (!e)
        ck_assert_int_eq(points, scores[_i].points);
}
END_TEST

START_TEST(a_juror_scores_while_the_jury_sits_until_all_are_in)
{
    ck_assert_ptr_null(rules_score_allowed("jury", true, false));
    ck_assert_str_eq(code_of(rules_score_allowed("jury", false, false)), "juror.noSeat");
    ck_assert_str_eq(code_of(rules_score_allowed("jury", true, true)), "scores.complete");
    ck_assert_str_eq(code_of(rules_score_allowed("training", true, false)), "jury.notSitting");
}
END_TEST

static const struct {
    const char *document, *error;
} forms[] = {
    {form_text, ""},
    {"{\"version\":2,\"criteria\":[{\"code\":\"a\",\"weight\":100,\"min\":1,\"max\":5}]}", "jury.form"},
    {"{\"version\":1,\"criteria\":[{\"code\":\"a\",\"weight\":90,\"min\":1,\"max\":5}]}", "jury.form"},
    {"{\"version\":1,\"criteria\":[{\"code\":\"a\",\"weight\":100,\"min\":5,\"max\":5}]}", "jury.form"},
    {"{\"version\":1,\"criteria\":[{\"code\":\"a\",\"weight\":50,\"min\":1,\"max\":5},{\"code\":\"a\","
     "\"weight\":50,\"min\":1,\"max\":5}]}",
     "jury.form"},
};

START_TEST(a_form_that_cannot_be_scored_by_is_refused)
{
    json_t *documents = arena_own_json(unit_arena, json_pack("[O]", parsed(forms[_i].document)));
    json_t *paths = arena_own_json(unit_arena, json_pack("[s]", "forms/1.json"));
    struct jury_forms *all = NULL;

    ck_assert_str_eq(code_of(jury_forms_make(unit_arena, documents, paths, &all)), forms[_i].error);
    if (!*forms[_i].error) {
        ck_assert_int_eq(jury_forms_newest(all), 1);
        ck_assert_ptr_nonnull(jury_form(all, 1));
        ck_assert_ptr_null(jury_form(all, 2));
        ck_assert_ptr_null(jury_form(all, 0));
    }
}
END_TEST

START_TEST(the_form_that_ships_is_good)
{
    struct jury_forms *all = NULL;

    ck_assert_ptr_null(
        jury_forms_load(unit_arena, arena_printf(unit_arena, "%s/jury", getenv("DIASPORA_DATA")), &all));
    ck_assert_int_ge(jury_forms_newest(all), 1);
}
END_TEST

/* ---- missions ---- */

static const struct {
    const char *action, *status, *error;
    int32_t from_on;
} missions[] = {
    {"patch", "planned", "", 10},
    {"patch", "travelling", "mission.state", 10},
    {"patch", "held", "mission.state", 10},
    {"hold", "planned", "", 10},
    {"hold", "travelling", "", 9},
    {"hold", "planned", "mission.future", 11},
    {"hold", "cancelled", "mission.state", 1},
    {"cancel", "planned", "", 99},
    {"cancel", "travelling", "", 1},
    {"cancel", "held", "mission.state", 1},
};

START_TEST(a_mission_is_acted_on_in_its_states)
{
    ck_assert_str_eq(
        code_of(rules_mission_act(missions[_i].action, missions[_i].status, missions[_i].from_on, 10)),
        missions[_i].error);
}
END_TEST

START_TEST(a_mission_does_not_end_before_it_begins)
{
    ck_assert_ptr_null(rules_mission_dates(unit_arena, 10, 10));
    ck_assert_str_eq(fault_codes(rules_mission_dates(unit_arena, 10, 9)), "mission.dates");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("cohorts");

    UNIT_TABLE(s, "cohort_machine", cohort_moves, a_cohort_moves_along_its_machine);
    UNIT_CASE(s, "rules_cohort", a_cohort_ends_when_every_venture_is_decided,
              seats_are_counted_and_stay_while_the_jury_sits);
    UNIT_TABLE(s, "rules_team_eligible", teams, a_team_has_its_diaspora_here_or_a_dutch_partner);
    UNIT_TABLE(s, "venture_machine", venture_moves, a_venture_moves_when_its_guards_hold);
    UNIT_TABLE(s, "rules_plan_writable", plans, a_plan_is_written_during_the_training);
    UNIT_CASE(s, "rules_session", a_session_is_held_once_it_has_begun);
    UNIT_TABLE(s, "rules_score_points", scores, a_score_fits_the_form_and_is_weighted);
    UNIT_CASE(s, "rules_score_allowed", a_juror_scores_while_the_jury_sits_until_all_are_in);
    UNIT_TABLE(s, "jury_forms_make", forms, a_form_that_cannot_be_scored_by_is_refused);
    UNIT_CASE(s, "jury_forms_load", the_form_that_ships_is_good);
    UNIT_TABLE(s, "rules_mission_act", missions, a_mission_is_acted_on_in_its_states);
    UNIT_CASE(s, "rules_mission_dates", a_mission_does_not_end_before_it_begins);
    return s;
}
