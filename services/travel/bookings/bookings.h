/* bookings.h - what other areas of this service may ask of bookings. All run inside x->tx with the movement
 * locked, none commits. Statements stand in "travel/bookings/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct boarding_rows;
struct inbox_event;
struct movement_facts;
struct tx;

/* Judges each booking of the movement that is ticketed and has not ended: what it no longer meets becomes its
 * `attention`. Called by movement_rejudge. Queued. */
void bookings_rejudge(struct ctx *x, struct tx *tx, const struct boarding_rows *rows,
                      const struct movement_facts *facts);
/* A passenger was recorded as not shown on a segment: bookings of which nobody showed are noShow, others keep
 * their state and ask for attention. Call it after the observation is written. */
AWAITS MUST_CHECK err_t bookings_passenger_gone(struct ctx *x, struct tx *tx, struct uuid passenger_id);
/* A passenger who had been recorded as not shown was on board after all: bookings that ended by it stay so,
 * and ask for attention (passenger.boarded). */
AWAITS MUST_CHECK err_t bookings_passenger_back(struct ctx *x, struct tx *tx, struct uuid passenger_id);
/* The movement was cancelled: what was only asked for is withdrawn; what is held or ticketed must be
 * cancelled with its supplier by a person, and asks for attention (movement.cancelled). */
AWAITS MUST_CHECK err_t bookings_movement_cancelled(struct ctx *x, struct tx *tx, struct uuid movement_id);
/* Handler of travel.due.holdExpiry for worker.c (an inbox_fn): held → expired, unless it was prolonged or
 * ticketed. */
AWAITS MUST_CHECK err_t booking_hold_due(struct ctx *x, const struct inbox_event *e);
