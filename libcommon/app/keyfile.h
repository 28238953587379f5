/*
 * keyfile.h - the files field-<class>.key: the keys of a class, newest first, one a line.
 *
 *     <64 hexadecimal digits>                        in clear
 *     wrapped <id of the wrapping key> <hexadecimal>  by AES-256-GCM, bound to the class
 *
 * and behind it, each after a space:
 *
 *     index      makes the blind index (without any such mark the last line does)
 *     index-old  made it, and rows may still be so: searched for too
 *     old        no row is sealed with it any more; kept for the backups of then
 *
 * The first line seals, all open. The wrapping key is a secret of its own (WAYFARE_KEK), never beside them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

#define KEY_BYTES 32
#define KEY_FILE_MAX 16
#define KEK_MAX 4

struct wrapping_keys { /* newest first: it wraps, all unwrap */
    uint8_t keys[KEK_MAX][KEY_BYTES];
    char ids[KEK_MAX][9];
    size_t n;
};

struct key_line {
    uint8_t prk[KEY_BYTES]; /* HKDF's, of the key: what all others are derived from */
    uint8_t raw[KEY_BYTES];
    uint8_t id[4]; /* which key, as sealed values say it */
    char kek[9];   /* id of what wraps it; "": in clear */
    bool index, index_old, old;
};

struct key_file {
    const char *cls;
    struct key_line lines[KEY_FILE_MAX];
    size_t n;
};

/* Of a file's name, "field-document.key". */
bool key_file_named(const char *name);
/* Of a file's text: every line is wrapped. */
bool key_file_is_wrapped(const char *text);

/* path NULL or "": none. A secret file with a key a line, in hexadecimal, newest first. */
MUST_CHECK err_t wrapping_keys_read(struct arena *a, const char *path, struct wrapping_keys *ret);
/* Faults name file and line, never a key: keyring.file; keyring.kek: wrapped by a key that is not there. */
MUST_CHECK err_t key_file_read(struct arena *a, const char *folder, const char *name,
                               const struct wrapping_keys *w, struct key_file *ret);
/* A secret text; lines are wrapped if there is a wrapping key. */
MUST_CHECK err_t key_file_text(struct arena *a, const struct key_file *f, const struct wrapping_keys *w,
                               const char **ret);
/* A new first line. ERR_LIMIT if there is no room. */
MUST_CHECK err_t key_file_add(struct arena *a, struct key_file *f);
/* Forgets the keys. */
void key_file_done(struct key_file *f);
/* Which line makes the index, and which did (-1: none). */
size_t key_file_index(const struct key_file *f);
int key_file_index_old(const struct key_file *f);
