/* areas.h - the areas of the service: each has a table of handlers `<area>_handlers`, which main.c hands to
 * service_main. */
#pragma once

#include "web/request.h"

#define NOTIFICATIONS_AREAS(X)                                                                               \
    X(templates)                                                                                             \
    X(messages)                                                                                              \
    X(inbox)                                                                                                 \
    X(subscriptions)                                                                                         \
    X(access_trail)

#define AREA_HANDLERS(area) extern const struct handler area##_handlers[];
NOTIFICATIONS_AREAS(AREA_HANDLERS)
#undef AREA_HANDLERS
