/* gcm.c - see gcm.h. */
#include "base/gcm.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>

static EVP_CIPHER_CTX *context_new(void)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();

    if (!c)
        abort();
    return c;
}

bool gcm_seal(const uint8_t key[GCM_KEY], struct bytes aad, const void *in, size_t n, uint8_t *out)
{
    EVP_CIPHER_CTX *c = context_new();
    uint8_t *text = out + GCM_NONCE;
    int len;
    bool ok =
        RAND_bytes(out, GCM_NONCE) == 1 && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, out) == 1 &&
        EVP_EncryptUpdate(c, NULL, &len, aad.p, (int)aad.n) == 1 &&
        EVP_EncryptUpdate(c, text, &len, in, (int)n) == 1 && EVP_EncryptFinal_ex(c, text + n, &len) == 1 &&
        EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, GCM_TAG, text + n) == 1;

    EVP_CIPHER_CTX_free(c);
    return ok;
}

bool gcm_open(const uint8_t key[GCM_KEY], struct bytes aad, struct bytes sealed, void *out)
{
    if (!sealed.p || sealed.n < GCM_MORE)
        return false;
    EVP_CIPHER_CTX *c = context_new();
    uint8_t *text = (uint8_t *)(uintptr_t)sealed.p + GCM_NONCE;
    size_t n = sealed.n - GCM_MORE;
    int len;
    bool ok = EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, key, sealed.p) == 1 &&
              EVP_DecryptUpdate(c, NULL, &len, aad.p, (int)aad.n) == 1 &&
              EVP_DecryptUpdate(c, out, &len, text, (int)n) == 1 &&
              EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, GCM_TAG, text + n) == 1 &&
              EVP_DecryptFinal_ex(c, (uint8_t *)out + n, &len) == 1;
    EVP_CIPHER_CTX_free(c);
    if (!ok)
        OPENSSL_cleanse(out, n);
    return ok;
}
