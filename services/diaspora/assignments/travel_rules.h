/*
 * travel_rules.h - whether an expert may travel (domain.md, expert.mayTravel); pure.
 *
 * The lists are data by the day that they came into force (travel-rules/<day>.json): which nationalities
 * travel freely, which kinds of residence rest on asylum, how long a permit must outlast the return.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

struct travel_rules {
    int32_t from;                    /* day on which they came into force */
    struct text_array free;          /* nationalities that need no permit */
    struct text_array permits;       /* that let their holder travel while they last */
    struct text_array asylum;        /* permits and bases of permits that rest on asylum */
    struct text_array asylum_papers; /* travel documents that only protected persons have */
    int32_t days_after_return;       /* for which a permit must still be valid */
};
struct travel_rules_set {
    const struct travel_rules *v; /* by day, oldest first */
    size_t n;
};

/* Documents of data_folder. ERR_BUG data.invalid. */
MUST_CHECK err_t travel_rules_make(struct arena *a, const json_t *documents, struct travel_rules_set *ret);
/* Those in force on the day; the oldest before there were any. */
const struct travel_rules *travel_rules_on(const struct travel_rules_set *s, int32_t day);

/* What is known of the expert's nationality and residence: one record, verified as a whole. */
struct fact_traveller {
    bool verified;
    struct text_array nationalities;
    const char *permit;          /* dutch, euCitizen, regularPermit, asylumPermit, …; NULL: none is known */
    const char *basis;           /* of the permit: work, family, asylum, …; NULL: none is known */
    struct opt_date valid_until; /* of the permit; not set: no end */
    const char *paper;           /* kind of the travel document; NULL: none is known */
};

enum travel_verdict {
    TRAVEL_OPEN,      /* may go and come back */
    TRAVEL_UNKNOWN,   /* nothing verified lets the expert come back */
    TRAVEL_TOO_SHORT, /* the permit ends too soon after the return */
    TRAVEL_PROTECTED, /* protected against this country, or protected at all without another permit: stays
                         online */
};
/* For a phase in a country from which the expert returns on the day. */
enum travel_verdict travel_judge(const struct travel_rules *r, const struct fact_traveller *t,
                                 const char *country, int32_t return_on);
