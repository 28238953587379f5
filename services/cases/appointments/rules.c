/* rules.c - decisions on appointments; see rules.h. */
#include "cases/appointments/rules.h"

#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"

ERR_DEFINE(err_appointment_ended, ERR_CONFLICT, "appointment.ended", "The appointment is no longer planned.");

err_t rules_appointment_terms(struct arena *a, const struct appointment_terms *t, int64_t now_us)
{
    struct fault_list faults = {0};
    if (t->starts_at <= now_us)
        fault_add(a, &faults,
                  (struct fault){.at = "/startsAt",
                                 .code = "appointment.past",
                                 .detail = "It would start in the past."});
    if (!date_zone_ok(t->zone))
        fault_add(a, &faults,
                  (struct fault){.at = "/zone", .code = "zone.unknown", .detail = "No such IANA time zone."});
    if (!t->place && !t->link)
        fault_add(a, &faults,
                  (struct fault){
                      .at = "", .code = "appointment.nowhere", .detail = "A place or a link is needed."});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The appointment cannot be held so.");
}

err_t rules_appointment_planned(const char *status)
{
    return str_eq(status, "planned") ? NULL : err_appointment_ended;
}
