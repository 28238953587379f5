/* test_packs.c - programme packs: the real one, and what each fault of one is refused with. */
#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
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

/* Puts a value at a place ("/statuses/0/phase"; "-" is the end of an array); NULL takes away what is there.
 */
static void put(json_t *document, const char *pointer, json_t *value)
{
    char *copy = arena_strdup(f.a, pointer + 1), *token;
    json_t *node = document;

    while ((token = strsep(&copy, "/")) != NULL && copy)
        node = json_is_array(node) ? json_array_get(node, (size_t)atoi(token)) : json_object_get(node, token);
    ck_assert_msg(node != NULL, "%s", pointer);
    if (json_is_array(node) && str_eq(token, "-"))
        json_array_append(node, value);
    else if (json_is_array(node) && value)
        json_array_set(node, (size_t)atoi(token), value);
    else if (json_is_array(node))
        json_array_remove(node, (size_t)atoi(token));
    else if (value)
        json_object_set(node, token, value);
    else
        json_object_del(node, token);
}

/* The real pack with one change. */
static err_t with(const char *pointer, const char *value)
{
    json_t *document = arena_own_json(f.a, json_deep_copy(f.avrr->document));
    struct pack *pack = NULL;
    err_t e;

    put(document, pointer, value ? json_of(f.a, value) : NULL);
    e = pack_make(f.a, f.pack_schema, f.rulesets, document, &pack);
    ck_assert((e == NULL) == (pack != NULL));
    return e;
}

START_TEST(avrr_declares_its_path_and_its_sides)
{
    static const char *const statuses[] = {"intake",      "counselling", "eligibility",   "applicationSigned",
                                           "documents",   "travelReady", "booked",        "clearedToBoard",
                                           "departed",    "arrived",     "reintegration", "closed",
                                           "withdrawn",   "ineligible",  "suspended",     "noShow",
                                           "refusedEntry"};
    static const char *const results[] = {
        "returned", "withdrawn",   "ineligible", "permitGranted", "enforcedReturn", "leftWithoutNotice",
        "deceased", "transferred", "duplicate",  "unreachable",   "completed"};

    for (size_t i = 0; i < LENGTH(statuses); i++)
        ck_assert_msg(pack_status(f.avrr, statuses[i]) != NULL, "%s", statuses[i]);
    ck_assert_uint_eq(f.avrr->nstatuses, LENGTH(statuses));
    for (size_t i = 0; i < LENGTH(results); i++)
        ck_assert_msg(pack_result(f.avrr, results[i]) != NULL, "%s", results[i]);
    ck_assert_str_eq(f.avrr->prefix, "AVRR");
    ck_assert_int_eq(packs_newest(f.packs, "avrr")->version, 2);
    ck_assert_ptr_null(packs_newest(f.packs, "nonsense"));
    ck_assert_ptr_null(packs_version(f.packs, "avrr", 9999));
}
END_TEST

START_TEST(labels_fall_back_to_english)
{
    const struct pack_status *s = pack_status(f.avrr, "travelReady");

    ck_assert_str_eq(pack_status_label(s, "staff", "nl"), "Gereed voor vertrek");
    ck_assert_str_eq(pack_status_label(s, "staff", "ti"), "Ready to travel");
}
END_TEST

START_TEST(partners_are_told_what_the_result_says)
{
    ck_assert_str_eq(pack_partner_status(f.avrr, "documents", NULL), "accepted");
    ck_assert_str_eq(pack_partner_status(f.avrr, "withdrawn", NULL), "cancelled");
    ck_assert_str_eq(pack_partner_status(f.avrr, "closed", "returned"), "departed");
    ck_assert_str_eq(pack_partner_status(f.avrr, "closed", "withdrawn"), "cancelled");
}
END_TEST

static const char *const labour_path[] = {"intake",       "screening", "profile",     "training",
                                          "coaching",     "placement", "sustained3m", "sustained6m",
                                          "sustained12m", "suspended", "closed"};
static const char *const labour_results[] = {"completed",   "withdrawn", "ineligible",  "leftWithoutNotice",
                                             "unreachable", "deceased",  "transferred", "duplicate"};

START_TEST(labour_market_has_no_journey_and_no_wish_to_travel)
{
    const struct pack *p = packs_version(f.packs, "labour_market", 1);

    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq(p->nstatuses, LENGTH(labour_path));
    for (size_t i = 0; i < LENGTH(labour_path); i++) {
        const struct pack_status *s = pack_status(p, labour_path[i]);

        ck_assert_msg(s != NULL, "%s", labour_path[i]);
        ck_assert_str_eq(s->phase, str_eq(s->code, "closed") ? "closed" : "active");
    }
    for (size_t i = 0; i < p->ntransitions; i++)
        ck_assert(p->transitions[i].kind != MOVE_STOP);
    ck_assert_uint_eq(p->nresults, LENGTH(labour_results));
    for (size_t i = 0; i < LENGTH(labour_results); i++)
        ck_assert_msg(pack_result(p, labour_results[i]) != NULL, "%s", labour_results[i]);
    ck_assert_uint_eq(p->sender_fields.n, 3);
    ck_assert_str_eq(p->sender_fields.v[1], "status");
    ck_assert_uint_eq(f.avrr->sender_fields.n, 4);
}
END_TEST

