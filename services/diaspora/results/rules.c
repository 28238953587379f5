/* rules.c - activity logs, reports and outcomes; see rules.h. */
#include "diaspora/results/rules.h"

#include "base/arena.h"
#include "base/machine.h"
#include "base/str.h"

err_t rules_results_open(struct arena *a, const char *s)
{
    if (str_eq(s, "planned") || str_eq(s, "cleared"))
        return err_new(a, ERR_CONFLICT, "assignment.notBegun", "The assignment has not begun.");
    if (str_eq(s, "closed") || str_eq(s, "aborted"))
        return err_new(a, ERR_CONFLICT, "assignment.ended", "The assignment has ended.");
    return NULL;
}

err_t rules_activity_day(struct arena *a, int32_t on_day, struct opt_date starts_on, struct opt_date ends_on,
                         int32_t today)
{
    struct fault_list faults = {0};

    if ((starts_on.set && on_day < starts_on.v) || (ends_on.set && on_day > ends_on.v))
        fault_add(a, &faults,
                  (struct fault){.at = "/onDay",
                                 .code = "activity.outside",
                                 .detail = "The day is not within the assignment."});
    if (on_day > today)
        fault_add(a, &faults,
                  (struct fault){.at = "/onDay", .code = "activity.future", .detail = "The day is to come."});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The activity cannot be recorded so.");
}

static const struct machine_move moves[] = {
    {"accept", {"submitted"}, "accepted"},
    {"return", {"submitted"}, "returned"},
    {"resubmit", {"returned"}, "submitted"},
};

err_t rules_report(struct arena *a, const char *status, const char *action, const char *submitted_by,
                   const char *actor)
{
    const struct machine_move *move;

    TRY(machine_find(a, MACHINE(moves), status, action, NULL, &move));
    if (!str_eq(action, "resubmit") && str_eq(submitted_by, actor))
        return err_new(a, ERR_CONFLICT, "report.same", "Who submitted a report does not decide on it.");
    return NULL;
}

err_t rules_outcome(struct arena *a, int32_t beneficiaries, struct opt_i32 women)
{
    static const struct fault fault = {
        .at = "/women", .code = "outcome.women", .detail = "More than there are beneficiaries."};

    if (!women.set || women.v <= beneficiaries)
        return NULL;
    return err_faults(a, ERR_INVALID, "request.invalid", "The outcome cannot be recorded so.", &fault, 1);
}
