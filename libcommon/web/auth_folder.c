/* auth_folder.c - see auth_folder.h */
#include "web/auth_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"
#include "web/auth.h"

static err_t folder_bad(struct arena *a, const char *path, const char *why)
{
    return err_new(a, ERR_INVALID, "signing.folder", "%s: %s", path, why);
}

static int is_pem(const struct dirent *d)
{
    size_t n = strlen(d->d_name);

    return d->d_name[0] != '.' && n > 4 && strcmp(d->d_name + n - 4, ".pem") == 0;
}

static err_t read_key(struct arena *a, const char *path, const char *name, struct signing_folder *f)
{
    const char *file = arena_printf(a, "%s/%s", path, name), *pem;
    struct auth_signer *key;

    if (f->n == SIGNING_KEYS_MAX)
        return folder_bad(a, path, "more than 8 keys; remove those that no longer sign");
    TRY(conf_secret(a, file, &pem));
    TRY(auth_signer_open(a, pem, NULL, &key));
    if (strlen(name) != strlen(auth_signer_kid(key)) + 4 || !str_starts(name, auth_signer_kid(key)))
        return folder_bad(a, file, "is not named by its key's thumbprint");
    f->keys[f->n++] = key;
    return NULL;
}

static err_t read_keys(struct arena *a, const char *path, struct signing_folder *f)
{
    struct dirent **names;
    int n = scandir(path, &names, is_pem, alphasort);
    err_t e = NULL;

    if (n < 0)
        return folder_bad(a, path, strerror(errno));
    for (int i = 0; i < n; i++) {
        if (e == NULL)
            e = read_key(a, path, names[i]->d_name, f);
        free(names[i]);
    }
    free(names);
    return e;
}

err_t signing_folder_read(struct arena *a, const char *path, struct signing_folder *ret)
{
    struct signing_folder f = {0};
    const char *active;

    TRY(conf_secret(a, arena_printf(a, "%s/issuer", path), &f.issuer));
    TRY(conf_secret(a, arena_printf(a, "%s/active", path), &active));
    TRY(read_keys(a, path, &f));
    for (size_t i = 0; i < f.n; i++) {
        if (str_eq(auth_signer_kid(f.keys[i]), active))
            f.active = f.keys[i];
    }
    if (f.active == NULL)
        return folder_bad(a, path, "the active key is not there");

    *ret = f;
    return NULL;
}

const char *signing_folder_jwks(struct arena *a, const struct signing_folder *f)
{
    struct buf out;

    buf_init(&out, a, 1024);
    buf_puts(&out, "{\"keys\":[");
    for (size_t i = 0; i < f->n; i++) {
        if (i > 0)
            buf_putc(&out, ',');
        buf_puts(&out, auth_signer_jwk(a, f->keys[i]));
    }
    buf_puts(&out, "]}");
    return buf_text(&out);
}
