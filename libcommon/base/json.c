/* json.c - reading: Jansson object -> struct. */
#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"

enum { FAULTS_MAX = 100 };

/* Where the reader stands; the pointer is written only when there is a fault. */
struct place {
    const struct place *up;
    const char *name; /* NULL: index */
    size_t index;
};

struct reader {
    struct arena *arena;
    struct fault_list faults;
};

static void write_pointer(struct buf *out, const struct place *at)
{
    if (at == NULL)
        return;
    write_pointer(out, at->up);
    if (at->name != NULL) {
        buf_putc(out, '/');
        buf_puts(out, json_pointer_token(out->arena, at->name));
    } else {
        buf_printf(out, "/%zu", at->index);
    }
}

static void complain(struct reader *r, const struct place *at, const char *code, const char *detail)
{
    struct buf pointer;

    if (r->faults.n >= FAULTS_MAX)
        return;
    buf_init(&pointer, r->arena, 64);
    write_pointer(&pointer, at);
    fault_add(r->arena, &r->faults,
              (struct fault){.in = FAULT_POINTER, .at = buf_text(&pointer), .code = code, .detail = detail});
}

static void read_object(struct reader *r, const struct place *at, const json_t *obj,
                        const struct json_shape *shape, char *out);

/* An integer, also written as 12.0 or 1.2e1 as JSON Schema has it. */
static bool read_integer(struct reader *r, const struct place *at, const json_t *j, int64_t min, int64_t max,
                         int64_t *ret)
{
    int64_t v;

    if (json_is_integer(j)) {
        v = json_integer_value(j);
    } else if (json_is_real(j) && json_real_value(j) == trunc(json_real_value(j))) {
        double real = json_real_value(j);

        if (!(real >= -0x1p63 && real < 0x1p63)) {
            complain(r, at, "json.range", "The number is out of range.");
            return false;
        }
        v = (int64_t)real;
    } else {
        complain(r, at, "json.type", "Must be an integer.");
        return false;
    }
    if (v < min || v > max) {
        complain(r, at, "json.range", "The number is out of range.");
        return false;
    }
    *ret = v;
    return true;
}

static bool read_bool(struct reader *r, const struct place *at, const json_t *j, bool *ret)
{
    if (!json_is_boolean(j)) {
        complain(r, at, "json.type", "Must be true or false.");
        return false;
    }
    *ret = json_is_true(j);
    return true;
}

static bool read_i32(struct reader *r, const struct place *at, const json_t *j, int32_t *ret)
{
    int64_t v;

    if (!read_integer(r, at, j, INT32_MIN, INT32_MAX, &v))
        return false;
    *ret = (int32_t)v;
    return true;
}

static bool read_f64(struct reader *r, const struct place *at, const json_t *j, double *ret)
{
    if (!json_is_number(j)) {
        complain(r, at, "json.type", "Must be a number.");
        return false;
    }
    *ret = json_number_value(j);
    return true;
}

static bool read_text(struct reader *r, const struct place *at, const json_t *j, const char **ret)
{
    if (!json_is_string(j)) {
        complain(r, at, "json.type", "Must be a text.");
        return false;
    }
    *ret = json_string_value(j);
    return true;
}

static bool read_uuid(struct reader *r, const struct place *at, const json_t *j, struct uuid *ret)
{
    const char *s;

    if (!read_text(r, at, j, &s))
        return false;
    if (!uuid_parse(s, ret)) {
        complain(r, at, "json.uuid", "Must be a UUID.");
        return false;
    }
    return true;
}

static bool read_instant(struct reader *r, const struct place *at, const json_t *j, int64_t *ret)
{
    const char *s;

    if (!read_text(r, at, j, &s))
        return false;
    if (!date_parse_instant(s, ret)) {
        complain(r, at, "json.instant", "Must be a date and time as in RFC 3339.");
        return false;
    }
    return true;
}

static bool read_date(struct reader *r, const struct place *at, const json_t *j, int32_t *ret)
{
    const char *s;

    if (!read_text(r, at, j, &s))
        return false;
    if (!date_parse(s, ret)) {
        complain(r, at, "json.date", "Must be a date YYYY-MM-DD.");
        return false;
    }
    return true;
}

static bool read_array(struct reader *r, const struct place *at, const json_t *j, size_t *ret_n)
{
    if (!json_is_array(j)) {
        complain(r, at, "json.type", "Must be an array.");
        return false;
    }
    *ret_n = json_array_size(j);
    return true;
}

static void read_texts(struct reader *r, const struct place *at, const json_t *j, struct text_array *out)
{
    const char **v;
    size_t n;

    if (!read_array(r, at, j, &n))
        return;
    v = ARENA_ARRAY(r->arena, n, const char *);
    for (size_t i = 0; i < n; i++)
        read_text(r, &(struct place){.up = at, .index = i}, json_array_get(j, i), &v[i]);
    *out = (struct text_array){.v = v, .n = n};
}

static void read_uuids(struct reader *r, const struct place *at, const json_t *j, struct uuid_array *out)
{
    struct uuid *v;
    size_t n;

    if (!read_array(r, at, j, &n))
        return;
    v = ARENA_ARRAY(r->arena, n, struct uuid);
    for (size_t i = 0; i < n; i++)
        read_uuid(r, &(struct place){.up = at, .index = i}, json_array_get(j, i), &v[i]);
    *out = (struct uuid_array){.v = v, .n = n};
}

