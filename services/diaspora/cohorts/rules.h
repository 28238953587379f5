/* rules.h - decisions on cohorts and their juries; pure. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "base/machine.h"

struct programme;

/* planned → open → running → finished; planned or open → cancelled. */
extern const struct machine cohort_machine;

/* What a cohort's moves are judged by. */
struct cohort_facts {
    int32_t undecided; /* ventures neither started, paused nor dropped */
};
/* finish: applications.decided. */
void rules_cohort_judge(struct arena *a, const void *facts, const struct machine_move *move,
                        struct unmet_list *list);

/* 409 cohort.ended on one that is finished or cancelled. */
MUST_CHECK err_t rules_cohort_editable(const char *status);
/* Faults: cohort.dates, and of countries (NULL: not asked) country.notInProgramme, country.twice,
 * cohort.finalists.
 */
MUST_CHECK err_t rules_cohort_input(struct arena *a, const struct programme *p, int32_t from, int32_t until,
                                    const json_t *countries);

/* The jury of a country. */
struct jury_seats {
    int32_t seats, seated;
    bool has_seat;   /* the user who is to be seated */
    int32_t sitting; /* ventures before the jury that are not scored by all */
};
/* 409 jury.sitting, juror.seated, jury.full. */
MUST_CHECK err_t rules_juror_seat(const struct jury_seats *j);
/* 409 juror.left, jury.sitting. */
MUST_CHECK err_t rules_juror_release(bool left, int32_t sitting);
