/* signing.h - identity's signing keys in use: read from WAYFARE_KEYS/signing, looked at again every 10 s. */
#pragma once

#include "base/err.h"

struct arena;
struct signing;
struct signing_folder;

/* Refuses to start without an active key. Lives in the arena. */
MUST_CHECK err_t signing_open(struct arena *a, const char *folder, struct signing **ret);
/* The keys as they are now; a folder that cannot be read leaves the last good ones. Valid until the caller
 * waits. */
const struct signing_folder *signing_now(struct signing *s);
