/* rules.h - decisions on passengers; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/opt.h"

/* Travel data as a party has them, and the API takes them (schema TravelPartyMember). */
struct passenger_birth {
    const char *value; /* partial date; NULL: not known */
    bool estimated;
};
struct passenger_document {
    const char *kind, *country, *number, *holder_name; /* kind NULL: no document */
    struct opt_date expires_on;
};
struct passenger_data {
    struct uuid person_id;
    const char *given, *family, *sex;
    struct passenger_birth birth;
    struct text_array nationalities, needs;
    struct passenger_document document;
    bool unaccompanied_minor;
};
extern const struct json_shape passenger_data_shape;

/* NULL, or ERR_INVALID request.invalid with a fault for each: name.empty, birthDate.invalid,
 * birthDate.future, nationality.unknown, country.unknown, document.incomplete (no kind), minor.adult (an
 * unaccompanied minor who is 18 on the day of departure even by the youngest age that the birth date can
 * mean). */
MUST_CHECK err_t rules_passenger(struct arena *a, const struct passenger_data *p, int32_t today,
                                 int32_t departs_on);
/* The days that the birth date can mean; not set when it is not known. */
void rules_birth_days(const struct passenger_birth *birth, struct opt_date *ret_first,
                      struct opt_date *ret_last);

/* What differs between two freezes of the same person, each name once; numbers are compared as texts. */
struct text_array rules_passenger_diff(struct arena *a, const struct passenger_data *was,
                                       const struct passenger_data *is);

/* What an observation makes: the incident's kind (NULL: none) and severity, and the event (NULL: none).
 * before: what it corrects on the same segment; NULL nothing. */
struct outcome_effect {
    const char *incident, *severity, *event;
};
struct outcome_effect rules_outcome(const char *before, const char *outcome, const char *movement_status);
