/* hmac.c - see hmac.h */
#include "base/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

void hmac_sha256(struct bytes key, const void *p, size_t n, uint8_t out[HMAC_BYTES])
{
    if (!HMAC(EVP_sha256(), key.p, (int)key.n, p, n, out, NULL))
        abort();
}
