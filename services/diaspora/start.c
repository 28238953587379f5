/* start.c - loads what the service and its worker must have before they begin. */
#include "app/program.h"
#include "base/arena.h"
#include "base/codes.h"
#include "base/data.h"
#include "diaspora/jury/form.h"
#include "diaspora/matches/rules.h"
#include "diaspora/programmes/programme.h"
#include "diaspora/state.h"

/* What assignments, claims and surveys rest on: documents of a folder each. */
static err_t load_data(struct program *p, struct diaspora_state *state)
{
    json_t *documents, *paths;

    TRY(data_folder(p->arena, arena_printf(p->arena, "%s/travel-rules", p->conf.data), &documents, &paths));
    TRY(travel_rules_make(p->arena, documents, &state->travel_rules));
    TRY(data_folder(p->arena, arena_printf(p->arena, "%s/claims/rates", p->conf.data), &documents, &paths));
    TRY(rates_make(p->arena, documents, &state->rates));
    TRY(data_folder(p->arena, arena_printf(p->arena, "%s/surveys/instruments", p->conf.data), &documents,
                    &paths));
    return instruments_make(p->arena, documents, &state->instruments);
}

err_t diaspora_start(struct program *p)
{
    struct diaspora_state *state = ARENA_NEW(p->arena, struct diaspora_state);
    struct jury_forms *jury_forms;
    struct programmes *programmes;
    const struct match_weights *weights;
    TRY(programmes_load(p->arena, arena_printf(p->arena, "%s/programmes", p->conf.data), &programmes));
    TRY(match_weights_load(p->arena, arena_printf(p->arena, "%s/matches", p->conf.data), &weights));
    TRY(jury_forms_load(p->arena, arena_printf(p->arena, "%s/jury", p->conf.data), &jury_forms));
    *state = (struct diaspora_state){.jury_forms = jury_forms, .programmes = programmes, .weights = weights};
    TRY(load_data(p, state));
    p->state = state;
    return NULL;
}

const struct diaspora_state *diaspora_state(const struct ctx *x)
{
    return PROGRAM_STATE(x, const struct diaspora_state);
}
