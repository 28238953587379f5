/* accounts.h - what clients and users have in common. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "web/auth_roles.h"

struct ctl;
struct ctx;
struct tx;
struct uuid;

#define GRANT_OPTIONS                                                                                        \
    {"organisation", "CODE", NULL, "whose it is", true, false},                                              \
        {"role", "ROLE", NULL, "a role of roles.json", false, true},                                         \
        {"scope", "SCOPE", NULL, "a further scope", false, true},                                            \
        {"programme", "CODE", NULL, "a programme that is in view", false, true},                             \
        {"office", "CODE", NULL, "an office that is in view", false, true},                                  \
    {                                                                                                        \
        "roles-file", "FILE", NULL, "roles.json; else $WAYFARE_DATA/data/roles.json", false, false           \
    }

/* roles.json by --roles-file, WAYFARE_DATA, or that of the installation. The command must have GRANT_OPTIONS
 * or roles-file. */
MUST_CHECK err_t roles_open(struct ctl *c, struct roles **ret);
/* Reads and checks the options; the organisation must be there and active, the offices too. */
MUST_CHECK err_t grant_read(struct ctl *c, struct tx *tx, bool is_user, struct grant *ret);
/* Adds to the revocation feed. */
MUST_CHECK err_t account_revoke(struct ctx *x, struct tx *tx, const char *organisation, const char *kind,
                                const char *value, const char *reason);
