/* test_assignments.c - assignments of the diaspora service: every guard met and unmet, every move, who may
 * travel, phases and journeys. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/data.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/assignments/guards.h"
#include "diaspora/assignments/rules.h"
#include "diaspora/assignments/terms.h"
#include "diaspora/journeys/rules.h"
#include "diaspora/programmes/programme.h"
#include "unit.h"

#define TODAY 20000

static struct arena *a;
static struct travel_rules_set travel_rules;
static struct assignment_terms terms;
static const struct programme *programme;

static const char *data(const char *path)
{
    return arena_printf(a, "%s/%s", getenv("DIASPORA_DATA"), path);
}

static void setup(void)
{
    struct programmes *programmes;
    json_t *documents, *paths;

    a = arena_new();
    ck_assert_ptr_null(programmes_load(a, data("programmes"), &programmes));
    programme = programmes_find(programmes, "cd4d2");
    ck_assert_ptr_nonnull(programme);
    ck_assert_ptr_null(terms_read(a, programme->document, &terms));
    ck_assert_ptr_null(data_folder(a, data("travel-rules"), &documents, &paths));
    ck_assert_ptr_null(travel_rules_make(a, documents, &travel_rules));
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

static struct text_array texts(const char *one)
{
    struct text_array t = {.v = ARENA_ARRAY(a, 1, const char *), .n = 1};

    t.v[0] = one;
    return t;
}

/* ---- facts that lack nothing for any move ---- */

static struct fact_phase phase;
static const struct fact_insurance insurance = {TODAY - 10, TODAY + 30};
static const struct fact_briefing briefing = {"SO", TODAY - 5};

static struct assignment_facts complete(void)
{
    phase = (struct fact_phase){.kind = "physical",
                                .status = "planned",
                                .travel = "ticketed",
                                .country = "SO",
                                .starts_on = TODAY - 8,
                                .ends_on = TODAY,
                                .country_open = true};
    return (struct assignment_facts){
        .today = TODAY,
        .sees_residence = true,
        .status = "planned",
        .accepted = true,
        .tor_approved = true,
        .traveller = {.verified = true, .nationalities = texts("NL")},
        .travel_rules = &travel_rules,
        .programme = programme,
        .terms = &terms,
        .phases = &phase,
        .nphases = 1,
        .insurances = &insurance,
        .ninsurances = 1,
        .briefings = &briefing,
        .nbriefings = 1,
        .trained = texts("preDeparture"),
        .final_reports = 1,
        .outcomes = 1,
    };
}

static const char *lacks(const struct assignment_facts *f, const char *move)
{
    const struct machine_move m = {.code = move};
    struct unmet_list list = {0};

    assignment_judge(a, f, &m, &list);
    ck_assert_uint_le(list.n, 1);
    return list.n ? list.v[0].code : NULL;
}

static void no_phase(struct assignment_facts *f)
{
    f->nphases = 0;
}
static void not_accepted(struct assignment_facts *f)
{
    f->accepted = false;
}
static void tor_not_approved(struct assignment_facts *f)
{
    f->tor_approved = false;
}
static void too_few_days(struct assignment_facts *f)
{
    (void)f, phase.starts_on = TODAY - 2;
}
static void too_many_hours(struct assignment_facts *f)
{
    (void)f, phase.hours_per_week = OPT_I32(41);
}
static void not_available(struct assignment_facts *f)
{
    (void)f, phase.unavailable = true;
}
static void in_two_places(struct assignment_facts *f)
{
    (void)f, phase.elsewhere = true;
}
static void country_closed(struct assignment_facts *f)
{
    (void)f, phase.country_open = false;
}
static void not_trained(struct assignment_facts *f)
{
    f->trained.n = 0;
}
static void not_insured(struct assignment_facts *f)
{
    f->ninsurances = 0;
}
static void not_briefed(struct assignment_facts *f)
{
    f->nbriefings = 0;
}
static void not_verified(struct assignment_facts *f)
{
    f->traveller.verified = false;
}
static void not_ticketed(struct assignment_facts *f)
{
    (void)f, phase.travel = "planned";
}
static void not_begun(struct assignment_facts *f)
{
    (void)f, phase.starts_on = TODAY + 1, phase.ends_on = TODAY + 9;
}
static void not_over(struct assignment_facts *f)
{
    (void)f, phase.ends_on = TODAY + 1;
}
static void restricted(struct assignment_facts *f)
{
    f->restricted = true;
}
static void no_report(struct assignment_facts *f)
{
    f->final_reports = 0;
}
static void no_outcome(struct assignment_facts *f)
{
    f->outcomes = 0;
}
static void open_claim(struct assignment_facts *f)
{
    f->open_claims = 1;
}

