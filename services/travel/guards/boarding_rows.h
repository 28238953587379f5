/* boarding_rows.h - what bookings, clearances and others have on a movement, read with its facts in one round
 * trip. */
#pragma once

#include "base/ctx.h"
#include "travel/bookings/queries.h"
#include "travel/clearances/queries.h"
#include "travel/escorts/escorts.h"
#include "travel/guards/boarding.h"

struct tx;

struct boarding_rows {
    struct booking_fact *bookings; /* that have not ended */
    struct booking_fact_ticket *tickets;
    struct booking_fact_budget *budgets;
    struct clearance_fact *clearances;
    size_t nbookings, ntickets, nbudgets, nclearances;
    struct telling_facts telling; /* escorts, meetings, the manifest, who was told */
};

/* Queues the statements; the rows are there after the next wait. */
struct boarding_rows *boarding_rows_later(struct ctx *x, struct tx *tx, struct uuid movement_id);
/* For the movement as a whole: no booking is judged, and nobody was asked for declarations. */
struct boarding_facts boarding_facts_make(struct ctx *x, const struct boarding_rows *r);
/* One of the bookings, to be judged: in boarding_facts.booking. */
struct fact_booking boarding_booking(const struct booking_fact *b);
