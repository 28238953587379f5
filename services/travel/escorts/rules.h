/*
 * rules.h - decisions on escorts. Pure: base only.
 *
 *   proposed ──► confirmed ──► released
 *      ╰──────────────────────────▲
 */
#pragma once

#include "base/err.h"
#include "base/machine.h"
#include "base/opt.h"

struct arena;

extern const struct machine rules_escort_machine;

struct escort_terms {
    const char *user_id, *name, *phone; /* staff, or somebody from outside */
    struct opt_i32 first, last;         /* places of the segments; not set: none of the movement */
};
/* escort.who (staff, or a name: exactly one; a phone only beside a name), segment.unknown, segment.order. */
void rules_escort_terms(struct arena *a, const struct escort_terms *t, struct fault_list *faults);
/* What the caller may do next. */
struct text_array rules_escort_actions(struct arena *a, const char *status, bool writes);
