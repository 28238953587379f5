/* areas.h - the areas of the service: each has a table of handlers `<area>_handlers`, which main.c hands to
 * service_main. */
#pragma once

#include "web/request.h"

#define TRAVEL_AREAS(X)                                                                                      \
    X(movements)                                                                                             \
    X(segments)                                                                                              \
    X(passengers)                                                                                            \
    X(airports)                                                                                              \
    X(costs)                                                                                                 \
    X(needs)                                                                                                 \
    X(incidents)                                                                                             \
    X(bookings)                                                                                              \
    X(clearances)                                                                                            \
    X(requirements)                                                                                          \
    X(readiness)                                                                                             \
    X(escorts)                                                                                               \
    X(assistance)                                                                                            \
    X(abns)                                                                                                  \
    X(manifests)                                                                                             \
    X(sendcheck)                                                                                             \
    X(access_trail)

#define AREA_HANDLERS(area) extern const struct handler area##_handlers[];
TRAVEL_AREAS(AREA_HANDLERS)
#undef AREA_HANDLERS
