/* appointments.c - what other areas ask of appointments; see appointments.h. */
#include "cases/appointments/appointments.h"

#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "cases/appointments/queries.h"
#include "cases/timeline/timeline.h"

void appointment_told(struct ctx *x, struct tx *tx, const char *what, struct uuid id, struct uuid case_id,
                      struct opt_uuid person_id, int64_t starts_at, const char *zone)
{
    struct arena *a = x->arena;
    const char *person = person_id.set ? arena_printf(a, "\"%s\"", uuid_text(a, person_id.v)) : "null";
    const char *data;
    if (zone) {
        char at[32];
        date_format_instant(starts_at, at);
        data = arena_printf(a,
                            "{\"appointmentId\":\"%s\",\"caseId\":\"%s\",\"personId\":%s,\"startsAt\":\"%s\","
                            "\"zone\":\"%s\"}",
                            uuid_text(a, id), uuid_text(a, case_id), person, at, zone);
    } else {
        data = arena_printf(a, "{\"appointmentId\":\"%s\",\"caseId\":\"%s\",\"personId\":%s}",
                            uuid_text(a, id), uuid_text(a, case_id), person);
    }
    outbox_add(tx, &(struct event){.type = what, .subject = id, .key = case_id, .data = data});
}

err_t appointments_cancel_for_case(struct ctx *x, struct tx *tx, struct uuid case_id, const char *reason)
{
    struct appointment_planned *planned;
    size_t n;
    TRY(q_appointments_planned(tx, case_id, &planned, &n));
    for (size_t i = 0; i < n; i++) {
        struct uuid id = planned[i].id;
        q_appointment_cancel(tx,
                             &(struct q_appointment_cancel_in){.id = id, .reason = reason, .now = x->now_us});
        appointment_told(x, tx, "cases.appointment.cancelled", id, case_id, planned[i].person_id, 0, NULL);
        timeline_add(tx, case_id, "appointment.cancelled",
                     arena_printf(x->arena, "{\"appointmentId\":\"%s\",\"reason\":\"%s\"}",
                                  uuid_text(x->arena, id), reason),
                     "");
        audit_write(tx, "appointment", id, "cancel", NULL);
    }
    return NULL;
}
