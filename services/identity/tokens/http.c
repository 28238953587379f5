/* http.c - the token endpoint, the public keys, the metadata (api-spec/identity/tokens.yaml). */
#include <string.h>

#include <openssl/evp.h>

#include "app/audit.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "identity/areas.h"
#include "identity/state.h"
#include "identity/tokens/credential.h"
#include "identity/tokens/queries.h"
#include "identity/tokens/signing.h"
#include "web/auth.h"
#include "web/auth_folder.h"
#include "web/auth_roles.h"
#include "web/quota.h"

#define TOKEN_S 600

static const struct refusal refusal_grant_missing = {400, "invalid_request", "grant_type is missing."};
static const struct refusal refusal_grant = {400, "unsupported_grant_type", "Only client_credentials."};
static const struct refusal refusal_disabled = {400, "unauthorized_client",
                                                "The client or its organisation is disabled."};
static const struct refusal refusal_scope = {400, "invalid_scope",
                                             "The client does not have all of this scope."};
static const struct refusal refusal_again = {401, "invalid_client", "This assertion has been used."};

/* Not problem+json: clients of OAuth expect the form of RFC 6749 section 5.2. */
static err_t reply_refusal(struct response *rs, const struct refusal *no)
{
    struct buf *out = reply_begin(rs, no->status);

    buf_puts(out, "{\"error\":");
    json_write_text(out, no->error);
    buf_puts(out, ",\"error_description\":");
    json_write_text(out, no->description);
    buf_putc(out, '}');
    if (no->status == 401)
        reply_header(rs, "WWW-Authenticate", "Basic realm=\"wayfare\"");
    return NULL;
}

/* The client's own row is what a context without organisation sees (schema/0001_identity.sql). */
static void act_as(struct ctx *x, const char *client_id)
{
    struct principal *who = ARENA_NEW(x->arena, struct principal);

    *who = (struct principal){.subject = client_id, .client_id = client_id, .organisation = "", .scope = ""};
    x->who = who;
}

/* Marks the assertion as used; refuses it the second time. */
static err_t use_once(struct ctx *x, struct tx *tx, const struct credential *c,
                      const struct token_client *client, const struct refusal **ret_no)
{
    uint8_t *hash = arena_alloc(x->arena, 32);
    struct assertion_used used;
    bool first;

    EVP_Digest(c->jti, strlen(c->jti), hash, NULL, EVP_sha256(), NULL);
    q_assertions_forget(tx, client->id, x->now_us);
    TRY(q_assertion_use(tx,
                        &(struct q_assertion_use_in){.organisation = client->organisation,
                                                     .client = client->id,
                                                     .jti_hash = {hash, 32},
                                                     .expires_at = c->ends_us + JWT_LEEWAY_US},
                        &first, &used));
    *ret_no = first ? NULL : &refusal_again;
    return NULL;
}

/* False if the request asks for more than the client has. */
static bool scope_of(struct ctx *x, const struct request *rq, const struct token_client *client,
                     const char **ret)
{
    const struct identity_state *state = PROGRAM_STATE(x, struct identity_state);
    const struct grant g = {.organisation = client->organisation,
                            .roles = client->roles,
                            .scopes = client->scopes,
                            .programmes = client->programmes,
                            .offices = client->offices};
    const char *wanted = request_form(rq, "scope");

    *ret = roles_scope(x->arena, state->roles, &g);
    return wanted == NULL || *wanted == '\0' || roles_narrow(x->arena, *ret, wanted, ret);
}

static void member(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s\"%s\":", out->n > 1 ? "," : "", name);
    json_write_text(out, value);
}

/* RFC 9068 section 2.2. */
static err_t mint(struct ctx *x, const struct credential *c, const struct token_client *client,
                  const char *scope, const struct signing_folder *keys, const char **ret)
{
    struct buf claims;

    buf_init(&claims, x->arena, 1024);
    buf_putc(&claims, '{');
    member(&claims, "iss", keys->issuer);
    member(&claims, "aud", program_of(x)->conf.audience);
    member(&claims, "sub", c->client_id);
    member(&claims, "client_id", c->client_id);
    member(&claims, "org", client->organisation);
    member(&claims, "scope", scope);
    member(&claims, "jti", uuid_text(x->arena, uuid_new(x->now_us)));
    /* web/quota.h; 0: the usual */
    buf_printf(&claims, ",\"limits\":[%d,%d,%d]", (int)client->rate_limit, (int)client->burst_limit,
               (int)client->daily_quota);
    buf_printf(&claims, ",\"iat\":%lld,\"exp\":%lld}", (long long)(x->now_us / DATE_US_PER_S),
               (long long)(x->now_us / DATE_US_PER_S + TOKEN_S));
    return auth_sign(x->arena, keys->active, "at+jwt", buf_text(&claims), ret);
}