static const struct {
    const char *move, *guard;
    void (*spoil)(struct assignment_facts *f);
} spoilt[] = {
    {"clear", "phases.planned", no_phase},
    {"clear", "acceptance.stands", not_accepted},
    {"clear", "tor.approved", tor_not_approved},
    {"clear", "expert.unrestricted", restricted},
    {"start", "expert.unrestricted", restricted},
    {"switchBack", "expert.unrestricted", restricted},
    {"clear", "kind.withinTerms", too_few_days},
    {"clear", "kind.withinTerms", too_many_hours},
    {"clear", "phases.noClash", not_available},
    {"clear", "phases.noClash", in_two_places},
    {"clear", "country.open", country_closed},
    {"clear", "training.done", not_trained},
    {"clear", "insurance.covers", not_insured},
    {"clear", "briefing.held", not_briefed},
    {"clear", "expert.mayTravel", not_verified},
    {"clear", "travel.ticketed", not_ticketed},
    {"start", "phases.begun", not_begun},
    {"switchBack", "acceptance.stands", not_accepted},
    {"switchBack", "country.open", country_closed},
    {"switchBack", "insurance.covers", not_insured},
    {"switchBack", "briefing.held", not_briefed},
    {"switchBack", "expert.mayTravel", not_verified},
    {"requestTravel", "tor.approved", tor_not_approved},
    {"requestTravel", "acceptance.stands", not_accepted},
    {"requestTravel", "phases.noClash", not_available},
    {"requestTravel", "country.open", country_closed},
    {"requestTravel", "expert.mayTravel", not_verified},
    {"report", "phases.over", not_over},
    {"evaluate", "report.accepted", no_report},
    {"evaluate", "outcome.recorded", no_outcome},
    {"close", "claims.settled", open_claim},
};

START_TEST(each_guard_is_met_and_unmet)
{
    struct assignment_facts f = complete();

    if (str_eq(spoilt[_i].move, "switchBack"))
        phase.status = "switchedOnline"; /* and will be travelled to again */
    ck_assert_ptr_null(lacks(&f, spoilt[_i].move));
    spoilt[_i].spoil(&f);
    ck_assert_str_eq(lacks(&f, spoilt[_i].move), spoilt[_i].guard);
}
END_TEST

START_TEST(online_phases_need_no_journey)
{
    struct assignment_facts f = complete();

    phase = (struct fact_phase){.kind = "online",
                                .status = "planned",
                                .travel = "none",
                                .country = "SO",
                                .starts_on = TODAY,
                                .ends_on = TODAY + 3};
    f.ninsurances = f.nbriefings = 0;
    f.traveller = (struct fact_traveller){0};
    ck_assert_ptr_null(lacks(&f, "clear"));
    not_trained(&f); /* training is for both kinds */
    ck_assert_str_eq(lacks(&f, "clear"), "training.done");
}
END_TEST

START_TEST(residence_is_told_only_to_who_may_read_it)
{
    struct assignment_facts f = complete();

    f.traveller =
        (struct fact_traveller){.verified = true, .nationalities = texts("SO"), .permit = "asylumPermit"};
    ck_assert_str_eq(lacks(&f, "clear"), "expert.mayTravel");
    f.sees_residence = false;
    ck_assert_str_eq(lacks(&f, "clear"), "travel.notOpen");
}
END_TEST

START_TEST(insurances_cover_together)
{
    const struct fact_insurance two[] = {{TODAY - 4, TODAY + 2}, {TODAY - 8, TODAY - 5}};
    const struct fact_insurance gap[] = {{TODAY - 3, TODAY + 2}, {TODAY - 8, TODAY - 5}};
    struct assignment_facts f = complete();

    f.insurances = two;
    f.ninsurances = 2;
    ck_assert_ptr_null(lacks(&f, "clear"));
    f.insurances = gap;
    ck_assert_str_eq(lacks(&f, "clear"), "insurance.covers");
}
END_TEST

