/* rules.h - where a programme may work on a day; pure. */
#pragma once

#include "base/err.h"
#include "base/opt.h"
#include "diaspora/programmes/programme.h"

struct arena;

/* A country closed in the middle of the programme (country_closures). */
struct place_closure {
    int32_t from;
    struct opt_date until; /* last day; not set: until further notice */
};

struct place {
    const struct programme *programme;
    const char *country, *sector;
    int32_t day;
    const struct place_closure *closures; /* of this country */
    size_t nclosures;
};

/* Adds what stands against working there on that day, with pointers /country and /sector:
 * country.notInProgramme, country.notInForce (by the programme's data), country.closed (in the middle of it),
 * sector.notInProgramme, sector.notInForce. */
void rules_place(struct arena *a, const struct place *at, struct fault_list *faults);

/* NULL, or ERR_INVALID request.invalid: closure.order (it would end before it begins), country.notInProgramme
 * (at /country). */
err_t rules_closure(struct arena *a, const struct programme *p, const char *country, int32_t from,
                    struct opt_date until);
