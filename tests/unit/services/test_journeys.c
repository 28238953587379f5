/* test_journeys.c - guards of the journey met and unmet; requests for one; what is told of a movement. */
#include <check.h>

#include "base/arena.h"
#include "base/str.h"
#include "cases/cases/store.h"
#include "cases/travel/rules.h"
#include "cases_fixture.h"
#include "unit.h"

#define HOUR ((int64_t)3600 * 1000000)

static struct cases_fixture f;
static struct fact_person persons[2];
static struct fact_traveller travellers[2];
static struct case_facts facts;

/* An adult from Somalia on the way to it, and where npersons says so a child; ticketed, two days before the
 * departure. */
static void setup(void)
{
    static const char *somali[] = {"SO"};

    cases_fixture_open(&f);
    for (size_t i = 0; i < LENGTH(persons); i++) {
        persons[i] = (struct fact_person){
            .id = {.b = {[15] = (uint8_t)(i + 1)}},
            .principal = i == 0,
            .birth_known = true,
            .birth_first = day(i == 0 ? "1994-03-01" : "2016-05-01"),
            .birth_last = day(i == 0 ? "1994-03-31" : "2016-05-31"),
            .nationalities = {.v = somali, .n = 1},
        };
        travellers[i] = (struct fact_traveller){.person_id = persons[i].id};
    }
    facts = (struct case_facts){
        .now_us = (int64_t)day("2026-05-30") * 24 * HOUR,
        .today = day("2026-05-30"),
        .status = "booked",
        .departure_on = OPT_DATE(day("2026-06-01")),
        .journey = {.there = true,
                    .ticketed = true,
                    .departs_us = OPT_I64((int64_t)day("2026-06-01") * 24 * HOUR),
                    .departs_on = OPT_DATE(day("2026-06-01")),
                    .arrives_on = OPT_DATE(day("2026-06-02")),
                    .destination = "SO"},
        .persons = persons,
        .npersons = 1,
        .travellers = travellers,
        .ntravellers = 1,
        .pack = packs_version(f.packs, "avrr", 2),
        .rulesets = f.rulesets,
    };
}

static void teardown(void)
{
    cases_fixture_close(&f);
}

static size_t unmet(const char *code, const char *params)
{
    struct unmet_list list = {0};

    guard_judge(f.a, guard_find(code), params ? json_of(f.a, params) : NULL, &facts, &list);
    for (size_t i = 0; i < list.n; i++)
        ck_assert_str_eq(list.v[i].code, code);
    return list.n;
}

START_TEST(ticketed_needs_a_journey_and_its_ticket)
{
    ck_assert_uint_eq(unmet("travel.ticketed", NULL), 0);
    facts.journey.ticketed = false;
    ck_assert_uint_eq(unmet("travel.ticketed", NULL), 1);
    facts.journey.there = false;
    ck_assert_uint_eq(unmet("travel.ticketed", NULL), 1);
}
END_TEST

START_TEST(departure_lies_within_the_hours)
{
    ck_assert_uint_eq(unmet("departure.within", "{'hours':72}"), 0);
    ck_assert_uint_eq(unmet("departure.within", "{'hours':48}"), 0);
    ck_assert_uint_eq(unmet("departure.within", "{'hours':47}"), 1);
    facts.journey.departs_us.set = false;
    ck_assert_uint_eq(unmet("departure.within", "{'hours':72}"), 1);
}
END_TEST

START_TEST(entry_is_a_nationals_or_a_visas_of_the_day_of_arrival)
{
    struct fact_document visa = {.person_id = OPT_UUID(persons[0].id),
                                 .kind = "visa",
                                 .status = "verified",
                                 .country = "KE",
                                 .valid_until = OPT_DATE(day("2026-06-02"))};

    ck_assert_uint_eq(unmet("visa.coversEntry", "{'kinds':['visa']}"), 0);
    facts.journey.destination = "KE";
    ck_assert_uint_eq(unmet("visa.coversEntry", "{'kinds':['visa']}"), 1);
    facts.documents = &visa;
    facts.ndocuments = 1;
    ck_assert_uint_eq(unmet("visa.coversEntry", "{'kinds':['visa']}"), 0);
    ck_assert_uint_eq(unmet("visa.coversEntry", "{'kinds':['residencePermit']}"), 1);
    visa.valid_until = OPT_DATE(day("2026-06-01")); /* the day of departure is not enough */
    ck_assert_uint_eq(unmet("visa.coversEntry", "{'kinds':['visa']}"), 1);
    visa.valid_until = OPT_DATE(day("2026-07-01"));
    visa.country = "ET";
    ck_assert_uint_eq(unmet("visa.coversEntry", "{'kinds':['visa']}"), 1);
    visa.country = "KE";
    visa.status = "received";
    ck_assert_uint_eq(unmet("visa.coversEntry", "{'kinds':['visa']}"), 1);
    facts.journey.destination = NULL;
    ck_assert_uint_eq(unmet("visa.coversEntry", "{'kinds':['visa']}"), 1);
}
END_TEST

