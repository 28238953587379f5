/* rules.h - activity logs, reports and outcomes; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

/* What may be written about an assignment: nothing before it was cleared or after it ended. ERR_CONFLICT
 * assignment.notBegun, assignment.ended. */
MUST_CHECK err_t rules_results_open(struct arena *a, const char *assignment_status);
/* A day of work lies within the assignment and is not to come: faults activity.outside, activity.future at
 * /onDay. */
MUST_CHECK err_t rules_activity_day(struct arena *a, int32_t on_day, struct opt_date starts_on,
                                    struct opt_date ends_on, int32_t today);
/* Where the action leads a report: accept, return, resubmit. ERR_CONFLICT transition.unavailable, report.same
 * (who submitted it does not decide on it). */
MUST_CHECK err_t rules_report(struct arena *a, const char *status, const char *action,
                              const char *submitted_by, const char *actor);
/* Women are among the beneficiaries: fault outcome.women at /women. */
MUST_CHECK err_t rules_outcome(struct arena *a, int32_t beneficiaries, struct opt_i32 women);
