/* start.c - loads what the service and its worker must have before they begin. */
#include "app/program.h"
#include "base/arena.h"
#include "base/codes.h"
#include "travel/abns/addressees.h"
#include "travel/requirements/rules.h"
#include "travel/state.h"

err_t travel_start(struct program *p)
{
    struct travel_state *state = ARENA_NEW(p->arena, struct travel_state);
    struct requirements *requirements;
    struct addressees *addressees;
    TRY(requirements_load(p->arena, arena_printf(p->arena, "%s/requirements", p->conf.data), &requirements));
    TRY(addressees_load(p->arena, arena_printf(p->arena, "%s/abns", p->conf.data), &addressees));
    *state = (struct travel_state){.requirements = requirements, .addressees = addressees};
    p->state = state;
    return NULL;
}

const struct travel_state *travel_state(const struct ctx *x)
{
    return PROGRAM_STATE(x, const struct travel_state);
}
