/*
 * guards.h - what must hold before a movement is moved by a decision, judged from facts. Pure: base only.
 *
 * A guard is one line of the table in guards.c: code, the decisions that ask for it, and a function over
 * struct movement_facts in guards_*.c. Facts are read by guards/facts.h in one round trip. Observations have
 * no guards.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "base/unmet.h"
#include "travel/guards/boarding.h"

struct arena;

/* The decisions that guards stand before; or'ed in the table. */
enum guarded {
    GUARDED_READY = 1,        /* draft -> ready */
    GUARDED_ABN_SENT = 2,     /* ready -> abnSent */
    GUARDED_ABN_ANSWERED = 4, /* abnSent -> abnAcknowledged */
    GUARDED_CLEAR = 8,        /* ready, abnAcknowledged -> clearedToBoard */
    GUARDED_RECONCILE = 16,   /* handedOver -> reconciled */
    GUARDED_TICKET = 32,      /* a booking of the movement: held -> ticketed */
};

struct fact_passenger {
    struct uuid id, person_id;
    struct opt_uuid ref_id;
    const char *given, *family;
    bool birth_known;
    int32_t birth_first, birth_last; /* the days that the birth date can mean */
    struct text_array nationalities;
    const char *document_kind; /* NULL: no document */
    const char *document_country;
    struct opt_date document_expires_on;
    const char *document_holder_name; /* as printed; NULL: not recorded */
    struct text_array needs;
    bool unaccompanied_minor;
    int32_t open_outcomes; /* segments on which nothing was observed of them yet */
};
struct fact_segment {
    struct uuid id;
    const char *mode, *carrier, *number; /* carrier and number may be NULL */
    const char *from_kind, *from_place, *to_kind, *to_place;
    const char *from_country, *to_country; /* of a known airport, else as given; NULL: not known */
    int64_t departs_us, arrives_us;
    const char *departure_zone, *arrival_zone;
};

/* All that guards look at. Passengers and segments are those that are still planned; segments by departure.
 * Arrays may be NULL with their count 0. */
struct movement_facts {
    int64_t now_us;
    int32_t today; /* in the Netherlands */
    const char *status, *programme, *purpose;
    const char *origin_country, *origin_place, *destination_country,
        *destination_place; /* places may be NULL */
    int32_t earliest, latest;
    const char *fitness_applies_to; /* all, flagged; NULL: the programme asks for none */
    int32_t fitness_max_age_hours;
    const struct fact_passenger *passengers;
    size_t npassengers;
    const struct fact_segment *segments;
    size_t nsegments;
    struct boarding_facts boarding; /* what bookings, clearances and other services say */
    int32_t open_incidents;
    int32_t unsettled; /* currencies with an estimate or a deposit and no actual or refund */
};

/* Judges all guards of the decision: adds to the list what is not met. */
void movement_judge(struct arena *a, enum guarded decision, const struct movement_facts *facts,
                    struct unmet_list *list);
/* The status that still holds: the present one, or where the first decision on the way to it has an unmet
 * guard, the one before that; ret_unmet then says why. Only before departure; later statuses hold. */
const char *movement_standing(struct arena *a, const struct movement_facts *facts,
                              struct unmet_list *ret_unmet);

/* The codes of what is not met, each once. */
struct text_array unmet_codes(struct arena *a, const struct unmet_list *unmet);

/* The day of the first departure in its zone; `earliest` while there is no segment. */
int32_t facts_departure_on(const struct movement_facts *f);
/* The day of the last arrival in its zone; `latest` while there is no segment. */
int32_t facts_arrival_on(const struct movement_facts *f);
/* Whole years of the passenger on that day by the youngest age that the birth date can mean; 0 when it is
 * unknown. */
int fact_age(const struct fact_passenger *p, int32_t on);
bool fact_needs(const struct fact_passenger *p, const char *need);
