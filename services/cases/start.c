/* start.c - loads what the service and its worker must have before they begin. */
#include "app/service_main.h"
#include "base/arena.h"
#include "base/codes.h"
#include "cases/eligibility/rules.h"
#include "cases/profiles/occupations.h"
#include "cases/programmes/pack.h"
#include "cases/state.h"

err_t cases_start(struct program *p)
{
    struct cases_state *state = ARENA_NEW(p->arena, struct cases_state);
    struct occupations *occupations;
    struct packs *packs;
    struct rights_terms rights;
    struct rulesets *rulesets;
    TRY(rulesets_load(p->arena, arena_printf(p->arena, "%s/eligibility", p->conf.data), &rulesets));
    TRY(packs_load(p->arena, rulesets, arena_printf(p->arena, "%s/programmes", p->conf.data), &packs));
    TRY(occupations_load(p->arena, arena_printf(p->arena, "%s/profiles", p->conf.data), &occupations));
    TRY(rights_terms_load(p->arena, arena_printf(p->arena, "%s/rights", p->conf.data), &rights));
    *state = (struct cases_state){
        .occupations = occupations, .packs = packs, .rulesets = rulesets, .rights = rights};
    p->state = state;
    return NULL;
}
