/* areas.h - the areas of the service: each has a table of handlers `<area>_handlers`, which main.c hands to
 * service_main. */
#pragma once

#include "web/request.h"

#define IDENTITY_AREAS(X)                                                                                    \
    X(organisations)                                                                                         \
    X(offices)                                                                                               \
    X(clients)                                                                                               \
    X(users)                                                                                                 \
    X(revocations)                                                                                           \
    X(tokens)                                                                                                \
    X(access_trail)

#define AREA_HANDLERS(area) extern const struct handler area##_handlers[];
IDENTITY_AREAS(AREA_HANDLERS)
#undef AREA_HANDLERS
