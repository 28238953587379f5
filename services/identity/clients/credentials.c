/* credentials.c - see credentials.h */
#include "identity/clients/credentials.h"

#include "app/service_main.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "identity/clients/queries.h"
#include "identity/state.h"
#include "web/auth_jwt.h"
#include "web/auth_secret.h"

#define ALGS_ALL (1u << JWT_ES256 | 1u << JWT_RS256 | 1u << JWT_PS256 | 1u << JWT_EDDSA)

const char *client_id_new(struct ctx *x, const char *organisation)
{
    struct uuid u = uuid_new(x->now_us);
    char digits[9];

    str_hex(digits, u.b + 12, 4); /* the random end of it */
    return arena_printf(x->arena, "%s-%s", organisation, digits);
}

const char *client_secret_add(struct ctx *x, struct tx *tx, struct uuid client)
{
    const struct identity_state *state = PROGRAM_STATE(x, struct identity_state);
    const char *secret = secret_new(x->arena);

    q_client_secret_add(tx, uuid_new(x->now_us), client, secret_hash(x->arena, state->secret_key, secret),
                        x->now_us);
    return secret;
}

err_t client_key_add(struct ctx *x, struct tx *tx, struct uuid client, const json_t *jwk, const char *pointer)
{
    json_t *array = arena_own_json(x->arena, json_pack("[O]", jwk));
    struct jwt_keys keys;
    err_t e = jwt_keys_read_array(x->arena, array, ALGS_ALL, &keys);

    if (e != NULL) {
        struct fault *f = ARENA_NEW(x->arena, struct fault);
        *f = (struct fault){.in = FAULT_POINTER,
                            .at = pointer,
                            .code = "key.invalid",
                            .detail = "Not a public key for ES256, PS256, RS256 (from 2048 bits) or EdDSA."};
        return err_faults(x->arena, ERR_INVALID, "request.invalid", "A key cannot be used.", f, 1);
    }
    q_client_key_add(tx, &(struct q_client_key_add_in){.id = uuid_new(x->now_us),
                                                       .client = client,
                                                       .kid = keys.v[0].kid,
                                                       .jwk = json_text(x->arena, jwk),
                                                       .now = x->now_us});
    return NULL;
}
