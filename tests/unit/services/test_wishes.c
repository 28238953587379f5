/* test_wishes.c - rules of declarations, authority checks, surrendered statuses, enquiries and requests for
 * disclosure. */
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/authority/rules.h"
#include "cases/declarations/rules.h"
#include "cases/disclosures/rules.h"
#include "cases/enquiries/rules.h"
#include "unit.h"

#define NOW_US 1773740000000000LL /* 2026-03-17 */
#define HOUR_US (3600 * DATE_US_PER_S)

static const char *codes_of(const struct fault *v, size_t n)
{
    struct buf b;

    buf_init(&b, unit_arena, 256);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%s", i > 0 ? " " : "", v[i].code);
    return buf_text(&b);
}

static const char *joined(struct text_array words)
{
    struct buf b;

    buf_init(&b, unit_arena, 64);
    for (size_t i = 0; i < words.n; i++)
        buf_printf(&b, "%s%s", i > 0 ? " " : "", words.v[i]);
    return buf_text(&b);
}

/* ---- declarations ---- */

static const struct {
    const char *body, *faults;
} declarations[] = {
    {"{\"method\":\"written\",\"signedAt\":\"2026-03-17T09:00:00Z\"}", ""},
    {"{\"method\":\"oral\",\"signedAt\":\"2026-03-17T09:00:00Z\"}", "declaration.oral declaration.oral"},
    {"{\"method\":\"oral\",\"interpreter\":\"I\",\"signedAt\":\"2026-03-17T09:00:00Z\"}", "declaration.oral"},
    {"{\"method\":\"oral\",\"interpreter\":\"I\",\"witness\":\"W\",\"signedAt\":\"2026-03-17T09:00:00Z\"}",
     ""},
    {"{\"method\":\"written\",\"signedAt\":\"2026-03-18T09:00:00Z\"}", "declaration.future"},
    {"{\"method\":\"written\",\"signedAt\":\"2026-03-17T09:00:00Z\",\"personId\":\"01939F3A-7c1e-7d52-9a3b-"
     "0c2f6d1e8a41\","
     "\"guardianId\":\"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41\"}",
     "declaration.guardian"},
};

START_TEST(a_declaration_is_signed_by_those_it_names)
{
    struct fault_list faults = {0};
    json_t *body;

    ck_assert_ptr_null(
        json_parse(unit_arena, declarations[_i].body, strlen(declarations[_i].body), 32, &body));
    rules_declaration_input(unit_arena, body, NOW_US, &faults);
    ck_assert_str_eq(codes_of(faults.v, faults.n), declarations[_i].faults);
}
END_TEST

START_TEST(nothing_stands_before_a_withdrawal_up_to_boarding)
{
    struct opt_i64 no = {0};

    ck_assert_ptr_null(rules_declaration_withdraw(no, "beforeBoarding"));
    ck_assert_ptr_null(rules_declaration_withdraw(no, "ended"));
    ck_assert_ptr_null(rules_declaration_withdraw(no, "closed"));
    ck_assert_str_eq(rules_declaration_withdraw(no, "afterBoarding")->code, "case.departed");
    ck_assert_str_eq(rules_declaration_withdraw(OPT_I64(NOW_US), "beforeBoarding")->code,
                     "declaration.withdrawn");
}
END_TEST

START_TEST(a_wish_is_signed_before_the_journey)
{
    ck_assert_ptr_null(rules_declaration_sign("beforeBoarding"));
    ck_assert_str_eq(rules_declaration_sign("afterBoarding")->code, "case.departed");
    ck_assert_str_eq(rules_declaration_sign("ended")->code, "case.ended");
    ck_assert_str_eq(rules_declaration_sign("closed")->code, "case.ended");
}
END_TEST

/* ---- authority checks ---- */

static const char *const check_states[] = {"notAsked", "asked", "noObjection", "objection", "expired"};
static const char *const check_actions[] = {"ask", "answer", "expire"};
static const bool check_allows[][3] = {{true, false, true},
                                       {false, true, true},
                                       {false, false, true},
                                       {false, false, true},
                                       {false, false, false}};

START_TEST(every_step_of_a_check_is_allowed_or_refused_as_drawn)
{
    for (size_t k = 0; k < LENGTH(check_actions); k++) {
        err_t err = rules_check_step(check_states[_i], check_actions[k]);

        ck_assert_msg((err == NULL) == check_allows[_i][k], "%s %s", check_states[_i], check_actions[k]);
        if (err)
            ck_assert_str_eq(err->code, "authority.state");
    }
}
END_TEST

static const char *to_ind[] = {"ind"};

static struct exchange_consent consent_of(int64_t person, bool there, const char *method)
{
    struct exchange_consent c = {.terms = {.purpose = "authorityExchange",
                                           .recipients = {.v = to_ind, .n = 1},
                                           .method = method,
                                           .given_us = NOW_US - HOUR_US}};

