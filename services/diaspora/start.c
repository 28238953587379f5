/* start.c - loads what the service and its worker must have before they begin. */
#include "app/program.h"
#include "base/arena.h"
#include "base/codes.h"
#include "diaspora/programmes/programme.h"
#include "diaspora/state.h"

err_t diaspora_start(struct program *p)
{
    struct diaspora_state *state = ARENA_NEW(p->arena, struct diaspora_state);
    struct codes *codes;
    struct programmes *programmes;

    TRY(codes_load(p->arena, CODES_FOLDER, &codes));
    TRY(programmes_load(p->arena, codes, arena_printf(p->arena, "%s/programmes", p->conf.data), &programmes));
    *state = (struct diaspora_state){.codes = codes, .programmes = programmes};
    p->state = state;
    return NULL;
}

const struct diaspora_state *diaspora_state(const struct ctx *x)
{
    return PROGRAM_STATE(x, const struct diaspora_state);
}
