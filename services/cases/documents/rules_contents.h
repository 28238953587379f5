/* rules_contents.h - what may be uploaded for a document; pure. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

#define CONTENT_DIGEST 32 /* SHA-256 */

/*
 * The media type that the first bytes tell, or NULL: one of those that the operation takes. A table of
 * prefixes and no library that reads files of many kinds: whatever is uploaded is hostile until a human has
 * seen it, and this process holds the keys. The bytes are never looked into further, here or later.
 */
const char *rules_content_sniff(struct bytes content);
/* NULL, or ERR_INVALID content.type (415): the bytes are not what the Content-Type says. */
err_t rules_content_type(const char *media_type, struct bytes content);
/* Under which name, neutral, a content of this type is handed out: "document.pdf". */
const char *rules_content_name(const char *media_type);

/* NULL, or ERR_INVALID with content.digest at the header: Content-Digest (RFC 9530) gives a sha-256 that is
 * not this one, or is malformed. Other algorithms say nothing to us. header NULL is fine. */
err_t rules_content_digest(struct arena *a, const char *header, const uint8_t sha256[CONTENT_DIGEST]);
