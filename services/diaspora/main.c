/* main.c - the diaspora service: experts and entrepreneurs of the diaspora, and their assignments, under
 * /diaspora/v1. */
#include "app/service_main.h"
#include "diaspora/areas.h"
#include "diaspora/state.h"

#define AREA_TABLE(area) area##_handlers,
static const struct handler *const handlers[] = {DIASPORA_AREAS(AREA_TABLE) NULL};
#undef AREA_TABLE

int main(int argc, char **argv)
{
    static const struct service diaspora = {
        .name = "diaspora",
        .about = "experts and entrepreneurs of the diaspora, and their assignments",
        .handlers = handlers,
        .policy_scopes =
            "assignments:write cases.restricted:read claims:approve claims:pay claims:write "
            "expert-trainings:write experts.residence:read experts:restrict experts:write "
            "institutions:write needs:write reports:decide surveys:write ventures.history:read ventures:read",
        .needs = PROGRAM_KEYS | PROGRAM_DATA,
        .start = diaspora_start,
    };

    return service_main(argc, argv, &diaspora);
}