START_TEST(labour_market_closes_without_placement)
{
    const struct pack *p = packs_version(f.packs, "labour_market", 1);
    const struct pack_transition *close = pack_transition(p, "close");

    ck_assert(pack_transition_from(close, "training") && pack_transition_from(close, "intake"));
    ck_assert(pack_result_from(pack_result(p, "completed"), "coaching"));
    ck_assert(!pack_result_from(pack_result(p, "completed"), "screening"));
    ck_assert(pack_result_from(pack_result(p, "withdrawn"), "training"));
    ck_assert_str_eq(pack_partner_status(p, "closed", "completed"), "completed");
    ck_assert_str_eq(pack_partner_status(p, "closed", "unreachable"), "cancelled");
}
END_TEST

static const struct {
    const char *pointer, *value; /* the change */
    const char *at, *code;       /* what it is refused with */
} faults[] = {
    /* guards */
    {"/transitions/0/guards/-", "{'code':'budget.approved'}", "/transitions/0/guards/1/code",
     "guard.unknown"},
    {"/transitions/0/guards/-", "{'code':'travel.ticketed','params':{'by':'iom'}}",
     "/transitions/0/guards/1/params/by", "guard.param"},
    {"/transitions/0/guards/-", "{'code':'visa.coversEntry'}", "/transitions/0/guards/1/params/kinds",
     "guard.param"},
    {"/transitions/0/guards/-", "{'code':'departure.within','params':{'hours':-1}}",
     "/transitions/0/guards/1/params/hours", "guard.param"},
    {"/transitions/0/guards/-",
     "{'code':'medical.fitToTravel','params':{'appliesTo':'some','maxAgeHours':72}}",
     "/transitions/0/guards/1/params/appliesTo", "guard.param"},
    {"/transitions/0/guards/0/params", "{'role':'caseworker','extra':1}",
     "/transitions/0/guards/0/params/extra", "guard.param"},
    {"/transitions/0/guards/0/params", "{}", "/transitions/0/guards/0/params/role", "guard.param"},
    {"/transitions/0/guards/0/params", "{'role':1}", "/transitions/0/guards/0/params/role", "guard.param"},
    {"/transitions/0/guards/-", "{'code':'eligibility.passed','params':{'ruleSet':'nonsense'}}",
     "/transitions/0/guards/1/params/ruleSet", "guard.param"},
    {"/transitions/0/guards/-", "{'code':'eligibility.passed','params':{'ruleSet':'return','stage':'later'}}",
     "/transitions/0/guards/1/params/stage", "guard.param"},
    {"/transitions/0/guards/-",
     "{'code':'consent.explicit','params':{'purpose':'x','recipientKinds':['embassy']}}",
     "/transitions/0/guards/1/params/recipientKinds", "guard.param"},
    {"/transitions/0/guards/-", "{'code':'authority.noObjection','params':{'authorities':[]}}",
     "/transitions/0/guards/1/params/authorities", "guard.param"},
    {"/transitions/0/guards/-",
     "{'code':'document.coversJourney','params':{'kinds':['passport'],'daysAfterDeparture':-1}}",
     "/transitions/0/guards/1/params/daysAfterDeparture", "guard.param"},
    /* statuses */
    {"/initial", "'nonsense'", "/initial", "status.unknown"},
    {"/initial", "'closed'", "/initial", "transition.phase"},
    {"/transitions/0/to", "'nonsense'", "/transitions/0/to", "status.unknown"},
    {"/transitions/0/from/-", "'nonsense'", "/transitions/0/from/1", "status.unknown"},
    {"/transitions/0/from/-", "'counselling'", "/transitions/0/from/1", "transition.loop"},
    {"/deadlines/0/setOn", "'nonsense'", "/deadlines/0/setOn", "status.unknown"},
    {"/deadlines/0/metOn", "'nonsense'", "/deadlines/0/metOn", "status.unknown"},
    {"/results/0/from/-", "'nonsense'", "/results/0/from/2", "status.unknown"},
    {"/transitions/4/to", "'booked'", "/statuses/5", "status.unreachable"},
    {"/transitions/4/to", "'booked'", "/statuses/6/awaits", "status.reachable"},
    {"/statuses/6/awaits", NULL, "/statuses/6", "status.unreachable"},
    {"/statuses/0/awaits", "'travel'", "/statuses/0/awaits", "status.reachable"},
    {"/statuses/0/partner", NULL, "/statuses/0", "status.partner"},
    {"/statuses/-",
     "{'code':'intake','phase':'ended','partner':'cancelled','labels':{'staff':{'en':'x'},'partner':{'en':'x'"
     "},"
     "'client':{'en':'x'}}}",
     "/statuses/17/code", "pack.code"},
    {"/transitions/0/code", "'close'", "/transitions/11/code", "pack.code"},
    {"/statuses/1/phase", "'active'", "/statuses/1/phase", "status.journey"},
    {"/transitions/0/guards/-", "{'code':'training.attended','params':{}}",
     "/transitions/0/guards/1/params/sessions", "guard.param"},
    {"/senderFields", "['profile']", "/senderFields/0", "schema.enum"},
    /* ways out */
    {"/transitions/8/from", "['intake']", "/statuses/1", "stop.missing"},
    {"/transitions/8/guards/-", "{'code':'task.noneOverdue'}", "/transitions/8/guards", "stop.guarded"},
    {"/transitions/8/from/-", "'departed'", "/transitions/8/from/11", "transition.phase"},
    {"/transitions/8/to", "'closed'", "/transitions/8/to", "transition.phase"},
    {"/transitions/10/from", "['intake']", "/transitions/9/to", "resume.missing"},
    {"/transitions/11/guards", "[]", "/transitions/11/guards", "result.unguarded"},
    {"/transitions/11/to", "'ineligible'", "/transitions/11/to", "transition.phase"},
    /* retention */
    {"/retentionClass", "'nonsense'", "/retentionClass", "retention.unknown"},
    {"/results/0/retentionClass", "'nonsense'", "/results/0/retentionClass", "retention.unknown"},
    /* the schema */
    {"/extra", "1", "/extra", "schema.additionalProperties"},
    {"/version", "0", "/version", "schema.minimum"},
    {"/referencePrefix", "'avrr'", "/referencePrefix", "schema.pattern"},
    {"/labels", "{'nl':'x'}", "/labels/en", "schema.required"},
    {"/transitions/0/kind", "'leap'", "/transitions/0/kind", "schema.enum"},
    {"/transitions/10/to", "'intake'", "/transitions/10/to", NULL},
    {"/transitions/0/to", NULL, "/transitions/0/to", "schema.required"},
    {"/deadlines/0/days", "3", "/deadlines/0", "schema.oneOf"},
};

