/* test_guards.c - each guard met and unmet, judged from facts; moves with overrides and masks. */
#include <check.h>

#include "base/arena.h"
#include "base/str.h"
#include "cases/cases/moves.h"
#include "cases_fixture.h"
#include "unit.h"

static struct cases_fixture f;
static struct fact_person persons[3];
static struct case_facts facts;

#define PRINCIPAL (persons[0].id)
#define CHILD (persons[1].id)

/* An adult principal from Somalia and, where npersons says so, a child of ten; departure planned. */
static void setup(void)
{
    static const char *somali[] = {"SO"};

    cases_fixture_open(&f);
    for (size_t i = 0; i < LENGTH(persons); i++)
        persons[i] = (struct fact_person){
            .id = {.b = {[15] = (uint8_t)(i + 1)}},
            .principal = i == 0,
            .birth_known = true,
            .birth_first = day(i == 0 ? "1994-03-01" : "2016-05-01"),
            .birth_last = day(i == 0 ? "1994-03-31" : "2016-05-31"),
            .nationalities = {.v = somali, .n = 1},
        };
    facts = (struct case_facts){
        .now_us = (int64_t)day("2026-03-17") * 86400 * 1000000,
        .today = day("2026-03-17"),
        .status = "documents",
        .departure_on = OPT_DATE(day("2026-06-01")),
        .persons = persons,
        .npersons = 1,
        .pack = f.avrr,
        .rulesets = f.rulesets,
    };
}

static void teardown(void)
{
    cases_fixture_close(&f);
}

static struct unmet_list judge(const char *code, const char *params)
{
    const struct guard *g = guard_find(code);
    struct unmet_list list = {0};

    ck_assert_ptr_nonnull(g);
    guard_judge(f.a, g, params ? json_of(f.a, params) : NULL, &facts, &list);
    for (size_t i = 0; i < list.n; i++) {
        ck_assert_str_eq(list.v[i].code, code);
        ck_assert_ptr_nonnull(list.v[i].message);
        ck_assert_ptr_nonnull(list.v[i].pointer);
        ck_assert_ptr_nonnull(list.v[i].remedy);
    }
    return list;
}
#define UNMET(code, params) ck_assert_uint_gt(judge((code), (params)).n, 0)
#define MET(code, params) ck_assert_uint_eq(judge((code), (params)).n, 0)

/* ---- wishes ---- */

START_TEST(voluntary_needs_a_declaration_in_force)
{
    struct fact_declaration d = {.person_id = PRINCIPAL, .kind = "return"};

    UNMET("voluntary.declared", "{'kind':'return'}");
    facts.declarations = &d;
    facts.ndeclarations = 1;
    MET("voluntary.declared", "{'kind':'return'}");
    UNMET("voluntary.declared", "{'kind':'travel'}");
    d.withdrawn = true;
    UNMET("voluntary.declared", "{'kind':'return'}");
}
END_TEST

START_TEST(voluntary_asks_each_adult_and_no_child)
{
    struct fact_declaration d = {.person_id = PRINCIPAL, .kind = "return"};
    struct unmet_list list;

    facts.declarations = &d;
    facts.ndeclarations = 1;
    facts.npersons = 3;
    MET("voluntary.declared", "{'kind':'return'}");
    persons[2].birth_first =
        day("2008-06-01"); /* of age on the day of departure, whichever day of its month */
    persons[2].birth_last = day("2008-06-01");
    list = judge("voluntary.declared", "{'kind':'return'}");
    ck_assert_uint_eq(list.n, 1);
    ck_assert_str_eq(list.v[0].pointer, "/members/2/declarations");
    ck_assert(!list.v[0].overridable);
}
END_TEST

#define EXCHANGE "{'purpose':'authorityExchange','recipientKinds':['immigrationAuthority']}"

START_TEST(consent_is_explicit_towards_the_kind_of_recipient)
{
    const char *ind[] = {"ind"}, *coa[] = {"coa"};
    struct fact_consent c = {
        .person_id = PRINCIPAL, .purpose = "authorityExchange", .recipients = {coa, 1}, .given = "explicit"};

    UNMET("consent.explicit", EXCHANGE);
    facts.consents = &c;
    facts.nconsents = 1;
    UNMET("consent.explicit", EXCHANGE); /* another recipient */
    c.recipients.v = ind;
    MET("consent.explicit", EXCHANGE);
    c.purpose = "casework";
    UNMET("consent.explicit", EXCHANGE);
    c.purpose = "authorityExchange";
    c.given = "proxy";
    UNMET("consent.explicit", EXCHANGE);
    c.given = "guardian"; /* of an adult */
    UNMET("consent.explicit", EXCHANGE);
    c.given = "explicit";
    c.expires_us = OPT_I64(facts.now_us);
    UNMET("consent.explicit", EXCHANGE);
    c.expires_us = OPT_I64(facts.now_us + 1);
    MET("consent.explicit", EXCHANGE);
    c.withdrawn = true;
    UNMET("consent.explicit", EXCHANGE);
}
END_TEST

