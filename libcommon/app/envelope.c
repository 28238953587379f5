/*
 * envelope.c - see envelope.h.
 *
 * Sealed: 1 byte form (1), then nonce, content and tag (base/gcm.h). A key is used once, so no nonce can meet
 * another; it is random all the same.
 */
#include "app/envelope.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/gcm.h"
#include "base/str.h"
#include "io/aside.h"

#define KEY GCM_KEY
#define FORM 1
#define HEAD 1

ERR_DEFINE(err_sealed, ERR_BUG, "envelope.sealed", "A content could not be opened.");
ERR_DEFINE(err_cipher, ERR_BUG, "envelope.cipher", "OpenSSL refused to work.");

_Static_assert(ENVELOPE_MORE == HEAD + GCM_MORE, "what is put around a content");

/* What the thread beside the loop works on. */
struct cipher_job {
    struct bytes in;
    uint8_t *out;
    const uint8_t *key;
    struct bytes aad;
    bool ok;
};

static void digest(void *arg)
{
    struct cipher_job *j = arg;

    j->ok = EVP_Digest(j->in.p, j->in.n, j->out, NULL, EVP_sha256(), NULL) == 1;
}

static void encrypt(void *arg)
{
    struct cipher_job *j = arg;

    j->ok = gcm_seal(j->key, j->aad, j->in.p, j->in.n, j->out);
}

static void decrypt(void *arg)
{
    struct cipher_job *j = arg;

    j->ok = gcm_open(j->key, j->aad, j->in, j->out);
}

static struct bytes associated(struct ctx *x, const struct envelope_place *p)
{
    struct buf b;

    buf_init(&b, x->arena, 160);
    buf_put(&b, p->name, strlen(p->name) + 1);
    buf_put(&b, x->who->organisation, strlen(x->who->organisation) + 1);
    buf_put(&b, p->row.b, sizeof(p->row.b));
    buf_put(&b, p->object.b, sizeof(p->object.b));
    return (struct bytes){.p = (const uint8_t *)b.p, .n = b.n};
}

err_t envelope_digest(struct ctx *x, struct bytes content, uint8_t ret[ENVELOPE_DIGEST])
{
    struct cipher_job j = {.in = content, .out = ret};

    TRY(aside_run(x, program_of(x)->aside, digest, &j));
    return j.ok ? NULL : err_cipher;
}

err_t envelope_seal(struct ctx *x, const struct envelope_place *p, struct bytes content,
                    struct bytes *ret_sealed, struct bytes *ret_key)
{
    struct bytes aad = associated(x, p);
    uint8_t key[KEY], *out;
    char hex[2 * KEY + 1];
    err_t e;

    if (RAND_bytes(key, KEY) != 1)
        return err_cipher;
    str_hex(hex, key, KEY);
    e = keyring_seal(x->arena, program_of(x)->keyring, p->cls, x->who->organisation, p->name, p->row, hex,
                     ret_key);
    OPENSSL_cleanse(hex, sizeof(hex));
    TRY(e);
    out = arena_raw(x->arena, content.n + ENVELOPE_MORE);
    out[0] = FORM;
    struct cipher_job j = {.in = content, .out = out + HEAD, .key = key, .aad = aad};

    e = aside_run(x, program_of(x)->aside, encrypt, &j);
    OPENSSL_cleanse(key, KEY);
    TRY(e);
    if (!j.ok)
        return err_cipher;
    *ret_sealed = (struct bytes){.p = out, .n = content.n + ENVELOPE_MORE};
    return NULL;
}

err_t envelope_open(struct ctx *x, const struct envelope_place *p, struct bytes sealed, struct bytes key,
                    struct bytes *ret)
{
    struct bytes aad = associated(x, p);
    const char *hex;
    uint8_t raw[KEY], *in = (uint8_t *)(uintptr_t)sealed.p;
    err_t e;

    TRY(keyring_unseal(x->arena, program_of(x)->keyring, p->cls, x->who->organisation, p->name, p->row, key,
                       &hex));
    if (sealed.n < ENVELOPE_MORE || in[0] != FORM || strlen(hex) != (size_t)2 * KEY ||
        !str_unhex(hex, raw, KEY))
        return err_sealed;
    struct cipher_job j = {
        .in = {in + HEAD, sealed.n - HEAD}, .out = in + HEAD + GCM_NONCE, .key = raw, .aad = aad};

    e = aside_run(x, program_of(x)->aside, decrypt, &j);
    OPENSSL_cleanse(raw, KEY);
    TRY(e);
    if (!j.ok)
        return err_sealed;
    *ret = (struct bytes){.p = j.out, .n = sealed.n - ENVELOPE_MORE};
    return NULL;
}
