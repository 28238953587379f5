/* session.h - a database for one command: connection, context, one transaction. */
#pragma once

#include "base/ctx.h"
#include "base/err.h"

struct arena;
struct ctl;
struct session;
struct tx;

/* The options of every command with a database. */
#define SESSION_OPTIONS                                                                                      \
    {"db", "CONNINFO", "WAYFARE_DB", "connection to the database, as libpq writes it", true, false},         \
    {                                                                                                        \
        "db-password-file", "FILE", "WAYFARE_DB_PASSWORD_FILE", "file with the role's password", false,      \
            false                                                                                            \
    }

/* Connects by the options and opens a transaction that acts for all organisations. *ret belongs to the arena.
 */
MUST_CHECK err_t session_open(struct ctl *c, struct ctx **ret_x, struct tx **ret_tx);
/* The same for a connection that the options do not say. password NULL: none. */
MUST_CHECK err_t session_open_at(struct ctl *c, const char *conninfo, const char *password,
                                 struct ctx **ret_x, struct tx **ret_tx);
/* Who the audit trail names: the user of the system that called, "ctl:postgres". */
const char *session_caller(struct arena *a);
/* Ends the transaction and the connection. */
MUST_CHECK err_t session_commit(struct ctx *x);
