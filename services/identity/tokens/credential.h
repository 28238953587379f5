/* credential.h - how a client proves who it is (RFC 6749 section 2.3, RFC 7523). */
#pragma once

#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"
#include "web/auth_jwt.h"

struct request;
struct tx;
struct token_client;

/* A refusal of the token endpoint (RFC 6749 section 5.2); static. */
struct refusal {
    int status;
    const char *error;
    const char *description;
};
extern const struct refusal refusal_client;

struct credential {
    const char *client_id; /* as the caller says */
    const char *secret;    /* HTTP Basic; NULL: an assertion */
    struct jwt assertion;
    const json_t *claims; /* of the assertion, not verified yet */
    const char *jti;
    int64_t ends_us;
};

/* Reads it from the request; NULL, or why not. Nothing is proved yet. */
const struct refusal *credential_read(struct ctx *x, const struct request *rq, struct credential *ret);
/* Proves it against what is stored of the client; found false: there is none, and that is found out in the
 * same time. audience: the issuer; its token endpoint will do too. */
const struct refusal *credential_prove(struct ctx *x, struct credential *c, bool found,
                                       const struct token_client *client, const char *audience);
