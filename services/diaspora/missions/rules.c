/* rules.c - decisions on missions; see rules.h. */
#include "diaspora/missions/rules.h"

#include "base/arena.h"
#include "base/str.h"

ERR_DEFINE(err_state, ERR_CONFLICT, "mission.state", "The mission is not in a state that allows this.");
ERR_DEFINE(err_future, ERR_CONFLICT, "mission.future", "The mission has not begun.");

err_t rules_mission_dates(struct arena *a, int32_t from_on, int32_t until_on)
{
    static const struct fault wrong = {
        .at = "/untilOn", .code = "mission.dates", .detail = "A mission cannot end before it begins."};

    return until_on < from_on
               ? err_faults(a, ERR_INVALID, "request.invalid", "The mission cannot be kept so.", &wrong, 1)
               : NULL;
}

err_t rules_mission_act(const char *action, const char *status, int32_t from_on, int32_t today)
{
    bool planned = str_eq(status, "planned");

    if (!planned && (str_eq(action, "patch") || !str_eq(status, "travelling")))
        return err_state;
    return str_eq(action, "hold") && today < from_on ? err_future : NULL;
}
