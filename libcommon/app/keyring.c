/*
 * keyring.c - AES-256-GCM for single fields.
 *
 * Sealed: 1 byte form (1), 4 bytes which key, 12 bytes nonce, text, 16 bytes tag. The text is padded with
 * 0x80 0x00 … to a multiple of 32 bytes, so that its length tells little ("yes" and "no" are alike).
 */
#include "app/keyring.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "app/keyfolder.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/gcm.h"
#include "base/hmac.h"
#include "base/log.h"
#include "base/str.h"

#define KEY 32
#define FORM 1
#define HEAD (1 + 4) /* the rest is gcm's: nonce, text, tag */
#define PAD 32
#define LOOK_US (1000 * 1000)

ERR_DEFINE(err_sealed, ERR_BUG, "keyring.sealed", "A protected value could not be read.");

struct keyring {
    const char *folder, *kek;
    struct key_folder *keys;
    int64_t looked_us; /* when the folder was last looked at */
    bool trusted;      /* these are the keys of the database */
};

/* HKDF-SHA-256 (RFC 5869): extracted when the file was read, expanded here to one block. */
static void derive(struct arena *a, const uint8_t prk[KEY], const char *use, const char *cls,
                   const char *organisation, uint8_t out[KEY])
{
    const char *info = arena_printf(a, "wayfare %s|%s|%s%c", use, cls, organisation, 1);

    hmac_sha256((struct bytes){prk, KEY}, info, strlen(info), out);
}

static void release(void *p)
{
    const struct keyring *k = p;

    key_folder_free(k->keys);
}

err_t keyring_open(struct arena *a, const char *folder, const char *kek, struct keyring **ret)
{
    struct keyring *k = ARENA_NEW(a, struct keyring);

    k->folder = arena_strdup(a, folder);
    k->kek = arena_strdup(a, kek);
    k->looked_us = clock_mono_us();
    k->trusted = true;
    TRY(key_folder_read(a, folder, kek, &k->keys));
    arena_own(a, k, release);
    *ret = k;
    return NULL;
}

/* NULL, or the key that is in use and would be taken away. */
static err_t taken_away(struct arena *a, const struct key_folder *had, const struct key_folder *fresh)
{
    for (size_t i = 0; i < had->n; i++) {
        const struct key_file *f = &had->classes[i], *now = key_folder_class(fresh, f->cls);
        char hex[9];

        for (size_t k = 0; k < f->n; k++) {
            if (!key_folder_in_use(f, k) || (now && key_folder_line(now, f->lines[k].id)))
                continue;
            str_hex(hex, f->lines[k].id, 4);
            return err_internal(
                a, ERR_INVALID, "keyring.lacking",
                "field-%s.key has lost key %s, which is in use; we go on with the keys that we "
                "have, the next start will fail: put it back",
                f->cls, hex);
        }
    }
    return NULL;
}

/* A rotation writes the files anew. What cannot be read, or lacks what is in use, leaves us with what we
 * have. */
static void look(struct arena *a, struct keyring *k)
{
    uint64_t now = key_folder_look(a, k->folder, k->kek);
    struct key_folder *fresh = NULL;
    err_t e;

    k->looked_us = clock_mono_us();
    if (now == k->keys->look)
        return;
    e = key_folder_read(a, k->folder, k->kek, &fresh);
    if (!e)
        e = taken_away(a, k->keys, fresh);
    if (e) {
        k->keys->look = now; /* said once */
        log_line(LOG_ERROR, NULL, "keyring.reload", LOG_TEXT("code", e->code), LOG_TEXT("cause", e->cause));
        if (fresh)
            key_folder_free(fresh);
        return;
    }
    key_folder_free(k->keys);
    k->keys = fresh;
    log_line(LOG_INFO, NULL, "keyring.reloaded", LOG_TEXT("folder", k->folder));
}

static err_t class_of(struct arena *a, struct keyring *k, const char *cls, const struct key_file **ret)
{
    if (clock_mono_us() - k->looked_us > LOOK_US)
        look(a, k);
    *ret = key_folder_class(k->keys, cls);
    if (*ret)
        return NULL;
    return err_internal(a, ERR_BUG, "keyring.class", "there is no field-%s.key", cls);
}

/* Said as it is, and never as if there were no value. */
static err_t err_locked(struct arena *a, const char *cause, const char *detail)
{
    struct err *e = ARENA_NEW(a, struct err);

    *e = (struct err){.kind = ERR_UNAVAILABLE, .code = "field.locked", .detail = detail, .cause = cause};
    return e;
}

