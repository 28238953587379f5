/* test_eligibility.c - rule sets: in force by day, judged rule by rule. */
#include <check.h>

#include "base/arena.h"
#include "base/str.h"
#include "cases_fixture.h"
#include "unit.h"

static struct cases_fixture f;

static void setup(void)
{
    cases_fixture_open(&f);
}

static void teardown(void)
{
    cases_fixture_close(&f);
}

#define RULE "{'code':'one','stage':'application','pass':'yes','question':{'en':'?'}}"
#define SET(from, rule) "{'ruleSet':'x','from':'" from "','title':{'en':'x'},'rules':[" rule "]}"
#define LISTED                                                                                               \
    "{'code':'one','stage':'departure','nationality':{'list':'l','must':'listed'},'question':{'en':'?'}}"
#define LIST "[{'list':'l','rows':[{'nationality':'SO','from':'2020-01-01','until':'2020-12-31'}]}]"

static err_t make(const char *sets, const char *lists, struct rulesets **ret)
{
    return rulesets_make(f.a, json_of(f.a, sets), json_of(f.a, lists), ret);
}

START_TEST(version_in_force_is_the_last_that_has_begun)
{
    struct rulesets *all;

    ck_assert_ptr_null(make("[" SET("2020-01-01", RULE) "," SET("2024-01-01", RULE) "]", "[]", &all));
    ck_assert_ptr_null(rulesets_in_force(all, "x", day("2019-12-31")));
    ck_assert_int_eq(rulesets_in_force(all, "x", day("2020-01-01"))->from, day("2020-01-01"));
    ck_assert_int_eq(rulesets_in_force(all, "x", day("2023-12-31"))->from, day("2020-01-01"));
    ck_assert_int_eq(rulesets_in_force(all, "x", day("2026-01-01"))->from, day("2024-01-01"));
    ck_assert_ptr_nonnull(rulesets_version(all, "x", day("2024-01-01")));
    ck_assert_ptr_null(rulesets_version(all, "x", day("2023-01-01")));
    ck_assert(rulesets_known(all, "x"));
    ck_assert(!rulesets_known(all, "y"));
}
END_TEST

START_TEST(answer_passes_fails_or_says_nothing)
{
    const struct ruleset *set = rulesets_in_force(f.rulesets, "return", day("2026-03-17"));
    const struct rule *means = ruleset_rule(set, "lacksMeans");
    const struct rule *aided = ruleset_rule(set, "aidedDepartureInFiveYears");
    const struct applicants nobody = {0};

    ck_assert_int_eq(rule_judge(means, "yes", &nobody, 0), RULE_PASS);
    ck_assert_int_eq(rule_judge(means, "no", &nobody, 0), RULE_FAIL);
    ck_assert_int_eq(rule_judge(means, "unknown", &nobody, 0), RULE_UNKNOWN);
    ck_assert_int_eq(rule_judge(means, NULL, &nobody, 0), RULE_UNKNOWN);
    ck_assert_int_eq(rule_judge(aided, "no", &nobody, 0), RULE_PASS);
    ck_assert_int_eq(rule_judge(aided, "yes", &nobody, 0), RULE_FAIL);
}
END_TEST

START_TEST(outcome_of_all_is_the_worst_of_each)
{
    ck_assert_int_eq(rule_outcome_all(RULE_PASS, RULE_PASS), RULE_PASS);
    ck_assert_int_eq(rule_outcome_all(RULE_PASS, RULE_UNKNOWN), RULE_UNKNOWN);
    ck_assert_int_eq(rule_outcome_all(RULE_UNKNOWN, RULE_FAIL), RULE_FAIL);
    ck_assert_int_eq(rule_outcome_all(RULE_FAIL, RULE_PASS), RULE_FAIL);
    ck_assert_str_eq(rule_outcome_text(RULE_UNKNOWN), "unknown");
}
END_TEST

START_TEST(list_counts_on_the_days_of_its_rows)
{
    const char *somali[] = {"SO"}, *other[] = {"SO", "NG"}, *unknown[] = {"XXX"};
    struct applicants who = {.nationalities = {somali, 1}};
    struct rulesets *all;
    const struct rule *rule;

    ck_assert_ptr_null(make("[" SET("2020-01-01", LISTED) "]", LIST, &all));
    rule = &rulesets_in_force(all, "x", day("2020-06-01"))->rules[0];
    ck_assert_int_eq(rule_judge(rule, NULL, &who, day("2019-12-31")), RULE_FAIL);
    ck_assert_int_eq(rule_judge(rule, NULL, &who, day("2020-01-01")), RULE_PASS);
    ck_assert_int_eq(rule_judge(rule, "no", &who, day("2020-12-31")),
                     RULE_PASS); /* an answer changes nothing */
    ck_assert_int_eq(rule_judge(rule, NULL, &who, day("2021-01-01")), RULE_FAIL);
    who.nationalities = (struct text_array){other, 2};
    ck_assert_int_eq(rule_judge(rule, NULL, &who, day("2020-06-01")), RULE_FAIL);
    who.nationalities = (struct text_array){unknown, 1};
    ck_assert_int_eq(rule_judge(rule, NULL, &who, day("2020-06-01")), RULE_UNKNOWN);
    who = (struct applicants){.nationalities = {somali, 1}, .incomplete = true};
    ck_assert_int_eq(rule_judge(rule, NULL, &who, day("2020-06-01")), RULE_UNKNOWN);
    who = (struct applicants){0};
    ck_assert_int_eq(rule_judge(rule, NULL, &who, day("2020-06-01")), RULE_UNKNOWN);
}
END_TEST

