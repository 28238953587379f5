/* test_diaspora.c - the base of the diaspora service: programmes, institutions, terms of reference, experts,
 * applications, matches. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/data.h"
#include "base/date.h"
#include "base/json.h"
#include "base/schema.h"
#include "diaspora/applications/rules.h"
#include "diaspora/experts/rules.h"
#include "diaspora/institutions/rules.h"
#include "diaspora/matches/rules.h"
#include "diaspora/needs/rules.h"
#include "diaspora/programmes/programme.h"
#include "diaspora/programmes/rules.h"
#include "diaspora/tors/rules.h"
#include "unit.h"

#define TODAY 20000

static json_t *json_of(const char *text)
{
    char *copy = arena_strdup(unit_arena, text);
    json_t *j = NULL;

    for (char *p = copy; *p; p++) {
        if (*p == '\'')
            *p = '"';
    }
    ck_assert_ptr_null(json_parse(unit_arena, copy, strlen(copy), 16, &j));
    return j;
}

static const char *path_of(const char *name)
{
    return arena_printf(unit_arena, "%s/%s", getenv("DIASPORA_DATA"), name);
}

static bool has_fault(const struct fault *v, size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(v[i].code, code))
            return true;
    }
    return false;
}

static bool lacks(const struct unmet_list *list, const char *code)
{
    for (size_t i = 0; i < list->n; i++) {
        if (str_eq(list->v[i].code, code))
            return true;
    }
    return false;
}

/* ---- programmes ---- */

/* The real programme with one member put in place of what is there. */
static err_t programme_with(const char *pointer, const char *value)
{
    json_t *document = NULL, *rules = NULL, *node;
    struct programme *p = NULL;
    struct schema *schema;
    char *copy = arena_strdup(unit_arena, pointer + 1), *token;
    err_t e;

    ck_assert_ptr_null(data_file(unit_arena, path_of("programmes/cd4d2/1.json"), &document));
    ck_assert_ptr_null(data_file(unit_arena, path_of("programmes/programme.schema.json"), &rules));
    ck_assert_ptr_null(schema_compile(unit_arena, rules, "", SCHEMA_STRICT | SCHEMA_ASSERT_FORMATS, &schema));
    node = document;
    while ((token = strsep(&copy, "/")) != NULL && copy)
        node = json_is_array(node) ? json_array_get(node, (size_t)atoi(token)) : json_object_get(node, token);
    if (json_is_array(node) && *token == '-')
        json_array_append(node, json_of(value));
    else if (json_is_array(node))
        json_array_set(node, (size_t)atoi(token), json_of(value));
    else
        json_object_set(node, token, json_of(value));
    e = programme_make(unit_arena, schema, document, &p);
    schema_free(schema);
    return e;
}

static const struct {
    const char *pointer, *value, *code;
} refusals[] = {
    {"/countries/-",
     "{'country':'QQ','from':'2022-10-01','until':null,'sectors':[{'sector':'healthcare','from':'2022-10-01',"
     "'until':null}]}",
     "country.unknown"},
    {"/countries/-",
     "{'country':'SO','from':'2022-10-01','until':null,'sectors':[{'sector':'healthcare','from':'2022-10-01',"
     "'until':null}]}",
     "country.twice"},
    {"/countries/-",
     "{'country':'KE','from':'2022-10-01','until':'2021-10-01','sectors':[{'sector':'healthcare','from':'"
     "2022-10-01','until':null}]}",
     "period.order"},
    {"/countries/0/sectors/-", "{'sector':'mining','from':'2022-10-01','until':null}", "sector.unknown"},
    {"/countries/0/sectors/-", "{'sector':'healthcare','from':'2022-10-01','until':null}", "sector.twice"},
    {"/countries/0/sectors/-", "{'sector':'healthcare','from':'2002-10-01','until':null}", "period.outside"},
    {"/kinds/1",
     "{'kind':'physical','limits':{'minDays':null,'maxDays':null,'maxHoursPerWeek':null},'requires':[]}",
     "kind.twice"},
    {"/kinds/0/limits", "{'minDays':9,'maxDays':2,'maxHoursPerWeek':null}", "limits.order"},
    {"/surveyWaves/-",
     "{'code':'end','anchor':'end','offsetMonths':0,'offsetDays':0,'openDays':1,'respondents':['expert']}",
     "wave.twice"},
};

