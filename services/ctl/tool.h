/* tool.h - PostgreSQL's own programs (pg_dump, pg_restore, …) as children of wayfare-ctl. */
#pragma once

#include "base/err.h"

struct arena;

/*
 * Runs argv (ended by NULL; argv[0] is looked for in the path, then among PostgreSQL's own programs) and
 * waits for it. It dies with us. password NULL: none; it goes by the environment. ERR_INVALID ctl.tool with
 * what it said last on its standard error.
 */
MUST_CHECK err_t tool_run(struct arena *a, const char *const *argv, const char *password);
/* The same; *ret: what it said (at most 4 KiB, the last), without the end of line. variable: of the
 * environment, that the password goes by. */
MUST_CHECK err_t tool_output(struct arena *a, const char *const *argv, const char *variable,
                             const char *password, const char **ret);
/* The same as the user that owns `folder` (PostgreSQL's servers refuse to run as root). */
MUST_CHECK err_t tool_run_as_owner(struct arena *a, const char *folder, const char *const *argv);
