/* json_object.c - small operations on Jansson objects: members, merge-patch, pointer tokens. */
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"

const char *json_member_text(const json_t *obj, const char *name)
{
    return json_string_value(json_object_get(obj, name));
}

struct opt_uuid json_member_uuid(const json_t *obj, const char *name)
{
    const char *text = json_member_text(obj, name);
    struct opt_uuid u = {0};

    u.set = text && uuid_parse(text, &u.v);
    return u;
}

struct opt_i64 json_member_instant(const json_t *obj, const char *name)
{
    const char *text = json_member_text(obj, name);
    struct opt_i64 at = {0};

    at.set = text && date_parse_instant(text, &at.v);
    return at;
}

struct opt_date json_member_date(const json_t *obj, const char *name)
{
    const char *text = json_member_text(obj, name);
    struct opt_date day = {0};

    day.set = text && date_parse(text, &day.v);
    return day;
}

struct text_array json_member_texts(struct arena *a, const json_t *obj, const char *name)
{
    const json_t *list = json_object_get(obj, name);
    struct text_array out = {.v = ARENA_ARRAY(a, json_array_size(list) + 1, const char *)};

    for (size_t i = 0; i < json_array_size(list); i++) {
        if (json_is_string(json_array_get(list, i)))
            out.v[out.n++] = json_string_value(json_array_get(list, i));
    }
    return out;
}

const char *json_member_names(struct arena *a, const json_t *obj)
{
    const char *name;
    json_t *value;
    struct buf out;

    buf_init(&out, a, 128);
    buf_putc(&out, '[');
    json_object_foreach((json_t *)(uintptr_t)obj, name, value)
    {
        if (out.n > 1)
            buf_putc(&out, ',');
        json_write_text(&out, name);
    }
    buf_putc(&out, ']');
    return buf_text(&out);
}

bool json_member_bool(const json_t *obj, const char *name, bool fallback)
{
    const json_t *j = json_object_get(obj, name);

    return json_is_boolean(j) ? json_is_true(j) : fallback;
}

int64_t json_member_i64(const json_t *obj, const char *name, int64_t fallback)
{
    const json_t *j = json_object_get(obj, name);

    return json_is_integer(j) ? json_integer_value(j) : fallback;
}

/* Returns a new reference. target may be NULL or of any type: then an object patch starts from nothing. */
static json_t *merged(const json_t *target, const json_t *patch)
{
    const char *name;
    json_t *result, *value;

    if (!json_is_object(patch))
        return json_deep_copy(patch);
    result = json_is_object(target) ? json_deep_copy(target) : json_object();
    /* json_object_foreach wants a pointer to a changeable object, but only reads it. */
    for (void *i = json_object_iter((json_t *)(uintptr_t)patch); i != NULL;
         i = json_object_iter_next((json_t *)(uintptr_t)patch, i)) {
        name = json_object_iter_key(i);
        value = json_object_iter_value(i);
        if (json_is_null(value))
            json_object_del(result, name);
        else
            json_object_set_new(result, name, merged(json_object_get(result, name), value));
    }
    return result;
}

json_t *json_merge_patch(struct arena *a, const json_t *target, const json_t *patch)
{
    return arena_own_json(a, merged(target, patch));
}

const char *json_pointer_token(struct arena *a, const char *token)
{
    struct buf out;

    if (strpbrk(token, "~/") == NULL)
        return token;
    buf_init(&out, a, strlen(token) + 8);
    for (; *token != '\0'; token++) {
        if (*token == '~')
            buf_puts(&out, "~0");
        else if (*token == '/')
            buf_puts(&out, "~1");
        else
            buf_putc(&out, *token);
    }
    return buf_text(&out);
}
