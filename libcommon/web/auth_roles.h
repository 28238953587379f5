/*
 * auth_roles.h - roles: which scopes a user or client gets. Data, services/identity/data/roles.json:
 *
 *   {"caseworker": {"about": "…", "for": "user", "organisations": ["iom"], "scopes": ["cases:read", …]}, …}
 *
 * for: user, client, any, or service (given to nobody; the house's own processes). organisations: codes, or
 * "*" for every one. A token's scope is that of the roles, further scopes one by one, and the words
 * programme:… and office:… that say what of the data is in view.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct roles;

/* Reads and checks the file; refuses what it does not understand (ERR_INVALID roles.file). */
MUST_CHECK err_t roles_load(struct arena *a, const char *path, struct roles **ret);

/* What somebody is given. */
struct grant {
    const char *organisation;
    bool is_user;
    bool may_give_all; /* the giver acts for all organisations itself (scope organisations:all) */
    struct text_array roles, scopes, programmes, offices;
};
/* Every role must be known, meant for users or clients, and open to the organisation; every scope be one that
 * a role open to it gives. ERR_INVALID grant.invalid with a fault for each: role.unknown, role.closed,
 * scope.unknown; pointers /roles/0, /scopes/0. */
MUST_CHECK err_t roles_check(struct arena *a, const struct roles *r, const struct grant *g);
/* The scope of a token: space-separated, sorted, each word once. Roles and scopes that are no longer open
 * give nothing. */
const char *roles_scope(struct arena *a, const struct roles *r, const struct grant *g);
/* RFC 6749 section 3.3: what of granted was asked for. Words programme:… and office:… stay unless one of that
 * kind is asked for. False if something was asked for that is not granted, or wanted is malformed. */
bool roles_narrow(struct arena *a, const char *granted, const char *wanted, const char **ret);
