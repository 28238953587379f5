/* areas.h - the areas of the service: each has a table of handlers `<area>_handlers`, which main.c hands to
 * service_main. */
#pragma once

#include "web/request.h"

#define DIASPORA_AREAS(X)                                                                                    \
    X(applications)                                                                                          \
    X(assignments)                                                                                           \
    X(claims)                                                                                                \
    X(cohorts)                                                                                               \
    X(experts)                                                                                               \
    X(institutions)                                                                                          \
    X(journeys)                                                                                              \
    X(jury)                                                                                                  \
    X(matches)                                                                                               \
    X(mentoring)                                                                                             \
    X(missions)                                                                                              \
    X(needs)                                                                                                 \
    X(programmes)                                                                                            \
    X(results)                                                                                               \
    X(sendcheck)                                                                                             \
    X(subjects)                                                                                              \
    X(surveys)                                                                                               \
    X(tors)                                                                                                  \
    X(trainings)                                                                                             \
    X(ventures)                                                                                              \
    X(access_trail)

#define AREA_HANDLERS(area) extern const struct handler area##_handlers[];
DIASPORA_AREAS(AREA_HANDLERS)
#undef AREA_HANDLERS
