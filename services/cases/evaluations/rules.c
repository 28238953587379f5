/* rules.c - see rules.h. */
#include "cases/evaluations/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"

ERR_DEFINE(err_evaluation, ERR_CONFLICT, "evaluation.state",
           "This does not follow from where the evaluation is.");
ERR_DEFINE(err_submitted, ERR_CONFLICT, "evaluation.submitted",
           "The evaluation is submitted: letter and fee stay as they were.");
ERR_DEFINE(err_letter, ERR_CONFLICT, "evaluation.letter",
           "The letter that entitles to an evaluation without a fee was not seen.");
ERR_DEFINE(err_profession, ERR_CONFLICT, "profession.state", "This does not follow from where it is.");

#define EVALUATION_STEPS(X)                                                                                  \
    X("draft", "docsMissing")                                                                                \
    X("draft", "submitted")                                                                                  \
    X("docsMissing", "submitted")                                                                            \
    X("submitted", "docsMissing")                                                                            \
    X("submitted", "questions")                                                                              \
    X("questions", "submitted")                                                                              \
    X("questions", "refused")                                                                                \
    X("submitted", "evaluated")                                                                              \
    X("submitted", "indication")                                                                             \
    X("submitted", "partEvaluation")                                                                         \
    X("submitted", "refused")
#define PROFESSION_STEPS(X)                                                                                  \
    X("identified", "applied")                                                                               \
    X("applied", "conditions")                                                                               \
    X("applied", "recognised")                                                                               \
    X("applied", "refused")                                                                                  \
    X("conditions", "recognised")                                                                            \
    X("conditions", "refused")

/* action: as allowedActions has it. */
struct step {
    const char *from, *to, *action;
};
#define STEP(from_, to_) {from_, to_, "step." to_},
static const struct step evaluation_steps[] = {EVALUATION_STEPS(STEP)};
static const struct step profession_steps[] = {PROFESSION_STEPS(STEP)};
#undef STEP

static bool steps_have(const struct step *steps, size_t n, const char *from, const char *to)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(steps[i].from, from) && str_eq(steps[i].to, to))
            return true;
    }
    return false;
}

/* Something follows it: where nothing does, it is decided. */
static bool steps_leave(const struct step *steps, size_t n, const char *status)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(steps[i].from, status))
            return true;
    }
    return false;
}

static struct text_array steps_actions(struct arena *a, const struct step *steps, size_t n,
                                       const char *status, bool writes)
{
    struct text_array actions = {0};

    action_add(a, &actions, writes && steps_leave(steps, n, status), "patch");
    for (size_t i = 0; i < n; i++)
        action_add(a, &actions, writes && str_eq(steps[i].from, status), steps[i].action);
    return actions;
}

static void refuse(struct arena *a, struct fault_list *faults, bool when, const char *at, const char *code,
                   const char *detail)
{
    if (when)
        fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

err_t rules_evaluation_step(const char *from, const char *to)
{
    return steps_have(evaluation_steps, LENGTH(evaluation_steps), from, to) ? NULL : err_evaluation;
}

err_t rules_evaluation_open(const char *status)
{
    return steps_leave(evaluation_steps, LENGTH(evaluation_steps), status) ? NULL : err_evaluation;
}

err_t rules_evaluation_fee(const char *status)
{
    return str_eq(status, "draft") || str_eq(status, "docsMissing") ? NULL : err_submitted;
}

err_t rules_evaluation_submit(const char *to, bool free, const char *letter)
{
    return str_eq(to, "submitted") && free && !str_eq(letter, "entitled") ? err_letter : NULL;
}

err_t rules_evaluation_terms(struct arena *a, const struct evaluation_terms *t, int32_t today)
{
    bool checked = !str_eq(t->letter, "notChecked");
    struct fault_list faults = {0};
    struct date_partial obtained;

    refuse(a, &faults,
           checked != t->letter_checked_on.set ||
               (t->letter_checked_on.set && t->letter_checked_on.v > today),
           "/letterCheckedOn", "evaluation.letter", "A check of the letter has its day, until today.");
    refuse(a, &faults, t->obtained && (!date_parse_partial(t->obtained, &obtained) || obtained.first > today),
           "/obtained", "evaluation.obtained", "It was obtained on a date that exists, until today.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The evaluation cannot be kept so.");
}

err_t rules_evaluation_step_terms(struct arena *a, const struct step_terms *t, int32_t today)
{
    bool questions = str_eq(t->to, "questions"), waits = questions || str_eq(t->to, "docsMissing");
    bool level = str_eq(t->to, "evaluated") || str_eq(t->to, "indication") || str_eq(t->to, "partEvaluation");
    struct fault_list faults = {0};

    refuse(a, &faults, t->on > today || t->on < t->last_on, "/on", "evaluation.on",
           "A step is taken on a day until today, not before the last step.");
    refuse(a, &faults, waits != t->waiting_for, "/waitingFor", "evaluation.waitingFor",
           "To docsMissing and questions it says what is waited for; else it does not.");
    refuse(a, &faults, questions != t->due_on.set || (t->due_on.set && t->due_on.v < t->on), "/dueOn",
           "evaluation.dueOn", "To questions it has the desk's day, from the step on; else it has none.");
    refuse(a, &faults, level != t->comparable_level, "/comparableLevel", "evaluation.level",
           "What is evaluated has a comparable level; else there is none.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The step cannot be recorded so.");
}

err_t rules_profession_step(const char *from, const char *to)
{
    return steps_have(profession_steps, LENGTH(profession_steps), from, to) ? NULL : err_profession;
}

err_t rules_profession_open(const char *status)
{
    return steps_leave(profession_steps, LENGTH(profession_steps), status) ? NULL : err_profession;
}

err_t rules_profession_step_terms(struct arena *a, const char *to, int32_t on, int32_t last_on,
                                  bool conditions, int32_t today)
{
    struct fault_list faults = {0};

    refuse(a, &faults, on > today || on < last_on, "/on", "profession.on",
           "A step is taken on a day until today, not before the last step.");
    refuse(a, &faults, str_eq(to, "conditions") != conditions, "/conditions", "profession.conditions",
           "To conditions it says which; else it has none.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The step cannot be recorded so.");
}

struct text_array rules_evaluation_actions(struct arena *a, const char *status, bool writes)
{
    return steps_actions(a, evaluation_steps, LENGTH(evaluation_steps), status, writes);
}

struct text_array rules_profession_actions(struct arena *a, const char *status, bool writes)
{
    return steps_actions(a, profession_steps, LENGTH(profession_steps), status, writes);
}
