/* seal.c - see seal.h. */
#include "web/seal.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { NONCE = 12, TAG = 16 };

/* OpenSSL fails here only without memory or entropy: nothing that a request could be answered with. */
static void must(int ok)
{
    if (ok != 1)
        abort();
}

struct seal_key seal_derive(const char *secret, const char *purpose)
{
    struct seal_key k;
    unsigned n = sizeof(k.b);
    char info[64];
    size_t length = strlen(purpose);

    if (length > sizeof(info) - 1)
        abort();
    memcpy(info, purpose, length);
    info[length] = 1;
    if (!HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)info, length + 1, k.b, &n))
        abort();
    return k;
}

struct bytes seal(struct arena *a, const struct seal_key *k, const char *bound, size_t bound_bytes,
                  const void *p, size_t n)
{
    uint8_t *out = arena_alloc(a, NONCE + n + TAG);
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int done;

    must(c != NULL);
    must(RAND_bytes(out, NONCE));
    must(EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, k->b, out));
    must(EVP_EncryptUpdate(c, NULL, &done, (const uint8_t *)bound, (int)bound_bytes));
    must(EVP_EncryptUpdate(c, out + NONCE, &done, p, (int)n));
    must(EVP_EncryptFinal_ex(c, out + NONCE + n, &done));
    must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG, out + NONCE + n));
    EVP_CIPHER_CTX_free(c);
    return (struct bytes){out, NONCE + n + TAG};
}

bool unseal(struct arena *a, const struct seal_key *k, const char *bound, size_t bound_bytes,
            struct bytes sealed, struct bytes *ret)
{
    EVP_CIPHER_CTX *c;
    uint8_t tag[TAG];
    int done;

    if (!sealed.p || sealed.n < NONCE + TAG)
        return false;
    size_t n = sealed.n - NONCE - TAG;
    uint8_t *out = arena_alloc(a, n + 1);

    c = EVP_CIPHER_CTX_new();
    must(c != NULL);
    memcpy(tag, sealed.p + NONCE + n, TAG);
    must(EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, k->b, sealed.p));
    must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag));
    must(EVP_DecryptUpdate(c, NULL, &done, (const uint8_t *)bound, (int)bound_bytes));
    bool ok = EVP_DecryptUpdate(c, out, &done, sealed.p + NONCE, (int)n) == 1 &&
              EVP_DecryptFinal_ex(c, out + n, &done) == 1;

    EVP_CIPHER_CTX_free(c);
    if (ok)
        *ret = (struct bytes){out, n};
    return ok;
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
