/* facts.c - from rows of many tables to what guards look at. */
#include <string.h>

#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/assignments/guards.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/assignments/terms.h"
#include "diaspora/programmes/programme.h"
#include "diaspora/state.h"
#include "io/db.h"

struct rows {
    struct tor_fact tor;
    struct phase_fact *phases;
    struct safeguard_fact *safeguards;
    struct training_fact *trainings;
    struct result_fact results;
    struct residence_fact residence;
    struct expert_fact expert;
    size_t nphases, nsafeguards, ntrainings;
    bool has_tor, has_residence, has_expert;
};

err_t assignment_terms_of(struct ctx *x, const char *programme, struct assignment_terms *ret)
{
    const struct programme *p = programmes_find(diaspora_state(x)->programmes, programme);

    if (!p)
        return err_internal(x->arena, ERR_BUG, "programme.gone", "there is no programme %s any more",
                            programme);
    return terms_read(x->arena, p->document, ret);
}

/* Nationalities and the basis of residence, sealed as a whole. */
static err_t make_traveller(struct ctx *x, const struct rows *r, struct uuid expert_id,
                            struct fact_traveller *ret)
{
    const char *plain;
    json_t *j;

    *ret = (struct fact_traveller){0};
    if (!r->has_residence)
        return NULL;
    TRY(keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                       "expert_residences.sealed", expert_id, r->residence.sealed, &plain));
    TRY(json_parse(x->arena, plain, strlen(plain), 8, &j));
    *ret = (struct fact_traveller){
        .verified = r->residence.verified,
        .nationalities = json_member_texts(x->arena, j, "nationalities"),
        .permit = json_member_text(j, "permit"),
        .basis = json_member_text(j, "basis"),
        .valid_until = json_member_date(j, "validUntil"),
        .paper = json_member_text(j, "travelDocument"),
    };
    return NULL;
}

/* Open on all days: in the programme's data, and not closed since. */
static bool country_open(const struct programme *p, const struct phase_fact *row)
{
    const struct programme_country *c = programme_country(p, row->country);

    return c && programme_period_holds(&c->in, row->starts_on) &&
           programme_period_holds(&c->in, row->ends_on) && !row->closed;
}

static void make_phases(struct arena *a, const struct rows *r, struct assignment_facts *f)
{
    struct fact_phase *v = ARENA_ARRAY(a, r->nphases + 1, struct fact_phase);

    for (size_t i = 0; i < r->nphases; i++)
        v[i] = (struct fact_phase){
            .id = r->phases[i].id,
            .kind = r->phases[i].kind,
            .status = r->phases[i].status,
            .travel = r->phases[i].travel,
            .country = r->phases[i].country,
            .starts_on = r->phases[i].starts_on,
            .ends_on = r->phases[i].ends_on,
            .hours_per_week = r->phases[i].hours_per_week,
            .country_open = country_open(f->programme, &r->phases[i]),
            .unavailable = r->phases[i].unavailable,
            .elsewhere = r->phases[i].elsewhere,
        };
    f->phases = v;
    f->nphases = r->nphases;
}

static void make_safeguards(struct arena *a, const struct rows *r, struct assignment_facts *f)
{
    struct fact_insurance *insurances = ARENA_ARRAY(a, r->nsafeguards + 1, struct fact_insurance);
    struct fact_briefing *briefings = ARENA_ARRAY(a, r->nsafeguards + 1, struct fact_briefing);

    for (size_t i = 0; i < r->nsafeguards; i++) {
        const struct safeguard_fact *s = &r->safeguards[i];

        if (str_eq(s->kind, "insurance"))
            insurances[f->ninsurances++] =
                (struct fact_insurance){.valid_from = s->valid_from, .valid_until = s->valid_until.v};
        else
            briefings[f->nbriefings++] =
                (struct fact_briefing){.country = s->country, .held_on = s->valid_from};
    }
    f->insurances = insurances;
    f->briefings = briefings;
}

static void make_trainings(struct arena *a, const struct rows *r, struct assignment_facts *f)
{
    f->trained =
        (struct text_array){.v = ARENA_ARRAY(a, r->ntrainings + 1, const char *), .n = r->ntrainings};
    for (size_t i = 0; i < r->ntrainings; i++)
        f->trained.v[i] = r->trainings[i].training;
}

err_t assignment_facts_read(struct ctx *x, struct tx *tx, const struct assignment_locked *of,
                            struct assignment_facts *ret)
{
    const struct diaspora_state *state = diaspora_state(x);
    struct assignment_terms *terms = ARENA_NEW(x->arena, struct assignment_terms);
    struct rows r = {0};

    TRY(assignment_terms_of(x, of->programme, terms));
    q_assignment_tor_fact_later(tx, of->tor_id, of->tor_version, &r.has_tor, &r.tor);
    q_phase_facts_later(tx, of->id, &r.phases, &r.nphases);
    q_safeguard_facts_later(tx, of->id, &r.safeguards, &r.nsafeguards);
    q_training_facts_later(tx, of->id, &r.trainings, &r.ntrainings);
    q_expert_fact_later(tx, of->expert_id, &r.has_expert, &r.expert);
    q_residence_fact_later(tx, of->expert_id, &r.has_residence, &r.residence);
    TRY(q_result_facts(tx, of->id, &r.results));
    *ret = (struct assignment_facts){
        .today = date_today_nl(x->now_us),
        .sees_residence = principal_has(x->who, "experts.residence:read"),
        .status = of->status,
        .accepted = of->accepted,
        .restricted = r.has_expert && r.expert.restricted,
        .tor_approved =
            r.has_tor && !str_eq(r.tor.tor_status, "suspended") &&
            (str_eq(r.tor.version_status, "approved") || str_eq(r.tor.version_status, "superseded")),
        .travel_rules = &state->travel_rules,
        .programme = programmes_find(state->programmes, of->programme),
        .terms = terms,
        .final_reports = r.results.final_reports,
        .outcomes = r.results.outcomes,
        .open_claims = r.results.open_claims,
    };
    make_phases(x->arena, &r, ret);
    make_safeguards(x->arena, &r, ret);
    make_trainings(x->arena, &r, ret);
    return make_traveller(x, &r, of->expert_id, &ret->traveller);
}
