/*
 * db_script.h - SQL scripts by the simple protocol, on a connection of their own that blocks: making
 * databases and migrating them. For wayfare-ctl; services go through db.h.
 */
#pragma once

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct db_script;

/* Blocks until a server takes connections at conninfo, whatever it thinks of this one; says on standard error
 * once that it waits. */
void db_script_await(const char *conninfo);
/* password NULL or "": none. Closed with the arena. ERR_UNAVAILABLE db.away with the server's reason as
 * detail. */
MUST_CHECK err_t db_script_open(struct arena *a, const char *conninfo, const char *password,
                                struct db_script **ret);
/*
 * Runs all statements of text; without a BEGIN of its own they are one transaction. name is the file's, for
 * the error: "name:line: message" as detail (ERR_INVALID script.failed). ret_rows (may be NULL) receives the
 * first column of the last statement's rows, in the arena.
 */
MUST_CHECK err_t db_script_run(struct db_script *s, const char *name, const char *text,
                               struct text_array *ret_rows);
/* The same between BEGIN and COMMIT, then `after` in the same transaction; all or nothing. */
MUST_CHECK err_t db_script_run_atomic(struct db_script *s, const char *name, const char *text,
                                      const char *after);
/* What PostgreSQL keeps of a role's password (SCRAM-SHA-256), so that the password itself never reaches the
 * server or its log. With the usual 4096 iterations, but one for 32 or more hexadecimal digits: those are
 * random. */
MUST_CHECK err_t db_script_scram(struct db_script *s, const char *role, const char *password,
                                 const char **ret);
