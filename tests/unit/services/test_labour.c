/* test_labour.c - rules of the profile: what a claim says, who changes it, what makes it certain; the list of
 * occupations. */
#include <check.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/profiles/occupations.h"
#include "cases/profiles/rules.h"
#include "cases_fixture.h"
#include "unit.h"

static struct cases_fixture f;
static struct occupations *occupations;

static void setup(void)
{
    cases_fixture_open(&f);
    ck_assert_ptr_null(
        occupations_load(f.a, arena_printf(f.a, "%s/profiles", getenv("CASES_DATA")), &occupations));
}

static void teardown(void)
{
    cases_fixture_close(&f);
}

START_TEST(isco_has_all_its_groups)
{
    ck_assert_uint_eq(occupations_count(occupations, 1), 10);
    ck_assert_uint_eq(occupations_count(occupations, 2), 43);
    ck_assert_uint_eq(occupations_count(occupations, 3), 130);
    ck_assert_uint_eq(occupations_count(occupations, 4), 436);
}
END_TEST

static const struct {
    const char *code;
    bool known;
} codes[] = {
    {"7531", true}, {"753", true}, {"75", true},    {"7", true},      {"0110", true},
    {"9629", true}, {"2", true},   {"7599", false}, {"759", false},   {"0", true},
    {"04", false},  {"76", false}, {"", false},     {"75310", false}, {"9999", false},
};

START_TEST(an_occupation_is_a_unit_group_or_one_above_it)
{
    ck_assert_msg(occupation_known(occupations, codes[_i].code) == codes[_i].known, "%s", codes[_i].code);
}
END_TEST

static const struct {
    const char *kind, *details;
    const char *at, *code; /* NULL: nothing is wrong */
} details[] = {
    {"education", "{'title':'Diploma','level':3,'country':'ER','from':'2012','until':'2014-06'}", NULL, NULL},
    {"education", "{'level':3}", "/education/title", "claim.incomplete"},
    {"education", "{'title':null}", "/education/title", "claim.incomplete"},
    {"education", "{'title':'x','country':'QQ'}", "/education/country", "country.unknown"},
    {"education", "{'title':'x','from':'2014','until':'2012'}", "/education/until", "claim.period"},
    {"education", "{'title':'x','from':'2014-06','until':'2014'}", NULL, NULL}, /* as far as both say it */
    {"education", "{'title':'x','from':'2014-06','until':'2014-05'}", "/education/until", "claim.period"},
    {"education", "{'title':'x','from':'2026-04'}", "/education/from", "claim.future"},
    {"education", "{'title':'x','from':'2026-03','until':'2028'}", NULL, NULL},
    {"employment", "{'title':'Dressmaker','iscoCode':'7531'}", NULL, NULL},
    {"employment", "{'iscoCode':'7531'}", "/employment/title", "claim.incomplete"},
    {"employment", "{'title':'x','iscoCode':'7599'}", "/employment/iscoCode", "isco.unknown"},
    {"employment", "{'title':'x','escoUri':'http://x'}", "/employment/escoVersion", "esco.version"},
    {"skill", "{'title':'Sewing','escoVersion':'1.2'}", "/skill/escoUri", "esco.version"},
    {"skill", "{'title':'Sewing'}", NULL, NULL},
    {"skill", "{}", "/skill/title", "claim.incomplete"},
    {"language", "{'language':'nl','reading':'A1'}", NULL, NULL},
    {"language", "{'reading':'A1'}", "/language/language", "claim.incomplete"},
    {"language", "{'language':'qqq'}", "/language/language", "language.unknown"},
};

START_TEST(a_claim_says_enough_and_nothing_impossible)
{
    struct claim_facts facts = {.occupations = occupations, .today = day("2026-03-17")};
    struct fault_list faults = {0};

    rules_claim_details(f.a, &facts, details[_i].kind, json_of(f.a, details[_i].details), &faults);
    if (!details[_i].at) {
        ck_assert_uint_eq(faults.n, 0);
        return;
    }
    ck_assert_uint_eq(faults.n, 1);
    ck_assert_str_eq(faults.v[0].at, details[_i].at);
    ck_assert_str_eq(faults.v[0].code, details[_i].code);
}
END_TEST

