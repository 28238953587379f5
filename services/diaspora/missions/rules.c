/* rules.c - decisions on missions; see rules.h. */
#include "diaspora/missions/rules.h"

#include "base/arena.h"
#include "base/date.h"
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

static void wrong(struct arena *a, struct fault_list *faults, size_t i, const char *at, const char *code,
                  const char *detail)
{
    fault_add(
        a, faults,
        (struct fault){.at = arena_printf(a, "/travellers/%zu/%s", i, at), .code = code, .detail = detail});
}

void rules_mission_traveller(struct arena *a, size_t i, bool goes, bool first, const char *birth,
                             int32_t today, struct fault_list *faults)
{
    struct date_partial days;

    if (!goes)
        wrong(a, faults, i, "memberId", "traveller.unknown", "Nobody of that id goes on the mission.");
    else if (!first)
        wrong(a, faults, i, "memberId", "traveller.twice", "The traveller stands twice.");
    if (birth && (!date_parse_partial(birth, &days) || days.first > today))
        wrong(a, faults, i, "birthDate/value", "birthDate.invalid",
              "There is no such date, or it is to come.");
}

err_t rules_mission_act(const char *action, const char *status, int32_t from_on, int32_t today)
{
    bool planned = str_eq(status, "planned");

    if (!planned && (str_eq(action, "patch") || !str_eq(status, "travelling")))
        return err_state;
    return str_eq(action, "hold") && today < from_on ? err_future : NULL;
}