static err_t reply_token(struct response *rs, const char *token, const char *scope)
{
    struct buf *out = reply_begin(rs, 200);

    buf_putc(out, '{');
    member(out, "access_token", token);
    member(out, "token_type", "Bearer");
    buf_printf(out, ",\"expires_in\":%d", TOKEN_S);
    member(out, "scope", scope);
    buf_putc(out, '}');
    return NULL;
}

/* Failures of a client id from an address are counted together: else whoever knows an id could shut its owner
 * out. n 0 looks, 1 counts. The address is the gateway's word; without it the id alone counts. */
static err_t failures(struct ctx *x, const struct request *rq, struct response *rs, const char *client_id,
                      int n)
{
    static const struct limit_policy policy = {.rate = 10, .per_s = 60, .burst = 10};
    const char *address = request_header(rq, "X-Forwarded-For");
    int64_t retry_s;
    err_t e =
        limits_spend(x, program_of(x)->limits,
                     arena_printf(x->arena, "failed:%s:%s", client_id, address ?: ""), &policy, n, &retry_s);

    reply_retry_after(rs, retry_s);
    return e;
}

/* Who has not proved who they are counts; a good assertion that comes twice is no guess. */
static err_t refuse(struct ctx *x, const struct request *rq, struct response *rs, const char *client_id,
                    const struct refusal *no)
{
    err_t e = no == &refusal_client ? failures(x, rq, rs, client_id, 1) : NULL;

    return e && e->kind != ERR_LIMIT ? e : reply_refusal(rs, no);
}

/* createToken: POST /oauth2/token */
static err_t create_token(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct identity_state *state = PROGRAM_STATE(x, struct identity_state);
    const char *grant = request_form(rq, "grant_type"), *scope, *token;
    const struct refusal *no = NULL;
    struct token_client client;
    struct credential c;
    struct tx *tx;
    bool found;

    if (!str_eq(grant, "client_credentials"))
        return reply_refusal(rs, grant == NULL ? &refusal_grant_missing : &refusal_grant);
    no = credential_read(x, rq, &c);
    if (no != NULL)
        return reply_refusal(rs, no);

    TRY(failures(x, rq, rs, c.client_id, 0));
    act_as(x, c.client_id);
    TRY(db_begin(x, &tx));
    TRY(q_token_client(tx, c.client_id, x->now_us, &found, &client));
    no = credential_prove(x, &c, found, &client, signing_now(state->signing)->issuer);
    if (no == NULL && !client.active)
        no = &refusal_disabled;
    if (no == NULL && c.secret == NULL)
        TRY(use_once(x, tx, &c, &client, &no));
    if (no == NULL && !scope_of(x, rq, &client, &scope))
        no = &refusal_scope;
    if (no != NULL)
        return refuse(x, rq, rs, c.client_id, no);

    TRY(mint(x, &c, &client, scope, signing_now(state->signing), &token));
    audit_write(tx, "client", client.id, "token", NULL);
    return reply_token(rs, token, scope);
}

/* getJwks: GET /oauth2/jwks */
static err_t get_jwks(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct identity_state *state = PROGRAM_STATE(x, struct identity_state);

    (void)rq;
    return reply_json_text(rs, 200, signing_folder_jwks(x->arena, signing_now(state->signing)));
}

/* getMetadata: GET /oauth2/metadata */
static err_t get_metadata(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct identity_state *state = PROGRAM_STATE(x, struct identity_state);
    const char *issuer = signing_now(state->signing)->issuer;
    struct buf *out = reply_begin(rs, 200);

    (void)rq;
    buf_putc(out, '{');
    member(out, "issuer", issuer);
    member(out, "token_endpoint", arena_printf(x->arena, "%s/oauth2/token", issuer));
    member(out, "jwks_uri", arena_printf(x->arena, "%s/oauth2/jwks", issuer));
    buf_puts(
        out,
        ",\"response_types_supported\":[],\"grant_types_supported\":[\"client_credentials\"],"
        "\"token_endpoint_auth_methods_supported\":[\"private_key_jwt\",\"client_secret_basic\"],"
        "\"token_endpoint_auth_signing_alg_values_supported\":[\"ES256\",\"PS256\",\"RS256\",\"EdDSA\"]}");
    return NULL;
}

const struct handler tokens_handlers[] = {
    {"createToken", create_token},
    {"getJwks", get_jwks},
    {"getMetadata", get_metadata},
    {NULL, NULL},
};