START_TEST(consent_of_a_minor_principal_is_the_guardians)
{
    const char *ind[] = {"ind"};
    struct fact_consent c = {
        .person_id = PRINCIPAL, .purpose = "authorityExchange", .recipients = {ind, 1}, .given = "guardian"};

    persons[0].birth_first = day("2010-01-01");
    persons[0].birth_last = day("2010-12-31");
    facts.consents = &c;
    facts.nconsents = 1;
    MET("consent.explicit", EXCHANGE);
}
END_TEST

/* ---- what was done ---- */

/* A check with these answers, in the order of the rule set without the rule judged by nationality. */
static void answer(const char *const *answers, size_t n, struct fact_answer *out)
{
    static const char *const rules[] = {
        "leavesPermanently", "lacksMeans",     "aidedDepartureInFiveYears", "travelDocumentObtainable",
        "endsProcedures",    "noFalseGrounds", "noObjectionOfState",        "safelyOrganised"};

    ck_assert_uint_le(n, LENGTH(rules));
    for (size_t i = 0; i < n; i++)
        out[i] = (struct fact_answer){"return", day("2017-07-01"), facts.today, rules[i], answers[i]};
    facts.answers = out;
    facts.nanswers = n;
}

START_TEST(eligibility_names_each_rule_that_does_not_pass)
{
    static const char *const early[] = {"yes", "yes", "no", "yes", "yes", "yes"};
    static const char *const all[] = {"yes", "yes", "no", "yes", "yes", "yes", "yes", "yes"};
    static const char *const wrong[] = {"yes", "no", "yes", "unknown", "yes", "yes", "yes", "yes"};
    struct fact_answer answers[8];
    struct unmet_list list;

    UNMET("eligibility.passed", "{'ruleSet':'return'}");
    answer(early, LENGTH(early), answers);
    MET("eligibility.passed", "{'ruleSet':'return','stage':'application'}");
    list = judge("eligibility.passed", "{'ruleSet':'return'}");
    ck_assert_uint_eq(list.n, 2);
    ck_assert_str_eq(list.v[0].pointer, "/eligibilityChecks/return/rules/noObjectionOfState");
    ck_assert(list.v[0].overridable);
    answer(all, LENGTH(all), answers);
    MET("eligibility.passed", "{'ruleSet':'return'}");
    MET("eligibility.passed", "{'ruleSet':'return','stage':'departure'}");
    answer(wrong, LENGTH(wrong), answers);
    ck_assert_uint_eq(judge("eligibility.passed", "{'ruleSet':'return'}").n, 3);
}
END_TEST

START_TEST(eligibility_looks_at_every_travellers_nationality)
{
    static const char *const all[] = {"yes", "yes", "no", "yes", "yes", "yes", "yes", "yes"};
    static const char *german[] = {"SO", "DE"};
    struct fact_answer answers[8];

    answer(all, LENGTH(all), answers);
    facts.npersons = 2;
    persons[1].nationalities.n = 0;
    UNMET("eligibility.passed", "{'ruleSet':'return'}");
    persons[1].nationalities = (struct text_array){german, 2};
    UNMET("eligibility.passed", "{'ruleSet':'return'}");
    persons[1].nationalities.n = 1;
    MET("eligibility.passed", "{'ruleSet':'return'}");
}
END_TEST

#define AUTHORITIES "{'authorities':['ind','dtv']}"

