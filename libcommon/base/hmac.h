/* hmac.h - HMAC-SHA-256 (RFC 2104) of one piece of memory. Out of memory aborts; any thread may call. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"

enum { HMAC_BYTES = 32 };

void hmac_sha256(struct bytes key, const void *p, size_t n, uint8_t out[HMAC_BYTES]);
