/* steps.h - a state machine as a table of steps, for the rules of resources that have states. Pure. */
#pragma once

#include <stddef.h>

#include "base/str.h"

/* From a state, an action, the state it leads to. */
struct step {
    const char *from, *action, *to;
};

/* Where an action leads from a state, or NULL if the state does not allow it. */
static inline const char *step_to(const struct step *steps, size_t n, const char *from, const char *action)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(steps[i].from, from) && str_eq(steps[i].action, action))
            return steps[i].to;
    }
    return NULL;
}