START_TEST(authority_has_no_objection_valid_on_the_day)
{
    struct fact_authority v[2] = {{.authority = "ind", .status = "asked"},
                                  {.authority = "dtv", .status = "expired"}};

    UNMET("authority.noObjection", AUTHORITIES);
    facts.authorities = v;
    facts.nauthorities = 2;
    UNMET("authority.noObjection", AUTHORITIES);
    v[0].status = "noObjection";
    MET("authority.noObjection", AUTHORITIES);
    v[0].expires_on = OPT_DATE(facts.departure_on.v - 1);
    UNMET("authority.noObjection", AUTHORITIES);
    v[0].expires_on = facts.departure_on;
    MET("authority.noObjection", AUTHORITIES);
    v[1].status = "objection"; /* one that objects is enough */
    UNMET("authority.noObjection", AUTHORITIES);
    UNMET("authority.noObjection", "{'authorities':['dtv']}");
}
END_TEST

START_TEST(appointment_of_the_kind_was_held)
{
    struct fact_appointment v = {.kind = "counselling", .status = "planned"};

    facts.appointments = &v;
    facts.nappointments = 1;
    UNMET("appointment.held", "{'kind':'counselling'}");
    v.status = "held";
    MET("appointment.held", "{'kind':'counselling'}");
    UNMET("appointment.held", "{'kind':'embassy'}");
}
END_TEST

#define JOURNEY "{'kinds':['passport','laissezPasser'],'daysAfterDeparture':30}"

START_TEST(document_covers_the_journey_of_each_traveller)
{
    struct fact_document v[2] = {
        {.person_id = OPT_UUID(PRINCIPAL),
         .kind = "passport",
         .status = "received",
         .valid_until = OPT_DATE(day("2026-07-01"))},
        {.person_id = OPT_UUID(CHILD),
         .kind = "laissezPasser",
         .status = "verified",
         .valid_until = OPT_DATE(day("2026-07-01"))},
    };
    struct unmet_list list;

    facts.documents = v;
    facts.ndocuments = 2;
    UNMET("document.coversJourney", JOURNEY);
    v[0].status = "verified";
    MET("document.coversJourney", JOURNEY);
    facts.npersons = 2;
    MET("document.coversJourney", JOURNEY);
    v[0].valid_until = OPT_DATE(day("2026-06-30")); /* 29 days after the departure */
    list = judge("document.coversJourney", JOURNEY);
    ck_assert_uint_eq(list.n, 1);
    ck_assert_str_eq(list.v[0].pointer, "/members/0/documents");
    v[0].valid_until = (struct opt_date){0};
    UNMET("document.coversJourney", JOURNEY);
    v[0].valid_until = OPT_DATE(day("2027-01-01"));
    v[1].kind = "birthCertificate";
    UNMET("document.coversJourney", JOURNEY);
    facts.departure_on = (struct opt_date){0};
    ck_assert_str_eq(judge("document.coversJourney", JOURNEY).v[0].pointer, "/plannedDepartureOn");
}
END_TEST

START_TEST(role_is_held_today)
{
    struct fact_role v = {.role = "guardian", .valid_from = facts.today + 1};

    facts.roles = &v;
    facts.nroles = 1;
    UNMET("role.assigned", "{'role':'guardian'}");
    ck_assert(!judge("role.assigned", "{'role':'guardian'}").v[0].overridable);
    ck_assert(judge("role.assigned", "{'role':'caseworker'}").v[0].overridable);
    v.valid_from = facts.today;
    MET("role.assigned", "{'role':'guardian'}");
    v.valid_until = OPT_DATE(facts.today - 1);
    UNMET("role.assigned", "{'role':'guardian'}");
    v.valid_until = OPT_DATE(facts.today);
    MET("role.assigned", "{'role':'guardian'}");
}
END_TEST

START_TEST(profile_has_begun_with_its_first_claim)
{
    UNMET("profile.begun", NULL);
    facts.claims = 1;
    MET("profile.begun", NULL);
}
END_TEST

START_TEST(training_asks_for_so_many_sessions)
{
    facts.sessions_attended = 2;
    UNMET("training.attended", "{'sessions':3}");
    facts.sessions_attended = 3;
    MET("training.attended", "{'sessions':3}");
}
END_TEST

START_TEST(task_due_today_is_not_overdue)
{
    struct fact_task v = {.kind = "general", .status = "open", .due_on = facts.today - 1};

    MET("task.noneOverdue", NULL);
    facts.tasks = &v;
    facts.ntasks = 1;
    UNMET("task.noneOverdue", NULL);
    v.due_on = facts.today;
    MET("task.noneOverdue", NULL);
    v.due_on = facts.today - 9;
    v.status = "done";
    MET("task.noneOverdue", NULL);
}
END_TEST

