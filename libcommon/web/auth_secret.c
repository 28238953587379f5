/* auth_secret.c - see auth_secret.h */
#include "web/auth_secret.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/arena.h"
#include "base/hmac.h"
#include "base/str.h"

const char *secret_new(struct arena *a)
{
    uint8_t raw[32];
    const char *text;

    if (RAND_bytes(raw, sizeof(raw)) != 1)
        abort(); /* no randomness: nothing we could hand out is a secret */
    text = arena_printf(a, SECRET_PREFIX "%s", str_base64url(a, raw, sizeof(raw)));
    OPENSSL_cleanse(raw, sizeof(raw));
    return text;
}

struct bytes secret_hash(struct arena *a, const char *key, const char *secret)
{
    uint8_t *mac = arena_alloc(a, 32);

    hmac_sha256((struct bytes){(const uint8_t *)key, strlen(key)}, secret, strlen(secret), mac);
    return (struct bytes){mac, 32};
}

bool secret_is(struct bytes hash, struct bytes other)
{
    return hash.n == 32 && other.n == 32 && str_secret_eq(hash.p, other.p, 32);
}