START_TEST(a_programme_that_does_not_hold_together_is_refused)
{
    err_t e = programme_with(refusals[_i].pointer, refusals[_i].value);

    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "programme.invalid");
    ck_assert_msg(has_fault(e->faults, e->nfaults, refusals[_i].code), "%s", refusals[_i].code);
}
END_TEST

static struct programmes *programmes_of(void)
{
    struct programmes *all = NULL;

    ck_assert_ptr_null(programmes_load(unit_arena, path_of("programmes"), &all));
    return all;
}

START_TEST(the_programmes_are_as_given)
{
    const struct programme *cd = programmes_find(programmes_of(), "cd4d2");
    const struct programme *ed = programmes_find(programmes_of(), "ed4d");

    ck_assert_uint_eq(cd->ncountries, 4);
    ck_assert_uint_eq(ed->ncountries, 2);
    ck_assert(!programme_kind(cd, "online")->max_days.set &&
              !programme_kind(cd, "online")->max_hours_per_week.set);
    ck_assert_uint_eq(cd->nwaves, 3);
    ck_assert_ptr_null(programmes_find(programmes_of(), "avrr"));
}
END_TEST

START_TEST(a_place_is_open_where_the_programme_works_that_day)
{
    static const struct place_closure closed = {.from = TODAY, .until = {true, TODAY + 10}};
    const struct programme *p = programmes_find(programmes_of(), "cd4d2");
    struct place at = {.programme = p, .country = "SO", .sector = "healthcare", .day = TODAY};
    struct fault_list faults = {0};

    rules_place(unit_arena, &at, &faults);
    ck_assert_uint_eq(faults.n, 0);
    at.closures = &closed;
    at.nclosures = 1;
    rules_place(unit_arena, &at, &faults);
    ck_assert(has_fault(faults.v, faults.n, "country.closed"));
    faults.n = 0;
    at.day = TODAY + 11;
    rules_place(unit_arena, &at, &faults);
    ck_assert_uint_eq(faults.n, 0);
    at.day = 1;
    at.sector = "mining";
    rules_place(unit_arena, &at, &faults);
    ck_assert(has_fault(faults.v, faults.n, "country.notInForce"));
    ck_assert(has_fault(faults.v, faults.n, "sector.notInProgramme"));
    at.sector = "healthcare";
    rules_place(unit_arena, &at, &faults);
    ck_assert(has_fault(faults.v, faults.n, "sector.notInForce"));
    at.country = "GH";
    rules_place(unit_arena, &at, &faults);
    ck_assert(has_fault(faults.v, faults.n, "country.notInProgramme"));
    ck_assert_ptr_null(rules_closure(unit_arena, p, "SO", TODAY, (struct opt_date){0}));
    ck_assert_ptr_nonnull(rules_closure(unit_arena, p, "SO", TODAY, OPT_DATE(TODAY - 1)));
}
END_TEST

/* ---- institutions, needs ---- */

