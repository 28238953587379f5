/* actions.h - allowedActions: what a caller may do next with a resource. Pure. */
#pragma once

#include <stdbool.h>

#include "base/opt.h"

struct arena;

#define ACTIONS_MAX 24

/* Adds a word to a list of allowed actions when the condition holds. The list begins as {0}; action lives at
 * least as long as it. */
void action_add(struct arena *a, struct text_array *actions, bool when, const char *action);