START_TEST(return_set_asks_what_the_domain_asks)
{
    const struct ruleset *set = rulesets_in_force(f.rulesets, "return", day("2026-03-17"));
    const char *german[] = {"DE"}, *british[] = {"GB"};
    const struct rule *nationality = ruleset_rule(set, "nationalityNotExcluded");
    const struct applicants de = {.nationalities = {german, 1}}, gb = {.nationalities = {british, 1}};

    ck_assert_uint_eq(set->nrules, 9);
    ck_assert_int_eq(rule_judge(nationality, NULL, &de, day("2026-03-17")), RULE_FAIL);
    ck_assert_int_eq(rule_judge(nationality, NULL, &gb, day("2019-03-17")), RULE_FAIL);
    ck_assert_int_eq(rule_judge(nationality, NULL, &gb, day("2026-03-17")), RULE_PASS);
    ck_assert(!ruleset_rule(set, "noObjectionOfState")->at_application);
    ck_assert_ptr_nonnull(rulesets_in_force(f.rulesets, "reintegration", day("2026-03-17")));
}
END_TEST

static const struct {
    const char *sets, *lists, *at;
} faults[] = {
    {"[{'ruleSet':'x','from':'2020-01-01','title':{'en':'x'},'rules':[]}]", "[]", "/sets/0"},
    {"[{'ruleSet':'x','from':'2020-13-01','title':{'en':'x'},'rules':[" RULE "]}]", "[]", "/sets/0/from"},
    {"[" SET("2020-01-01", RULE) "," SET("2020-01-01", RULE) "]", "[]", "/sets/1/from"},
    {"[" SET("2020-01-01", RULE "," RULE) "]", "[]", "/sets/0/rules/1/code"},
    {"[" SET("2020-01-01", "{'code':'one','stage':'later','pass':'yes','question':{'en':'?'}}") "]", "[]",
     "/sets/0/rules/0/stage"},
    {"[" SET("2020-01-01", "{'code':'one','stage':'departure','pass':'yes','question':{'nl':'?'}}") "]", "[]",
     "/sets/0/rules/0/question/en"},
    {"[" SET("2020-01-01", "{'code':'one','stage':'departure','pass':'maybe','question':{'en':'?'}}") "]",
     "[]", "/sets/0/rules/0/pass"},
    {"[" SET("2020-01-01", "{'code':'one','stage':'departure','question':{'en':'?'}}") "]", "[]",
     "/sets/0/rules/0"},
    {"[" SET("2020-01-01", LISTED) "]", "[]", "/sets/0/rules/0/nationality/list"},
    {"[]", "[{'list':'l','rows':[{'nationality':'ZZ','from':'2020-01-01'}]}]", "/lists/0/rows/0/nationality"},
    {"[]", "[{'list':'l','rows':[{'nationality':'SO'}]}]", "/lists/0/rows/0/from"},
    {"[]", "[{'list':'l','rows':[{'nationality':'SO','from':'2020-01-01','until':'x'}]}]",
     "/lists/0/rows/0/until"},
};

START_TEST(rule_set_that_is_not_valid_is_refused_with_its_place)
{
    struct rulesets *all;
    err_t e = make(faults[_i].sets, faults[_i].lists, &all);

    ck_assert_msg(fault_at(e, faults[_i].at, "ruleSet.invalid") != NULL, "%s", faults[_i].at);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("eligibility");
    TCase *t = tcase_create("rules");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, version_in_force_is_the_last_that_has_begun);
    tcase_add_test(t, answer_passes_fails_or_says_nothing);
    tcase_add_test(t, outcome_of_all_is_the_worst_of_each);
    tcase_add_test(t, list_counts_on_the_days_of_its_rows);
    tcase_add_test(t, return_set_asks_what_the_domain_asks);
    tcase_add_loop_test(t, rule_set_that_is_not_valid_is_refused_with_its_place, 0, LENGTH(faults));
    suite_add_tcase(s, t);
    return s;
}