static const struct {
    const char *from, *code, *to; /* to NULL: the status does not allow it */
} moves[] = {
    {"planned", "clear", "cleared"},
    {"planned", "abort", "aborted"},
    {"planned", "start", NULL},
    {"planned", "reopen", NULL},
    {"cleared", "reopen", "planned"},
    {"cleared", "start", "active"},
    {"cleared", "abort", "aborted"},
    {"cleared", "clear", NULL},
    {"active", "switchOnline", "switchedOnline"},
    {"active", "report", "reporting"},
    {"active", "abort", "aborted"},
    {"active", "switchBack", NULL},
    {"switchedOnline", "switchBack", "active"},
    {"switchedOnline", "report", "reporting"},
    {"switchedOnline", "abort", "aborted"},
    {"switchedOnline", "switchOnline", NULL},
    {"reporting", "evaluate", "evaluated"},
    {"reporting", "abort", NULL},
    {"evaluated", "close", "closed"},
    {"evaluated", "report", NULL},
    {"closed", "abort", NULL},
    {"aborted", "clear", NULL},
};

START_TEST(each_move_leads_where_it_is_drawn)
{
    struct assignment_facts f = complete();
    const struct machine_move *m;
    err_t e;

    f.status = moves[_i].from;
    e = machine_move(a, assignment_machine(), moves[_i].from, moves[_i].code, "a reason", assignment_judge,
                     &f, &m);
    if (moves[_i].to) {
        ck_assert_ptr_null(e);
        ck_assert_str_eq(m->to, moves[_i].to);
    } else {
        ck_assert_str_eq(e->code, "transition.unavailable");
    }
}
END_TEST

START_TEST(moves_back_and_out_need_a_reason)
{
    static const char *const need[][2] = {
        {"cleared", "reopen"}, {"active", "switchOnline"}, {"planned", "abort"}};
    const struct machine_move *m;

    for (size_t i = 0; i < LENGTH(need); i++)
        ck_assert_str_eq(machine_find(a, assignment_machine(), need[i][0], need[i][1], NULL, &m)->code,
                         "reason.required");
}
END_TEST

/* ---- who may travel ---- */

static const struct {
    const char *nationality, *permit, *basis, *paper;
    bool verified;
    int valid_days; /* from the return; 0: no end */
    const char *country;
    enum travel_verdict verdict;
} travellers[] = {
    {"NL", "dutch", NULL, "passport", true, 0, "SO", TRAVEL_OPEN},
    {"DE", NULL, NULL, NULL, true, 0, "SO", TRAVEL_OPEN},
    {"NL", "dutch", NULL, "passport", false, 0, "SO", TRAVEL_UNKNOWN},
    {"SO", "regularPermit", "work", "passport", true, 30, "SO", TRAVEL_OPEN},
    {"SO", "regularPermit", "work", "passport", true, 29, "SO", TRAVEL_TOO_SHORT},
    {"SO", "regularPermit", "family", "passport", true, 0, "SO", TRAVEL_OPEN},
    {"SO", "regularPermit", "work", "passport", false, 90, "SO", TRAVEL_UNKNOWN},
    {"SO", "none", NULL, "passport", true, 0, "SO", TRAVEL_UNKNOWN},
    {"SO", "asylumPermit", "asylum", "conventionTravelDocument", true, 90, "SO", TRAVEL_PROTECTED},
    {"SO", "asylumPermit", "asylum", "conventionTravelDocument", true, 90, "IQ", TRAVEL_PROTECTED},
    {"SO", "asylumPermit", "asylum", NULL, false, 90, "SO", TRAVEL_PROTECTED},
    {"SO", "regularPermit", "work", "conventionTravelDocument", true, 90, "SO", TRAVEL_PROTECTED},
    {"SO", "regularPermit", "work", "conventionTravelDocument", true, 90, "IQ", TRAVEL_OPEN},
    {"SO", NULL, NULL, NULL, true, 0, "SO", TRAVEL_UNKNOWN},
};

