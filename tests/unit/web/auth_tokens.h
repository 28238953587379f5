/* auth_tokens.h - tokens, honest and hostile: one table for the verifier alone and for the services' sockets.
 */
#pragma once

#include <stddef.h>

#include "auth_fixture.h"

/* One row: what is signed, and how it must be judged. */
struct token {
    const char *what;
    const char *header, *claims;
    const char *how; /* algorithm that signs; NULL ES256 */
    enum key key;
    const char *cause; /* NULL: it must pass */
};

extern const struct token auth_tokens[];
extern const size_t nauth_tokens;

/* What a good token is changed by; it is none afterwards. */
enum twist {
    T_EMPTY,
    T_DOTS,
    T_ONE_PART,
    T_TWO_PARTS,
    T_FOUR_PARTS,
    T_FIVE_PARTS,
    T_DOT_AT_END,
    T_DOT_AT_START,
    T_NO_PAYLOAD,
    T_NO_SIGNATURE,
    T_PADDING,
    T_PLUS,
    T_LINE_FEED,
    T_SPACE_AT_END,
    T_NUL_AT_END,
    T_LOOSE_BITS,
    T_LOOSE_HEADER_BITS,
    T_SIGNATURE_BIT,
    T_PAYLOAD_BYTE,
    T_SIGNATURE_ZERO,
    T_SIGNATURE_SHORT,
    T_SIGNATURE_LONG,
    T_SIGNATURE_DER,
    T_HMAC_BY_PUBLIC_KEY,
    T_TOO_LONG,
    NTWISTS
};

struct twist_of { /* how it must be judged */
    const char *what, *cause;
};
extern const struct twist_of auth_twists[NTWISTS];

/* Changes a good token; *ret_n may end up longer than its text (NUL). */
const char *auth_twisted(struct arena *a, enum twist how, size_t *ret_n);
