/* start.c - loads what the programs of notifications must have before they begin. */
#include "app/program.h"
#include "base/arena.h"
#include "notifications/schedules/schedules.h"
#include "notifications/state.h"
#include "notifications/templates/templates.h"

err_t notifications_start(struct program *p)
{
    struct notifications_state *state = ARENA_NEW(p->arena, struct notifications_state);
    struct templates *templates;
    struct schedules *schedules;

    TRY(templates_load(p->arena, arena_printf(p->arena, "%s/templates", p->conf.data), &templates));
    TRY(schedules_load(p->arena, arena_printf(p->arena, "%s/schedules", p->conf.data), templates,
                       &schedules));
    *state = (struct notifications_state){.templates = templates, .schedules = schedules};
    p->state = state;
    return NULL;
}

const struct notifications_state *notifications_state(const struct ctx *x)
{
    return PROGRAM_STATE(x, const struct notifications_state);
}
