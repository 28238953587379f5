/* openapi_spot.c - reading a document strictly: what is not understood is refused, with its place. */
#include <string.h>

#include "base/json.h"
#include "web/openapi_parts.h"

err_t spot_bad(const struct loading *l, const struct spot *at, const char *what)
{
    return err_new(l->errors, ERR_INVALID, "openapi.document", "At %s: %s.",
                   *at->pointer ? at->pointer : "the root", what);
}

struct spot spot_member(const struct loading *l, const struct spot *at, const char *name)
{
    struct arena *a = l->spots;
    return (struct spot){json_object_get(at->json, name),
                         arena_printf(a, "%s/%s", at->pointer, json_pointer_token(a, name))};
}

struct spot spot_item(const struct loading *l, const struct spot *at, size_t i)
{
    return (struct spot){json_array_get(at->json, i), arena_printf(l->spots, "%s/%zu", at->pointer, i)};
}

/* "a~1b" -> "a/b" in place. */
static void unescape(char *token)
{
    char *out = token;
    for (const char *p = token; *p; p++) {
        if (*p == '~' && (p[1] == '0' || p[1] == '1'))
            *out++ = *++p == '1' ? '/' : '~';
        else
            *out++ = *p;
    }
    *out = '\0';
}

err_t spot_resolve(const struct loading *l, struct spot *at)
{
    for (int hops = 0; json_is_object(at->json) && json_object_get(at->json, "$ref"); hops++) {
        const char *ref = json_member_text(at->json, "$ref");
        if (hops == 8 || !ref || !str_starts(ref, "#/"))
            return spot_bad(l, at, "$ref must refer to a component of this document");
        const json_t *json = l->document;
        for (const char *p = ref + 1; *p == '/' && json;) {
            size_t n = strcspn(p + 1, "/");
            char *token = arena_strndup(l->spots, p + 1, n);
            unescape(token);
            json = json_object_get(json, token);
            p += 1 + n;
        }
        if (!json)
            return spot_bad(l, at, "$ref refers to nothing");
        *at = (struct spot){json, ref + 1};
    }
    return NULL;
}

err_t spot_members(const struct loading *l, const struct spot *at, const char *allowed)
{
    const char *name;
    const json_t *value;
    if (!json_is_object(at->json))
        return spot_bad(l, at, "must be an object");
    json_object_foreach((json_t *)(uintptr_t)at->json, name, value)
    {
        if (!str_starts(name, "x-") && !str_has_word(allowed, name))
            return spot_bad(l, at, arena_printf(l->errors, "%s is not understood", name));
    }
    return NULL;
}

err_t spot_text(const struct loading *l, const struct spot *at, const char *name, bool required,
                const char **ret)
{
    const json_t *value = json_object_get(at->json, name);
    if ((value && !json_is_string(value)) || (required && json_string_length(value) == 0))
        return spot_bad(l, at, arena_printf(l->errors, "%s must be a text", name));
    *ret = json_string_value(value);
    return NULL;
}

err_t spot_bool(const struct loading *l, const struct spot *at, const char *name, bool fallback, bool *ret)
{
    const json_t *value = json_object_get(at->json, name);
    if (value && !json_is_boolean(value))
        return spot_bad(l, at, arena_printf(l->errors, "%s must be true or false", name));
    *ret = value ? json_is_true(value) : fallback;
    return NULL;
}

err_t spot_schema(const struct loading *l, const struct spot *at, const struct schema **ret)
{
    return schema_set_compile(l->errors, l->api->schemas, at->pointer, ret);
}
