/* rules.c - decisions on cohorts and their juries; see rules.h. */
#include "diaspora/cohorts/rules.h"

#include "base/arena.h"
#include "base/json.h"
#include "diaspora/programmes/programme.h"

ERR_DEFINE(err_ended, ERR_CONFLICT, "cohort.ended", "The cohort has ended.");
ERR_DEFINE(err_sitting, ERR_CONFLICT, "jury.sitting",
           "The jury has ventures before it; its seats stay as they are until all are scored.");
ERR_DEFINE(err_seated, ERR_CONFLICT, "juror.seated", "The user has a seat for this country already.");
ERR_DEFINE(err_full, ERR_CONFLICT, "jury.full", "All seats of this country are taken.");
ERR_DEFINE(err_left, ERR_CONFLICT, "juror.left", "The seat was given back already.");

static const struct machine_move moves[] = {
    {"openApplications", {"planned"}, "open"},
    {"start", {"open"}, "running"},
    {"finish", {"running"}, "finished"},
    {"cancel", {"planned", "open"}, "cancelled", .reason_required = true},
};
const struct machine cohort_machine = {.moves = moves, .n = LENGTH(moves)};

void rules_cohort_judge(struct arena *a, const void *facts, const struct machine_move *move,
                        struct unmet_list *list)
{
    const struct cohort_facts *f = facts;

    if (str_eq(move->code, "finish") && f->undecided > 0)
        unmet_add(
            a, list,
            (struct unmet){.code = "applications.decided",
                           .message = arena_printf(a, "%d ventures are still on their way.", f->undecided),
                           .pointer = "/ventures",
                           .remedy = "Start, pause or drop each venture of the cohort."});
}

err_t rules_cohort_editable(const char *status)
{
    return str_eq(status, "finished") || str_eq(status, "cancelled") ? err_ended : NULL;
}

static void country_faults(struct arena *a, const struct programme *p, int32_t on, const json_t *countries,
                           size_t i, struct fault_list *faults)
{
    const json_t *c = json_array_get(countries, i);
    const char *country = json_member_text(c, "country");

    const struct programme_country *of = programme_country(p, country);

    if (!of || !programme_period_holds(&of->in, on))
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "/countries/%zu/country", i),
                                 .code = "country.notInProgramme",
                                 .detail = "The country is not in the programme on that day."});
    for (size_t k = 0; k < i; k++) {
        if (str_eq(json_member_text(json_array_get(countries, k), "country"), country))
            fault_add(a, faults,
                      (struct fault){.at = arena_printf(a, "/countries/%zu/country", i),
                                     .code = "country.twice",
                                     .detail = "The country stands twice."});
    }
    if (json_member_i64(c, "finalists", 0) > json_member_i64(c, "places", 0))
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "/countries/%zu/finalists", i),
                                 .code = "cohort.finalists",
                                 .detail = "There cannot be more finalists than places."});
}

err_t rules_cohort_input(struct arena *a, const struct programme *p, int32_t from, int32_t until,
                         const json_t *countries)
{
    struct fault_list faults = {0};

    if (until < from)
        fault_add(a, &faults,
                  (struct fault){.at = "/applicationsUntil",
                                 .code = "cohort.dates",
                                 .detail = "Applications cannot end before they begin."});
    for (size_t i = 0; i < json_array_size(countries); i++)
        country_faults(a, p, from, countries, i, &faults);
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The cohort cannot be kept so.");
}

err_t rules_juror_seat(const struct jury_seats *j)
{
    if (j->has_seat)
        return err_seated;
    if (j->sitting > 0)
        return err_sitting;
    return j->seated >= j->seats ? err_full : NULL;
}

err_t rules_juror_release(bool left, int32_t sitting)
{
    if (left)
        return err_left;
    return sitting > 0 ? err_sitting : NULL;
}
