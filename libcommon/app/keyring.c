/*
 * keyring.c - AES-256-GCM for single fields.
 *
 * Sealed: 1 byte form (1), 4 bytes which key, 12 bytes nonce, text, 16 bytes tag. The text is padded with
 * 0x80 0x00 … to a multiple of 32 bytes, so that its length tells little ("yes" and "no" are alike).
 */
#include "app/keyring.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"

#define KEY 32
#define FORM 1
#define HEAD (1 + 4 + 12)
#define TAG 16
#define PAD 32
#define CLASSES 16
#define KEYS 4

ERR_DEFINE(err_sealed, ERR_BUG, "keyring.sealed", "A protected value could not be read.");

struct class
{
    const char *name;
    uint8_t keys[KEYS]
                [KEY]; /* HKDF's PRK of each; the first seals, all unseal, the last (oldest) is the index's */
    uint8_t ids[KEYS][4];
    size_t n;
};

struct keyring {
    struct class classes[CLASSES];
    size_t n;
};

static void hmac(const uint8_t key[KEY], const void *p, size_t n, uint8_t out[KEY])
{
    unsigned len = KEY;

    if (!HMAC(EVP_sha256(), key, KEY, p, n, out, &len))
        abort();
}

/* HKDF-SHA-256 (RFC 5869): extracted when the file was read, expanded here to one block. */
static void derive(struct arena *a, const uint8_t prk[KEY], const char *use, const char *cls,
                   const char *organisation, uint8_t out[KEY])
{
    const char *info = arena_printf(a, "wayfare %s|%s|%s%c", use, cls, organisation, 1);

    hmac(prk, info, strlen(info), out);
}

/* ---- the files: field-<class>.key, one key a line in hex, newest first ---- */

static err_t read_line(struct arena *a, const char *name, const char *line, size_t n, struct class *c)
{
    static const uint8_t salt[KEY];
    uint8_t raw[KEY];
    uint8_t id[KEY];

    if (n != 2 * KEY || !str_unhex(arena_strndup(a, line, n), raw, KEY))
        return err_internal(a, ERR_INVALID, "keyring.file", "%s: a line is 64 hexadecimal digits", name);
    if (c->n == KEYS)
        return err_internal(a, ERR_INVALID, "keyring.file", "%s: more than %d keys", name, KEYS);
    hmac(salt, raw, KEY, c->keys[c->n]);
    hmac(c->keys[c->n], "wayfare key id", 14, id);
    memcpy(c->ids[c->n], id, sizeof(c->ids[0]));
    OPENSSL_cleanse(raw, sizeof(raw));
    c->n++;
    return NULL;
}

static err_t read_file(struct arena *a, const char *folder, const char *name, struct keyring *k)
{
    struct class *c = &k->classes[k->n];
    const char *text;

    if (k->n == CLASSES)
        return err_internal(a, ERR_INVALID, "keyring.file", "%s has more than %d classes", folder, CLASSES);
    TRY(conf_secret(a, arena_printf(a, "%s/%s", folder, name), &text));
    c->name = arena_strndup(a, name + 6, strlen(name) - 6 - 4);
    while (*text) {
        size_t n = strcspn(text, "\n");

        TRY(read_line(a, name, text, n, c));
        text += n + (text[n] == '\n');
    }
    k->n++;
    return NULL;
}

static bool is_key_file(const char *name)
{
    size_t n = strlen(name);

    return n > 10 && str_starts(name, "field-") && str_eq(name + n - 4, ".key");
}

err_t keyring_open(struct arena *a, const char *folder, struct keyring **ret)
{
    struct keyring *k = ARENA_NEW(a, struct keyring);
    DIR *dir = opendir(folder);
    const struct dirent *d;
    err_t e = NULL;

    if (!dir)
        return err_internal(a, ERR_INVALID, "keyring.folder", "%s: %s", folder, strerror(errno));
    while (!e && (d = readdir(dir)))
        if (is_key_file(d->d_name))
            e = read_file(a, folder, arena_strdup(a, d->d_name), k);
    closedir(dir);
    TRY(e);
    *ret = k;
    return NULL;
}

static err_t class_of(struct arena *a, const struct keyring *k, const char *cls, const struct class **ret)
{
    for (size_t i = 0; i < k->n; i++)
        if (str_eq(k->classes[i].name, cls)) {
            *ret = &k->classes[i];
            return NULL;
        }
    return err_internal(a, ERR_BUG, "keyring.class", "there is no field-%s.key", cls);
}

/* ---- values ---- */

/* place, organisation and row, each ended: a value moved elsewhere does not open. */
static struct bytes associated(struct arena *a, const char *place, const char *organisation, struct uuid row)
{
    struct buf b;

    buf_init(&b, a, 128);
    buf_put(&b, place, strlen(place) + 1);
    buf_put(&b, organisation, strlen(organisation) + 1);
    buf_put(&b, row.b, sizeof(row.b));
    return (struct bytes){.p = (const uint8_t *)b.p, .n = b.n};
}

