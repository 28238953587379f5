/* rules.c - decisions on segments; see rules.h. */
#include "travel/segments/rules.h"

#include <strings.h>

#include "base/codes.h"
#include "base/date.h"
#include "base/str.h"
#include "travel/movements/rules.h"

ERR_DEFINE(err_movement_fixed, ERR_CONFLICT, "movement.fixed", "The movement has arrived or was cancelled.");

#define LONGEST_US (10 * DATE_US_PER_DAY)

static void invalid(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                    const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

static bool airport_code(const char *place)
{
    size_t n = 0;

    while (place[n] >= 'A' && place[n] <= 'Z')
        n++;
    return n == 3 && place[n] == '\0';
}

static void check_zone(struct arena *a, struct fault_list *faults, const char *at, const char *zone)
{
    if (!zone)
        invalid(a, faults, at, "zone.required", "The zone is not known of this place: name it.");
    else if (!date_zone_ok(zone))
        invalid(a, faults, at, "zone.unknown", "No such IANA time zone.");
}

static void check_country(struct arena *a, struct fault_list *faults, const char *at,
                          const struct segment_terms *t, const char *country)
{
    if (country && !codes_country(country))
        invalid(a, faults, at, "country.unknown", "No such country.");
}

err_t rules_segment(struct arena *a, const struct segment_terms *t)
{
    struct fault_list faults = {0};

    if (str_eq(t->from_kind, "airport") && !airport_code(t->from_place))
        invalid(a, &faults, "/from/place", "place.code", "An airport has a code of three capital letters.");
    if (str_eq(t->to_kind, "airport") && !airport_code(t->to_place))
        invalid(a, &faults, "/to/place", "place.code", "An airport has a code of three capital letters.");
    if (str_eq(t->from_kind, t->to_kind) && strcasecmp(t->from_place, t->to_place) == 0)
        invalid(a, &faults, "/to/place", "segment.samePlace", "It arrives where it departs.");
    if (t->arrives_at <= t->departs_at)
        invalid(a, &faults, "/arrivesAt", "segment.order", "It arrives before it departs.");
    else if (t->arrives_at - t->departs_at > LONGEST_US)
        invalid(a, &faults, "/arrivesAt", "segment.long", "No segment takes more than ten days.");
    check_country(a, &faults, "/from/country", t, t->from_country);
    check_country(a, &faults, "/to/country", t, t->to_country);
    check_zone(a, &faults, "/departureZone", t->departure_zone);
    check_zone(a, &faults, "/arrivalZone", t->arrival_zone);
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The segment is not valid.");
}

err_t rules_segment_moves(const char *movement_status)
{
    if (rules_movement_planned(movement_status) || str_eq(movement_status, "departed") ||
        str_eq(movement_status, "inTransit"))
        return NULL;
    return err_movement_fixed;
}

err_t rules_reschedule(struct arena *a, const struct segment_times *before, const struct segment_times *after,
                       bool observed, int64_t now_us)
{
    struct fault_list faults = {0};

    if (before->departs_at == after->departs_at && before->arrives_at == after->arrives_at &&
        str_eq(before->departure_zone, after->departure_zone) &&
        str_eq(before->arrival_zone, after->arrival_zone))
        invalid(a, &faults, "/departsAt", "segment.sameTimes", "These are the times that it has.");
    if (observed && after->departs_at > now_us)
        invalid(a, &faults, "/departsAt", "observation.future", "Nobody has seen what is still to come.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The segment cannot be moved so.");
}