static bool names_place(err_t e, const char *at)
{
    for (size_t i = 0; i < e->nfaults; i++) {
        if (str_starts(e->faults[i].at, at))
            return true;
    }
    return false;
}

START_TEST(pack_that_is_not_valid_is_refused_with_its_place)
{
    err_t e = with(faults[_i].pointer, faults[_i].value);

    ck_assert_msg(e != NULL, "%s %s", faults[_i].pointer, faults[_i].value);
    ck_assert_int_eq(e->kind, ERR_INVALID);
    if (faults[_i].code)
        ck_assert_msg(fault_at(e, faults[_i].at, faults[_i].code) != NULL, "%s: %s at %s", faults[_i].pointer,
                      e->faults[0].code, e->faults[0].at);
    else
        ck_assert(names_place(e, faults[_i].at));
}
END_TEST

START_TEST(pack_reports_every_fault_at_once)
{
    json_t *document = arena_own_json(f.a, json_deep_copy(f.avrr->document));
    struct pack *pack;
    err_t e;

    put(document, "/transitions/0/guards/-", json_of(f.a, "{'code':'budget.approved'}"));
    put(document, "/deadlines/0/setOn", json_of(f.a, "'nonsense'"));
    e = pack_make(f.a, f.pack_schema, f.rulesets, document, &pack);
    ck_assert_str_eq(e->code, "pack.invalid");
    ck_assert_uint_eq(e->nfaults, 2);
}
END_TEST

/* ---- version 2: the journey and what follows it ---- */

START_TEST(version_2_goes_all_the_way)
{
    const struct pack *p = packs_version(f.packs, "avrr", 2);

    for (size_t i = 0; i < p->nstatuses; i++) {
        ck_assert_ptr_null(p->statuses[i].awaits);
        ck_assert_msg(pack_status(f.avrr, p->statuses[i].code) != NULL, "%s", p->statuses[i].code);
    }
    ck_assert_str_eq(p->travel.purpose, "return");
    ck_assert_str_eq(travel_move(&p->travel, TRAVEL_ticketed), "book");
    ck_assert_str_eq(travel_move(&p->travel, TRAVEL_broken), "reopenBooking");
    ck_assert_ptr_null(travel_move(&f.avrr->travel, TRAVEL_ticketed));
    ck_assert_int_eq(pack_transition(p, "departed")->kind, MOVE_OBSERVE);
    ck_assert_str_eq(move_kind_text(MOVE_OBSERVE), "observe");
    ck_assert_ptr_eq(pack_entry(p, "clearedToBoard"), pack_transition(p, "clearToBoard"));
    ck_assert_ptr_null(pack_entry(p, "departed"));
    ck_assert_ptr_nonnull(pack_guard_params(p, "medical.fitToTravel"));
    ck_assert_ptr_null(pack_guard_params(f.avrr, "medical.fitToTravel"));
    ck_assert_uint_eq(p->nfollow_ups, 1);
    ck_assert_uint_eq(p->follow_ups[0].nmonths, 3);
    ck_assert_int_eq(p->follow_ups[0].months[2], 12);
}
END_TEST

