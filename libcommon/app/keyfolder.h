/* keyfolder.h - the key files of a folder, as they were at one time; keyring.h says what they are for. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "app/keyfile.h"
#include "base/err.h"

struct arena;

enum { KEY_FOLDER_CLASSES = 16 };

struct key_folder {
    struct arena *arena; /* of its own: the next ones take its place */
    struct key_file classes[KEY_FOLDER_CLASSES];
    size_t n;
    uint64_t look; /* how the files looked when they were read */
};

/* Names, sizes and times of the key files, in any order: another sum, and they are to be read again. */
uint64_t key_folder_look(struct arena *a, const char *folder, const char *kek);
/* Of a failed reading only the error is left, in a. */
err_t key_folder_read(struct arena *a, const char *folder, const char *kek, struct key_folder **ret);
void key_folder_free(struct key_folder *k);

/* NULL if there is none. */
const struct key_file *key_folder_class(const struct key_folder *k, const char *cls);
const struct key_line *key_folder_line(const struct key_file *c, const uint8_t id[4]);
bool key_folder_in_use(const struct key_file *f, size_t i);