START_TEST(what_refers_to_an_institution_fits_it)
{
    const char *programmes[] = {"cd4d2"};
    struct institution_ref ref = {
        .found = true, .role = "host", .status = "inactive", .programmes = {programmes, 1}};
    struct fault_list faults = {0};

    rules_institution_ref(unit_arena, &ref, "counterpart", "ed4d", "/hostId", &faults);
    ck_assert(has_fault(faults.v, faults.n, "institution.role"));
    ck_assert(has_fault(faults.v, faults.n, "institution.notInProgramme"));
    ck_assert(has_fault(faults.v, faults.n, "institution.inactive"));
    faults.n = 0;
    ref.status = "active";
    rules_institution_ref(unit_arena, &ref, "host", "cd4d2", "/hostId", &faults);
    ck_assert_uint_eq(faults.n, 0);
    ck_assert_ptr_null(rules_visit_planned("planned"));
    ck_assert_str_eq(rules_visit_planned("done")->code, "visit.ended");
    ck_assert_str_eq(rules_visit_done(TODAY + 1, TODAY)->code, "visit.notBegun");
    ck_assert_ptr_null(rules_visit_done(TODAY, TODAY));
    ck_assert_ptr_null(rules_need_open("open"));
    ck_assert_str_eq(rules_need_open("met")->code, "need.ended");
}
END_TEST

/* ---- terms of reference ---- */

static const struct {
    const char *status, *moves;
} tor_statuses[] = {
    {"draft", "submit close"},
    {"submitted", "return approve close"},
    {"approved", "open close"},
    {"approved.draft", "submitRevision open close"},
    {"open", "suspend fill close"},
    {"open.draft", "submitRevision suspend fill close"},
    {"open.submitted", "returnRevision approveRevision suspend fill close"},
    {"suspended", "resume close"},
    {"suspended.submitted", "returnRevision approveRevision resume close"},
    {"filled", ""},
    {"closed", ""},
};

static const char *moves_from(struct machine m, const char *status)
{
    struct text_array actions = {0};
    const char *out = "";

    machine_actions(unit_arena, m, status, &actions);
    for (size_t i = 0; i < actions.n; i++)
        out = arena_printf(unit_arena, "%s%s%s", out, i ? " " : "", actions.v[i]);
    return out;
}

START_TEST(terms_move_as_drawn)
{
    ck_assert_str_eq(moves_from(tor_machine, tor_statuses[_i].status), tor_statuses[_i].moves);
}
END_TEST

static struct unmet_list judge_tor(const struct tor_facts *f, const char *code)
{
    struct machine_move move = {.code = code};
    struct unmet_list list = {0};

    rules_tor_judge(unit_arena, f, &move, &list);
    return list;
}

START_TEST(terms_lack_what_they_lack)
{
    struct fault_list none = {0}, closed = {0};
    struct tor_facts f = {.caller = "mira",
                          .may_approve = true,
                          .submitted_by = "pim",
                          .ends_on = TODAY,
                          .today = TODAY,
                          .institution_active = true,
                          .accepted = 1,
                          .place = &none};
    static const char *const all[] = {"submit", "approve", "submitRevision", "approveRevision",
                                      "open",   "resume",  "fill",           "close"};
    struct unmet_list list;

    for (size_t i = 0; i < LENGTH(all); i++)
        ck_assert_uint_eq(judge_tor(&f, all[i]).n, 0);
    fault_add(unit_arena, &closed,
              (struct fault){.at = "/country", .code = "country.closed", .detail = "Closed."});
    f = (struct tor_facts){
        .caller = "pim", .submitted_by = "pim", .ends_on = TODAY - 1, .today = TODAY, .place = &closed};
    for (size_t i = 0; i < 6; i++) {
        list = judge_tor(&f, all[i]);
        ck_assert(lacks(&list, "country.closed") && lacks(&list, "institution.active") &&
                  lacks(&list, "version.past"));
    }
    list = judge_tor(&f, "approve");
    ck_assert(lacks(&list, "approver.scope") && lacks(&list, "approver.other"));
    list = judge_tor(&f, "fill");
    ck_assert(lacks(&list, "application.accepted"));
    ck_assert_uint_eq(judge_tor(&f, "close").n, 0);
    ck_assert_uint_eq(judge_tor(&f, "suspend").n, 0);
}
END_TEST

