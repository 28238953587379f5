/* areas.h - the areas of the service: each has a table of handlers `<area>_handlers`, which main.c hands to
 * service_main. */
#pragma once

#include "web/request.h"

#define DIASPORA_AREAS(X)                                                                                    \
    X(programmes)                                                                                            \
    X(institutions)                                                                                          \
    X(needs)                                                                                                 \
    X(experts)                                                                                               \
    X(tors)                                                                                                  \
    X(applications)                                                                                          \
    X(matches)                                                                                               \
    X(assignments)                                                                                           \
    X(journeys)                                                                                              \
    X(surveys)                                                                                               \
    X(trainings)                                                                                             \
    X(results)                                                                                               \
    X(claims)                                                                                                \
    X(sendcheck)

#define AREA_HANDLERS(area) extern const struct handler area##_handlers[];
DIASPORA_AREAS(AREA_HANDLERS)
#undef AREA_HANDLERS