START_TEST(result_fits_how_the_case_ended)
{
    UNMET("result.given", NULL);
    facts.result = "nonsense";
    UNMET("result.given", NULL);
    facts.result = "returned"; /* from documents nobody has returned */
    UNMET("result.given", NULL);
    facts.result = "permitGranted";
    MET("result.given", NULL);
    facts.result = "deceased";
    MET("result.given", NULL);
}
END_TEST

/* ---- protection ---- */

START_TEST(unaccompanied_minor_is_protected)
{
    struct fact_decision decisions[] = {{"childHeard", "positive"},
                                        {"familyTracing", "positive"},
                                        {"bestInterests", "positive"},
                                        {"receiverChecked", "positive"}};
    struct fact_role receiver = {.role = "receiver", .valid_from = facts.today};
    struct fact_consent consent = {.person_id = PRINCIPAL, .purpose = "travel", .given = "guardian"};

    MET("minor.protected", "{'appliesTo':'unaccompanied'}");
    persons[0].birth_first = day("2008-05-31");
    persons[0].birth_last = day("2008-06-02"); /* 17 on the day by the youngest age */
    ck_assert_uint_eq(judge("minor.protected", "{'appliesTo':'unaccompanied'}").n, 6);
    facts.decisions = decisions;
    facts.ndecisions = LENGTH(decisions);
    facts.roles = &receiver;
    facts.nroles = 1;
    facts.consents = &consent;
    facts.nconsents = 1;
    MET("minor.protected", "{'appliesTo':'unaccompanied'}");
    decisions[2].outcome = "negative";
    UNMET("minor.protected", "{'appliesTo':'unaccompanied'}");
    facts.departure_on = OPT_DATE(day("2026-06-02")); /* turned 18 by then */
    MET("minor.protected", "{'appliesTo':'unaccompanied'}");
}
END_TEST

START_TEST(minor_of_unknown_age_is_protected)
{
    struct unmet_list list;

    persons[0].birth_known = false;
    list = judge("minor.protected", "{'appliesTo':'unaccompanied'}");
    ck_assert_str_eq(list.v[0].pointer, "/members/0/birthDate");
    ck_assert(!list.v[0].overridable);
}
END_TEST

START_TEST(accompanied_minor_is_protected_where_all_are)
{
    facts.npersons = 2;
    MET("minor.protected", "{'appliesTo':'unaccompanied'}");
    UNMET("minor.protected", "{'appliesTo':'all'}");
}
END_TEST

START_TEST(parental_authority_over_each_child_is_settled)
{
    struct fact_document v = {.person_id = OPT_UUID(CHILD), .kind = "parentalConsent", .status = "received"};
    struct fact_decision d = {"parentalAuthority", "positive"};

    MET("minor.parentalAuthority", NULL);
    facts.npersons = 2;
    UNMET("minor.parentalAuthority", NULL);
    facts.documents = &v;
    facts.ndocuments = 1;
    UNMET("minor.parentalAuthority", NULL);
    v.status = "verified";
    MET("minor.parentalAuthority", NULL);
    v.kind = "courtOrder";
    MET("minor.parentalAuthority", NULL);
    facts.npersons = 3; /* a second child */
    UNMET("minor.parentalAuthority", NULL);
    facts.decisions = &d;
    facts.ndecisions = 1;
    MET("minor.parentalAuthority", NULL);
}
END_TEST

START_TEST(protection_is_assessed_and_cleared)
{
    UNMET("trafficking.riskAssessed", NULL);
    UNMET("protection.cleared", NULL);
    facts.risk_assessed = true;
    MET("trafficking.riskAssessed", NULL);
    UNMET("protection.cleared", NULL);
    facts.cleared = true;
    MET("protection.cleared", NULL);
}
END_TEST

/* ---- moves ---- */

static struct move move_of(const char *code)
{
    struct move m;

    move_judge(f.a, &facts, pack_transition(f.avrr, code), &m);
    return m;
}

START_TEST(moves_are_those_that_leave_from_the_status)
{
    struct move *moves;
    size_t n;

    facts.status = "intake";
    moves_judge(f.a, &facts, &moves, &n);
    ck_assert_uint_eq(n, 4);
    ck_assert_str_eq(moves[0].transition->code, "startCounselling");
    ck_assert_uint_eq(moves[0].unmet.n, 1);
    facts.status = "closed";
    moves_judge(f.a, &facts, &moves, &n);
    ck_assert_uint_eq(n, 0);
}
END_TEST