START_TEST(a_version_is_a_draft_or_begun_from_the_one_in_force)
{
    const struct programme *p = programmes_find(programmes_of(), "cd4d2");
    const char *kinds[] = {"remote"};
    struct tor_terms t = {.starts_on = 2,
                          .ends_on = 1,
                          .kinds = {kinds, 1},
                          .languages = "[{\"language\":\"zzz\"}]",
                          .competences = "[{\"uri\":\"a\"},{\"uri\":\"a\"}]"};
    struct fault_list faults = {0};

    ck_assert_ptr_null(rules_tor_terms(unit_arena, p, &t, &faults));
    ck_assert(has_fault(faults.v, faults.n, "dates.order") &&
              has_fault(faults.v, faults.n, "kind.notInProgramme"));
    ck_assert(has_fault(faults.v, faults.n, "language.unknown") &&
              has_fault(faults.v, faults.n, "competence.twice"));
    ck_assert_ptr_null(rules_tor_draft("draft"));
    ck_assert_str_eq(rules_tor_draft("approved")->code, "tor.fixed");
    ck_assert_ptr_null(rules_tor_revisable("open", OPT_I32(1), 1));
    ck_assert_str_eq(rules_tor_revisable("open", OPT_I32(1), 2)->code, "tor.revision");
    ck_assert_str_eq(rules_tor_revisable("draft", (struct opt_i32){0}, 1)->code, "tor.revision");
    ck_assert_str_eq(rules_tor_status(unit_arena, "open", OPT_I32(1), 2, "draft"), "open.draft");
    ck_assert_str_eq(rules_tor_status(unit_arena, "open", OPT_I32(1), 1, "approved"), "open");
    ck_assert_str_eq(rules_tor_status(unit_arena, "closed", OPT_I32(1), 2, "draft"), "closed");
}
END_TEST

/* ---- experts ---- */

START_TEST(evidence_above_declared_has_a_source)
{
    struct fault_list faults = {0};

    rules_evidence(unit_arena, "declared", NULL, "/source", &faults);
    rules_evidence(unit_arena, "tested", "A test", "/source", &faults);
    ck_assert_uint_eq(faults.n, 0);
    rules_evidence(unit_arena, "tested", NULL, "/source", &faults);
    ck_assert(has_fault(faults.v, faults.n, "evidence.source"));
}
END_TEST

/* ---- applications ---- */

static const struct {
    const char *status, *moves;
} application_statuses[] = {
    {"applied", "shortlist decline withdraw"},
    {"invited", "shortlist decline withdraw"},
    {"requested", "shortlist decline withdraw"},
    {"shortlisted", "interview decline withdraw"},
    {"interviewed", "hostAccept decline withdraw"},
    {"hostAccepted", "offer decline withdraw"},
    {"offered", "accept decline withdraw"},
    {"accepted", ""},
    {"declined", ""},
    {"withdrawn", ""},
};

START_TEST(applications_move_as_drawn)
{
    ck_assert_str_eq(moves_from(application_machine, application_statuses[_i].status),
                     application_statuses[_i].moves);
}
END_TEST

static const struct {
    const char *move, *guard;
    struct application_facts facts; /* in which it is unmet */
} application_guards[] = {
    {"shortlist", "tor.open", {.expert_active = true}},
    {"accept", "tor.open", {.expert_active = true, .places = 1}},
    {"shortlist", "expert.active", {.tor_open = true}},
    {"accept",
     "expert.unrestricted",
     {.tor_open = true, .expert_active = true, .expert_restricted = true, .places = 1}},
    {"offer", "expert.active", {.tor_open = true, .may_offer = true, .places = 1}},
    {"interview", "interview.recorded", {.tor_open = true, .expert_active = true}},
    {"hostAccept",
     "interview.positive",
     {.tor_open = true, .expert_active = true, .interview = "negative", .host = "accepted"}},
    {"hostAccept", "host.decided", {.tor_open = true, .expert_active = true, .interview = "positive"}},
    {"hostAccept",
     "host.accepted",
     {.tor_open = true, .expert_active = true, .interview = "positive", .host = "refused"}},
    {"offer", "offer.scope", {.tor_open = true, .expert_active = true, .places = 1}},
    {"offer",
     "places.free",
     {.tor_open = true, .expert_active = true, .may_offer = true, .places = 1, .accepted = 1}},
    {"accept", "places.free", {.tor_open = true, .expert_active = true, .places = 1, .accepted = 1}},
};

