/* areas.h - the areas of the service: each has a table of handlers `<area>_handlers`, which main.c hands to
 * service_main. An area adds its line when it lands. */
#pragma once

#include "web/request.h"

#define CASES_AREAS(X)                                                                                       \
    X(persons)                                                                                               \
    X(cases)                                                                                                 \
    X(programmes)                                                                                            \
    X(eligibility)                                                                                           \
    X(appointments)                                                                                          \
    X(tasks)                                                                                                 \
    X(notes)                                                                                                 \
    X(decisions)                                                                                             \
    X(trainings)                                                                                             \
    X(coaching)                                                                                              \
    X(evaluations)                                                                                           \
    X(documents)                                                                                             \
    X(timeline)                                                                                              \
    X(worklist)                                                                                              \
    X(sendcheck)                                                                                             \
    X(referrals)                                                                                             \
    X(consents)                                                                                              \
    X(profiles)                                                                                              \
    X(shares)                                                                                                \
    X(changes)                                                                                               \
    X(enquiries)                                                                                             \
    X(declarations)                                                                                          \
    X(authority)                                                                                             \
    X(disclosures)                                                                                           \
    X(rights)                                                                                                \
    X(travel)                                                                                                \
    X(trails)                                                                                                \
    X(access_trail)

#define AREA_HANDLERS(area) extern const struct handler area##_handlers[];
CASES_AREAS(AREA_HANDLERS)
#undef AREA_HANDLERS
