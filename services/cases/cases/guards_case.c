/* guards_case.c - guards about what was done in the case: checks, appointments, documents, roles, tasks, the
 * result. */
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/cases/guards_internal.h"
#include "cases/eligibility/rules.h"
#include "cases/programmes/pack.h"

static struct applicants applicants_of(struct judging *j)
{
    struct applicants who = {0};
    size_t n = 0;

    for (size_t i = 0; i < j->facts->npersons; i++)
        n += j->facts->persons[i].nationalities.n;
    who.nationalities.v = ARENA_ARRAY(j->a, n + 1, const char *);
    for (size_t i = 0; i < j->facts->npersons; i++) {
        const struct text_array *own = &j->facts->persons[i].nationalities;

        who.incomplete |= own->n == 0;
        for (size_t k = 0; k < own->n; k++)
            who.nationalities.v[who.nationalities.n++] = own->v[k];
    }
    return who;
}

static const char *answer_to(const struct case_facts *f, const char *rule_set, const char *rule)
{
    for (size_t i = 0; i < f->nanswers; i++) {
        if (str_eq(f->answers[i].rule_set, rule_set) && str_eq(f->answers[i].rule, rule))
            return f->answers[i].answer;
    }
    return NULL;
}

/* One line per rule that does not pass. With stage application, only the rules that can be judged by then. */
void judge_eligibility(struct judging *j)
{
    const char *code = json_member_text(j->params, "ruleSet");
    bool early = str_eq(json_member_text(j->params, "stage"), "application");
    const struct fact_answer *check = NULL;
    const struct ruleset *set;
    struct applicants who = applicants_of(j);

    for (size_t i = 0; i < j->facts->nanswers && !check; i++) {
        if (str_eq(j->facts->answers[i].rule_set, code))
            check = &j->facts->answers[i];
    }
    set = check ? rulesets_version(j->facts->rulesets, code, check->rules_from) : NULL;
    if (!set) {
        guard_unmet(j, arena_printf(j->a, "/eligibilityChecks/%s", code),
                    "Start a check against the rule set.", "There is no check against the rule set %s.",
                    code);
        return;
    }
    for (size_t i = 0; i < set->nrules; i++) {
        const struct rule *rule = &set->rules[i];
        enum rule_outcome outcome;

        if (early && !rule->at_application)
            continue;
        outcome = rule_judge(rule, answer_to(j->facts, code, rule->code), &who, check->reference_on);
        if (outcome != RULE_PASS)
            guard_unmet(j, arena_printf(j->a, "/eligibilityChecks/%s/rules/%s", code, rule->code),
                        outcome == RULE_FAIL
                            ? "Correct the answer if it is wrong; else the case is ineligible."
                        : rule->list ? "Record the nationality of every person."
                                     : "Answer the rule, with its evidence.",
                        "Rule %s %s.", rule->code, outcome == RULE_FAIL ? "fails" : "is not answered");
    }
}

/* One of the authorities has said that it has no objection, still valid on the day of the journey, and none
 * objects. */
void judge_authority(struct judging *j)
{
    const json_t *authorities = json_object_get(j->params, "authorities"), *authority;
    const char *objects = NULL;
    bool said = false;
    size_t i;

    json_array_foreach(authorities, i, authority)
    {
        for (size_t k = 0; k < j->facts->nauthorities; k++) {
            const struct fact_authority *f = &j->facts->authorities[k];

            if (!str_eq(f->authority, json_string_value(authority)))
                continue;
            if (str_eq(f->status, "objection"))
                objects = f->authority;
            if (str_eq(f->status, "noObjection") &&
                (!f->expires_on.set || f->expires_on.v >= facts_journey_on(j->facts)))
                said = true;
        }
    }
    if (objects)
        guard_unmet(j, "/authorityChecks",
                    "Clear up the objection with the authority, then record its new answer.",
                    "An authority (%s) objects.", objects);
    else if (!said)
        guard_unmet(j, "/authorityChecks",
                    "Ask the authority, on a signed exchange consent, and record its answer.",
                    "No authority has said that it has no objection valid on the day of the journey.");
}

