/*
 * json.h - between JSON and C structs, by tables.
 *
 * Reading: bytes -> Jansson object (strict: limits, duplicate keys, UTF-8) -> struct, every fault reported.
 * Writing: struct -> bytes straight into a buffer, no object between. sqlgen emits a shape for each row type,
 * with camelCase names, so a row is written as it came from the database.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "base/str.h"

/* C type of the member beside each. "or null" in JSON is: opt_* unset, NULL text. */
/* (Jansson owns the names JSON_OBJECT and JSON_ARRAY.) */
enum json_type {
    JSON_BOOL,        /* bool */
    JSON_I32,         /* int32_t */
    JSON_I64,         /* int64_t */
    JSON_F64,         /* double */
    JSON_TEXT,        /* const char *; NULL is null */
    JSON_UUID,        /* struct uuid */
    JSON_INSTANT,     /* int64_t microseconds; RFC 3339 */
    JSON_DATE,        /* int32_t days; YYYY-MM-DD */
    JSON_OPT_BOOL,    /* struct opt_bool */
    JSON_OPT_I32,     /* struct opt_i32 */
    JSON_OPT_I64,     /* struct opt_i64 */
    JSON_OPT_F64,     /* struct opt_f64 */
    JSON_OPT_UUID,    /* struct opt_uuid */
    JSON_OPT_INSTANT, /* struct opt_i64 */
    JSON_OPT_DATE,    /* struct opt_date */
    JSON_RAW,    /* const char *: JSON text written as it is (jsonb columns); read: any value, dumped; NULL is
                    null */
    JSON_TEXTS,  /* struct text_array */
    JSON_UUIDS,  /* struct uuid_array */
    JSON_STRUCT, /* an embedded struct, shape in sub */
    JSON_STRUCTS, /* struct json_array, shape in sub */
};

struct json_shape;

struct json_field {
    const char *name; /* JSON member; NULL ends nothing: the shape has a count */
    enum json_type type;
    uint16_t offset;
    bool omit_null;     /* writing: leave the member out when null, instead of null */
    uint8_t name_bytes; /* length of the name; 0: counted at each use */
    const struct json_shape *sub;
};

struct json_shape {
    const char *name; /* for messages */
    const struct json_field *fields;
    uint16_t nfields;
    uint16_t size; /* sizeof the struct */
};

/* An array of structs of one shape. */
struct json_array {
    void *v;
    size_t n;
};

/* JSON_FIELD(struct person, birth_date, "birthDate", JSON_OPT_DATE); the name is a literal. */
#define JSON_FIELD(type_, member, name_, kind)                                                               \
    {                                                                                                        \
        .name = (name_), .name_bytes = sizeof(name_) - 1, .type = (kind), .offset = offsetof(type_, member)  \
    }
#define JSON_SUB(type_, member, name_, kind, shape)                                                          \
    {                                                                                                        \
        .name = (name_), .name_bytes = sizeof(name_) - 1, .type = (kind), .offset = offsetof(type_, member), \
        .sub = (shape)                                                                                       \
    }
#define JSON_SHAPE(type_, table)                                                                             \
    {                                                                                                        \
        .name = #type_, .fields = (table), .nfields = LENGTH(table), .size = sizeof(type_)                   \
    }

/*
 * Parses a whole text strictly. Refused as ERR_INVALID with a fault: invalid UTF-8, NUL, duplicate member,
 * nesting deeper than max_depth (counted before parsing), trailing bytes, integers outside int64. The object
 * belongs to the arena. codes (of the error and its fault): json.syntax, json.utf8, json.nul, json.duplicate,
 * json.depth, json.number.
 */
MUST_CHECK err_t json_parse(struct arena *a, const char *p, size_t n, unsigned max_depth, json_t **ret);

/*
 * Fills *out from an object by the shape. A member absent from the object leaves *out as it was, so the same
 * call serves creation (zeroed struct) and merge-patch (struct filled from the row); null clears. Members
 * that the shape does not name are ignored: the schema has refused what may not be there. Texts are borrowed
 * from obj. All faults at once (at most 100), each with its pointer; codes json.type, json.range,
 * json.instant, json.date, json.uuid. The error's code is request.invalid. An embedded struct is filled in
 * the same way, null zeroes it.
 */
MUST_CHECK err_t json_read(struct arena *a, const json_t *obj, const struct json_shape *shape, void *out);

/* Writes one object / an array of n structs of the shape's size. */
void json_write(struct buf *out, const struct json_shape *shape, const void *obj);
void json_write_array(struct buf *out, const struct json_shape *shape, const void *v, size_t n);
/* The same as a further member of an object that is open. */
void json_write_rows(struct buf *out, const char *name, const struct json_shape *shape, const void *v,
                     size_t n);
/* Writes a text as a JSON string with quotes; NULL writes null. */
void json_write_text(struct buf *out, const char *s);
void json_write_text_n(struct buf *out, const char *s, size_t n);
void json_write_i64(struct buf *out, int64_t v);
/* The shortest form that reads back as the same number; null for NaN and infinity. */
void json_write_f64(struct buf *out, double v);
void json_write_instant(struct buf *out, int64_t us);
/* Dumps a Jansson value compactly into arena text (keys in their order; sorted if canonical). */
const char *json_text(struct arena *a, const json_t *j);
const char *json_text_canonical(struct arena *a, const json_t *j);

/* Members of an object, or NULL / fallback when absent or of another type. Borrowed. */
const char *json_member_text(const json_t *obj, const char *name);
/* Members of other types; not set, or empty, when absent or not such a thing. Texts are borrowed from obj. */
struct opt_uuid json_member_uuid(const json_t *obj, const char *name);
struct opt_i64 json_member_instant(const json_t *obj, const char *name);
struct opt_date json_member_date(const json_t *obj, const char *name);
struct text_array json_member_texts(struct arena *a, const json_t *obj, const char *name);
/* ["birthDate","names"]: the names of an object's members as JSON text in the arena, for audit_write. */
const char *json_member_names(struct arena *a, const json_t *obj);
bool json_member_bool(const json_t *obj, const char *name, bool fallback);
int64_t json_member_i64(const json_t *obj, const char *name, int64_t fallback);

/* RFC 7396 merge-patch of target by patch: a new object in the arena. For members kept as jsonb. */
json_t *json_merge_patch(struct arena *a, const json_t *target, const json_t *patch);

/* Escapes one reference token of a JSON pointer ("a/b" -> "a~1b"). */
const char *json_pointer_token(struct arena *a, const char *token);
