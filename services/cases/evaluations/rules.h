/*
 * rules.h - the steps of a credential evaluation and of the way into a regulated profession; pure.
 *
 *   draft ──► docsMissing ◄──► submitted ◄──► questions ──► refused
 *     └────────────────────────►  └──► evaluated | indication | partEvaluation | refused
 *
 *   identified ──► applied ──► conditions ──► recognised | refused
 *                     └──► recognised | refused
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* NULL if the evaluation may go from the status to the other, else ERR_CONFLICT evaluation.state. */
MUST_CHECK err_t rules_evaluation_step(const char *from, const char *to);
/* NULL while it may be corrected, else ERR_CONFLICT evaluation.state. */
MUST_CHECK err_t rules_evaluation_open(const char *status);
/* NULL while letter and fee may still change, else ERR_CONFLICT evaluation.submitted. */
MUST_CHECK err_t rules_evaluation_fee(const char *status);
/* NULL unless it is submitted without a fee and without the letter that entitles to that: ERR_CONFLICT
 * evaluation.letter. */
MUST_CHECK err_t rules_evaluation_submit(const char *to, bool free, const char *letter);

struct evaluation_terms {
    const char *letter; /* notChecked, entitled, notEntitled */
    struct opt_date letter_checked_on;
    const char *obtained; /* partial date; NULL: not known */
};
/* NULL, or ERR_INVALID request.invalid with a fault for each: evaluation.letter (a check has its day, until
 * today, and no check has none), evaluation.obtained (no date, or to come). */
MUST_CHECK err_t rules_evaluation_terms(struct arena *a, const struct evaluation_terms *t, int32_t today);

struct step_terms {
    const char *to;
    int32_t on;      /* the day on which it happened */
    int32_t last_on; /* of the step before it */
    bool waiting_for, comparable_level;
    struct opt_date due_on;
};
/* NULL, or ERR_INVALID request.invalid with a fault for each: evaluation.on, evaluation.waitingFor,
 * evaluation.dueOn, evaluation.level. */
MUST_CHECK err_t rules_evaluation_step_terms(struct arena *a, const struct step_terms *t, int32_t today);

/* NULL if the profession may go from the status to the other, else ERR_CONFLICT profession.state. */
MUST_CHECK err_t rules_profession_step(const char *from, const char *to);
/* NULL while it may be corrected, else ERR_CONFLICT profession.state. */
MUST_CHECK err_t rules_profession_open(const char *status);
/* NULL, or ERR_INVALID request.invalid: profession.on, profession.conditions. conditions: some are given. */
MUST_CHECK err_t rules_profession_step_terms(struct arena *a, const char *to, int32_t on, int32_t last_on,
                                             bool conditions, int32_t today);

/* "patch" and "step.<to>" for each step that may follow; none for who only reads. */
struct text_array rules_evaluation_actions(struct arena *a, const char *status, bool writes);
struct text_array rules_profession_actions(struct arena *a, const char *status, bool writes);