    c.person_id.b[15] = (uint8_t)person;
    if (there)
        c.consent_id = OPT_UUID(uuid_new(NOW_US));
    return c;
}

START_TEST(an_authority_is_asked_on_a_signed_consent_of_every_traveller)
{
    struct exchange_consent consents[] = {consent_of(1, true, "oral"), consent_of(1, true, "written"),
                                          consent_of(2, true, "written")};
    struct ask_facts f = {.status = "notAsked",
                          .authority = "ind",
                          .applied = true,
                          .phase = "beforeBoarding",
                          .consents = consents,
                          .nconsents = 3,
                          .now_us = NOW_US};
    struct uuid_array found;

    ck_assert_ptr_null(rules_check_ask(unit_arena, &f, &found));
    ck_assert_uint_eq(found.n, 2);
    ck_assert(uuid_eq(found.v[0], consents[1].consent_id.v));
    ck_assert(uuid_eq(found.v[1], consents[2].consent_id.v));
}
END_TEST

static const struct {
    const char *status, *authority, *phase, *method;
    bool applied, there;
    const char *code, *faults;
} asks[] = {
    {"asked", "ind", "beforeBoarding", "written", true, true, "authority.state", ""},
    {"notAsked", "ind", "beforeBoarding", "written", false, true, "guards.unmet", "application.signed"},
    {"notAsked", "ind", "ended", "written", true, true, "guards.unmet", "application.signed"},
    {"notAsked", "dtv", "beforeBoarding", "written", true, true, "guards.unmet", "consent.explicit"},
    {"notAsked", "ind", "beforeBoarding", "oral", true, true, "guards.unmet", "consent.explicit"},
    {"notAsked", "ind", "beforeBoarding", NULL, false, false, "guards.unmet",
     "application.signed consent.explicit"},
};

START_TEST(an_authority_is_not_asked_too_early_or_without_consent)
{
    struct exchange_consent c = consent_of(1, asks[_i].there, asks[_i].method);
    struct ask_facts f = {.status = asks[_i].status,
                          .authority = asks[_i].authority,
                          .applied = asks[_i].applied,
                          .phase = asks[_i].phase,
                          .consents = &c,
                          .nconsents = 1,
                          .now_us = NOW_US};
    struct uuid_array found;
    err_t err = rules_check_ask(unit_arena, &f, &found);

    ck_assert_str_eq(err->code, asks[_i].code);
    ck_assert_str_eq(codes_of(err->faults, err->nfaults), asks[_i].faults);
}
END_TEST

START_TEST(an_answer_comes_after_the_question)
{
    struct opt_i64 asked = OPT_I64(NOW_US - 2 * DATE_US_PER_DAY);
    struct opt_date none = {0};

    ck_assert_ptr_null(rules_check_answer(unit_arena, asked, NOW_US, none, NOW_US));
    ck_assert_ptr_null(
        rules_check_answer(unit_arena, asked, NOW_US, OPT_DATE(date_of_instant(NOW_US)), NOW_US));
    ck_assert_str_eq(
        rules_check_answer(unit_arena, asked, NOW_US - 4 * DATE_US_PER_DAY, none, NOW_US)->faults[0].code,
        "authority.answeredAt");
    ck_assert_str_eq(
        rules_check_answer(unit_arena, asked, NOW_US + DATE_US_PER_DAY, none, NOW_US)->faults[0].code,
        "authority.answeredAt");
    ck_assert_str_eq(
        rules_check_answer(unit_arena, asked, NOW_US, OPT_DATE(date_of_instant(NOW_US) - 1), NOW_US)
            ->faults[0]
            .code,
        "authority.expiresOn");
}
END_TEST

START_TEST(actions_of_a_check_follow_its_state)
{
    ck_assert_str_eq(joined(rules_check_actions(unit_arena, "notAsked")), "ask expire");
    ck_assert_str_eq(joined(rules_check_actions(unit_arena, "asked")), "answer expire");
    ck_assert_str_eq(joined(rules_check_actions(unit_arena, "expired")), "");
}
END_TEST

/* ---- surrendered statuses ---- */

static const char *const surrender_states[] = {"explained", "signed", "handedIn", "effective", "lapsed"};
static const char *const surrender_actions[] = {"sign", "handIn", "depart", "lapse"};
static const char *const surrender_leads[][4] = {{"signed", NULL, NULL, "lapsed"},
                                                 {NULL, "handedIn", NULL, "lapsed"},
                                                 {NULL, NULL, NULL, "lapsed"},
                                                 {NULL, NULL, NULL, NULL},
                                                 {NULL, NULL, NULL, NULL}};

START_TEST(every_step_of_a_surrender_is_allowed_or_refused_as_drawn)
{
    for (size_t k = 0; k < LENGTH(surrender_actions); k++) {
        const char *to = NULL;
        err_t err = rules_surrender_step(surrender_states[_i], surrender_actions[k], &to);

        if (surrender_leads[_i][k]) {
            ck_assert_ptr_null(err);
            ck_assert_str_eq(to, surrender_leads[_i][k]);
        } else {
            ck_assert_str_eq(err->code, "surrender.state");
        }
    }
}
END_TEST