START_TEST(who_may_travel_comes_back)
{
    struct fact_traveller t = {.verified = travellers[_i].verified,
                               .nationalities = texts(travellers[_i].nationality),
                               .permit = travellers[_i].permit,
                               .basis = travellers[_i].basis,
                               .paper = travellers[_i].paper};

    if (travellers[_i].valid_days)
        t.valid_until = OPT_DATE(TODAY + travellers[_i].valid_days);
    ck_assert_int_eq(travel_judge(travel_rules_on(&travel_rules, TODAY), &t, travellers[_i].country, TODAY),
                     travellers[_i].verdict);
}
END_TEST

START_TEST(travel_rules_are_refused_when_they_lack_something)
{
    static const char *const bad[] = {
        "[]",
        "[{\"from\":\"2026-01-01\"}]",
        "[{\"from\":\"2026-01-01\",\"freeNationalities\":[\"NL\"],\"permits\":[\"p\"],\"asylum\":[\"a\"],"
        "\"daysAfterReturn\":30},"
        "{\"from\":\"2026-01-01\",\"freeNationalities\":[\"NL\"],\"permits\":[\"p\"],\"asylum\":[\"a\"],"
        "\"daysAfterReturn\":30}]",
    };
    struct travel_rules_set set;

    for (size_t i = 0; i < LENGTH(bad); i++)
        ck_assert_str_eq(travel_rules_make(a, parsed(bad[i]), &set)->code, "data.invalid");
}
END_TEST

/* ---- phases and journeys ---- */

START_TEST(kind_follows_from_the_phases)
{
    struct fact_phase two[] = {{.kind = "physical", .status = "planned"},
                               {.kind = "online", .status = "planned"}};

    ck_assert_str_eq(phases_kind(two, 2), "hybrid");
    ck_assert_str_eq(phases_kind(two, 1), "physical");
    ck_assert_str_eq(phases_kind(two + 1, 1), "online");
    two[0].status = "cancelled";
    ck_assert_str_eq(phases_kind(two, 2), "online");
    ck_assert_ptr_null(phases_kind(two, 1));
}
END_TEST

START_TEST(phase_days_are_in_order)
{
    struct fault_list faults = {0};

    rules_phase_days(a, TODAY, TODAY, "", &faults);
    rules_phase_days(a, TODAY, TODAY + PHASE_DAYS_MAX - 1, "", &faults);
    ck_assert_uint_eq(faults.n, 0);
    rules_phase_days(a, TODAY, TODAY - 1, "/phases/0", &faults);
    rules_phase_days(a, TODAY, TODAY + PHASE_DAYS_MAX, "", &faults);
    ck_assert_uint_eq(faults.n, 2);
    ck_assert_str_eq(faults.v[0].code, "dates.order");
    ck_assert_str_eq(faults.v[0].at, "/phases/0/endsOn");
    ck_assert_str_eq(faults.v[1].code, "phase.tooLong");
}
END_TEST

START_TEST(phases_change_until_they_are_over)
{
    static const char *const open[] = {"planned", "cleared", "active", "switchedOnline"};
    static const char *const shut[] = {"reporting", "evaluated", "closed", "aborted"};

    for (size_t i = 0; i < LENGTH(open); i++)
        ck_assert(rules_phases_open(open[i]));
    for (size_t i = 0; i < LENGTH(shut); i++)
        ck_assert(!rules_phases_open(shut[i]));
    ck_assert(rules_phase_changes("planned") && rules_phase_changes("suspended") &&
              rules_phase_changes("active"));
    ck_assert(!rules_phase_changes("done") && !rules_phase_changes("cancelled"));
    ck_assert(assignment_ended("closed") && assignment_ended("aborted") && !assignment_ended("evaluated"));
}
END_TEST

