/* credential.c - see credential.h */
#include "identity/tokens/credential.h"

#include <string.h>
#include <strings.h>

#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "identity/state.h"
#include "identity/tokens/queries.h"
#include "web/auth_secret.h"

#define CLIENT_ID_MAX 64
#define BASIC_MAX 512
#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define ASSERTION_LIFE_US (10 * 60 * DATE_US_PER_S)
#define ALGS_ALL (1u << JWT_ES256 | 1u << JWT_RS256 | 1u << JWT_PS256 | 1u << JWT_EDDSA)

const struct refusal refusal_client = {401, "invalid_client",
                                       "The client is not known or its credential is wrong."};
static const struct refusal refusal_two = {400, "invalid_request", "Only one way to authenticate at once."};
static const struct refusal refusal_post = {400, "invalid_request",
                                            "Send the secret by HTTP Basic, or use private_key_jwt."};
static const struct refusal refusal_type = {400, "invalid_request",
                                            "client_assertion_type is not jwt-bearer."};

/* ---- client_secret_basic ---- */

static const struct refusal *read_basic(struct ctx *x, const char *authorization, struct credential *ret)
{
    uint8_t *text;
    size_t n;
    char *colon;

    if (strncasecmp(authorization, "Basic ", 6) != 0 || strlen(authorization) > BASIC_MAX ||
        !str_unbase64(x->arena, authorization + 6, strlen(authorization + 6), &text, &n) ||
        memchr(text, '\0', n) != NULL)
        return &refusal_client;
    ret->client_id = arena_strndup(x->arena, (const char *)text, n);
    colon = strchr(ret->client_id, ':');
    if (colon == NULL)
        return &refusal_client;
    *colon = '\0';
    ret->secret = colon + 1;
    return NULL;
}

static const struct refusal *prove_secret(struct ctx *x, const struct credential *c, bool found,
                                          const struct token_client *client)
{
    const struct identity_state *state = PROGRAM_STATE(x, struct identity_state);
    struct bytes hash = secret_hash(x->arena, state->secret_key, c->secret);
    bool good = false;

    for (size_t i = 0; found && i < client->secrets.n; i++) {
        uint8_t stored[32];
        if (strlen(client->secrets.v[i]) == 64 && str_unhex(client->secrets.v[i], stored, sizeof(stored)))
            good |= secret_is(hash, (struct bytes){stored, sizeof(stored)});
    }
    return good ? NULL : &refusal_client;
}

/* ---- private_key_jwt ---- */

static bool typ_ok(const char *typ)
{
    return typ == NULL || strcasecmp(typ, "JWT") == 0 || strcasecmp(typ, "client-authentication+jwt") == 0;
}

/* The claims are read before the signature here, because only they say whose keys to try. Nothing else is
 * taken from them before it is verified. */
static const struct refusal *read_assertion(struct ctx *x, const struct request *rq, const char *text,
                                            struct credential *ret)
{
    const char *named = request_form(rq, "client_id");
    json_t *claims;

    if (!str_eq(request_form(rq, "client_assertion_type"), ASSERTION_TYPE))
        return &refusal_type;
    if (jwt_split(x->arena, text, strlen(text), false, &ret->assertion) != NULL ||
        !typ_ok(ret->assertion.typ) || jwt_claims(x->arena, &ret->assertion, &claims) != NULL)
        return &refusal_client;
    ret->claims = claims;
    ret->client_id = jwt_text(claims, "sub", CLIENT_ID_MAX);
    if (ret->client_id == NULL || !str_eq(ret->client_id, jwt_text(claims, "iss", CLIENT_ID_MAX)) ||
        (named != NULL && !str_eq(named, ret->client_id)))
        return &refusal_client;
    return NULL;
}

static const struct refusal *prove_assertion(struct ctx *x, struct credential *c, bool found,
                                             const struct token_client *client, const char *audience)
{
    const char *endpoint = arena_printf(x->arena, "%s/oauth2/token", audience);
    struct jwt_keys keys;
    const struct jwt_key *key;
    json_t *stored;
    int64_t issued_us;

    if (!found || json_parse(x->arena, client->keys, strlen(client->keys), 6, &stored) != NULL ||
        jwt_keys_read_array(x->arena, stored, ALGS_ALL, &keys) != NULL)
        return &refusal_client;
    key = jwt_keys_find(&keys, c->assertion.kid);
    if (key == NULL || jwt_verify(&c->assertion, key) != NULL)
        return &refusal_client;

    c->jti = jwt_text(c->claims, "jti", 255);
    if (!jwt_audience(c->claims, audience) && !jwt_audience(c->claims, endpoint))
        return &refusal_client;
    if (jwt_times(c->claims, x->now_us, &c->ends_us, &issued_us) != NULL || c->jti == NULL ||
        c->ends_us > x->now_us + ASSERTION_LIFE_US + JWT_LEEWAY_US)
        return &refusal_client;
    return NULL;
}

/* ---- either ---- */

const struct refusal *credential_read(struct ctx *x, const struct request *rq, struct credential *ret)
{
    const char *authorization = request_header(rq, "Authorization");
    const char *assertion = request_form(rq, "client_assertion");
    const struct refusal *no;

    *ret = (struct credential){0};
    if (request_form(rq, "client_secret") != NULL)
        return &refusal_post;
    if (authorization != NULL && assertion != NULL)
        return &refusal_two;
    if (authorization == NULL && assertion == NULL)
        return &refusal_client;
    no = assertion != NULL ? read_assertion(x, rq, assertion, ret) : read_basic(x, authorization, ret);
    if (no == NULL && strlen(ret->client_id) > CLIENT_ID_MAX)
        return &refusal_client;
    return no;
}

const struct refusal *credential_prove(struct ctx *x, struct credential *c, bool found,
                                       const struct token_client *client, const char *audience)
{
    if (c->secret != NULL)
        return prove_secret(x, c, found, client);
    return prove_assertion(x, c, found, client, audience);
}
