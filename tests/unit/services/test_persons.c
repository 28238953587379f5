/* test_persons.c - rules of persons, their numbers and their codes. */
#include <check.h>

#include "base/arena.h"
#include "base/str.h"
#include "cases/persons/persons.h"
#include "cases/persons/rules.h"
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

static err_t judge(const char *person)
{
    struct fault_list faults = {0};

    rules_person(f.a, json_of(f.a, person), "", day("2026-03-17"), &faults);
    return fault_list_err(f.a, &faults, ERR_INVALID, "request.invalid", "");
}

START_TEST(eleven_test_finds_a_bsn_and_nothing_else)
{
    ck_assert(rules_is_bsn("111222333"));
    ck_assert(rules_is_bsn("111.222.333"));
    ck_assert(rules_is_bsn("123456782"));
    ck_assert(!rules_is_bsn("123456789"));
    ck_assert(!rules_is_bsn("000000000"));
    ck_assert(!rules_is_bsn("11122233"));
    ck_assert(rules_is_bsn("10000008")); /* eight digits: an old one without its leading zero */
    ck_assert(!rules_is_bsn("A11222333"));
    ck_assert(!rules_is_bsn("1112223334"));
}
END_TEST

static const struct {
    const char *value;
    bool personal;
} keys[] = {
    {"coa:zk-7f3e9a", false}, {"zk-000017", false},      {"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41", false},
    {"case/2026/17", false},  {"abcdef12", false},       {"111222333", true},
    {"coa:111222333", true},  {"coa:111-222-333", true}, {"1234567890", true},
    {"V1234567890", true},    {"v:1234567890", true},    {"P00482113", true},
    {"coa:NWL3B8R21", true},  {"SPECI2014", true},       {"A1234567", true},
    {"a1234567", false},      {"NOTICES", false},        {"ABCDEFGH1", false},
};

START_TEST(external_reference_shaped_like_personal_data_is_found)
{
    ck_assert_msg(rules_is_personal(keys[_i].value) == keys[_i].personal, "%s", keys[_i].value);
}
END_TEST

START_TEST(external_references_are_refused_with_their_place)
{
    err_t e = judge(
        "{'externalRefs':[{'organisation':'coa','value':'zk-1'},{'organisation':'coa','value':'1234567890'},"
        "{'organisation':'coa','value':'zk-1'}]}");

    ck_assert_uint_eq(e->nfaults, 2);
    ck_assert_ptr_nonnull(fault_at(e, "/externalRefs/1/value", "externalRef.personal"));
    ck_assert_ptr_nonnull(fault_at(e, "/externalRefs/2", "externalRef.repeated"));
}
END_TEST

START_TEST(person_as_expected_has_no_fault)
{
    ck_assert_ptr_null(
        judge("{'names':[{'given':'Asha','family':'','kind':'asOnDocument','script':'Latn'},"
              "{'given':'عائشة','family':'','kind':'otherScript','script':'Arab'}],"
              "'birthDate':{'value':'1994-03','estimated':false},'nationalities':['SO','XXA','XK'],"
              "'languages':[{'language':'so','preferred':true},{'language':'prs'},{'language':'fa-AF'},"
              "{'language':'az-Cyrl'}],"
              "'identifiers':[{'kind':'vNumber','number':'1234567890'},"
              "{'kind':'passport','number':'111222333','country':'US'}],"
              "'contactPoints':[{'kind':'mobile','value':'+31612345678','preferred':true},"
              "{'kind':'email','value':'asha@example.org'}]}"));
}
END_TEST

