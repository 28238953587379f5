/* travel.h - what other areas of this service, and the worker, may ask of travel. All run inside x->tx, none
 * commits. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event;
struct pack;
struct tx;

/* The case has stopped or is closed: its active request is cancelled, and the travel service told by
 * cases.travel.cancelled; by cases.travel.stopped it hears that no movement goes on for the case, also one
 * that nobody asked for. why: a code. */
AWAITS MUST_CHECK err_t travel_cancel_for_case(struct ctx *x, struct tx *tx, struct uuid case_id,
                                               const char *why);

/* What the pack plans after the status: rows with their days, each armed so many days before. */
AWAITS MUST_CHECK err_t follow_ups_enter(struct ctx *x, struct tx *tx, const struct pack *pack,
                                         struct uuid case_id, const char *status);
/* What is planned and has become no task yet ends with the case. */
AWAITS MUST_CHECK err_t follow_ups_cancel(struct ctx *x, struct tx *tx, struct uuid case_id);
/* Handler of cases.due.followUp for worker.c (an inbox_fn). */
AWAITS MUST_CHECK err_t follow_up_due(struct ctx *x, const struct inbox_event *e);

/* Handlers of what the travel service tells, for worker.c (an inbox_fn each): they keep the case's journey,
 * and move the case. Words for other things than cases, for an unknown movement or one that no longer counts
 * are passed by. */
AWAITS MUST_CHECK err_t travel_movement_made(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_movement_ready(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_booking_ticketed(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_booking_expired(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_movement_delayed(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_abn_problem(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_movement_cleared(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_movement_departed(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_movement_arrived(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_movement_cancelled(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_passenger_no_show(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_passenger_boarded(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_passenger_refused(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_passenger_denied(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t travel_clearance_recorded(struct ctx *x, const struct inbox_event *e);
