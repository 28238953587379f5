/*
 * boarding.h - what bookings, clearances, escorts, manifests and other services add to the facts that guards
 * look at. Pure: base and the tables of requirements only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"

struct requirements; /* requirements/rules.h */

struct fact_ticket {
    struct uuid booking_id, passenger_id;
    const char *name; /* as on the ticket */
    struct uuid_array segment_ids;
};
struct fact_clearance { /* none that a later one supersedes */
    struct uuid passenger_id;
    const char *kind, *outcome;
    const char *country; /* NULL: a fitness */
    struct opt_i64 decided_us;
    struct opt_date valid_from, valid_until;
};
struct fact_budget {
    const char *currency;
    struct opt_i64 approved; /* minor units; not set: nothing was approved in this currency */
    int64_t spent;           /* deposits and actual costs less refunds */
};
/* The booking that is judged. */
struct fact_booking {
    struct uuid id;
    struct uuid_array passenger_ids, segment_ids;
    const char *currency; /* NULL: not priced */
    int64_t due;          /* what it will cost beyond what was spent: the price before the tickets, 0 since */
};
/* The answer of the service that the references belong to. */
struct fact_declared {
    bool ended;                   /* one of them ended */
    struct uuid_array person_ids; /* whose declaration is in force */
};

/* Arrays may be NULL with their count 0. */
struct boarding_facts {
    const struct requirements *requirements;
    const struct fact_booking *booking; /* NULL: the movement as a whole */
    const struct fact_ticket
        *tickets; /* issued, of bookings that are ticketed or checked in; or about to be */
    size_t ntickets;
    const struct fact_clearance *clearances;
    size_t nclearances;
    const struct fact_budget *budgets;
    size_t nbudgets;
    struct uuid_array escorted; /* passengers with a confirmed escort all the way */
    struct uuid_array received; /* passengers whom somebody meets at the arrival */
    bool manifest_closed;
    bool abn_sent;            /* an advance booking notification stands */
    bool abn_open;            /* and one that wants an answer is not acknowledged */
    struct text_array untold; /* organisations that meet the travellers, may be told, and were not */
    const struct fact_declared *declared; /* NULL: not asked, so not judged */
};