START_TEST(a_guard_is_unmet_alone_then_met)
{
    struct application_facts met = {.tor_open = true,
                                    .expert_active = true,
                                    .may_offer = true,
                                    .places = 1,
                                    .interview = "positive",
                                    .host = "accepted"};
    struct machine_move move = {.code = application_guards[_i].move};
    struct unmet_list list = {0}, none = {0};

    rules_application_judge(unit_arena, &application_guards[_i].facts, &move, &list);
    ck_assert_uint_eq(list.n, 1);
    ck_assert_str_eq(list.v[0].code, application_guards[_i].guard);
    rules_application_judge(unit_arena, &met, &move, &none);
    ck_assert_uint_eq(none.n, 0);
}
END_TEST

START_TEST(nothing_stands_before_an_end)
{
    struct application_facts worst = {0};
    struct unmet_list list = {0};

    rules_application_judge(unit_arena, &worst, &(struct machine_move){.code = "decline"}, &list);
    rules_application_judge(unit_arena, &worst, &(struct machine_move){.code = "withdraw"}, &list);
    ck_assert_uint_eq(list.n, 0);
}
END_TEST

/* ---- matches ---- */

static struct match_expert expert_of(const char *more)
{
    return (struct match_expert){
        .competences = json_of("[{'uri':'a','evidence':'documented'}]"),
        .languages = json_of(arena_printf(unit_arena, "[{'language':'so','speaking':'C1'%s}]", more)),
        .windows = json_of("[{'kind':'available','startsOn':'2026-01-01','endsOn':'2026-01-05'}]"),
        .may_stay = true,
    };
}

static struct match_wish wish_of(void)
{
    return (struct match_wish){
        .competences = json_of("[{'uri':'a','label':'a','required':true,'evidence':'documented'},{'uri':'b','"
                               "label':'b','required':false}]"),
        .languages = json_of("[{'language':'so','speaking':'B2'}]"),
        .starts_on = date_days(2026, 1, 1),
        .ends_on = date_days(2026, 1, 10),
        .travels = true,
    };
}

static const struct match_weights weights = {.version = 1, .weight = {50, 25, 25}};

START_TEST(a_score_is_the_sum_of_its_reasons)
{
    struct match_expert e = expert_of("");
    struct match_wish w = wish_of();
    struct match m;

    rules_match(unit_arena, &weights, &w, &e, &m);
    ck_assert(m.passed);
    ck_assert_int_eq(m.reasons[0].points, 50); /* one of two */
    ck_assert_int_eq(m.reasons[1].points, 50); /* documented */
    ck_assert_int_eq(m.reasons[2].points, 50); /* five days of ten */
    ck_assert_int_eq(m.score, 50);
}
END_TEST

START_TEST(hard_filters_say_whether_and_leave_the_score_alone)
{
    struct match_expert e = expert_of(""), other = e;
    struct match_wish w = wish_of();
    struct match m, n;

    rules_match(unit_arena, &weights, &w, &e, &m);
    other.may_stay = false;
    rules_match(unit_arena, &weights, &w, &other, &n);
    ck_assert(!n.passed && !n.filters[3].passed && n.score == m.score);
    ck_assert_int_lt(rules_match_order(&m, &n), 0);
    w.travels = false;
    rules_match(unit_arena, &weights, &w, &other, &n);
    ck_assert(n.passed);
    w.languages = json_of("[{'language':'so','speaking':'C2'}]");
    rules_match(unit_arena, &weights, &w, &e, &n);
    ck_assert(!n.filters[0].passed);
    w.languages = json_of("[{'language':'so','writing':'A1'}]");
    rules_match(unit_arena, &weights, &w, &e, &n);
    ck_assert(!n.filters[0].passed);
    other.competences = json_of("[{'uri':'a','evidence':'declared'}]");
    rules_match(unit_arena, &weights, &w, &other, &n);
    ck_assert(!n.filters[1].passed);
    other.windows = json_of("[{'kind':'unavailable','startsOn':'2025-01-01','endsOn':'2027-01-05'}]");
    rules_match(unit_arena, &weights, &w, &other, &n);
    ck_assert(!n.filters[2].passed);
    ck_assert_int_eq(n.reasons[2].points, 0);
}
END_TEST

