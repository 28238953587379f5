/* rules.c - see rules.h. */
#include "cases/decisions/rules.h"

#include "base/str.h"

ERR_DEFINE(err_decided, ERR_CONFLICT, "decision.decided", "The decision is no longer open.");
ERR_DEFINE(err_users_only, ERR_DENIED, "decision.usersOnly",
           "Decisions are confirmed by people, not by machine clients.");
ERR_DEFINE(err_four_eyes, ERR_DENIED, "decision.fourEyes",
           "A decision is confirmed by somebody else than who proposed it.");

err_t rules_decision_settle(const struct principal *who, const char *status, const char *proposed_by)
{
    if (!str_eq(status, "proposed"))
        return err_decided;
    if (!who->is_user)
        return err_users_only;
    if (str_eq(who->subject, proposed_by))
        return err_four_eyes;
    return NULL;
}