void judge_appointment(struct judging *j)
{
    const char *kind = json_member_text(j->params, "kind");

    for (size_t i = 0; i < j->facts->nappointments; i++) {
        if (str_eq(j->facts->appointments[i].kind, kind) && str_eq(j->facts->appointments[i].status, "held"))
            return;
    }
    guard_unmet(j, "/appointments", "Hold the appointment and record who came.",
                "No appointment of kind %s was held.", kind);
}

bool guard_of_kinds(const json_t *kinds, const char *kind)
{
    const json_t *item;
    size_t i;

    json_array_foreach(kinds, i, item)
    {
        if (str_eq(json_string_value(item), kind))
            return true;
    }
    return false;
}

static bool covers(const struct judging *j, const struct fact_person *p, int32_t until)
{
    const json_t *kinds = json_object_get(j->params, "kinds");

    for (size_t i = 0; i < j->facts->ndocuments; i++) {
        const struct fact_document *d = &j->facts->documents[i];

        if (d->person_id.set && uuid_eq(d->person_id.v, p->id) && str_eq(d->status, "verified") &&
            d->valid_until.set && d->valid_until.v >= until && guard_of_kinds(kinds, d->kind))
            return true;
    }
    return false;
}

/* Each traveller has a verified document of one of the kinds, valid on the day of departure and so many days
 * after it. */
void judge_document(struct judging *j)
{
    int64_t days = json_member_i64(j->params, "daysAfterDeparture", 0);

    if (!j->facts->departure_on.set) {
        guard_unmet(j, "/plannedDepartureOn", "Enter the planned day of departure.",
                    "Without a planned departure no document can be judged.");
        return;
    }
    for (size_t i = 0; i < j->facts->npersons; i++) {
        if (!covers(j, &j->facts->persons[i], j->facts->departure_on.v + (int32_t)days))
            guard_unmet(j, person_pointer(j, i, "/documents"),
                        "Obtain a travel document that is valid long enough, and verify it.",
                        "A traveller has no verified travel document that covers the journey.");
    }
}

bool facts_role(const struct case_facts *f, const char *role)
{
    for (size_t i = 0; i < f->nroles; i++) {
        const struct fact_role *r = &f->roles[i];

        if (str_eq(r->role, role) && r->valid_from <= f->today &&
            (!r->valid_until.set || f->today <= r->valid_until.v))
            return true;
    }
    return false;
}

void judge_role(struct judging *j)
{
    const char *role = json_member_text(j->params, "role");

    if (!facts_role(j->facts, role))
        guard_unmet(j, str_eq(role, "caseworker") ? "/caseworker" : "/roles", "Name who has the role.",
                    "Nobody has the role %s.", role);
}

void judge_tasks(struct judging *j)
{
    size_t overdue = 0;

    for (size_t i = 0; i < j->facts->ntasks; i++)
        overdue += str_eq(j->facts->tasks[i].status, "open") && j->facts->tasks[i].due_on < j->facts->today;
    if (overdue > 0)
        guard_unmet(j, "/tasks", "Finish what is overdue, or give it a new day.", "%zu task%s overdue.",
                    overdue, overdue == 1 ? " is" : "s are");
}

void judge_result(struct judging *j)
{
    const struct pack_result *result = pack_result(j->facts->pack, j->facts->result);

    if (!result)
        guard_unmet(j, "/result", "Give one of the programme's results with the move.",
                    j->facts->result ? "The programme has no such result." : "No result is given.");
    else if (!pack_result_from(result, j->facts->status))
        guard_unmet(j, "/result", "Give a result that fits how the case ended.",
                    "The result %s does not follow from the status %s.", result->code, j->facts->status);
}

bool facts_decided(const struct case_facts *f, const char *subject)
{
    bool decided = false;

    for (size_t i = 0; i < f->ndecisions; i++) {
        if (str_eq(f->decisions[i].subject, subject))
            decided = str_eq(f->decisions[i].outcome, "positive"); /* the last one counts */
    }
    return decided;
}
