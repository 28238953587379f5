/* rules.c - requests for journeys; see rules.h. */
#include "diaspora/journeys/rules.h"

#include "base/str.h"

bool rules_journey_open(const char *s)
{
    return str_eq(s, "requested") || str_eq(s, "planned") || str_eq(s, "ticketed") || str_eq(s, "cleared");
}

const char *rules_journey_scheduled(const char *status, bool ticketed, bool reopened)
{
    if (!rules_journey_open(status))
        return NULL;
    if (ticketed)
        return "ticketed";
    return reopened && str_eq(status, "cleared") ? "ticketed" : status;
}

bool rules_journey_failed(const char *s)
{
    return str_eq(s, "noShow") || str_eq(s, "refusedEntry") || str_eq(s, "deniedBoarding");
}

const char *rules_journey_observed(const char *ref_kind, const char *status, const char *type)
{
    static const struct {
        const char *type, *to;
    } observed[] = {
        {"travel.movement.cleared", "cleared"},
        {"travel.movement.departed", "departed"},
        {"travel.movement.arrived", "arrived"},
        {"travel.passenger.noShow", "noShow"},
        {"travel.passenger.refusedEntry", "refusedEntry"},
        {"travel.passenger.deniedBoarding", "deniedBoarding"},
    };

    if (str_eq(type, "travel.movement.cleared") && !rules_journey_open(status))
        return NULL;
    if (str_starts(type, "travel.movement.") && rules_journey_failed(status))
        return NULL; /* it went on without them */
    if (str_starts(type, "travel.passenger.") && !str_eq(ref_kind, "assignment"))
        return NULL; /* what befell one of many is not what became of the mission */
    for (size_t i = 0; i < LENGTH(observed); i++)
        if (str_eq(observed[i].type, type))
            return observed[i].to;
    return NULL;
}

const char *rules_journey_resumed(const char *status, const char *movement_status)
{
    static const struct {
        const char *movement, *to;
    } places[] = {{"clearedToBoard", "cleared"}, {"departed", "departed"},  {"inTransit", "departed"},
                  {"arrived", "arrived"},        {"handedOver", "arrived"}, {"reconciled", "arrived"}};

    if (!str_eq(status, "noShow") && !str_eq(status, "deniedBoarding"))
        return NULL;
    for (size_t i = 0; i < LENGTH(places); i++)
        if (str_eq(places[i].movement, movement_status))
            return places[i].to;
    return "ticketed";
}

err_t rules_journey_days(struct arena *a, int32_t earliest, int32_t latest, int32_t phase_ends_on)
{
    struct fault_list faults = {0};

    if (latest < earliest)
        fault_add(a, &faults,
                  (struct fault){.at = "/latest", .code = "dates.order", .detail = "Ends before it begins."});
    if (latest > phase_ends_on)
        fault_add(a, &faults,
                  (struct fault){.at = "/latest",
                                 .code = "days.phase",
                                 .detail = "The journey would come after the phase."});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The journey cannot be asked for so.");
}
