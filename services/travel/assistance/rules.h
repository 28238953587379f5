/*
 * rules.h - decisions on assistance points: who is met where, by whom. Pure: base only.
 *
 *   planned ──► confirmed ──► done | missed
 *      ╰───────────────────────▲
 *
 * Done and missed are observed: they are recorded, whatever was confirmed before.
 */
#pragma once

#include "base/err.h"
#include "base/machine.h"
#include "base/opt.h"

struct arena;

extern const struct machine rules_assistance_machine;

struct assistance_terms {
    const char *zone;
    const char *organisation, *office;
    const char *receiver_name, *receiver_phone;
};
/* zone.unknown, assistance.who (an organisation or a receiver; an office is of an organisation, a phone of a
 * receiver). */
void rules_assistance_terms(struct arena *a, const struct assistance_terms *t, struct fault_list *faults);
/* What the caller may do next. */
struct text_array rules_assistance_actions(struct arena *a, const char *status, bool writes);
