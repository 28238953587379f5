/* test_referrals.c - rules of referrals: what may be referred, who decides when, and the bytes that are
 * handed over. */
#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/persons/rules.h"
#include "cases/referrals/rules.h"
#include "unit.h"

#define NOW_US 1773740000000000LL /* 2026-03-17 */

static const struct referral_reader sender = {.sender = true, .creates = true, .decides = true};
static const struct referral_reader addressee = {.addressee = true, .creates = true, .decides = true};

/* ---- states: every action from every state, by either side ---- */

static const char *const states[] = {"inProgress", "accepted", "rejected", "revoked", "done"};
static const char *const actions[] = {"accept", "reject", "complete", "revoke", "correct"};
/* Where an action leads, by state and action; NULL: refused. */
static const char *const leads[][LENGTH(actions)] = {
    {"accepted", "rejected", NULL, "revoked", "inProgress"},
    {NULL, NULL, "done", "revoked", NULL},
    {NULL, NULL, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

START_TEST(every_step_is_allowed_or_refused_as_drawn)
{
    const char *state = states[_i];

    for (size_t k = 0; k < LENGTH(actions); k++) {
        bool senders = str_eq(actions[k], "revoke") || str_eq(actions[k], "correct");
        const char *to = NULL;
        err_t err = rules_referral_step(state, actions[k], senders ? &sender : &addressee, &to);

        if (leads[_i][k]) {
            ck_assert_ptr_null(err);
            ck_assert_str_eq(to, leads[_i][k]);
        } else {
            ck_assert_str_eq(err->code, "referral.state");
            ck_assert_int_eq(err->kind, ERR_CONFLICT);
        }
    }
}
END_TEST

START_TEST(the_addressee_decides_and_never_the_sender)
{
    for (size_t k = 0; k < 3; k++) {
        err_t err = rules_referral_step("inProgress", actions[k], &sender, NULL);

        ck_assert_str_eq(err->code, "referral.addressee");
        ck_assert_int_eq(err->kind, ERR_DENIED);
    }
    ck_assert_str_eq(rules_referral_matches(&sender)->code, "referral.addressee");
    ck_assert_ptr_null(rules_referral_matches(&addressee));
}
END_TEST

START_TEST(only_the_sender_takes_back_or_corrects)
{
    ck_assert_str_eq(rules_referral_step("inProgress", "revoke", &addressee, NULL)->code, "referral.sender");
    ck_assert_str_eq(rules_referral_step("inProgress", "correct", &addressee, NULL)->code, "referral.sender");
}
END_TEST

static const char *joined(struct text_array words)
{
    struct buf b;

    buf_init(&b, unit_arena, 64);
    for (size_t i = 0; i < words.n; i++)
        buf_printf(&b, "%s%s", i > 0 ? " " : "", words.v[i]);
    return buf_text(&b);
}

START_TEST(allowed_actions_follow_state_side_and_scope)
{
    struct referral_reader poor = {.addressee = true};

    ck_assert_str_eq(joined(rules_referral_actions(unit_arena, "inProgress", &addressee)), "accept reject");
    ck_assert_str_eq(joined(rules_referral_actions(unit_arena, "inProgress", &sender)), "revoke correct");
    ck_assert_str_eq(joined(rules_referral_actions(unit_arena, "accepted", &addressee)), "complete");
    ck_assert_str_eq(joined(rules_referral_actions(unit_arena, "accepted", &sender)), "revoke");
    ck_assert_str_eq(joined(rules_referral_actions(unit_arena, "rejected", &addressee)), "");
    ck_assert_str_eq(joined(rules_referral_actions(unit_arena, "inProgress", &poor)), "");
}
END_TEST

/* ---- input ---- */

#define CONSENT                                                                                              \
    "'consent':{'given':'explicit','givenAt':'2026-03-16T10:05:00Z','method':'written','language':'so',"     \
    "'noticeVersion':'coa-1','recipients':['iom']}"
#define PERSON                                                                                               \
    "'person':{'names':[{'given':'Asha','family':'Warsame','kind':'asOnDocument','script':'Latn'}]}"
#define PRINCIPAL "{'role':'principal'," PERSON "," CONSENT "}"
#define BODY(key, persons)                                                                                   \
    "{'toOrganisation':'iom','externalRef':'" key                                                            \
    "','programme':'avrr','reason':'Asked.','persons':[" persons "]}"

static json_t *parsed(const char *text)
{
    char *s = arena_strdup(unit_arena, text);
    json_t *j;

    for (char *p = s; *p; p++) {
        if (*p == '\'')
            *p = '"';
    }
    ck_assert_ptr_null(json_parse(unit_arena, s, strlen(s), 32, &j));
    return j;
}

/* Codes of the faults, each with its pointer. */
static const char *judged(const char *text, const char *from, bool programme_known)
{
    struct referral_facts facts = {.from_organisation = from,
                                   .programme_known = programme_known,
                                   .today = date_of_instant(NOW_US),
                                   .now_us = NOW_US};
    struct fault_list faults = {0};
    struct buf b;
    rules_referral_input(unit_arena, parsed(text), &facts, &faults);
    buf_init(&b, unit_arena, 256);
    for (size_t i = 0; i < faults.n; i++)
        buf_printf(&b, "%s%s %s", i > 0 ? "; " : "", faults.v[i].at, faults.v[i].code);
    return buf_text(&b);
}

START_TEST(a_sound_referral_has_no_faults)
{
    ck_assert_str_eq(judged(BODY("coa:zk-7f3e9a", PRINCIPAL), "coa", true), "");
}
END_TEST

START_TEST(all_faults_are_reported_at_once)
{
    const char *faults = judged(BODY("123456782", PRINCIPAL "," PRINCIPAL), "iom", false);

    ck_assert_str_eq(faults, "/externalRef externalRef.personal; /toOrganisation referral.self; "
                             "/programme programme.unknown; /persons referral.principal");
}
END_TEST

static const struct {
    const char *body, *faults;
} inputs[] = {
    {BODY("k", "{'role':'member'," PERSON "," CONSENT "}"), "/persons referral.principal"},
    {BODY("k", "{'role':'principal'," PERSON
               ",'consent':{'given':'explicit','givenAt':'2026-03-16T10:05:00Z','method':'written',"
               "'language':'so','noticeVersion':'1','recipients':['iom','uaf']}}"),
     "/persons/0/consent/recipients consent.coverage"},
    {BODY("k", "{'role':'principal'," PERSON
               ",'consent':{'given':'explicit','givenAt':'2026-03-16T10:05:00Z','method':'written',"
               "'language':'so','noticeVersion':'1','recipients':['uaf']}}"),
     "/persons/0/consent/recipients consent.coverage"},
    {BODY("k", "{'role':'principal'," PERSON
               ",'consent':{'given':'guardian','givenAt':'2027-03-16T10:05:00Z','method':'oral',"
               "'language':'so','noticeVersion':'1','recipients':['iom']}}"),
     "/persons/0/consent/givenBy consent.givenBy; /persons/0/consent/witness consent.witness; "
     "/persons/0/consent/givenAt consent.future"},
    {BODY("k", "{'role':'principal','person':{'names':[{'given':'A','family':'','kind':'asOnDocument','"
               "script':'Latn'}],"
               "'externalRefs':[{'organisation':'uaf','value':'x-1'}]}," CONSENT "}"),
     "/persons/0/person/externalRefs/0/organisation referral.foreignRef"},
};

START_TEST(what_a_schema_cannot_say_is_refused)
{
    ck_assert_str_eq(judged(inputs[_i].body, "coa", true), inputs[_i].faults);
}
END_TEST

/* ---- external references ---- */

static const struct {
    const char *value;
    bool personal;
} refs[] = {
    {"123456782", true},     /* a BSN by the eleven-test */
    {"1234.56.782", true},   /* the same, as it is written */
    {"coa:123456782", true}, /* behind a prefix */
    {"123456789", false},    /* nine digits that are none */
    {"2712345678", true},    /* V-number */
    {"V2712345678", true},
    {"NX8H2K4L7", true}, /* Dutch passport */
    {"P1234567", true},  /* travel document */
    {"coa:zk-7f3e9a", false},
    {"zk-000123", false},
    {"01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41", false}, /* a UUID */
};

START_TEST(keys_shaped_like_personal_data_are_told_apart)
{
    ck_assert_msg(rules_is_personal(refs[_i].value) == refs[_i].personal, "%s", refs[_i].value);
}
END_TEST

/* ---- the handover ---- */

START_TEST(the_same_content_gives_the_same_bytes)
{
    const char *one = referral_handover_bytes(unit_arena, "coa", parsed(BODY("k", PRINCIPAL)));
    const char *other =
        referral_handover_bytes(unit_arena, "coa",
                                parsed("{'persons':[{" CONSENT "," PERSON
                                       ",'role':'principal'}],'urgency':'normal','programme':'avrr',"
                                       "'reason':'Asked.','externalRef':'k','toOrganisation':'iom'}"));

    ck_assert_str_eq(one, other);
    ck_assert_ptr_nonnull(strstr(one, "\"fromOrganisation\":\"coa\""));
}
END_TEST

START_TEST(other_content_gives_other_bytes)
{
    const char *one = referral_handover_bytes(unit_arena, "coa", parsed(BODY("k", PRINCIPAL)));

    ck_assert_str_ne(one, referral_handover_bytes(unit_arena, "coa", parsed(BODY("l", PRINCIPAL))));
    ck_assert_str_ne(one, referral_handover_bytes(unit_arena, "uaf", parsed(BODY("k", PRINCIPAL))));
}
END_TEST

/* ---- matches ---- */

START_TEST(a_match_is_explained_and_never_above_100)
{
    struct match_facts all = {true, true, true, true}, name = {.name = true};

    ck_assert_int_eq(rules_match_score(&all), 100);
    ck_assert_int_eq(rules_match_score(&name), 40);
    ck_assert_str_eq(joined(rules_match_reasons(unit_arena, &all)), "identifier name birthDate nationality");
    ck_assert_str_eq(joined(rules_match_reasons(unit_arena, &name)), "name");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("referrals");

    UNIT_TABLE(s, "rules_referral_step table", states, every_step_is_allowed_or_refused_as_drawn);
    UNIT_CASE(s, "rules_referral_step", the_addressee_decides_and_never_the_sender,
              only_the_sender_takes_back_or_corrects);
    UNIT_CASE(s, "rules_referral_actions", allowed_actions_follow_state_side_and_scope);
    UNIT_CASE(s, "rules_referral_input", a_sound_referral_has_no_faults, all_faults_are_reported_at_once);
    UNIT_TABLE(s, "rules_referral_input table", inputs, what_a_schema_cannot_say_is_refused);
    UNIT_TABLE(s, "rules_is_personal", refs, keys_shaped_like_personal_data_are_told_apart);
    UNIT_CASE(s, "referral_handover_bytes", the_same_content_gives_the_same_bytes,
              other_content_gives_other_bytes);
    UNIT_CASE(s, "rules_match", a_match_is_explained_and_never_above_100);
    return s;
}