err_t keyring_seal(struct arena *a, const struct keyring *k, const char *cls, const char *organisation,
                   const char *place, struct uuid row, const char *plain, struct bytes *ret)
{
    size_t n = strlen(plain), padded = (n / PAD + 1) * PAD;
    struct bytes aad = associated(a, place, organisation, row);
    uint8_t *out = arena_alloc(a, HEAD + padded + TAG), *text = out + HEAD, key[KEY];
    const struct class *c = NULL;
    EVP_CIPHER_CTX *e;
    int len;
    bool ok;

    TRY(class_of(a, k, cls, &c));
    derive(a, c->keys[0], "field", cls, organisation, key);
    out[0] = FORM;
    memcpy(out + 1, c->ids[0], 4);
    memcpy(text, plain, n);
    text[n] = 0x80; /* the rest is zero */
    e = EVP_CIPHER_CTX_new();
    ok = e && RAND_bytes(out + 5, 12) == 1 &&
         EVP_EncryptInit_ex(e, EVP_aes_256_gcm(), NULL, key, out + 5) == 1 &&
         EVP_EncryptUpdate(e, NULL, &len, aad.p, (int)aad.n) == 1 &&
         EVP_EncryptUpdate(e, text, &len, text, (int)padded) == 1 &&
         EVP_EncryptFinal_ex(e, text + len, &len) == 1 &&
         EVP_CIPHER_CTX_ctrl(e, EVP_CTRL_GCM_GET_TAG, TAG, text + padded) == 1;
    EVP_CIPHER_CTX_free(e);
    OPENSSL_cleanse(key, sizeof(key));
    if (!ok)
        return err_internal(a, ERR_BUG, "keyring.seal", "OpenSSL refused to encrypt");
    *ret = (struct bytes){.p = out, .n = HEAD + padded + TAG};
    return NULL;
}

static bool unpad(char *text, size_t n)
{
    while (n > 0 && text[n - 1] == 0)
        n--;
    if (n == 0 || (uint8_t)text[n - 1] != 0x80)
        return false;
    text[n - 1] = '\0';
    return true;
}

err_t keyring_unseal(struct arena *a, const struct keyring *k, const char *cls, const char *organisation,
                     const char *place, struct uuid row, struct bytes sealed, const char **ret_plain)
{
    struct bytes aad = associated(a, place, organisation, row);
    const struct class *c = NULL;
    uint8_t key[KEY], tag[TAG];
    EVP_CIPHER_CTX *e;
    size_t n, i;
    char *text;
    int len;
    bool ok;

    TRY(class_of(a, k, cls, &c));
    if (sealed.n < HEAD + PAD + TAG || sealed.p[0] != FORM || (sealed.n - HEAD - TAG) % PAD != 0)
        return err_sealed;
    for (i = 0; i < c->n && memcmp(c->ids[i], sealed.p + 1, 4) != 0; i++)
        ;
    if (i == c->n)
        return err_sealed;
    n = sealed.n - HEAD - TAG;
    text = arena_alloc(a, n + 1);
    memcpy(tag, sealed.p + HEAD + n, TAG);
    derive(a, c->keys[i], "field", cls, organisation, key);
    e = EVP_CIPHER_CTX_new();
    ok = e && EVP_DecryptInit_ex(e, EVP_aes_256_gcm(), NULL, key, sealed.p + 5) == 1 &&
         EVP_DecryptUpdate(e, NULL, &len, aad.p, (int)aad.n) == 1 &&
         EVP_DecryptUpdate(e, (uint8_t *)text, &len, sealed.p + HEAD, (int)n) == 1 &&
         EVP_CIPHER_CTX_ctrl(e, EVP_CTRL_GCM_SET_TAG, TAG, tag) == 1 &&
         EVP_DecryptFinal_ex(e, (uint8_t *)text + len, &len) == 1;
    EVP_CIPHER_CTX_free(e);
    OPENSSL_cleanse(key, sizeof(key));
    if (!ok || !unpad(text, n)) {
        OPENSSL_cleanse(text, n);
        return err_sealed;
    }
    *ret_plain = text;
    return NULL;
}

struct bytes keyring_blind(struct arena *a, const struct keyring *k, const char *cls,
                           const char *organisation, const char *value)
{
    const struct class *c = NULL;
    uint8_t key[KEY], *out = arena_alloc(a, KEY);
    err_t missing = class_of(a, k, cls, &c);

    assert(!missing); /* keyring_need */
    derive(a, c->keys[c->n - 1], "blind", cls, organisation, key);
    hmac(key, value, strlen(value), out);
    OPENSSL_cleanse(key, sizeof(key));
    return (struct bytes){.p = out, .n = KEY};
}

err_t keyring_need(struct arena *a, const struct keyring *k, const char *cls)
{
    const struct class *c;

    return class_of(a, k, cls, &c);
}
