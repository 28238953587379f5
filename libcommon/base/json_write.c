/* json_write.c - writing: struct -> bytes in the buffer, nothing between. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"

/* Enough for any number, instant, date or identifier with quotes. */
enum { SCALAR_BYTES = 48 };

static const char two_digits[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

/* Writes at p, which has room; returns the end. */
static char *put_i64(char *p, int64_t v)
{
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    char digits[20];
    size_t at = sizeof(digits);

    while (u >= 100) {
        at -= 2;
        memcpy(digits + at, two_digits + u % 100 * 2, 2);
        u /= 100;
    }
    if (u >= 10) {
        at -= 2;
        memcpy(digits + at, two_digits + u * 2, 2);
    } else {
        digits[--at] = (char)('0' + u);
    }
    if (v < 0)
        *p++ = '-';
    memcpy(p, digits + at, sizeof(digits) - at);
    return p + (sizeof(digits) - at);
}

void json_write_i64(struct buf *out, int64_t v)
{
    buf_reserve(out, SCALAR_BYTES);
    out->n = (size_t)(put_i64(out->p + out->n, v) - out->p);
}

void json_write_f64(struct buf *out, double v)
{
    char text[32];

    if (!isfinite(v)) {
        buf_puts(out, "null");
        return;
    }
    if (v == trunc(v) && fabs(v) < 1e15) {
        json_write_i64(out, (int64_t)v);
        return;
    }
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof(text), "%.*g", precision, v);
        if (strtod(text, NULL) == v)
            break;
    }
    buf_puts(out, text);
}

/* True if one of the bytes must be escaped: below 0x20, quotation mark, backslash. */
static bool must_escape(const char *s, size_t n)
{
    const uint64_t ones = 0x0101010101010101ULL, high = 0x8080808080808080ULL;
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        uint64_t v, quote, slash;

        memcpy(&v, s + i, 8);
        quote = v ^ (ones * '"');
        slash = v ^ (ones * '\\');
        if ((((v - ones * 0x20) & ~v) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & high)
            return true;
    }
    for (; i < n; i++) {
        if ((unsigned char)s[i] < 0x20 || s[i] == '"' || s[i] == '\\')
            return true;
    }
    return false;
}

static char *put_escaped(char *p, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    const char *shorts = "\"\"\\\\\bb\ff\nn\rr\tt";

    for (size_t i = 0; shorts[i] != '\0'; i += 2) {
        if ((unsigned char)shorts[i] == c) {
            *p++ = '\\';
            *p++ = shorts[i + 1];
            return p;
        }
    }
    memcpy(p, "\\u00", 4);
    p[4] = hex[c >> 4];
    p[5] = hex[c & 15];
    return p + 6;
}

void json_write_text_n(struct buf *out, const char *s, size_t n)
{
    char *p;

    if (!must_escape(s, n)) {
        buf_reserve(out, n + 2);
        p = out->p + out->n;
        *p++ = '"';
        memcpy(p, s, n);
        p[n] = '"';
        out->n += n + 2;
        return;
    }
    buf_putc(out, '"');
    for (size_t i = 0; i < n;) {
        size_t take = n - i < 64 ? n - i : 64;

        buf_reserve(out, take * 6 + 1);
        p = out->p + out->n;
        for (size_t end = i + take; i < end; i++) {
            unsigned char c = (unsigned char)s[i];

            if (c < 0x20 || c == '"' || c == '\\')
                p = put_escaped(p, c);
            else
                *p++ = (char)c;
        }
        out->n = (size_t)(p - out->p);
    }
    buf_putc(out, '"');
}

void json_write_text(struct buf *out, const char *s)
{
    if (s == NULL)
        buf_puts(out, "null");
    else
        json_write_text_n(out, s, strlen(s));
}

void json_write_instant(struct buf *out, int64_t us)
{
    char *p;

    buf_reserve(out, SCALAR_BYTES);
    p = out->p + out->n;
    *p = '"';
    date_format_instant(us, p + 1);
    p += 1 + strlen(p + 1);
    *p++ = '"';
    out->n = (size_t)(p - out->p);
}

static void write_date(struct buf *out, int32_t days)
{
    char *p;

    buf_reserve(out, SCALAR_BYTES);
    p = out->p + out->n;
    *p = '"';
    date_format(days, p + 1);
    p[11] = '"';
    out->n += 12;
}

static void write_uuid(struct buf *out, struct uuid u)
{
    char *p;

    buf_reserve(out, SCALAR_BYTES);
    p = out->p + out->n;
    *p = '"';
    uuid_format(u, p + 1);
    p[37] = '"';
    out->n += 38;
}

