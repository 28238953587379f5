/* keyknown.h - which field keys a database says that it is sealed with (wf.field_keys, app/keyguard.h). */
#pragma once

#include "app/keyfile.h"
#include "base/err.h"

struct admin;
struct arena;

/* keys.lost: the database names keys of the class that the file does not have. */
MUST_CHECK err_t known_all_there(struct arena *a, const struct admin *ad, const struct key_file *f);
/* The database's programs need this key from now on; they do not any more. */
MUST_CHECK err_t known_add(struct arena *a, const struct admin *ad, const char *cls, const char *id);
MUST_CHECK err_t known_forget(struct arena *a, const struct admin *ad, const char *cls, const char *id);
/* *ret: the database names it. */
MUST_CHECK err_t known_has(struct arena *a, const struct admin *ad, const char *cls, const char *id,
                           bool *ret);
