/* auth_secret.h - secrets of clients: 256 random bits, shown once, kept as HMAC-SHA-256. */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

#define SECRET_PREFIX "wfs_" /* lets scanners of leaked secrets know ours */

/* SECRET_PREFIX and 43 characters of base64url. */
const char *secret_new(struct arena *a);
/* 32 bytes in the arena. key is the text of the file secret.key (at least 32 bytes). */
struct bytes secret_hash(struct arena *a, const char *key, const char *secret);
/* Compares in constant time; false for hashes of another length. */
bool secret_is(struct bytes hash, struct bytes other);