START_TEST(fitness_is_asked_of_the_flagged_at_the_present_departure)
{
    ck_assert_uint_eq(unmet("medical.fitToTravel", "{'appliesTo':'flagged','maxAgeHours':72}"), 0);
    ck_assert_uint_eq(unmet("medical.fitToTravel", "{'appliesTo':'all','maxAgeHours':72}"), 1);
    travellers[0].medical = true;
    ck_assert_uint_eq(unmet("medical.fitToTravel", "{'appliesTo':'flagged','maxAgeHours':72}"), 1);
    travellers[0].fitness = "granted";
    travellers[0].fitness_us = facts.journey.departs_us.v - 72 * HOUR;
    ck_assert_uint_eq(unmet("medical.fitToTravel", "{'appliesTo':'flagged','maxAgeHours':72}"), 0);
    facts.journey.departs_us.v += HOUR; /* a delay */
    ck_assert_uint_eq(unmet("medical.fitToTravel", "{'appliesTo':'flagged','maxAgeHours':72}"), 1);
    facts.journey.departs_us.v -= HOUR;
    travellers[0].fitness = "refused";
    ck_assert_uint_eq(unmet("medical.fitToTravel", "{'appliesTo':'flagged','maxAgeHours':72}"), 1);
}
END_TEST

START_TEST(wish_of_a_child_is_with_who_speaks_for_it)
{
    struct fact_declaration d[2] = {{.person_id = persons[0].id, .kind = "return"},
                                    {.person_id = persons[1].id, .kind = "return", .withdrawn = true}};

    facts.npersons = 2;
    ck_assert(!fact_wishes(&facts, &persons[0]));
    facts.declarations = d;
    facts.ndeclarations = 1;
    ck_assert(fact_wishes(&facts, &persons[0]));
    ck_assert(fact_wishes(&facts, &persons[1]));
    facts.ndeclarations = 2; /* its own wish is withdrawn */
    ck_assert(!fact_wishes(&facts, &persons[1]));
    facts.ndeclarations = 1;
    persons[1].birth_first = persons[1].birth_last = day("2008-06-01"); /* of age on the day of the journey */
    ck_assert(!fact_wishes(&facts, &persons[1]));
    d[0].kind = "travel";
    ck_assert(fact_wishes(&facts, &persons[0]));
    d[0].withdrawn = true;
    ck_assert(!fact_wishes(&facts, &persons[0]));
    ck_assert_str_eq(rules_travel_wish(f.a, &facts, &persons[0].id, 1)->code, "guards.unmet");
}
END_TEST

START_TEST(journey_is_asked_for_where_the_programme_says)
{
    facts.status = "documents";
    ck_assert_ptr_null(rules_travel_ask(&facts));
    facts.status = "intake";
    ck_assert_str_eq(rules_travel_ask(&facts)->code, "travel.status");
    facts.pack = f.avrr;
    ck_assert_str_eq(rules_travel_ask(&facts)->code, "travel.programme");
    ck_assert(!rules_travel_ended(&facts, false));
    ck_assert(rules_travel_ended(&facts, true));
    facts.status = "withdrawn";
    ck_assert(rules_travel_ended(&facts, false));
}
END_TEST

START_TEST(minor_is_alone_without_anybody_of_age)
{
    ck_assert(!rules_travel_alone(&persons[1], persons, 2, facts.today));
    ck_assert(rules_travel_alone(&persons[1], &persons[1], 1, facts.today));
    ck_assert(!rules_travel_alone(&persons[0], persons, 1, facts.today));
}
END_TEST

static const struct {
    const char *status, *word, *next;
} words[] = {
    {"planned", "ready", "ready"},         {"ready", "ticketed", "ticketed"},
    {"ticketed", "cleared", "cleared"},    {"cleared", "departed", "departed"},
    {"departed", "arrived", "arrived"},    {"planned", "departed", "departed"},
    {"arrived", "departed", "arrived"},    {"cleared", "ticketed", "cleared"},
    {"ready", "cancelled", "cancelled"},   {"cleared", "cancelled", "cancelled"},
    {"departed", "cancelled", NULL},       {"cancelled", "ready", NULL},
    {"cancelled", "departed", "departed"}, {"cancelled", "arrived", "arrived"},
    {"cancelled", "cancelled", NULL},      {"superseded", "departed", NULL},
    {"planned", "nonsense", NULL},         {"ended", "departed", NULL},
};

