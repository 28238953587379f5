/* seal.c - see seal.h. */
#include "web/seal.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/gcm.h"
#include "base/hmac.h"

/* OpenSSL fails here only without memory or entropy: nothing that a request could be answered with. */
static void must(int ok)
{
    if (ok != 1)
        abort();
}

struct seal_key seal_derive(const char *secret, const char *purpose)
{
    struct seal_key k;
    char info[64];
    size_t length = strlen(purpose);

    if (length > sizeof(info) - 1)
        abort();
    memcpy(info, purpose, length);
    info[length] = 1;
    hmac_sha256((struct bytes){(const uint8_t *)secret, strlen(secret)}, info, length + 1, k.b);
    return k;
}

struct bytes seal(struct arena *a, const struct seal_key *k, const char *bound, size_t bound_bytes,
                  const void *p, size_t n)
{
    uint8_t *out = arena_alloc(a, n + GCM_MORE);

    must(gcm_seal(k->b, (struct bytes){(const uint8_t *)bound, bound_bytes}, p, n, out));
    return (struct bytes){out, n + GCM_MORE};
}

bool unseal(struct arena *a, const struct seal_key *k, const char *bound, size_t bound_bytes,
            struct bytes sealed, struct bytes *ret)
{
    if (!sealed.p || sealed.n < GCM_MORE)
        return false;
    size_t n = sealed.n - GCM_MORE;
    uint8_t *out = arena_alloc(a, n + 1);

    if (!gcm_open(k->b, (struct bytes){(const uint8_t *)bound, bound_bytes}, sealed, out))
        return false;
    *ret = (struct bytes){out, n};
    return true;
}

void seal_hmac(const struct seal_key *k, const struct seal_part *parts, size_t n, uint8_t out[32])
{
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *c = mac ? EVP_MAC_CTX_new(mac) : NULL;
    OSSL_PARAM digest[] = {OSSL_PARAM_construct_utf8_string("digest", (char[]){"SHA256"}, 0),
                           OSSL_PARAM_construct_end()};
    size_t done;

    must(c != NULL && EVP_MAC_init(c, k->b, sizeof(k->b), digest));
    for (size_t i = 0; i < n; i++) {
        uint64_t length = parts[i].n;
        must(EVP_MAC_update(c, (const unsigned char *)&length, sizeof(length)));
        must(EVP_MAC_update(c, parts[i].p, parts[i].n));
    }
    must(EVP_MAC_final(c, out, &done, 32));
    EVP_MAC_CTX_free(c);
    EVP_MAC_free(mac);
}
