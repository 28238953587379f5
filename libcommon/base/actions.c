/* actions.c - see actions.h. */
#include "base/actions.h"

#include <assert.h>

#include "base/arena.h"

void action_add(struct arena *a, struct text_array *actions, bool when, const char *action)
{
    if (!when)
        return;
    if (actions->n == 0)
        actions->v = ARENA_ARRAY(a, ACTIONS_MAX, const char *);
    assert(actions->n < ACTIONS_MAX);
    actions->v[actions->n++] = action;
}
