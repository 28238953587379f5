/* main.c - the cases service: persons, cases and everything about them, under /cases/v1. */
#include "app/service_main.h"
#include "cases/areas.h"
#include "cases/state.h"

#define AREA_TABLE(area) area##_handlers,
static const struct handler *const handlers[] = {CASES_AREAS(AREA_TABLE) NULL};
#undef AREA_TABLE

int main(int argc, char **argv)
{
    static const struct service cases = {
        .name = "cases",
        .about = "persons, cases, consents and everything that is decided about them",
        .handlers = handlers,
        .policy_scopes =
            "appointments:write cases.restricted:read decisions:write declarations:read documents:write "
            "notes:write persons.residence:read protection:read referrals:decide tasks:write trails:read",
        .needs = PROGRAM_DATA | PROGRAM_STORE,
        .start = cases_start,
    };

    return service_main(argc, argv, &cases);
}
