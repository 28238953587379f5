/* listen.h - a listening socket from "unix:/path" or "tcp:host:port". For web/http and web/health. */
#pragma once

#include "base/err.h"

/* Non-blocking, close-on-exec, listening. A unix path is taken over from a process that is gone, with mode
 * 0660. */
MUST_CHECK err_t listen_open(const char *address, int *ret_fd);
/* The path of a unix address, NULL for TCP. */
const char *listen_unix_path(const char *address);