/* NULL if the member's value is absent, else the place of the value itself. */
static const void *value_of(const struct json_field *f, const void *p)
{
    switch (f->type) {
    case JSON_TEXT:
    case JSON_RAW:
        return *(const char *const *)p;
    case JSON_OPT_BOOL:
        return ((const struct opt_bool *)p)->set ? &((const struct opt_bool *)p)->v : NULL;
    case JSON_OPT_I32:
        return ((const struct opt_i32 *)p)->set ? &((const struct opt_i32 *)p)->v : NULL;
    case JSON_OPT_I64:
    case JSON_OPT_INSTANT:
        return ((const struct opt_i64 *)p)->set ? &((const struct opt_i64 *)p)->v : NULL;
    case JSON_OPT_F64:
        return ((const struct opt_f64 *)p)->set ? &((const struct opt_f64 *)p)->v : NULL;
    case JSON_OPT_UUID:
        return ((const struct opt_uuid *)p)->set ? &((const struct opt_uuid *)p)->v : NULL;
    case JSON_OPT_DATE:
        return ((const struct opt_date *)p)->set ? &((const struct opt_date *)p)->v : NULL;
    case JSON_BOOL:
    case JSON_I32:
    case JSON_I64:
    case JSON_F64:
    case JSON_UUID:
    case JSON_INSTANT:
    case JSON_DATE:
    case JSON_TEXTS:
    case JSON_UUIDS:
    case JSON_STRUCT:
    case JSON_STRUCTS:
        break;
    }
    return p;
}

static void write_texts(struct buf *out, const struct text_array *texts)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < texts->n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        json_write_text(out, texts->v[i]);
    }
    buf_putc(out, ']');
}

static void write_uuids(struct buf *out, const struct uuid_array *uuids)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < uuids->n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        write_uuid(out, uuids->v[i]);
    }
    buf_putc(out, ']');
}

static void write_value(struct buf *out, const struct json_field *f, const void *v)
{
    switch (f->type) {
    case JSON_BOOL:
    case JSON_OPT_BOOL:
        buf_puts(out, *(const bool *)v ? "true" : "false");
        break;
    case JSON_I32:
    case JSON_OPT_I32:
        json_write_i64(out, *(const int32_t *)v);
        break;
    case JSON_I64:
    case JSON_OPT_I64:
        json_write_i64(out, *(const int64_t *)v);
        break;
    case JSON_F64:
    case JSON_OPT_F64:
        json_write_f64(out, *(const double *)v);
        break;
    case JSON_TEXT:
        json_write_text(out, v);
        break;
    case JSON_RAW:
        buf_puts(out, v);
        break;
    case JSON_UUID:
    case JSON_OPT_UUID:
        write_uuid(out, *(const struct uuid *)v);
        break;
    case JSON_INSTANT:
    case JSON_OPT_INSTANT:
        json_write_instant(out, *(const int64_t *)v);
        break;
    case JSON_DATE:
    case JSON_OPT_DATE:
        write_date(out, *(const int32_t *)v);
        break;
    case JSON_TEXTS:
        write_texts(out, v);
        break;
    case JSON_UUIDS:
        write_uuids(out, v);
        break;
    case JSON_STRUCT:
        json_write(out, f->sub, v);
        break;
    case JSON_STRUCTS:
        json_write_array(out, f->sub, ((const struct json_array *)v)->v, ((const struct json_array *)v)->n);
        break;
    }
}

void json_write(struct buf *out, const struct json_shape *shape, const void *obj)
{
    char before = '{';

    if (shape->nfields == 0)
        buf_putc(out, '{');
    for (size_t i = 0; i < shape->nfields; i++) {
        const struct json_field *f = &shape->fields[i];
        const void *v = value_of(f, (const char *)obj + f->offset);
        size_t n = f->name_bytes ? f->name_bytes : strlen(f->name);
        char *p;

        if (v == NULL && f->omit_null)
            continue;
        /* The name is ours: it needs no escapes. */
        buf_reserve(out, n + 8);
        p = out->p + out->n;
        *p++ = before;
        *p++ = '"';
        memcpy(p, f->name, n);
        memcpy(p + n, "\":", 2);
        out->n += n + 4;
        before = ',';
        if (v == NULL)
            buf_put(out, "null", 4);
        else
            write_value(out, f, v);
    }
    if (before == '{' && shape->nfields > 0)
        buf_putc(out, '{');
    buf_putc(out, '}');
}

void json_write_rows(struct buf *out, const char *name, const struct json_shape *shape, const void *v,
                     size_t n)
{
    buf_printf(out, ",\"%s\":", name);
    json_write_array(out, shape, v, n);
}

void json_write_array(struct buf *out, const struct json_shape *shape, const void *v, size_t n)
{
    buf_putc(out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        json_write(out, shape, (const char *)v + i * shape->size);
    }
    buf_putc(out, ']');
}