START_TEST(resume_leads_back_to_what_was_suspended)
{
    facts.status = "suspended";
    facts.resumes_to = "eligibility";
    ck_assert_str_eq(move_of("resume").to, "eligibility");
}
END_TEST

START_TEST(masked_list_is_the_same_whatever_is_behind_it)
{
    struct move m = move_of("makeTravelReady");
    struct unmet_list one, two;

    ck_assert_ptr_nonnull(unmet_of(&m.unmet, "trafficking.riskAssessed"));
    one = unmet_masked(f.a, &m.unmet);
    ck_assert_ptr_null(unmet_of(&one, "trafficking.riskAssessed"));
    ck_assert_ptr_null(unmet_of(&one, "protection.cleared"));
    ck_assert_ptr_nonnull(unmet_of(&one, "protection.pending"));
    ck_assert_uint_eq(one.n, m.unmet.n - 1);
    facts.risk_assessed = true; /* assessed, and not cleared: nobody can tell */
    m = move_of("makeTravelReady");
    two = unmet_masked(f.a, &m.unmet);
    ck_assert_uint_eq(two.n, one.n);
    ck_assert_str_eq(two.v[two.n - 1].code, "protection.pending");
    facts.cleared = true;
    m = move_of("makeTravelReady");
    two = unmet_masked(f.a, &m.unmet);
    ck_assert_ptr_null(unmet_of(&two, "protection.pending"));
}
END_TEST

START_TEST(unmet_guards_are_reported_with_their_remedy)
{
    struct move m;
    err_t e;

    facts.status = "intake";
    m = move_of("startCounselling");
    e = unmet_err(f.a, &m.unmet);
    ck_assert_int_eq(e->kind, ERR_CONFLICT);
    ck_assert_str_eq(e->code, "guards.unmet");
    ck_assert_uint_eq(e->nfaults, 1);
    ck_assert_int_eq(e->faults[0].in, FAULT_GUARD);
    ck_assert_str_eq(e->faults[0].at, "/caseworker");
    ck_assert_str_eq(e->faults[0].code, "role.assigned");
    ck_assert(e->faults[0].overridable);
    ck_assert_ptr_nonnull(e->faults[0].remedy);
}
END_TEST

/* ---- overrides ---- */

static struct fact_override override_of(const char *transition, const char **guards, size_t n)
{
    return (struct fact_override){
        .id = {.b = {[0] = 7}},
        .transition = transition,
        .guards = {guards, n},
        .valid_until_us = facts.now_us + 1,
    };
}

START_TEST(override_covers_its_guards_of_its_move_while_it_holds)
{
    const char *guards[] = {"role.assigned"};
    struct fact_override o = override_of("startCounselling", guards, 1);
    struct move m;

    facts.status = "intake";
    facts.overrides = &o;
    facts.noverrides = 1;
    m = move_of("startCounselling");
    ck_assert_uint_eq(m.unmet.n, 0);
    ck_assert_uint_eq(m.overridden.n, 1);
    ck_assert(m.override_id.set);
    o.valid_until_us = facts.now_us;
    ck_assert_uint_eq(move_of("startCounselling").unmet.n, 1);
    o.valid_until_us = facts.now_us + 1;
    o.transition = "assessEligibility";
    ck_assert_uint_eq(move_of("startCounselling").unmet.n, 1);
    ck_assert(!move_of("startCounselling").override_id.set);
}
END_TEST

START_TEST(override_that_nothing_needs_is_not_used_up)
{
    const char *guards[] = {"role.assigned"};
    struct fact_override o = override_of("startCounselling", guards, 1);
    struct fact_role caseworker = {.role = "caseworker", .valid_from = INT32_MIN};

    facts.status = "intake";
    facts.overrides = &o;
    facts.noverrides = 1;
    facts.roles = &caseworker;
    facts.nroles = 1;
    ck_assert(!move_of("startCounselling").override_id.set);
}
END_TEST

START_TEST(five_guards_are_never_overridden)
{
    const char *guards[] = {"voluntary.declared", "consent.explicit", "minor.protected",
                            "minor.parentalAuthority"};
    struct fact_override o = override_of("makeTravelReady", guards, LENGTH(guards));
    struct move m;

    facts.npersons = 1;
    persons[0].birth_known = false;
    facts.overrides = &o;
    facts.noverrides = 1;
    m = move_of("makeTravelReady");
    for (size_t i = 0; i < LENGTH(guards); i++) {
        ck_assert_msg(unmet_of(&m.unmet, guards[i]) != NULL, "%s", guards[i]);
        ck_assert(!guard_overridable(guard_find(guards[i]), NULL));
    }
    ck_assert_uint_eq(m.overridden.n, 0);
    ck_assert(!guard_overridable(guard_find("role.assigned"), json_of(f.a, "{'role':'guardian'}")));
    ck_assert(guard_overridable(guard_find("role.assigned"), json_of(f.a, "{'role':'caseworker'}")));
}
END_TEST

