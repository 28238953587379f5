/* keyfile.c - see keyfile.h */
#include "app/keyfile.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/gcm.h"
#include "base/hmac.h"
#include "base/str.h"

#define WRAPPED (KEY_BYTES + GCM_MORE)
#define HEX (2 * KEY_BYTES)

bool key_file_named(const char *name)
{
    size_t n = strlen(name);

    return n > 10 && str_starts(name, "field-") && str_eq(name + n - 4, ".key");
}

bool key_file_is_wrapped(const char *text)
{
    bool any = false;

    while (*text) {
        if (!str_starts(text, "wrapped "))
            return false;
        any = true;
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return any;
}

/* ---- wrapping ---- */

err_t wrapping_keys_read(struct arena *a, const char *path, struct wrapping_keys *ret)
{
    const char *text;
    uint8_t id[KEY_BYTES];

    *ret = (struct wrapping_keys){0};
    if (!path || !*path)
        return NULL;
    TRY(conf_secret(a, path, &text));
    while (*text) {
        size_t n = strcspn(text, "\n");

        if (ret->n == KEK_MAX || n != HEX ||
            !str_unhex(arena_strndup(a, text, n), ret->keys[ret->n], KEY_BYTES))
            return err_internal(a, ERR_INVALID, "keyring.file",
                                "%s: at most %d lines of 64 hexadecimal digits", path, KEK_MAX);
        hmac_sha256((struct bytes){ret->keys[ret->n], KEY_BYTES}, "wayfare wrapping key id", 23, id);
        str_hex(ret->ids[ret->n], id, 4);
        ret->n++;
        text += n + (text[n] == '\n');
    }
    return NULL;
}

static struct bytes class_of(const char *cls)
{
    return (struct bytes){.p = (const uint8_t *)cls, .n = strlen(cls)};
}

/* ---- reading ---- */

struct reading {
    struct arena *arena;
    const char *path;
    const struct wrapping_keys *w;
    struct key_file *f;
};

static err_t bad(const struct reading *r, const char *why)
{
    return err_internal(r->arena, ERR_INVALID, "keyring.file", "%s, line %zu: %s", r->path, r->f->n + 1, why);
}

static void derive_ids(struct key_line *k)
{
    static const uint8_t salt[KEY_BYTES];
    uint8_t id[KEY_BYTES];

    hmac_sha256((struct bytes){salt, KEY_BYTES}, k->raw, KEY_BYTES, k->prk);
    hmac_sha256((struct bytes){k->prk, KEY_BYTES}, "wayfare key id", 14, id);
    memcpy(k->id, id, sizeof(k->id));
}

static err_t read_wrapped(const struct reading *r, char **rest, struct key_line *k)
{
    const char *kek = strsep(rest, " "), *text = strsep(rest, " ");
    uint8_t in[WRAPPED];

    if (!kek || strlen(kek) != 8 || !text || strlen(text) != 2 * WRAPPED || !str_unhex(text, in, WRAPPED))
        return bad(r, "not a wrapped key");
    for (size_t i = 0; i < r->w->n; i++)
        if (str_eq(r->w->ids[i], kek)) {
            memcpy(k->kek, kek, sizeof(k->kek));
            return gcm_open(r->w->keys[i], class_of(r->f->cls), (struct bytes){in, WRAPPED}, k->raw)
                       ? NULL
                       : bad(r, "damaged, or of another class");
        }
    return err_internal(r->arena, ERR_INVALID, "keyring.kek",
                        "%s, line %zu: wrapped by key %s, which the file of WAYFARE_KEK does not have",
                        r->path, r->f->n + 1, kek);
}

static err_t read_line(const struct reading *r, char *line)
{
    struct key_line *k = &r->f->lines[r->f->n];
    const char *word;

    if (r->f->n == KEY_FILE_MAX)
        return bad(r, "too many keys");
    *k = (struct key_line){0};
    word = strsep(&line, " ");
    if (str_eq(word, "wrapped"))
        TRY(read_wrapped(r, &line, k));
    else if (strlen(word) != HEX || !str_unhex(word, k->raw, KEY_BYTES))
        return bad(r, "a key is 64 hexadecimal digits");
    while (line && (word = strsep(&line, " "))) {
        if (str_eq(word, "index"))
            k->index = true;
        else if (str_eq(word, "index-old"))
            k->index_old = true;
        else if (str_eq(word, "old"))
            k->old = true;
        else
            return bad(r, "only the words index, index-old and old may follow a key");
    }
    derive_ids(k);
    r->f->n++;
    return NULL;
}

err_t key_file_read(struct arena *a, const char *folder, const char *name, const struct wrapping_keys *w,
                    struct key_file *ret)
{
    const struct reading r = {a, arena_printf(a, "%s/%s", folder, name), w, ret};
    const char *text;
    char *rest, *line;

    *ret = (struct key_file){.cls = arena_strndup(a, name + 6, strlen(name) - 6 - 4)};
    TRY(conf_secret(a, r.path, &text));
    rest = arena_strdup(a, text);
    while (rest && *rest && (line = strsep(&rest, "\n")))
        TRY(read_line(&r, line));
    return ret->n > 0 ? NULL : bad(&r, "there is no key");
}

/* ---- writing ---- */

err_t key_file_text(struct arena *a, const struct key_file *f, const struct wrapping_keys *w,
                    const char **ret)
{
    char hex[2 * WRAPPED + 1];
    uint8_t wrapped[WRAPPED];
    struct buf out;

    buf_init(&out, a, 4096);
    for (size_t i = 0; i < f->n; i++) {
        const struct key_line *k = &f->lines[i];

        if (w->n > 0) {
            if (!gcm_seal(w->keys[0], class_of(f->cls), k->raw, KEY_BYTES, wrapped))
                return err_internal(a, ERR_UNAVAILABLE, "keyring.wrap", "OpenSSL could not wrap a key");
            str_hex(hex, wrapped, WRAPPED);
            buf_printf(&out, "wrapped %s %s", w->ids[0], hex);
        } else {
            str_hex(hex, k->raw, KEY_BYTES);
            buf_puts(&out, hex);
        }
        buf_printf(&out, "%s%s%s\n", k->index ? " index" : "", k->index_old ? " index-old" : "",
                   k->old ? " old" : "");
    }
    OPENSSL_cleanse(hex, sizeof(hex));
    *ret = buf_text(&out);
    return NULL;
}

err_t key_file_add(struct arena *a, struct key_file *f)
{
    size_t index = key_file_index(f);

    if (f->n == KEY_FILE_MAX)
        return err_new(a, ERR_LIMIT, "keyring.full", "field-%s.key holds %d keys; retire an old one first",
                       f->cls, KEY_FILE_MAX);
    f->lines[index].index = true; /* said aloud, before it is not the last one any more */
    memmove(&f->lines[1], &f->lines[0], f->n * sizeof(f->lines[0]));
    f->lines[0] = (struct key_line){0};
    if (RAND_bytes(f->lines[0].raw, KEY_BYTES) != 1)
        return err_new(a, ERR_UNAVAILABLE, "ctl.random", "there is no randomness");
    derive_ids(&f->lines[0]);
    f->n++;
    return NULL;
}

void key_file_done(struct key_file *f)
{
    OPENSSL_cleanse(f->lines, sizeof(f->lines));
    f->n = 0;
}

size_t key_file_index(const struct key_file *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->lines[i].index)
            return i;
    return f->n - 1;
}

int key_file_index_old(const struct key_file *f)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->lines[i].index_old)
            return (int)i;
    return -1;
}
