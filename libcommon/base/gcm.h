/*
 * gcm.h - AES-256-GCM (NIST SP 800-38D) over one piece of memory: nonce, ciphertext and tag behind each
 * other.
 *
 * The nonce is random. Out of memory aborts. Nothing is shared: any thread may call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/opt.h"

enum {
    GCM_KEY = 32,
    GCM_NONCE = 12,
    GCM_TAG = 16,
    GCM_MORE = GCM_NONCE + GCM_TAG, /* what sealing puts around a text */
};

/* Writes n + GCM_MORE bytes to out, bound to aad. in may be out + GCM_NONCE. False: no entropy. */
MUST_CHECK bool gcm_seal(const uint8_t key[GCM_KEY], struct bytes aad, const void *in, size_t n,
                         uint8_t *out);
/* Writes sealed.n - GCM_MORE bytes to out, which may be sealed.p + GCM_NONCE. False: too short, another key,
 * another aad, or damaged; out holds nothing of it then. */
MUST_CHECK bool gcm_open(const uint8_t key[GCM_KEY], struct bytes aad, struct bytes sealed, void *out);