START_TEST(a_claim_is_of_one_kind)
{
    struct fault_list faults = {0};

    rules_claim_kind(f.a, "skill", json_of(f.a, "{'skill':{}}"), true, &faults);
    rules_claim_kind(f.a, "skill", json_of(f.a, "{}"), false, &faults);
    ck_assert_uint_eq(faults.n, 0);
    rules_claim_kind(f.a, "skill", json_of(f.a, "{}"), true, &faults);
    rules_claim_kind(f.a, "skill", json_of(f.a, "{'skill':{},'language':{}}"), true, &faults);
    ck_assert_uint_eq(faults.n, 2);
    ck_assert_str_eq(faults.v[0].at, "/skill");
    ck_assert_str_eq(faults.v[1].at, "/language");
    ck_assert_str_eq(faults.v[1].code, "claim.kind");
}
END_TEST

/* ---- who ---- */

static const struct claim_actor iom = {.owner = true, .author = true, .writes = true};
static const struct claim_actor iom_of_theirs = {.owner = true, .writes = true};
static const struct claim_actor partner = {.author = true, .writes = true};
static const struct claim_actor partner_of_ours = {.writes = true};

static const char *code_of(err_t e)
{
    return e ? e->code : "";
}

static const struct {
    const struct claim_actor *who;
    const char *level;
    bool withdrawn, details, words;
    const char *code;
} changes[] = {
    {&iom, "declared", false, true, true, ""},
    {&iom, "documented", false, true, true, ""},
    {&iom, "tested", false, true, false, "claim.verified"},
    {&iom, "confirmed", false, true, false, "claim.verified"},
    {&iom, "confirmed", false, false, true, ""},
    {&iom, "declared", true, false, false, "claim.withdrawn"},
    {&iom_of_theirs, "declared", false, false, false, ""},
    {&iom_of_theirs, "declared", false, true, false, "claim.author"},
    {&iom_of_theirs, "declared", false, false, true, "claim.author"},
    {&partner, "declared", false, true, true, ""},
    {&partner, "confirmed", false, true, true, "claim.verified"},
    {&partner, "declared", true, true, true, "claim.withdrawn"},
    {&partner_of_ours, "declared", false, false, false, "claim.author"},
};

START_TEST(a_claim_is_changed_by_who_made_it)
{
    struct claim_state c = {.level = changes[_i].level, .withdrawn = changes[_i].withdrawn};

    ck_assert_str_eq(code_of(rules_claim_change(&c, changes[_i].who, changes[_i].details, changes[_i].words)),
                     changes[_i].code);
}
END_TEST

START_TEST(a_claim_is_withdrawn_once_by_its_author_or_the_cases_organisation)
{
    struct claim_state c = {.level = "confirmed"};

    ck_assert_ptr_null(rules_claim_withdraw(&c, &iom));
    ck_assert_ptr_null(rules_claim_withdraw(&c, &iom_of_theirs));
    ck_assert_ptr_null(rules_claim_withdraw(&c, &partner));
    ck_assert_str_eq(code_of(rules_claim_withdraw(&c, &partner_of_ours)), "claim.author");
    c.withdrawn = true;
    ck_assert_str_eq(code_of(rules_claim_withdraw(&c, &iom)), "claim.withdrawn");
}
END_TEST

static const struct {
    const struct claim_actor *who;
    const char *level;
    bool document, withdrawn;
    const char *dated, *code, *fault;
} evidence[] = {
    {&iom, "tested", false, false, "2026-03-17", "", NULL},
    {&iom_of_theirs, "documented", true, false, NULL, "", NULL},
    {&partner, "documented", false, false, NULL, "", NULL},
    {&partner_of_ours, "documented", false, false, NULL, "", NULL},
    {&partner, "tested", false, false, NULL, "evidence.level", NULL},
    {&partner, "documented", true, false, NULL, "request.invalid", "evidence.document"},
    {&iom, "documented", false, false, "2026-03-18", "request.invalid", "evidence.future"},
    {&iom, "documented", false, true, NULL, "claim.withdrawn", NULL},
};

