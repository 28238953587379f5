/* rules.c - phases; see rules.h. */
#include "diaspora/assignments/rules.h"

#include "base/arena.h"
#include "base/str.h"

void rules_phase_days(struct arena *a, int32_t starts_on, int32_t ends_on, const char *at,
                      struct fault_list *faults)
{
    if (ends_on < starts_on)
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "%s/endsOn", at),
                                 .code = "dates.order",
                                 .detail = "Ends before it begins."});
    else if (ends_on - starts_on >= PHASE_DAYS_MAX)
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "%s/endsOn", at),
                                 .code = "phase.tooLong",
                                 .detail = "Is longer than two years."});
}

bool rules_phases_open(const char *s)
{
    return str_eq(s, "planned") || str_eq(s, "cleared") || str_eq(s, "active") || str_eq(s, "switchedOnline");
}

bool rules_phase_changes(const char *s)
{
    return !str_eq(s, "done") && !str_eq(s, "cancelled");
}

bool assignment_ended(const char *s)
{
    return str_eq(s, "closed") || str_eq(s, "aborted");
}