START_TEST(journey_follows_what_is_told)
{
    ck_assert_str_eq(rules_journey_scheduled("requested", true, false), "ticketed");
    ck_assert_str_eq(rules_journey_scheduled("ticketed", false, true), "ticketed");
    ck_assert_str_eq(rules_journey_scheduled("cleared", false, true), "ticketed");
    ck_assert_str_eq(rules_journey_scheduled("cleared", false, false), "cleared");
    ck_assert_ptr_null(rules_journey_scheduled("cancelled", true, false));
    ck_assert_ptr_null(rules_journey_scheduled("departed", false, false));
    ck_assert_str_eq(rules_journey_observed("assignment", "ticketed", "travel.movement.cleared"), "cleared");
    ck_assert_ptr_null(rules_journey_observed("assignment", "departed", "travel.movement.cleared"));
    /* What was observed counts also when it had been called off. */
    ck_assert_str_eq(rules_journey_observed("assignment", "cancelled", "travel.movement.departed"),
                     "departed");
    ck_assert_str_eq(rules_journey_observed("assignment", "departed", "travel.movement.arrived"), "arrived");
    ck_assert_ptr_null(rules_journey_observed("assignment", "refusedEntry", "travel.movement.arrived"));
    ck_assert_str_eq(rules_journey_observed("assignment", "cleared", "travel.passenger.noShow"), "noShow");
    ck_assert_str_eq(rules_journey_observed("assignment", "departed", "travel.passenger.refusedEntry"),
                     "refusedEntry");
    ck_assert_str_eq(rules_journey_observed("assignment", "cleared", "travel.passenger.deniedBoarding"),
                     "deniedBoarding");
    /* It has left without them; and of a mission others have left. */
    ck_assert_ptr_null(rules_journey_observed("assignment", "noShow", "travel.movement.departed"));
    ck_assert_ptr_null(rules_journey_observed("assignment", "deniedBoarding", "travel.movement.arrived"));
    ck_assert_ptr_null(rules_journey_observed("mission", "cleared", "travel.passenger.noShow"));
    ck_assert_str_eq(rules_journey_observed("mission", "cleared", "travel.movement.departed"), "departed");
    /* On board after all. */
    ck_assert_str_eq(rules_journey_resumed("noShow", "clearedToBoard"), "cleared");
    ck_assert_str_eq(rules_journey_resumed("deniedBoarding", "inTransit"), "departed");
    ck_assert_str_eq(rules_journey_resumed("noShow", "handedOver"), "arrived");
    ck_assert_str_eq(rules_journey_resumed("noShow", "draft"), "ticketed");
    ck_assert_ptr_null(rules_journey_resumed("refusedEntry", "departed"));
    ck_assert(rules_journey_failed("deniedBoarding") && !rules_journey_failed("departed"));
    ck_assert(rules_journey_open("cleared") && !rules_journey_open("departed") &&
              !rules_journey_open("cancelled"));
}
END_TEST

START_TEST(journey_days_are_before_the_phase_ends)
{
    ck_assert_ptr_null(rules_journey_days(a, TODAY, TODAY, TODAY));
    ck_assert_str_eq(rules_journey_days(a, TODAY, TODAY - 1, TODAY)->faults[0].code, "dates.order");
    ck_assert_str_eq(rules_journey_days(a, TODAY, TODAY + 1, TODAY)->faults[0].code, "days.phase");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("assignments");
    struct {
        const char *name;
        const TTest *test;
        int n;
    } cases[] = {
        {"guards", each_guard_is_met_and_unmet, LENGTH(spoilt)},
        {"online", online_phases_need_no_journey, 1},
        {"residence", residence_is_told_only_to_who_may_read_it, 1},
        {"insurance", insurances_cover_together, 1},
        {"moves", each_move_leads_where_it_is_drawn, LENGTH(moves)},
        {"reason", moves_back_and_out_need_a_reason, 1},
        {"may_travel", who_may_travel_comes_back, LENGTH(travellers)},
        {"travel_rules", travel_rules_are_refused_when_they_lack_something, 1},
        {"kind", kind_follows_from_the_phases, 1},
        {"days", phase_days_are_in_order, 1},
        {"changes", phases_change_until_they_are_over, 1},
        {"journey", journey_follows_what_is_told, 1},
        {"journey_days", journey_days_are_before_the_phase_ends, 1},
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        TCase *t = tcase_create(cases[i].name);

        tcase_add_checked_fixture(t, setup, teardown);
        tcase_add_loop_test(t, cases[i].test, 0, cases[i].n);
        suite_add_tcase(s, t);
    }
    return s;
}
