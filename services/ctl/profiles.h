/* profiles.h - issuer profiles and key sets that wayfare-ctl writes for the house's own issuers
 * (libcommon/web/README.md). */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct arena;

struct profile {
    const char *name; /* of the files: <name>.json, <name>.jwks.json */
    const char *iss;
    const char *user; /* always, never */
    bool internal, development;
    bool limits; /* its tokens say how many requests a client may make */
};

/* Writes <folder>/<name>.json; untouched if it says the same already. */
MUST_CHECK err_t profile_write(struct arena *a, const char *folder, const struct profile *p);
/* Writes <folder>/<name>.jwks.json likewise. */
MUST_CHECK err_t jwks_write(struct arena *a, const char *folder, const char *name, const char *jwks);
/* Adds a public JWK to <folder>/<name>.jwks.json unless its kid is there. */
MUST_CHECK err_t jwks_add(struct arena *a, const char *folder, const char *name, const char *jwk);
