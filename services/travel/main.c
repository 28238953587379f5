/* main.c - the travel service: journeys, from the request to the arrival, under /travel/v1. */
#include "app/service_main.h"
#include "travel/areas.h"
#include "travel/state.h"

#define AREA_TABLE(area) area##_handlers,
static const struct handler *const handlers[] = {TRAVEL_AREAS(AREA_TABLE) NULL};
#undef AREA_TABLE

int main(int argc, char **argv)
{
    static const struct service travel = {
        .name = "travel",
        .about = "journeys, from the request to the arrival",
        .handlers = handlers,
        .policy_scopes = "bookings:write cases.restricted:read incidents:write movements:write "
                         "passengers:write segments:write",
        .needs = PROGRAM_KEYS | PROGRAM_DATA,
        .start = travel_start,
    };

    return service_main(argc, argv, &travel);
}