static const struct {
    const char *person, *at, *code;
} faults[] = {
    {"{'names':[{'given':'A','family':'','kind':'preferred','script':'Xxxx'}]}", "/names/0/script",
     "script.unknown"},
    {"{'names':[{'given':'A','family':'','kind':'asOnDocument','script':'Latn'},"
     "{'given':'B','family':'','kind':'asOnDocument','script':'Latn'}]}",
     "/names", "names.asOnDocument"},
    {"{'birthDate':{'value':'2025-02-29','estimated':false}}", "/birthDate/value", "date.missing"},
    {"{'birthDate':{'value':'2026-04','estimated':false}}", "/birthDate/value", "date.future"},
    {"{'birthDate':{'value':'1850','estimated':true}}", "/birthDate/value", "date.past"},
    {"{'nationalities':['SO','ZZ']}", "/nationalities/1", "nationality.unknown"},
    {"{'languages':[{'language':'qzz'}]}", "/languages/0/language", "language.unknown"},
    {"{'languages':[{'language':'az-Zzzx'}]}", "/languages/0/language", "language.unknown"},
    {"{'languages':[{'language':'so'},{'language':'so'}]}", "/languages/1/language", "language.repeated"},
    {"{'languages':[{'language':'so','preferred':true},{'language':'ar','preferred':true}]}", "/languages",
     "language.preferred"},
    {"{'identifiers':[{'kind':'passport','number':'111222333','country':'NL'}]}", "/identifiers/0/number",
     "identifier.personal"},
    {"{'identifiers':[{'kind':'coa','number':'111222333'}]}", "/identifiers/0/number", "identifier.personal"},
    {"{'identifiers':[{'kind':'vNumber','number':'12345'}]}", "/identifiers/0/number", "identifier.vNumber"},
    {"{'identifiers':[{'kind':'passport','number':'P1','country':'ZZ'}]}", "/identifiers/0/country",
     "country.unknown"},
    {"{'identifiers':[{'kind':'passport','number':'P1','issuedOn':'2026-02-02','expiresOn':'2026-02-01'}]}",
     "/identifiers/0/expiresOn", "dates.order"},
    {"{'contactPoints':[{'kind':'email','value':'nobody'}]}", "/contactPoints/0/value", "contactPoint.email"},
    {"{'contactPoints':[{'kind':'email','value':'a@b@example.org'}]}", "/contactPoints/0/value",
     "contactPoint.email"},
    {"{'contactPoints':[{'kind':'mobile','value':'0612345678'}]}", "/contactPoints/0/value",
     "contactPoint.phone"},
    {"{'contactPoints':[{'kind':'email','value':'a@example.org','zone':'Europe/Nowhere'}]}",
     "/contactPoints/0/zone", "zone.unknown"},
    {"{'contactPoints':[{'kind':'email','value':'a@example.org','safeHours':{'from':'09:00','until':'09:00'}}"
     "]}",
     "/contactPoints/0/safeHours", "safeHours.empty"},
    {"{'contactPoints':[{'kind':'email','value':'a@example.org','preferred':true},"
     "{'kind':'email','value':'b@example.org','preferred':true}]}",
     "/contactPoints", "contactPoint.preferred"},
    {"{'deceasedOn':'2026-03-18'}", "/deceasedOn", "date.future"},
};

START_TEST(person_that_is_not_valid_is_refused_with_its_place)
{
    err_t e = judge(faults[_i].person);

    ck_assert_msg(fault_at(e, faults[_i].at, faults[_i].code) != NULL, "%s", faults[_i].person);
    ck_assert_uint_eq(e->nfaults, 1);
}
END_TEST

START_TEST(residence_status_is_refused_for_country_and_number)
{
    struct fault_list list = {0};
    err_t e;

    rules_residence_status(f.a, json_of(f.a, "{'country':'ZZ','documentNumber':'111222333'}"), &list);
    e = fault_list_err(f.a, &list, ERR_INVALID, "request.invalid", "");
    ck_assert_ptr_nonnull(fault_at(e, "/country", "country.unknown"));
    ck_assert_ptr_nonnull(fault_at(e, "/documentNumber", "identifier.personal"));
}
END_TEST

START_TEST(numbers_are_compared_without_spaces_and_case)
{
    ck_assert_str_eq(rules_number_key(f.a, " p 0048-2113 "), "P00482113");
    ck_assert_str_eq(rules_number_key(f.a, "---"), "");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("persons");
    TCase *t = tcase_create("rules");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, eleven_test_finds_a_bsn_and_nothing_else);
    tcase_add_loop_test(t, external_reference_shaped_like_personal_data_is_found, 0, LENGTH(keys));
    tcase_add_test(t, external_references_are_refused_with_their_place);
    tcase_add_test(t, person_as_expected_has_no_fault);
    tcase_add_loop_test(t, person_that_is_not_valid_is_refused_with_its_place, 0, LENGTH(faults));
    tcase_add_test(t, residence_status_is_refused_for_country_and_number);
    tcase_add_test(t, numbers_are_compared_without_spaces_and_case);
    suite_add_tcase(s, t);
    return s;
}
