/*
 * seal.h - what leaves this process and comes back must be ours: AES-256-GCM over text and what it is bound
 * to.
 *
 * Cursors and stored answers may hold personal data, so they are encrypted, not only signed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/opt.h"

struct arena;

struct seal_key {
    uint8_t b[32];
};

/* A key for one purpose from the edge's secret (HKDF-Expand of RFC 5869 with one block). */
struct seal_key seal_derive(const char *secret, const char *purpose);
/* 12 bytes nonce, ciphertext, 16 bytes tag; bound is authenticated and not in it. */
struct bytes seal(struct arena *a, const struct seal_key *k, const char *bound, size_t bound_bytes,
                  const void *p, size_t n);
/* False if a bit of it, the key or bound is another. *ret is NUL-terminated. */
MUST_CHECK bool unseal(struct arena *a, const struct seal_key *k, const char *bound, size_t bound_bytes,
                       struct bytes sealed, struct bytes *ret);

/* HMAC-SHA-256 of parts; each goes in with its length, so that no two lists of parts are the same bytes. */
struct seal_part {
    const void *p;
    size_t n;
};
void seal_hmac(const struct seal_key *k, const struct seal_part *parts, size_t n, uint8_t out[32]);
