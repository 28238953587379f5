/*
 * auth_folder.h - the folder of an issuer's signing keys: identity signs with it, wayfare-ctl keeps it.
 *
 *   issuer      one line: the iss of the tokens
 *   active      one line: the kid of the key that signs
 *   <kid>.pem   private keys, P-256; all are published, so that a new one is known everywhere before it signs
 *
 * All files are secrets (mode 0600); kid is the key's RFC 7638 thumbprint.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct arena;
struct auth_signer;

#define SIGNING_KEYS_MAX 8

struct signing_folder {
    const char *issuer;
    struct auth_signer *keys[SIGNING_KEYS_MAX]; /* sorted by kid */
    size_t n;
    struct auth_signer *active; /* one of them */
};

/* ERR_INVALID signing.folder when it is not complete: no issuer, no active key, a file that is not what it
 * says. */
MUST_CHECK err_t signing_folder_read(struct arena *a, const char *path, struct signing_folder *ret);
/* The public keys as a JWK set. */
const char *signing_folder_jwks(struct arena *a, const struct signing_folder *f);