/* The key that a value names: perhaps one that was made a moment ago. */
static err_t key_for(struct arena *a, struct keyring *k, const char *cls, const uint8_t id[4],
                     const struct key_line **ret)
{
    const struct key_file *c = NULL;
    char hex[9];

    TRY(class_of(a, k, cls, &c));
    *ret = key_folder_line(c, id);
    if (*ret)
        return NULL;
    look(a, k);
    TRY(class_of(a, k, cls, &c));
    *ret = key_folder_line(c, id);
    if (*ret)
        return NULL;
    str_hex(hex, id, 4);
    return err_locked(
        a, arena_printf(a, "field-%s.key has no key %s", cls, hex),
        "A protected field cannot be opened: its key is not there. Whoever runs the service has to "
        "put it back.");
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

err_t keyring_seal(struct arena *a, struct keyring *k, const char *cls, const char *organisation,
                   const char *place, struct uuid row, const char *plain, struct bytes *ret)
{
    size_t n = strlen(plain), padded = (n / PAD + 1) * PAD;
    struct bytes aad = associated(a, place, organisation, row);
    size_t sealed = padded + GCM_MORE;
    uint8_t *out = arena_alloc(a, HEAD + sealed), *text = out + HEAD + GCM_NONCE, key[KEY];
    const struct key_file *c = NULL;
    bool ok;

    if (!k->trusted)
        return err_locked(a, "the database has not yet said which keys it is sealed with",
                          "Protected fields cannot be written yet: the service is starting.");
    TRY(class_of(a, k, cls, &c));
    derive(a, c->lines[0].prk, "field", cls, organisation, key);
    out[0] = FORM;
    memcpy(out + 1, c->lines[0].id, 4);
    memcpy(text, plain, n);
    text[n] = 0x80; /* the rest is zero */
    ok = gcm_seal(key, aad, text, padded, out + HEAD);
    OPENSSL_cleanse(key, sizeof(key));
    if (!ok)
        return err_internal(a, ERR_BUG, "keyring.seal", "OpenSSL refused to encrypt");
    *ret = (struct bytes){.p = out, .n = HEAD + sealed};
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

err_t keyring_unseal(struct arena *a, struct keyring *k, const char *cls, const char *organisation,
                     const char *place, struct uuid row, struct bytes sealed, const char **ret_plain)
{
    struct bytes aad = associated(a, place, organisation, row);
    const struct key_line *line = NULL;
    uint8_t key[KEY];
    size_t n;
    char *text;
    bool ok;

    if (sealed.n < HEAD + PAD + GCM_MORE || sealed.p[0] != FORM || (sealed.n - HEAD - GCM_MORE) % PAD != 0)
        return err_sealed;
    TRY(key_for(a, k, cls, sealed.p + 1, &line));
    n = sealed.n - HEAD - GCM_MORE;
    text = arena_alloc(a, n + 1);
    derive(a, line->prk, "field", cls, organisation, key);
    ok = gcm_open(key, aad, (struct bytes){sealed.p + HEAD, sealed.n - HEAD}, text);
    OPENSSL_cleanse(key, sizeof(key));
    if (!ok || !unpad(text, n)) {
        OPENSSL_cleanse(text, n);
        return err_sealed;
    }
    *ret_plain = text;
    return NULL;
}

static struct bytes blind(struct arena *a, const struct key_line *line, const char *cls,
                          const char *organisation, const char *value)
{
    uint8_t key[KEY], *out = arena_alloc(a, KEY);

    derive(a, line->prk, "blind", cls, organisation, key);
    hmac_sha256((struct bytes){key, KEY}, value, strlen(value), out);
    OPENSSL_cleanse(key, sizeof(key));
    return (struct bytes){.p = out, .n = KEY};
}

struct bytes keyring_blind(struct arena *a, struct keyring *k, const char *cls, const char *organisation,
                           const char *value)
{
    const struct key_file *c = NULL;
    err_t missing = class_of(a, k, cls, &c);

    assert(!missing); /* keyring_need */
    return blind(a, &c->lines[key_file_index(c)], cls, organisation, value);
}

struct bytes keyring_blind_old(struct arena *a, struct keyring *k, const char *cls, const char *organisation,
                               const char *value)
{
    const struct key_file *c = NULL;
    err_t missing = class_of(a, k, cls, &c);
    int old;

    assert(!missing);
    old = key_file_index_old(c);
    return blind(a, &c->lines[old >= 0 ? (size_t)old : key_file_index(c)], cls, organisation, value);
}

err_t keyring_need(struct arena *a, struct keyring *k, const char *cls)
{
    const struct key_file *c;

    return class_of(a, k, cls, &c);
}

/* ---- for the start of a program ---- */

void keyring_trust(struct keyring *k, bool trusted)
{
    k->trusted = trusted;
}

size_t keyring_keys(struct arena *a, const struct keyring *k, struct key_ref **ret)
{
    struct key_ref *v = ARENA_ARRAY(a, KEY_FOLDER_CLASSES * KEY_FILE_MAX, struct key_ref);
    size_t n = 0;

    for (size_t i = 0; i < k->keys->n; i++) {
        const struct key_file *f = &k->keys->classes[i];

        for (size_t l = 0; l < f->n; l++) {
            char *hex = arena_alloc(a, 9);

            str_hex(hex, f->lines[l].id, 4);
            if (key_folder_in_use(f, l))
                v[n++] = (struct key_ref){.cls = arena_strdup(a, f->cls), .id = hex};
        }
    }
    *ret = v;
    return n;
}

err_t keyring_has(struct arena *a, const struct keyring *k, const char *cls, const char *id)
{
    const struct key_file *f = key_folder_class(k->keys, cls);
    uint8_t raw[4];

    if (f && strlen(id) == 8 && str_unhex(id, raw, 4) && key_folder_line(f, raw))
        return NULL;
    return err_internal(
        a, ERR_INVALID, "keyring.lacking",
        "the database is sealed with key %s, which %s/field-%s.key does not have: put its line "
        "back; if there is no copy of it anywhere: wayfare-ctl keys retire --lost",
        id, k->folder, cls);
}
