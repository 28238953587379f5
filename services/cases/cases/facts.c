/* facts.c - from rows of many areas to what guards look at. */
#include "cases/cases/facts.h"

#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "cases/appointments/queries.h"
#include "cases/authority/queries.h"
#include "cases/consents/queries.h"
#include "cases/decisions/queries.h"
#include "cases/declarations/queries.h"
#include "cases/documents/queries.h"
#include "cases/eligibility/queries.h"
#include "cases/profiles/queries.h"
#include "cases/programmes/pack.h"
#include "cases/state.h"
#include "cases/tasks/queries.h"
#include "cases/trainings/queries.h"
#include "cases/travel/queries.h"

struct facts_rows {
    struct case_person_fact *persons;
    struct case_role_fact *roles;
    struct case_override_fact *overrides;
    struct case_clearance_fact clearance;
    struct declaration_fact *declarations;
    struct consent_fact *consents;
    struct authority_fact *authorities;
    struct appointment_fact *appointments;
    struct task_fact *tasks;
    struct document_fact *documents;
    struct decision_fact *decisions;
    struct eligibility_fact *answers;
    struct claim_facts_row profile;
    struct training_facts training;
    struct journey_fact journey;
    struct medical_fact *medical;
    struct fitness_fact *fitness;
    size_t npersons, nroles, noverrides, ndeclarations, nconsents, nauthorities, nappointments, ntasks,
        ndocuments, ndecisions, nanswers, nmedical, nfitness;
    bool has_clearance, has_journey;
};

struct facts_rows *facts_later(struct ctx *x, struct tx *tx, struct uuid case_id)
{
    struct facts_rows *r = ARENA_NEW(x->arena, struct facts_rows);

    q_case_person_facts_later(tx, case_id, &r->persons, &r->npersons);
    q_case_role_facts_later(tx, case_id, &r->roles, &r->nroles);
    q_case_override_facts_later(tx, case_id, x->now_us, &r->overrides, &r->noverrides);
    q_case_clearance_fact_later(tx, case_id, &r->has_clearance, &r->clearance);
    q_declaration_facts_later(tx, case_id, &r->declarations, &r->ndeclarations);
    q_consent_facts_later(tx, case_id, &r->consents, &r->nconsents);
    q_authority_facts_later(tx, case_id, &r->authorities, &r->nauthorities);
    q_appointment_facts_later(tx, case_id, &r->appointments, &r->nappointments);
    q_task_facts_later(tx, case_id, &r->tasks, &r->ntasks);
    q_document_facts_later(tx, case_id, &r->documents, &r->ndocuments);
    q_decision_facts_later(tx, case_id, &r->decisions, &r->ndecisions);
    q_eligibility_facts_later(tx, case_id, &r->answers, &r->nanswers);
    q_claim_facts_later(tx, case_id, &r->profile);
    q_training_facts_later(tx, case_id, &r->training);
    q_journey_fact_later(tx, case_id, &r->has_journey, &r->journey);
    q_medical_facts_later(tx, case_id, &r->medical, &r->nmedical);
    q_fitness_facts_later(tx, case_id, &r->fitness, &r->nfitness);
    return r;
}

static void make_persons(struct arena *a, const struct facts_rows *r, struct case_facts *f)
{
    struct fact_person *v = ARENA_ARRAY(a, r->npersons + 1, struct fact_person);

    for (size_t i = 0; i < r->npersons; i++) {
        const struct case_person_fact *p = &r->persons[i];

        v[i] = (struct fact_person){
            .id = p->person_id,
            .principal = p->principal,
            .birth_known = p->birth_first.set && p->birth_last.set,
            .birth_first = p->birth_first.v,
            .birth_last = p->birth_last.v,
            .nationalities = p->nationalities,
        };
    }
    f->persons = v;
    f->npersons = r->npersons;
}

/* The caseworker is named in the case itself and counts as a role. */
static void make_roles(struct arena *a, const struct facts_rows *r, const struct case_locked *c,
                       struct case_facts *f)
{
    struct fact_role *v = ARENA_ARRAY(a, r->nroles + 1, struct fact_role);

