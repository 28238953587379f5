/* main.c - the identity service: who may work with Wayfare, and the tokens they work with, under
 * /identity/v1. */
#include "app/peers.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"
#include "identity/areas.h"
#include "identity/state.h"
#include "identity/tokens/signing.h"
#include "web/auth.h"
#include "web/auth_roles.h"

#define AREA_TABLE(area) area##_handlers,
static const struct handler *const handlers[] = {IDENTITY_AREAS(AREA_TABLE) NULL};
#undef AREA_TABLE

static err_t start(struct program *p)
{
    struct identity_state *state = ARENA_NEW(p->arena, struct identity_state);
    struct roles *roles;
    const char *socket = str_starts(p->conf.listen, "unix:") ? p->conf.listen + 5 : peer_place(p, "identity");

    TRY(roles_load(p->arena, program_path(p, p->conf.data, "data/roles.json"), &roles));
    state->roles = roles;
    TRY(conf_secret(p->arena, program_path(p, p->conf.keys, "secret.key"), &state->secret_key));
    TRY(signing_open(p->arena, program_path(p, p->conf.keys, "signing"), &state->signing));
    p->state = state;
    /* Through its own socket like everyone else: another process of this service may have written the row. */
    return auth_follow_revocations(p->auth, socket, peer_token, p->peers);
}

int main(int argc, char **argv)
{
    static const struct service identity = {
        .name = "identity",
        .about = "organisations, offices, clients and users, and the tokens they work with",
        .handlers = handlers,
        .policy_scopes = "cases.restricted:read clients:write offices:write organisations:all "
                         "organisations:write users:write",
        .needs = PROGRAM_DATA,
        .start = start,
    };

    return service_main(argc, argv, &identity);
}
