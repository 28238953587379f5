/* credentials.h - what a client proves itself by: secrets and public keys. */
#pragma once

#include <jansson.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/uuid.h"

struct tx;

#define CLIENT_KEYS_MAX 4

/* "<organisation>-<8 random digits>", for a client that was given no id. */
const char *client_id_new(struct ctx *x, const char *organisation);
/* Makes a secret and queues its hash; the text lives in x->arena and is kept nowhere else. */
const char *client_secret_add(struct ctx *x, struct tx *tx, struct uuid client);
/* Queues a public key. ERR_INVALID with a fault at the pointer if it is not one that we verify with. */
MUST_CHECK err_t client_key_add(struct ctx *x, struct tx *tx, struct uuid client, const json_t *jwk,
                                const char *pointer);
