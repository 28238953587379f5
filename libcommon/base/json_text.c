/* json_text.c - Jansson values as text. Not Jansson's own dump: its numbers have 17 digits. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

static void dump(struct buf *out, const json_t *j, bool canonical);

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void dump_member(struct buf *out, const char *name, const json_t *value, size_t i, bool canonical)
{
    if (i > 0)
        buf_putc(out, ',');
    json_write_text(out, name);
    buf_putc(out, ':');
    dump(out, value, canonical);
}

static void dump_object(struct buf *out, const json_t *j, bool canonical)
{
    /* Jansson's iteration takes a changeable object but only reads it. */
    json_t *obj = (json_t *)(uintptr_t)j;
    size_t n = json_object_size(j), i = 0;
    const char **names = canonical ? ARENA_ARRAY(out->arena, n, const char *) : NULL;

    buf_putc(out, '{');
    for (void *it = json_object_iter(obj); it != NULL; it = json_object_iter_next(obj, it), i++) {
        if (names != NULL)
            names[i] = json_object_iter_key(it);
        else
            dump_member(out, json_object_iter_key(it), json_object_iter_value(it), i, canonical);
    }
    if (names != NULL && n > 0) {
        qsort(names, n, sizeof(*names), by_name);
        for (i = 0; i < n; i++)
            dump_member(out, names[i], json_object_get(j, names[i]), i, canonical);
    }
    buf_putc(out, '}');
}

static void dump(struct buf *out, const json_t *j, bool canonical)
{
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        dump_object(out, j, canonical);
        break;
    case JSON_ARRAY:
        buf_putc(out, '[');
        for (size_t i = 0; i < json_array_size(j); i++) {
            if (i > 0)
                buf_putc(out, ',');
            dump(out, json_array_get(j, i), canonical);
        }
        buf_putc(out, ']');
        break;
    case JSON_STRING:
        json_write_text_n(out, json_string_value(j), json_string_length(j));
        break;
    case JSON_INTEGER:
        json_write_i64(out, json_integer_value(j));
        break;
    case JSON_REAL:
        json_write_f64(out, json_real_value(j));
        break;
    case JSON_TRUE:
        buf_puts(out, "true");
        break;
    case JSON_FALSE:
        buf_puts(out, "false");
        break;
    case JSON_NULL:
        buf_puts(out, "null");
        break;
    }
}

static const char *dumped(struct arena *a, const json_t *j, bool canonical)
{
    struct buf out;

    buf_init(&out, a, 256);
    dump(&out, j, canonical);
    return buf_text(&out);
}

const char *json_text(struct arena *a, const json_t *j)
{
    return dumped(a, j, false);
}

const char *json_text_canonical(struct arena *a, const json_t *j)
{
    return dumped(a, j, true);
}