START_TEST(evidence_is_documented_by_all_and_tested_by_the_cases_organisation)
{
    struct claim_state c = {.level = "declared", .withdrawn = evidence[_i].withdrawn};
    struct evidence_terms t = {.level = evidence[_i].level, .document = evidence[_i].document};
    err_t e;

    if (evidence[_i].dated)
        t.dated_on = OPT_DATE(day(evidence[_i].dated));
    e = rules_evidence(f.a, &c, evidence[_i].who, &t, day("2026-03-17"));
    ck_assert_str_eq(code_of(e), evidence[_i].code);
    if (evidence[_i].fault)
        ck_assert_str_eq(e->faults[0].code, evidence[_i].fault);
}
END_TEST

static const struct {
    const struct claim_actor *who;
    bool evidence_owner;
    const char *level;
    bool withdrawn;
    const char *code;
} confirmations[] = {
    {&iom, true, "documented", false, ""},
    {&iom, false, "documented", false, ""},
    {&iom_of_theirs, false, "tested", false, ""},
    {&partner_of_ours, true, "documented", false, ""},
    {&partner_of_ours, false, "documented", false, "claim.confirmer"},
    {&partner, true, "documented", false, "claim.confirmer"},
    {&iom, true, "confirmed", false, "claim.confirmed"},
    {&iom, true, "documented", true, "claim.withdrawn"},
};

START_TEST(nobody_but_the_cases_organisation_confirms_what_it_claimed_itself)
{
    struct claim_state c = {.level = confirmations[_i].level, .withdrawn = confirmations[_i].withdrawn};

    ck_assert_str_eq(
        code_of(rules_claim_confirm(&c, confirmations[_i].who, confirmations[_i].evidence_owner)),
        confirmations[_i].code);
}
END_TEST

static const char *actions_of(const struct claim_actor *who, const char *level, bool withdrawn)
{
    struct claim_state c = {.level = level, .withdrawn = withdrawn};
    struct text_array actions = rules_claim_actions(f.a, &c, who);
    struct buf b;

    buf_init(&b, f.a, 64);
    for (size_t i = 0; i < actions.n; i++)
        buf_printf(&b, "%s%s", i > 0 ? " " : "", actions.v[i]);
    return buf_text(&b);
}

START_TEST(allowed_actions_are_those_of_the_reader)
{
    ck_assert_str_eq(actions_of(&iom, "declared", false), "patch withdraw addEvidence");
    ck_assert_str_eq(actions_of(&iom, "documented", false), "patch withdraw addEvidence confirm");
    ck_assert_str_eq(actions_of(&iom, "confirmed", false), "patch withdraw addEvidence");
    ck_assert_str_eq(actions_of(&partner, "documented", false), "patch withdraw addEvidence");
    ck_assert_str_eq(actions_of(&partner_of_ours, "documented", false), "addEvidence confirm");
    ck_assert_str_eq(actions_of(&iom, "documented", true), "");
    ck_assert_str_eq(actions_of(&(struct claim_actor){.owner = true, .author = true}, "documented", false),
                     "");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("labour");
    TCase *t = tcase_create("profiles");

    tcase_add_unchecked_fixture(t, setup, teardown); /* nothing of it is changed */
    tcase_add_test(t, isco_has_all_its_groups);
    tcase_add_loop_test(t, an_occupation_is_a_unit_group_or_one_above_it, 0, LENGTH(codes));
    tcase_add_loop_test(t, a_claim_says_enough_and_nothing_impossible, 0, LENGTH(details));
    tcase_add_test(t, a_claim_is_of_one_kind);
    tcase_add_loop_test(t, a_claim_is_changed_by_who_made_it, 0, LENGTH(changes));
    tcase_add_test(t, a_claim_is_withdrawn_once_by_its_author_or_the_cases_organisation);
    tcase_add_loop_test(t, evidence_is_documented_by_all_and_tested_by_the_cases_organisation, 0,
                        LENGTH(evidence));
    tcase_add_loop_test(t, nobody_but_the_cases_organisation_confirms_what_it_claimed_itself, 0,
                        LENGTH(confirmations));
    tcase_add_test(t, allowed_actions_are_those_of_the_reader);
    suite_add_tcase(s, t);
    return s;
}