    for (size_t i = 0; i < r->nroles; i++)
        v[f->nroles++] = (struct fact_role){
            .role = r->roles[i].role,
            .valid_from = r->roles[i].valid_from,
            .valid_until = r->roles[i].valid_until,
        };
    if (c->caseworker)
        v[f->nroles++] = (struct fact_role){.role = "caseworker", .valid_from = INT32_MIN};
    f->roles = v;
}

static void make_wishes(struct arena *a, const struct facts_rows *r, struct case_facts *f)
{
    struct fact_declaration *declarations = ARENA_ARRAY(a, r->ndeclarations + 1, struct fact_declaration);
    struct fact_consent *consents = ARENA_ARRAY(a, r->nconsents + 1, struct fact_consent);
    struct fact_authority *authorities = ARENA_ARRAY(a, r->nauthorities + 1, struct fact_authority);

    for (size_t i = 0; i < r->ndeclarations; i++)
        declarations[i] = (struct fact_declaration){
            .person_id = r->declarations[i].person_id,
            .kind = r->declarations[i].kind,
            .withdrawn = r->declarations[i].withdrawn_at.set,
        };
    for (size_t i = 0; i < r->nconsents; i++)
        consents[i] = (struct fact_consent){
            .person_id = r->consents[i].person_id,
            .purpose = r->consents[i].purpose,
            .recipients = r->consents[i].recipients,
            .given = r->consents[i].given,
            .expires_us = r->consents[i].expires_at,
            .withdrawn = r->consents[i].withdrawn_at.set,
        };
    for (size_t i = 0; i < r->nauthorities; i++)
        authorities[i] = (struct fact_authority){
            .authority = r->authorities[i].authority,
            .status = r->authorities[i].status,
            .expires_on = r->authorities[i].expires_on,
        };
    f->declarations = declarations;
    f->ndeclarations = r->ndeclarations;
    f->consents = consents;
    f->nconsents = r->nconsents;
    f->authorities = authorities;
    f->nauthorities = r->nauthorities;
}

static void make_work(struct arena *a, const struct facts_rows *r, struct case_facts *f)
{
    struct fact_appointment *appointments = ARENA_ARRAY(a, r->nappointments + 1, struct fact_appointment);
    struct fact_task *tasks = ARENA_ARRAY(a, r->ntasks + 1, struct fact_task);
    struct fact_document *documents = ARENA_ARRAY(a, r->ndocuments + 1, struct fact_document);
    struct fact_decision *decisions = ARENA_ARRAY(a, r->ndecisions + 1, struct fact_decision);

    for (size_t i = 0; i < r->nappointments; i++)
        appointments[i] = (struct fact_appointment){r->appointments[i].kind, r->appointments[i].status};
    for (size_t i = 0; i < r->ntasks; i++)
        tasks[i] = (struct fact_task){r->tasks[i].kind, r->tasks[i].status, r->tasks[i].due_on};
    for (size_t i = 0; i < r->ndocuments; i++)
        documents[i] = (struct fact_document){
            .person_id = r->documents[i].person_id,
            .kind = r->documents[i].kind,
            .status = r->documents[i].status,
            .country = r->documents[i].country,
            .valid_until = r->documents[i].valid_until,
        };
    for (size_t i = 0; i < r->ndecisions; i++)
        decisions[i] = (struct fact_decision){r->decisions[i].subject, r->decisions[i].outcome};
    f->appointments = appointments;
    f->nappointments = r->nappointments;
    f->tasks = tasks;
    f->ntasks = r->ntasks;
    f->documents = documents;
    f->ndocuments = r->ndocuments;
    f->decisions = decisions;
    f->ndecisions = r->ndecisions;
}

