/*
 * envelope.h - contents sealed before they leave the process: AES-256-GCM under a key of their own.
 *
 * The key is made for one content and kept beside it in the database, sealed itself by the keyring (an
 * envelope): the rotation of keys goes through the rows and leaves the contents alone, and who deletes the
 * row makes the content unreadable wherever copies of it are. Ciphers run beside the loop (io/aside.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"

#define ENVELOPE_MORE 29   /* bytes that a sealed content is longer */
#define ENVELOPE_DIGEST 32 /* SHA-256 */

/* What a content is bound to: moved elsewhere it does not open. */
struct envelope_place {
    const char *cls;  /* of the keyring: "document" */
    const char *name; /* table.column of the sealed key */
    struct uuid row;  /* its row */
    struct uuid object;
};

/* SHA-256 of the content; 32 bytes. */
AWAITS MUST_CHECK err_t envelope_digest(struct ctx *x, struct bytes content, uint8_t ret[ENVELOPE_DIGEST]);
/* For the organisation that acts. *ret_sealed: content.n + ENVELOPE_MORE bytes. *ret_key: the sealed key. */
AWAITS MUST_CHECK err_t envelope_seal(struct ctx *x, const struct envelope_place *p, struct bytes content,
                                      struct bytes *ret_sealed, struct bytes *ret_key);
/* Opens in place: sealed.p is written to. ERR_BUG envelope.sealed: it is damaged, or another's; errors of
 * keyring_unseal. */
AWAITS MUST_CHECK err_t envelope_open(struct ctx *x, const struct envelope_place *p, struct bytes sealed,
                                      struct bytes key, struct bytes *ret);