START_TEST(nationality_sex_and_mother_tongue_change_nothing)
{
    struct match_expert e = expert_of(""),
                        other = expert_of(",'motherTongue':true,'nationality':'SO','sex':'female'");
    struct match_wish w = wish_of();
    struct match m, n;

    rules_match(unit_arena, &weights, &w, &e, &m);
    rules_match(unit_arena, &weights, &w, &other, &n);
    ck_assert_int_eq(m.score, n.score);
    ck_assert(m.passed == n.passed);
    ck_assert_int_eq(rules_match_order(&m, &n), 0);
}
END_TEST

static const struct {
    const char *weights, *code;
} weight_refusals[] = {
    {"[{'criterion':'nationality','weight':100}]", "criterion.unknown"},
    {"[{'criterion':'sex','weight':100}]", "criterion.unknown"},
    {"[{'criterion':'competence.coverage','weight':50},{'criterion':'competence.coverage','weight':50}]",
     "criterion.twice"},
    {"[{'criterion':'competence.coverage','weight':99}]", "weights.sum"},
};

START_TEST(weights_name_only_what_may_count)
{
    json_t *rules = NULL;
    struct match_weights w;
    struct schema *schema;
    const struct match_weights *real = NULL;
    err_t e;

    ck_assert_ptr_null(data_file(unit_arena, path_of("matches/weights.schema.json"), &rules));
    ck_assert_ptr_null(schema_compile(unit_arena, rules, "", SCHEMA_STRICT | SCHEMA_ASSERT_FORMATS, &schema));
    e = match_weights_make(
        unit_arena, schema,
        json_of(arena_printf(unit_arena, "{'version':1,'weights':%s}", weight_refusals[_i].weights)), &w);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "weights.invalid");
    ck_assert(has_fault(e->faults, e->nfaults, weight_refusals[_i].code));
    schema_free(schema);
    ck_assert_ptr_null(match_weights_load(unit_arena, path_of("matches"), &real));
    ck_assert_int_eq(real->weight[0] + real->weight[1] + real->weight[2], 100);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("diaspora");

    UNIT_TABLE(s, "programme_make", refusals, a_programme_that_does_not_hold_together_is_refused);
    UNIT_CASE(s, "programmes", the_programmes_are_as_given,
              a_place_is_open_where_the_programme_works_that_day);
    UNIT_CASE(s, "institutions", what_refers_to_an_institution_fits_it);
    UNIT_TABLE(s, "tor_machine", tor_statuses, terms_move_as_drawn);
    UNIT_CASE(s, "rules_tor", terms_lack_what_they_lack, a_version_is_a_draft_or_begun_from_the_one_in_force);
    UNIT_CASE(s, "rules_evidence", evidence_above_declared_has_a_source);
    UNIT_TABLE(s, "application_machine", application_statuses, applications_move_as_drawn);
    UNIT_TABLE(s, "rules_application_judge", application_guards, a_guard_is_unmet_alone_then_met);
    UNIT_CASE(s, "applications", nothing_stands_before_an_end);
    UNIT_CASE(s, "rules_match", a_score_is_the_sum_of_its_reasons,
              hard_filters_say_whether_and_leave_the_score_alone,
              nationality_sex_and_mother_tongue_change_nothing);
    UNIT_TABLE(s, "match_weights_make", weight_refusals, weights_name_only_what_may_count);
    return s;
}
