/* keyset.h - the key files of a service, for the commands on keys. Nothing here prints a key; ids are no
 * secret. */
#pragma once

#include "app/keyfile.h"
#include "base/err.h"

struct ctl;

#define KEYSET_OPTIONS                                                                                       \
    {"dir", "DIR", "WAYFARE_KEYS", "folder of the service's keys", true, false},                             \
    {                                                                                                        \
        "kek", "FILE", "WAYFARE_KEK", "file of the key that wraps them, if they are wrapped", false, false   \
    }

struct keyset {
    struct ctl *c;
    const char *folder, *kek;
    struct wrapping_keys w; /* what reads; the first writes */
};

/* Locks the folder until the program ends. */
MUST_CHECK err_t keyset_open(struct ctl *c, struct keyset *ret);
MUST_CHECK err_t keyset_read(struct keyset *k, const char *cls, struct key_file *ret);
MUST_CHECK err_t keyset_write(struct keyset *k, const struct key_file *f);
/* Calls fn for the file of each class. */
MUST_CHECK err_t keyset_each(struct keyset *k, err_t (*fn)(struct keyset *k, struct key_file *f, void *arg),
                             void *arg);
const char *key_id(struct arena *a, const struct key_line *line);
