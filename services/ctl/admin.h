/* admin.h - the databases of all services, as a superuser: for backup, restore, reconcile and the rotation of
 * keys. */
#pragma once

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct ctl;
struct db_script;

/* The options of these commands. */
#define ADMIN_OPTIONS                                                                                        \
    {"db",                                                                                                   \
     "CONNINFO",                                                                                             \
     "WAYFARE_ADMIN_DB",                                                                                     \
     "connection as a superuser, without dbname; {{service}} stands for the service",                        \
     true,                                                                                                   \
     false},                                                                                                 \
    {                                                                                                        \
        "db-password-file", "FILE", "WAYFARE_ADMIN_DB_PASSWORD_FILE", "file with its password", false, false \
    }

struct admin {
    const char *conninfo; /* with the dbname */
    const char *password; /* NULL none */
    struct db_script *db;
};

/* Connects to a database of the service's cluster. a: what the connection lives in. ERR_UNAVAILABLE db.away.
 */
MUST_CHECK err_t admin_open(struct ctl *c, struct arena *a, const char *service, const char *database,
                            struct admin *ret);
/* Fills an embedded script (pairs as for text_fill; NULL: nothing to fill) and runs it. */
MUST_CHECK err_t admin_run(struct arena *a, const struct admin *ad, const char *name, const char *script,
                           const char *const *pairs, struct text_array *ret_rows);
/* The services that --service names (all there are without it), each once. */
MUST_CHECK err_t admin_services(struct ctl *c, struct text_array *ret);
