/* rules.h - endpoints, secrets and signatures of webhooks; pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

/* "host:port" of an https URL, in lower case; NULL if it is none, has user information, or an odd port. */
const char *rules_hook_endpoint(struct arena *a, const char *url);
/* NULL, or ERR_INVALID with a fault at /url: hook.url (no https URL we take), hook.port (not 443),
 * hook.private (a name or address that is not public). allow: comma-separated host:port list of a development
 * stack, "" in production. */
err_t rules_hook_url(struct arena *a, const char *url, const char *allow);

/* "whsec_" + base64 of n random bytes. */
const char *rules_hook_secret(struct arena *a, const uint8_t *random, size_t n);
/*
 * The value of webhook-signature (Standard Webhooks): "v1," + base64 of HMAC-SHA-256 over id.timestamp.body
 * by the secret; with a second secret (rotation) a second one behind a space. previous may be NULL. NULL: a
 * secret is malformed.
 */
const char *rules_hook_signature(struct arena *a, const char *secret, const char *previous, const char *id,
                                 int64_t timestamp_s, const char *body, size_t body_bytes);

/* Pause before attempt n + 1 after n failures (from 1): 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h,
 * each up to a tenth longer by seed; 0: no more, the delivery is dead. */
int64_t rules_hook_pause_us(int32_t failures, uint64_t seed);
/* Seconds of a Retry-After header, at most a day; 0 if there is none or it is a date. */
int64_t rules_hook_retry_after_us(const char *value);