START_TEST(nobody_makes_a_surrender_effective)
{
    ck_assert_str_eq(joined(rules_surrender_actions(unit_arena, "explained")), "sign lapse");
    ck_assert_str_eq(joined(rules_surrender_actions(unit_arena, "handedIn")), "lapse");
    ck_assert_str_eq(joined(rules_surrender_actions(unit_arena, "effective")), "");
}
END_TEST

/* ---- enquiries ---- */

START_TEST(an_enquiry_about_a_programme_is_recorded_by_its_staff)
{
    ck_assert_ptr_null(rules_enquiry(unit_arena, NULL, false, false, NOW_US, NOW_US));
    ck_assert_ptr_null(rules_enquiry(unit_arena, "avrr", true, true, NOW_US, NOW_US));
    ck_assert_str_eq(rules_enquiry(unit_arena, "avrr", true, false, NOW_US, NOW_US)->code,
                     "enquiry.programme");
    ck_assert_str_eq(rules_enquiry(unit_arena, "avrr", false, true, NOW_US, NOW_US)->faults[0].code,
                     "programme.unknown");
    ck_assert_str_eq(rules_enquiry(unit_arena, NULL, false, false, NOW_US + HOUR_US, NOW_US)->faults[0].code,
                     "enquiry.future");
}
END_TEST

/* ---- requests for disclosure ---- */

static const char *const disclosure_states[] = {"received", "legalReview", "refused", "granted"};
static const char *const disclosure_actions[] = {"review", "refuse", "grant"};
static const char *const disclosure_leads[][3] = {
    {"legalReview", NULL, NULL}, {NULL, "refused", "granted"}, {NULL, NULL, NULL}, {NULL, NULL, NULL}};

START_TEST(every_step_of_a_disclosure_is_allowed_or_refused_as_drawn)
{
    struct disclosure_facts f = {
        .status = disclosure_states[_i], .reviewer = "lena", .legal_ground = "art. 126nd", .decider = "omar"};

    for (size_t k = 0; k < LENGTH(disclosure_actions); k++) {
        const char *to = NULL;
        err_t err = rules_disclosure_step(&f, disclosure_actions[k], &to);

        if (disclosure_leads[_i][k]) {
            ck_assert_ptr_null(err);
            ck_assert_str_eq(to, disclosure_leads[_i][k]);
        } else {
            ck_assert_str_eq(err->code, "disclosure.state");
        }
    }
}
END_TEST

START_TEST(a_grant_has_a_ground_and_four_eyes)
{
    struct disclosure_facts f = {
        .status = "legalReview", .reviewer = "lena", .legal_ground = "art.", .decider = "lena"};
    const char *to;

    ck_assert_str_eq(rules_disclosure_step(&f, "grant", &to)->code, "disclosure.fourEyes");
    ck_assert_ptr_null(rules_disclosure_step(&f, "refuse", &to));
    ck_assert_str_eq(joined(rules_disclosure_actions(unit_arena, &f)), "refuse");
    f.decider = "omar";
    ck_assert_str_eq(joined(rules_disclosure_actions(unit_arena, &f)), "refuse grant");
    f.legal_ground = NULL;
    ck_assert_str_eq(rules_disclosure_step(&f, "grant", &to)->code, "disclosure.ground");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("wishes");

    UNIT_TABLE(s, "rules_declaration_input", declarations, a_declaration_is_signed_by_those_it_names);
    UNIT_CASE(s, "rules_declaration", nothing_stands_before_a_withdrawal_up_to_boarding,
              a_wish_is_signed_before_the_journey);
    UNIT_TABLE(s, "rules_check_step", check_states, every_step_of_a_check_is_allowed_or_refused_as_drawn);
    UNIT_CASE(s, "rules_check", an_authority_is_asked_on_a_signed_consent_of_every_traveller,
              an_answer_comes_after_the_question, actions_of_a_check_follow_its_state);
    UNIT_TABLE(s, "rules_check_ask", asks, an_authority_is_not_asked_too_early_or_without_consent);
    UNIT_TABLE(s, "rules_surrender_step", surrender_states,
               every_step_of_a_surrender_is_allowed_or_refused_as_drawn);
    UNIT_CASE(s, "rules_surrender_actions", nobody_makes_a_surrender_effective);
    UNIT_CASE(s, "rules_enquiry", an_enquiry_about_a_programme_is_recorded_by_its_staff);
    UNIT_TABLE(s, "rules_disclosure_step", disclosure_states,
               every_step_of_a_disclosure_is_allowed_or_refused_as_drawn);
    UNIT_CASE(s, "rules_disclosure", a_grant_has_a_ground_and_four_eyes);
    return s;
}