START_TEST(word_moves_a_journey_on_and_never_back)
{
    const char *next = rules_journey_next(words[_i].status, words[_i].word);

    ck_assert_msg(str_eq(next, words[_i].next), "%s %s: %s", words[_i].status, words[_i].word,
                  next ? next : "-");
}
END_TEST

START_TEST(journey_reopens_to_its_ticket)
{
    ck_assert_str_eq(rules_journey_reopened("cleared", true), "ticketed");
    ck_assert_str_eq(rules_journey_reopened("cleared", false), "ready");
    ck_assert_str_eq(rules_journey_reopened("ready", false), "ready");
    ck_assert_str_eq(rules_journey_resumed("clearedToBoard", true), "cleared");
    ck_assert_str_eq(rules_journey_resumed("departed", true), "ticketed"); /* the departure follows */
    ck_assert_str_eq(rules_journey_resumed("draft", false), "ready");
    ck_assert_ptr_null(rules_travel_active("requested"));
    ck_assert_ptr_null(rules_travel_active("made"));
    ck_assert_str_eq(rules_travel_active("ended")->code, "travel.over");
    ck_assert_str_eq(rules_travel_active("cancelled")->code, "travel.over");
}
END_TEST

START_TEST(observation_is_open_from_anywhere_and_once)
{
    const struct pack_transition *departed = pack_transition(facts.pack, "departed"),
                                 *no_show = pack_transition(facts.pack, "noShow");

    facts.status = "intake";
    ck_assert(observation_open(&facts, departed));
    facts.status = "departed";
    ck_assert(!observation_open(&facts, departed));
    ck_assert(observation_open(&facts, no_show));
    facts.status = "reintegration"; /* long past it */
    ck_assert(!observation_open(&facts, departed));
    facts.status = "closed";
    ck_assert(!observation_open(&facts, departed));
}
END_TEST

static const struct {
    const char *body, *at, *code;
} terms[] = {
    {"{'origin':{'country':'NL'},'destination':{'country':'SO'},'earliest':'2026-06-01','latest':'2026-06-10'"
     "}",
     NULL, NULL},
    {"{'origin':{'country':'QQ'},'destination':{'country':'SO'},'earliest':'2026-06-01','latest':'2026-06-10'"
     "}",
     "/origin/country", "country.unknown"},
    {"{'origin':{'country':'NL'},'destination':{'country':'SO'},'earliest':'2026-05-29','latest':'2026-06-10'"
     "}",
     "/earliest", "travel.period"},
    {"{'origin':{'country':'NL'},'destination':{'country':'SO'},'earliest':'2026-06-01','latest':'2026-05-31'"
     "}",
     "/latest", "travel.period"},
    {"{'origin':{'country':'NL'},'destination':{'country':'SO'},'earliest':'2026-06-01','latest':'2026-06-10'"
     ",'persons':["
     "{'personId':'a'},{'personId':'a'}]}",
     "/persons/1/personId", "person.twice"},
};

START_TEST(terms_are_judged_all_at_once)
{
    struct fault_list faults = {0};
    err_t e;

    rules_travel_terms(f.a, json_of(f.a, terms[_i].body), facts.today, &faults);
    e = fault_list_err(f.a, &faults, ERR_INVALID, "request.invalid", "");
    if (!terms[_i].code)
        ck_assert_ptr_null(e);
    else
        ck_assert_ptr_nonnull(fault_at(e, terms[_i].at, terms[_i].code));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("journeys");
    TCase *t = tcase_create("journeys");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, ticketed_needs_a_journey_and_its_ticket);
    tcase_add_test(t, departure_lies_within_the_hours);
    tcase_add_test(t, entry_is_a_nationals_or_a_visas_of_the_day_of_arrival);
    tcase_add_test(t, fitness_is_asked_of_the_flagged_at_the_present_departure);
    tcase_add_test(t, wish_of_a_child_is_with_who_speaks_for_it);
    tcase_add_test(t, journey_is_asked_for_where_the_programme_says);
    tcase_add_test(t, minor_is_alone_without_anybody_of_age);
    tcase_add_loop_test(t, word_moves_a_journey_on_and_never_back, 0, LENGTH(words));
    tcase_add_test(t, journey_reopens_to_its_ticket);
    tcase_add_test(t, observation_is_open_from_anywhere_and_once);
    tcase_add_loop_test(t, terms_are_judged_all_at_once, 0, LENGTH(terms));
    suite_add_tcase(s, t);
    return s;
}
