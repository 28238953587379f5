/* rules.c - trainings before departure; see rules.h. */
#include "diaspora/trainings/rules.h"

#include "base/date.h"
#include "base/str.h"

err_t rules_session_terms(struct arena *a, const struct session_terms *t)
{
    struct fault_list faults = {0};

    if (t->ends_at <= t->starts_at)
        fault_add(
            a, &faults,
            (struct fault){.at = "/endsAt", .code = "session.order", .detail = "Ends before it begins."});
    if (!date_zone_ok(t->zone))
        fault_add(a, &faults,
                  (struct fault){.at = "/zone", .code = "zone.unknown", .detail = "No such IANA time zone."});
    if (!t->place && !t->link)
        fault_add(
            a, &faults,
            (struct fault){.at = "", .code = "session.nowhere", .detail = "A place or a link is needed."});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The session cannot be held so.");
}

err_t rules_enrol(struct arena *a, const struct session_facts *s, const char *assignment_programme,
                  const char *assignment_status)
{
    if (!str_eq(s->status, "planned"))
        return err_new(a, ERR_CONFLICT, "session.ended", "The session is no longer planned.");
    if (!str_eq(s->programme, assignment_programme))
        return err_new(a, ERR_CONFLICT, "session.otherProgramme",
                       "The session is of another programme than the assignment.");
    if (str_eq(assignment_status, "closed") || str_eq(assignment_status, "aborted"))
        return err_new(a, ERR_CONFLICT, "assignment.ended", "The assignment has ended.");
    if (s->taken >= s->seats)
        return err_new(a, ERR_CONFLICT, "session.full", "No seat is left.");
    return NULL;
}

err_t rules_attendance(struct arena *a, const struct session_facts *s, int64_t now_us)
{
    if (!str_eq(s->status, "planned"))
        return err_new(a, ERR_CONFLICT, "session.ended", "The session is no longer planned.");
    if (s->starts_at > now_us)
        return err_new(a, ERR_CONFLICT, "session.notBegun", "The session has not begun.");
    return NULL;
}