static const struct {
    const char *pointer, *value, *at, *code;
} travel_faults[] = {
    {"/travel/moves/ticketed", "'nonsense'", "/travel/moves/ticketed", "transition.unknown"},
    {"/travel/moves/ticketed", "'departed'", "/travel/moves/ticketed", "transition.kind"},
    {"/travel/moves/departed", "'book'", "/travel/moves/departed", "transition.kind"},
    {"/travel/moves/noShow", NULL, "/travel/moves/noShow", "schema.required"},
    {"/travel/requestFrom/-", "'nonsense'", "/travel/requestFrom/2", "status.unknown"},
    {"/travel/requestFrom/-", "'arrived'", "/travel/requestFrom/2", "transition.phase"},
    {"/travel/purpose", "'deportation'", "/travel/purpose", "schema.enum"},
    {"/followUps/0/setOn", "'nonsense'", "/followUps/0/setOn", "status.unknown"},
    {"/followUps/0/months", "[0]", "/followUps/0/months/0", "schema.minimum"},
    {"/transitions/7/guards", "[{'code':'task.noneOverdue'}]", "/transitions/7/guards", "observe.guarded"},
    {"/transitions/7/to", "'withdrawn'", "/transitions/7/to", "transition.phase"},
};

START_TEST(travel_that_is_not_valid_is_refused_with_its_place)
{
    const struct pack *p = packs_version(f.packs, "avrr", 2);
    json_t *document = arena_own_json(f.a, json_deep_copy(p->document));
    struct pack *pack = NULL;
    err_t e;

    put(document, travel_faults[_i].pointer,
        travel_faults[_i].value ? json_of(f.a, travel_faults[_i].value) : NULL);
    e = pack_make(f.a, f.pack_schema, f.rulesets, document, &pack);
    ck_assert_ptr_nonnull(e);
    ck_assert_msg(fault_at(e, travel_faults[_i].at, travel_faults[_i].code) != NULL, "%s: %s at %s",
                  travel_faults[_i].pointer, e->faults[0].code, e->faults[0].at);
}
END_TEST

START_TEST(case_moves_to_a_newer_version_that_has_its_status)
{
    const struct pack *two = packs_version(f.packs, "avrr", 2);

    ck_assert_ptr_null(pack_rules_migrate(f.a, two, 1, "documents", NULL));
    ck_assert_ptr_null(pack_rules_migrate(f.a, two, 1, "suspended", "documents"));
    ck_assert_str_eq(pack_rules_migrate(f.a, NULL, 1, "documents", NULL)->code, "version.unknown");
    ck_assert_str_eq(pack_rules_migrate(f.a, two, 2, "documents", NULL)->code, "version.older");
    ck_assert_str_eq(pack_rules_migrate(f.a, f.avrr, 2, "documents", NULL)->code, "version.older");
    ck_assert_str_eq(pack_rules_migrate(f.a, two, 1, "nonsense", NULL)->code, "version.status");
    ck_assert_str_eq(pack_rules_migrate(f.a, two, 1, "suspended", "nonsense")->code, "version.status");
    ck_assert_str_eq(pack_rules_migrate(f.a, f.avrr, 0, "booked", NULL)->code, "version.status"); /* awaits */
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("packs");
    TCase *t = tcase_create("packs");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, avrr_declares_its_path_and_its_sides);
    tcase_add_test(t, labels_fall_back_to_english);
    tcase_add_test(t, partners_are_told_what_the_result_says);
    tcase_add_test(t, labour_market_has_no_journey_and_no_wish_to_travel);
    tcase_add_test(t, labour_market_closes_without_placement);
    tcase_add_loop_test(t, pack_that_is_not_valid_is_refused_with_its_place, 0, LENGTH(faults));
    tcase_add_test(t, pack_reports_every_fault_at_once);
    tcase_add_test(t, version_2_goes_all_the_way);
    tcase_add_loop_test(t, travel_that_is_not_valid_is_refused_with_its_place, 0, LENGTH(travel_faults));
    tcase_add_test(t, case_moves_to_a_newer_version_that_has_its_status);
    suite_add_tcase(s, t);
    return s;
}