static err_t ask(const char *transition, const char *guard, bool sees_protection)
{
    return override_rules_ask(f.a, f.avrr, transition, &(struct text_array){&guard, 1}, sees_protection);
}

START_TEST(override_is_asked_for_what_the_move_has)
{
    ck_assert_ptr_null(ask("makeTravelReady", "task.noneOverdue", false));
    ck_assert_str_eq(ask("nonsense", "task.noneOverdue", false)->code, "transition.unknown");
    ck_assert_ptr_nonnull(
        fault_at(ask("makeTravelReady", "appointment.held", false), "/guards/0", "guard.unknown"));
    ck_assert_ptr_nonnull(fault_at(ask("makeTravelReady", "nonsense", false), "/guards/0", "guard.unknown"));
    ck_assert_str_eq(ask("makeTravelReady", "voluntary.declared", true)->code, "override.never");
    /* What the asker may not see is not there. */
    ck_assert_ptr_nonnull(
        fault_at(ask("makeTravelReady", "protection.cleared", false), "/guards/0", "guard.unknown"));
    ck_assert_ptr_null(ask("makeTravelReady", "protection.cleared", true));
}
END_TEST

START_TEST(override_takes_another_user_who_is_not_the_caseworker)
{
    struct override_decision d = {.status = "asked",
                                  .asked_by = "amina",
                                  .caseworker = "amina",
                                  .decider = "bram",
                                  .decider_is_user = true};

    ck_assert_ptr_null(override_rules_decide(f.a, &d));
    d.decider = "amina";
    ck_assert_str_eq(override_rules_decide(f.a, &d)->code, "override.same");
    d.asked_by = "dewi";
    ck_assert_str_eq(override_rules_decide(f.a, &d)->code, "override.same"); /* the caseworker */
    d.caseworker = NULL;
    ck_assert_ptr_null(override_rules_decide(f.a, &d));
    d.decider_is_user = false;
    ck_assert_str_eq(override_rules_decide(f.a, &d)->code, "override.users");
    d.decider_is_user = true;
    d.status = "granted";
    ck_assert_str_eq(override_rules_decide(f.a, &d)->code, "override.decided");
}
END_TEST

Suite *unit_suite(void)
{
    const TTest *const tests[] = {
        voluntary_needs_a_declaration_in_force,
        voluntary_asks_each_adult_and_no_child,
        consent_is_explicit_towards_the_kind_of_recipient,
        consent_of_a_minor_principal_is_the_guardians,
        eligibility_names_each_rule_that_does_not_pass,
        eligibility_looks_at_every_travellers_nationality,
        authority_has_no_objection_valid_on_the_day,
        appointment_of_the_kind_was_held,
        document_covers_the_journey_of_each_traveller,
        role_is_held_today,
        profile_has_begun_with_its_first_claim,
        training_asks_for_so_many_sessions,
        task_due_today_is_not_overdue,
        result_fits_how_the_case_ended,
        unaccompanied_minor_is_protected,
        minor_of_unknown_age_is_protected,
        accompanied_minor_is_protected_where_all_are,
        parental_authority_over_each_child_is_settled,
        protection_is_assessed_and_cleared,
        moves_are_those_that_leave_from_the_status,
        resume_leads_back_to_what_was_suspended,
        masked_list_is_the_same_whatever_is_behind_it,
        unmet_guards_are_reported_with_their_remedy,
        override_covers_its_guards_of_its_move_while_it_holds,
        override_that_nothing_needs_is_not_used_up,
        five_guards_are_never_overridden,
        override_is_asked_for_what_the_move_has,
        override_takes_another_user_who_is_not_the_caseworker,
    };
    Suite *s = suite_create("guards");
    TCase *t = tcase_create("guards");

    tcase_add_checked_fixture(t, setup, teardown);
    for (size_t i = 0; i < LENGTH(tests); i++)
        tcase_add_test(t, tests[i]);
    suite_add_tcase(s, t);
    return s;
}
