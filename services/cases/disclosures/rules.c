/* rules.c - see rules.h. */
#include "cases/disclosures/rules.h"

#include "base/actions.h"
#include "base/str.h"
#include "cases/steps.h"

ERR_DEFINE(err_state, ERR_CONFLICT, "disclosure.state", "The request is not in a state that allows this.");
ERR_DEFINE(err_four_eyes, ERR_CONFLICT, "disclosure.fourEyes", "Another user than the reviewer grants it.");
ERR_DEFINE(err_ground, ERR_CONFLICT, "disclosure.ground", "The request names no legal ground.");

static const struct step steps[] = {
    {"received", "review", "legalReview"},
    {"legalReview", "refuse", "refused"},
    {"legalReview", "grant", "granted"},
};

err_t rules_disclosure_step(const struct disclosure_facts *f, const char *action, const char **ret_status)
{
    const char *to = step_to(steps, LENGTH(steps), f->status, action);

    if (!to)
        return err_state;
    if (str_eq(action, "grant") && !f->legal_ground)
        return err_ground;
    if (str_eq(action, "grant") && str_eq(f->reviewer, f->decider))
        return err_four_eyes;
    *ret_status = to;
    return NULL;
}

struct text_array rules_disclosure_actions(struct arena *a, const struct disclosure_facts *f)
{
    struct text_array actions = {0};
    const char *to;

    for (size_t i = 0; i < LENGTH(steps); i++)
        action_add(a, &actions,
                   str_eq(steps[i].from, f->status) && !rules_disclosure_step(f, steps[i].action, &to),
                   steps[i].action);
    return actions;
}
