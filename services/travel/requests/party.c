/* party.c - see party.h. */
#include "travel/requests/party.h"

#include "app/peers.h"
#include "base/arena.h"
#include "base/str.h"

#define PARTY_TIMEOUT_US 3000000

err_t party_read_from(struct ctx *x, const char *service, struct uuid request_id, json_t **ret)
{
    return peer_call(
        x, service,
        arena_printf(x->arena, "/%s/v1/travel-parties/%s", service, uuid_text(x->arena, request_id)),
        x->who->organisation, NULL, PARTY_TIMEOUT_US, ret);
}

err_t party_read(struct ctx *x, const char *ref_kind, struct uuid request_id, json_t **ret)
{
    return party_read_from(x, str_eq(ref_kind, "case") ? "cases" : "diaspora", request_id, ret);
}
