/* state.h - what the service loads before it listens. */
#pragma once

struct roles;
struct signing;

struct identity_state {
    const struct roles *roles;
    const char *secret_key;  /* of the HMAC that client secrets are kept as */
    struct signing *signing; /* tokens/signing.h */
};