static void read_objects(struct reader *r, const struct place *at, const json_t *j,
                         const struct json_shape *shape, struct json_array *out)
{
    char *v;
    size_t n;

    if (!read_array(r, at, j, &n))
        return;
    v = arena_array(r->arena, n, shape->size);
    for (size_t i = 0; i < n; i++)
        read_object(r, &(struct place){.up = at, .index = i}, json_array_get(j, i), shape,
                    v + i * shape->size);
    *out = (struct json_array){.v = v, .n = n};
}

/* null clears what may be absent; the rest may not be null. */
static void read_null(struct reader *r, const struct place *at, const struct json_field *f, void *p)
{
    switch (f->type) {
    case JSON_TEXT:
    case JSON_RAW:
        *(const char **)p = NULL;
        break;
    case JSON_OPT_BOOL:
        *(struct opt_bool *)p = (struct opt_bool){0};
        break;
    case JSON_OPT_I32:
        *(struct opt_i32 *)p = (struct opt_i32){0};
        break;
    case JSON_OPT_I64:
    case JSON_OPT_INSTANT:
        *(struct opt_i64 *)p = (struct opt_i64){0};
        break;
    case JSON_OPT_F64:
        *(struct opt_f64 *)p = (struct opt_f64){0};
        break;
    case JSON_OPT_UUID:
        *(struct opt_uuid *)p = (struct opt_uuid){0};
        break;
    case JSON_OPT_DATE:
        *(struct opt_date *)p = (struct opt_date){0};
        break;
    case JSON_TEXTS:
        *(struct text_array *)p = (struct text_array){0};
        break;
    case JSON_UUIDS:
        *(struct uuid_array *)p = (struct uuid_array){0};
        break;
    case JSON_STRUCT:
        memset(p, 0, f->sub->size);
        break;
    case JSON_STRUCTS:
        *(struct json_array *)p = (struct json_array){0};
        break;
    case JSON_BOOL:
    case JSON_I32:
    case JSON_I64:
    case JSON_F64:
    case JSON_UUID:
    case JSON_INSTANT:
    case JSON_DATE:
        complain(r, at, "json.type", "May not be null.");
        break;
    }
}

/* A member that is there and not null. On a fault the struct's member keeps its value. */
static void read_member(struct reader *r, const struct place *at, const struct json_field *f, const json_t *j,
                        void *p)
{
    switch (f->type) {
    case JSON_BOOL:
        read_bool(r, at, j, p);
        break;
    case JSON_OPT_BOOL:
        ((struct opt_bool *)p)->set |= read_bool(r, at, j, &((struct opt_bool *)p)->v);
        break;
    case JSON_I32:
        read_i32(r, at, j, p);
        break;
    case JSON_OPT_I32:
        ((struct opt_i32 *)p)->set |= read_i32(r, at, j, &((struct opt_i32 *)p)->v);
        break;
    case JSON_I64:
        read_integer(r, at, j, INT64_MIN, INT64_MAX, p);
        break;
    case JSON_OPT_I64:
        ((struct opt_i64 *)p)->set |= read_integer(r, at, j, INT64_MIN, INT64_MAX, &((struct opt_i64 *)p)->v);
        break;
    case JSON_F64:
        read_f64(r, at, j, p);
        break;
    case JSON_OPT_F64:
        ((struct opt_f64 *)p)->set |= read_f64(r, at, j, &((struct opt_f64 *)p)->v);
        break;
    case JSON_TEXT:
        read_text(r, at, j, p);
        break;
    case JSON_UUID:
        read_uuid(r, at, j, p);
        break;
    case JSON_OPT_UUID:
        ((struct opt_uuid *)p)->set |= read_uuid(r, at, j, &((struct opt_uuid *)p)->v);
        break;
    case JSON_INSTANT:
        read_instant(r, at, j, p);
        break;
    case JSON_OPT_INSTANT:
        ((struct opt_i64 *)p)->set |= read_instant(r, at, j, &((struct opt_i64 *)p)->v);
        break;
    case JSON_DATE:
        read_date(r, at, j, p);
        break;
    case JSON_OPT_DATE:
        ((struct opt_date *)p)->set |= read_date(r, at, j, &((struct opt_date *)p)->v);
        break;
    case JSON_RAW:
        *(const char **)p = json_text(r->arena, j);
        break;
    case JSON_TEXTS:
        read_texts(r, at, j, p);
        break;
    case JSON_UUIDS:
        read_uuids(r, at, j, p);
        break;
    case JSON_STRUCT:
        read_object(r, at, j, f->sub, p);
        break;
    case JSON_STRUCTS:
        read_objects(r, at, j, f->sub, p);
        break;
    }
}

static void read_object(struct reader *r, const struct place *at, const json_t *obj,
                        const struct json_shape *shape, char *out)
{
    if (!json_is_object(obj)) {
        complain(r, at, "json.type", "Must be an object.");
        return;
    }
    for (size_t i = 0; i < shape->nfields; i++) {
        const struct json_field *f = &shape->fields[i];
        const json_t *j = json_object_get(obj, f->name);
        struct place below = {.up = at, .name = f->name};

        if (j == NULL)
            continue;
        if (json_is_null(j))
            read_null(r, &below, f, out + f->offset);
        else
            read_member(r, &below, f, j, out + f->offset);
    }
}

err_t json_read(struct arena *a, const json_t *obj, const struct json_shape *shape, void *out)
{
    struct reader r = {.arena = a};

    read_object(&r, NULL, obj, shape, out);
    return fault_list_err(a, &r.faults, ERR_INVALID, "request.invalid", "The request is not valid.");
}
