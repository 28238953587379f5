/* rules.c - see rules.h. */
#include "cases/rights/rules.h"

#include <string.h>

#include "base/actions.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/steps.h"

ERR_DEFINE(err_state, ERR_CONFLICT, "subjectRequest.state",
           "The request is not in a state that allows this.");
ERR_DEFINE(err_four_eyes, ERR_CONFLICT, "subjectRequest.fourEyes",
           "Another user than the one who stands for it decides on an erasure.");

ERR_DEFINE(err_users, ERR_DENIED, "subjectRequest.users", "Only a person may ask for this or decide on it.");

static const struct step steps[] = {
    {"planned", "approve", "erasing"},
    {"planned", "reject", "rejected"},
    {"planned", "replan", "collecting"},
    {"held", "replan", "collecting"},
};

err_t rules_rights_user(bool is_user)
{
    return is_user ? NULL : err_users;
}

/* What stands in the way, one fault each. */
static err_t blocked(struct arena *a, const char *blocks)
{
    struct fault_list faults = {0};
    const json_t *block;
    json_t *all;
    size_t i;

    TRY(json_parse(a, blocks, strlen(blocks), 4, &all));
    json_array_foreach(all, i, block)
    {
        fault_add(a, &faults,
                  (struct fault){.at = "/blocks",
                                 .code = json_member_text(block, "code"),
                                 .detail = "This stands in the way of an erasure."});
    }
    return fault_list_err(a, &faults, ERR_CONFLICT, "subjectRequest.blocked",
                          "Something stands in the way of the erasure.");
}

err_t rules_rights_step(struct arena *a, const struct rights_facts *f, const char *action,
                        struct rights_step *ret)
{
    const char *to = str_eq(f->kind, "erasure") ? step_to(steps, LENGTH(steps), f->status, action) : NULL;
    bool decides = !str_eq(action, "replan");

    if (!to)
        return err_state;
    if (decides && str_eq(f->asked_by, f->actor))
        return err_four_eyes;
    if (str_eq(action, "approve"))
        TRY(blocked(a, f->blocks));
    *ret = (struct rights_step){.status = to};
    if (str_eq(action, "approve") && !f->asked_by)
        *ret = (struct rights_step){.status = f->status, .second = true};
    return NULL;
}

struct text_array rules_rights_actions(struct arena *a, const struct rights_facts *f)
{
    static const char *const actions[] = {"approve", "reject", "replan"};
    struct text_array allowed = {0};
    struct rights_step step;

    for (size_t i = 0; i < LENGTH(actions); i++)
        action_add(a, &allowed, !rules_rights_step(a, f, actions[i], &step), actions[i]);
    return allowed;
}

bool rules_rights_complete(const char *phase, const struct text_array *services)
{
    static const char *const all[] = {"travel", "diaspora", "notifications", "cases"};
    size_t needed = str_eq(phase, "erase") ? LENGTH(all) - 1 : LENGTH(all);

    for (size_t i = 0; i < needed; i++) {
        bool there = false;

        for (size_t k = 0; k < services->n; k++)
            there = there || str_eq(services->v[k], all[i]);
        if (!there)
            return false;
    }
    return true;
}
