/* profiles.c - see profiles.h */
#include "ctl/profiles.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "ctl/files.h"
#include "web/auth_jwt.h"

/* A file that is rewritten is read again by every process; so only when something changed. */
static err_t write_changed(struct arena *a, const char *path, const char *text)
{
    const char *before;

    if (file_exists(path)) {
        TRY(file_read(a, path, &before));
        if (str_eq(before, text))
            return NULL;
    }
    return file_write(a, path, text, 0644);
}

static void member(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s\n  \"%s\": ", out->n > 1 ? "," : "", name);
    json_write_text(out, value);
}

err_t profile_write(struct arena *a, const char *folder, const struct profile *p)
{
    struct buf out;

    buf_init(&out, a, 512);
    buf_putc(&out, '{');
    member(&out, "iss", p->iss);
    buf_puts(&out, ",\n  \"algs\": [\"ES256\"],\n  \"typ\": [\"at+jwt\"]");
    member(&out, "jwks_file", arena_printf(a, "%s.jwks.json", p->name));
    member(&out, "user", p->user);
    if (p->internal)
        buf_puts(&out, ",\n  \"internal\": true");
    if (p->development)
        buf_puts(&out, ",\n  \"development\": true");
    if (p->limits)
        buf_puts(&out, ",\n  \"claims\": {\"limits\": \"limits\"}");
    buf_puts(&out, "\n}\n");
    return write_changed(a, arena_printf(a, "%s/%s.json", folder, p->name), buf_text(&out));
}

err_t jwks_write(struct arena *a, const char *folder, const char *name, const char *jwks)
{
    return write_changed(a, arena_printf(a, "%s/%s.jwks.json", folder, name), arena_printf(a, "%s\n", jwks));
}

err_t jwks_add(struct arena *a, const char *folder, const char *name, const char *jwk)
{
    const char *path = arena_printf(a, "%s/%s.jwks.json", folder, name), *text = "{\"keys\":[]}";
    json_t *set, *key, *keys, *item;
    size_t i;

    if (file_exists(path))
        TRY(file_read(a, path, &text));
    TRY(json_parse(a, text, strlen(text), 6, &set));
    TRY(json_parse(a, jwk, strlen(jwk), 3, &key));
    keys = json_object_get(set, "keys");
    if (!json_is_array(keys))
        return err_new(a, ERR_INVALID, "ctl.jwks", "%s is not a key set", path);
    json_array_foreach(keys, i, item)
    {
        if (str_eq(json_member_text(item, "kid"), json_member_text(key, "kid")))
            return NULL;
    }
    if (json_array_size(keys) == JWKS_MAX_KEYS)
        return err_new(a, ERR_LIMIT, "ctl.jwks", "%s has %d keys; take those away that are no longer used",
                       path, JWKS_MAX_KEYS);
    json_array_append(keys, key);
    return jwks_write(a, folder, name, json_text(a, set));
}
