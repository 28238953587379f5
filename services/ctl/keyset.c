/* keyset.c - see keyset.h */
#include "ctl/keyset.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/files.h"
#include "ctl/options.h"

/* The library's faults are for a log; these are for who typed the command. They name files and ids only. */
static err_t said(struct ctl *c, err_t e)
{
    return e == NULL ? NULL : err_new(c->arena, ERR_INVALID, e->code, "%s", e->cause ? e->cause : e->detail);
}

err_t keyset_open(struct ctl *c, struct keyset *ret)
{
    *ret = (struct keyset){.c = c, .folder = ctl_option(c, "dir"), .kek = ctl_option(c, "kek")};
    TRY(folder_lock(c->arena, ret->folder));
    return said(c, wrapping_keys_read(c->arena, ret->kek, &ret->w));
}

err_t keyset_read(struct keyset *k, const char *cls, struct key_file *ret)
{
    const char *name = arena_printf(k->c->arena, "field-%s.key", cls);

    if (strchr(cls, '/') != NULL || !file_exists(arena_printf(k->c->arena, "%s/%s", k->folder, name)))
        return err_new(k->c->arena, ERR_MISSING, "keys.class", "%s has no class '%s'", k->folder, cls);
    return said(k->c, key_file_read(k->c->arena, k->folder, name, &k->w, ret));
}

err_t keyset_write(struct keyset *k, const struct key_file *f)
{
    const char *text;

    TRY(said(k->c, key_file_text(k->c->arena, f, &k->w, &text)));
    return file_write(k->c->arena, arena_printf(k->c->arena, "%s/field-%s.key", k->folder, f->cls), text,
                      0600);
}

err_t keyset_each(struct keyset *k, err_t (*fn)(struct keyset *k, struct key_file *f, void *arg), void *arg)
{
    struct dirent **files;
    int n = scandir(k->folder, &files, NULL, alphasort);
    err_t e = NULL;

    if (n < 0)
        return err_new(k->c->arena, ERR_INVALID, "ctl.file", "%s: %s", k->folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        const char *name = files[i]->d_name;
        struct key_file f;

        if (e == NULL && key_file_named(name)) {
            e = keyset_read(k, arena_strndup(k->c->arena, name + 6, strlen(name) - 10), &f);
            if (e == NULL) {
                e = fn(k, &f, arg);
                key_file_done(&f);
            }
        }
        free(files[i]);
    }
    free(files);
    return e;
}

const char *key_id(struct arena *a, const struct key_line *line)
{
    char *hex = arena_alloc(a, 9);

    str_hex(hex, line->id, sizeof(line->id));
    return hex;
}