static void make_checks(struct arena *a, const struct facts_rows *r, struct case_facts *f)
{
    struct fact_answer *answers = ARENA_ARRAY(a, r->nanswers + 1, struct fact_answer);
    struct fact_override *overrides = ARENA_ARRAY(a, r->noverrides + 1, struct fact_override);

    for (size_t i = 0; i < r->nanswers; i++)
        answers[i] = (struct fact_answer){
            .rule_set = r->answers[i].rule_set,
            .rules_from = r->answers[i].rules_from,
            .reference_on = r->answers[i].reference_on,
            .rule = r->answers[i].rule,
            .answer = r->answers[i].answer,
        };
    for (size_t i = 0; i < r->noverrides; i++)
        overrides[i] = (struct fact_override){
            .id = r->overrides[i].id,
            .transition = r->overrides[i].transition,
            .guards = r->overrides[i].guards,
            .valid_until_us = r->overrides[i].valid_until,
        };
    f->answers = answers;
    f->nanswers = r->nanswers;
    f->overrides = overrides;
    f->noverrides = r->noverrides;
}

/* The day of an instant where it happens. */
static struct opt_date local_day(struct opt_i64 at, const char *zone)
{
    int32_t offset;

    if (!at.set || !zone || !date_zone_offset(zone, at.v, &offset))
        return (struct opt_date){0};
    return OPT_DATE(date_of_instant(at.v + offset * DATE_US_PER_S));
}

static void make_journey(const struct facts_rows *r, const struct case_locked *c, struct case_facts *f)
{
    const struct journey_fact *j = &r->journey;

    f->journey.destination = c->country_of_return;
    if (r->has_journey)
        f->journey = (struct fact_journey){
            .there = true,
            .ticketed = j->ticketed,
            .departs_us = j->departs_at,
            .departs_on = local_day(j->departs_at, j->departure_zone),
            .arrives_on = local_day(j->arrives_at, j->arrival_zone),
            .destination = j->destination ? j->destination : c->country_of_return,
        };
    if (f->journey.departs_on.set)
        f->departure_on = f->journey.departs_on;
}

/* One for each person: its need, and its check for the movement that counts. */
static void make_travellers(struct arena *a, const struct facts_rows *r, struct case_facts *f)
{
    struct fact_traveller *v = ARENA_ARRAY(a, f->npersons + 1, struct fact_traveller);

    for (size_t i = 0; i < f->npersons; i++) {
        v[i].person_id = f->persons[i].id;
        for (size_t k = 0; k < r->nmedical; k++)
            v[i].medical |= uuid_eq(r->medical[k].person_id, v[i].person_id);
        for (size_t k = 0; k < r->nfitness && r->has_journey; k++) {
            if (!uuid_eq(r->fitness[k].person_id, v[i].person_id) ||
                !uuid_eq(r->fitness[k].movement_id, r->journey.movement_id))
                continue;
            v[i].fitness = r->fitness[k].outcome;
            v[i].fitness_us = r->fitness[k].at;
        }
    }
    f->travellers = v;
    f->ntravellers = f->npersons;
}

err_t facts_make(struct ctx *x, const struct facts_rows *r, const struct case_locked *c,
                 struct case_facts *ret)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    struct case_facts f = {
        .now_us = x->now_us,
        .today = date_today_nl(x->now_us),
        .status = c->status,
        .resumes_to = c->resumes_to,
        .departure_on = c->planned_departure_on,
        .cleared = r->has_clearance && r->clearance.cleared,
        .risk_assessed = r->has_clearance && r->clearance.risk_assessed,
        .claims = (size_t)r->profile.claims,
        .sessions_attended = r->training.sessions,
        .pack = packs_version(state->packs, c->programme, c->programme_version),
        .rulesets = state->rulesets,
    };

    if (!f.pack || !pack_status(f.pack, c->status))
        return err_internal(x->arena, ERR_BUG, "pack.missing", "no pack %s version %d with status %s",
                            c->programme, c->programme_version, c->status);
    make_persons(x->arena, r, &f);
    make_roles(x->arena, r, c, &f);
    make_wishes(x->arena, r, &f);
    make_work(x->arena, r, &f);
    make_checks(x->arena, r, &f);
    make_journey(r, c, &f);
    make_travellers(x->arena, r, &f);
    *ret = f;
    return NULL;
}
