/* rules.h - phases: what may be planned and changed when; pure. (Guards of moves: guards.h.) */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define PHASE_DAYS_MAX 731 /* two years: more is a slip of the pen */

/* Faults dates.order, phase.tooLong below `at`. */
void rules_phase_days(struct arena *a, int32_t starts_on, int32_t ends_on, const char *at,
                      struct fault_list *faults);
/* Phases are planned until the assignment is reported on. */
bool rules_phases_open(const char *assignment_status);
/* A phase that is neither done nor cancelled. */
bool rules_phase_changes(const char *phase_status);
bool assignment_ended(const char *status);
