/* keyfolder.c - the key files of a folder, as they were at one time. */
#include "app/keyfolder.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/str.h"

void key_folder_free(struct key_folder *k)
{
    struct arena *a = k->arena;

    for (size_t i = 0; i < k->n; i++)
        key_file_done(&k->classes[i]);
    arena_free(a);
}

static uint64_t mixed(uint64_t h, const void *p, size_t n)
{
    const uint8_t *b = p;

    for (size_t i = 0; i < n; i++)
        h = (h ^ b[i]) * 0x100000001b3; /* FNV-1a */
    return h;
}

static uint64_t file_look(const char *path)
{
    struct stat st;
    uint64_t h = mixed(0xcbf29ce484222325, path, strlen(path));

    if (stat(path, &st) != 0)
        return h;
    h = mixed(h, &st.st_ino, sizeof(st.st_ino));
    h = mixed(h, &st.st_size, sizeof(st.st_size));
    return mixed(h, &st.st_mtim, sizeof(st.st_mtim));
}

uint64_t key_folder_look(struct arena *a, const char *folder, const char *kek)
{
    uint64_t sum = kek && *kek ? file_look(kek) : 0;
    DIR *dir = opendir(folder);
    const struct dirent *d;

    while (dir && (d = readdir(dir)))
        if (key_file_named(d->d_name))
            sum += file_look(arena_printf(a, "%s/%s", folder, d->d_name));
    if (dir)
        closedir(dir);
    return sum;
}

static err_t read_files(struct arena *a, const char *folder, const struct wrapping_keys *w,
                        struct key_folder *k)
{
    DIR *dir = opendir(folder);
    const struct dirent *d;
    err_t e = NULL;

    if (!dir)
        return err_internal(a, ERR_INVALID, "keyring.folder", "%s: %s", folder, strerror(errno));
    while (!e && (d = readdir(dir))) {
        if (!key_file_named(d->d_name))
            continue;
        if (k->n == KEY_FOLDER_CLASSES)
            e = err_internal(a, ERR_INVALID, "keyring.file", "%s has more than %d classes", folder,
                             KEY_FOLDER_CLASSES);
        else
            e = key_file_read(a, folder, arena_strdup(a, d->d_name), w, &k->classes[k->n]);
        if (!e)
            k->n++;
    }
    closedir(dir);
    return e;
}

err_t key_folder_read(struct arena *a, const char *folder, const char *kek, struct key_folder **ret)
{
    struct arena *own = arena_new();
    struct key_folder *k = ARENA_NEW(own, struct key_folder);
    struct wrapping_keys w;
    err_t e;

    k->arena = own;
    k->look = key_folder_look(own, folder,
                              kek); /* before they are read: what comes meanwhile is seen the next time */
    e = wrapping_keys_read(own, kek, &w);
    if (!e)
        e = read_files(own, folder, &w, k);
    OPENSSL_cleanse(&w, sizeof(w));
    if (e) {
        e = err_internal(a, e->kind, e->code, "%s", e->cause ? e->cause : e->detail);
        key_folder_free(k);
        return e;
    }
    *ret = k;
    return NULL;
}

const struct key_line *key_folder_line(const struct key_file *c, const uint8_t id[4])
{
    for (size_t i = 0; i < c->n; i++)
        if (memcmp(c->lines[i].id, id, 4) == 0)
            return &c->lines[i];
    return NULL;
}

const struct key_file *key_folder_class(const struct key_folder *k, const char *cls)
{
    for (size_t i = 0; i < k->n; i++)
        if (str_eq(k->classes[i].cls, cls))
            return &k->classes[i];
    return NULL;
}

bool key_folder_in_use(const struct key_file *f, size_t i)
{
    return !f->lines[i].old || i == key_file_index(f);
}
