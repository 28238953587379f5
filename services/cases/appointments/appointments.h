/* appointments.h - what other areas of this service may ask of appointments. Statements stand in
 * "cases/appointments/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct tx;

/* Cancels the planned appointments of a case, each with its event cases.appointment.cancelled; reason is a
 * code. */
AWAITS MUST_CHECK err_t appointments_cancel_for_case(struct ctx *x, struct tx *tx, struct uuid case_id,
                                                     const char *reason);

/* Queues the event that an appointment was scheduled, moved (with its start and zone) or cancelled (zone
 * NULL). */
void appointment_told(struct ctx *x, struct tx *tx, const char *what, struct uuid id, struct uuid case_id,
                      struct opt_uuid person_id, int64_t starts_at, const char *zone);
