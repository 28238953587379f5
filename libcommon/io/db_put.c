/* db_put.c - parameters from C values to PostgreSQL's binary forms, in one piece of the arena. */
#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/uuid.h"
#include "io/db_internal.h"
#include "io/db_wire.h"

Oid wire_oid(enum db_type t)
{
    static const Oid oids[] = {
        [DB_BOOL] = OID_BOOL,
        [DB_INT2] = OID_INT2,
        [DB_INT4] = OID_INT4,
        [DB_INT8] = OID_INT8,
        [DB_FLOAT8] = OID_FLOAT8,
        [DB_TEXT] = OID_TEXT,
        [DB_UUID] = OID_UUID,
        [DB_TIMESTAMPTZ] = OID_TIMESTAMPTZ,
        [DB_DATE] = OID_DATE,
        [DB_JSONB] = OID_JSONB,
        [DB_BYTEA] = OID_BYTEA,
        [DB_TEXT_ARRAY] = OID_TEXT_ARRAY,
        [DB_UUID_ARRAY] = OID_UUID_ARRAY,
    };
    return oids[t];
}

static void put16(char *to, uint16_t v)
{
    v = htobe16(v);
    memcpy(to, &v, sizeof v);
}

static void put32(char *to, uint32_t v)
{
    v = htobe32(v);
    memcpy(to, &v, sizeof v);
}

static void put64(char *to, uint64_t v)
{
    v = htobe64(v);
    memcpy(to, &v, sizeof v);
}

static int64_t to_epoch_2000(int64_t us)
{
    if (us == INT64_MAX || us == INT64_MIN)
        return us;
    return us < INT64_MIN + EPOCH_US ? INT64_MIN : us - EPOCH_US;
}

static int32_t date_to_2000(int32_t days)
{
    if (days == INT32_MAX || days == INT32_MIN)
        return days;
    return days < INT32_MIN + EPOCH_DAYS ? INT32_MIN : days - EPOCH_DAYS;
}

/* A parameter's value, whatever its type: null, or a number, or bytes, or an array. */
struct value {
    bool null;
    int64_t number;
    const void *p;
    size_t bytes; /* of p; in wire form in the end */
    struct text_array texts;
    struct uuid_array uuids;
};

#define LOAD(type_, from)                                                                                    \
    ({                                                                                                       \
        type_ loaded_;                                                                                       \
        memcpy(&loaded_, (from), sizeof loaded_);                                                            \
        loaded_;                                                                                             \
    })

static void load_number(const struct db_column *c, const char *from, struct value *v)
{
    /* opt_i32 and opt_date have the same form, opt_i64 serves instants too. */
    switch ((int)c->type) {
    case DB_BOOL: {
        struct opt_bool o =
            c->nullable ? LOAD(struct opt_bool, from) : (struct opt_bool){true, LOAD(bool, from)};
        v->null = !o.set;
        v->number = o.v;
        break;
    }
    case DB_INT2:
    case DB_INT4:
    case DB_DATE: {
        struct opt_i32 o =
            c->nullable ? LOAD(struct opt_i32, from) : (struct opt_i32){true, LOAD(int32_t, from)};
        v->null = !o.set;
        v->number = c->type == DB_DATE ? date_to_2000(o.v) : o.v;
        break;
    }
    case DB_FLOAT8: {
        struct opt_f64 o =
            c->nullable ? LOAD(struct opt_f64, from) : (struct opt_f64){true, LOAD(double, from)};
        v->null = !o.set;
        memcpy(&v->number, &o.v, sizeof v->number);
        break;
    }
    default: {
        struct opt_i64 o =
            c->nullable ? LOAD(struct opt_i64, from) : (struct opt_i64){true, LOAD(int64_t, from)};
        v->null = !o.set;
        v->number = c->type == DB_TIMESTAMPTZ ? to_epoch_2000(o.v) : o.v;
    }
    }
}

static size_t text_array_bytes(const struct text_array *t)
{
    size_t bytes = ARRAY_HEADER + (t->n ? ARRAY_DIMENSION : 0);

    for (size_t i = 0; i < t->n; i++)
        bytes += 4 + (t->v[i] ? strlen(t->v[i]) : 0);
    return bytes;
}

static void load_value(const struct db_column *c, const char *from, struct value *v)
{
    *v = (struct value){0};
    switch (c->type) {
    case DB_BOOL:
        v->bytes = 1;
        load_number(c, from, v);
        break;
    case DB_INT2:
        v->bytes = 2;
        load_number(c, from, v);
        break;
    case DB_INT4:
    case DB_DATE:
        v->bytes = 4;
        load_number(c, from, v);
        break;
    case DB_INT8:
    case DB_TIMESTAMPTZ:
    case DB_FLOAT8:
        v->bytes = 8;
        load_number(c, from, v);
        break;
    case DB_TEXT:
    case DB_JSONB:
        v->p = LOAD(const char *, from);
        v->null = !v->p;
        v->bytes = v->null ? 0 : strlen(v->p) + (c->type == DB_JSONB);
        break;
    case DB_UUID:
        v->null = c->nullable && !LOAD(struct opt_uuid, from).set;
        v->p = from + (c->nullable ? offsetof(struct opt_uuid, v) : 0);
        v->bytes = sizeof(struct uuid);
        break;
    case DB_BYTEA: {
        struct bytes b = LOAD(struct bytes, from);
        v->null = c->nullable && !b.p;
        v->p = b.p;
        v->bytes = b.p ? b.n : 0;
        break;
    }
    case DB_TEXT_ARRAY:
        v->texts = LOAD(struct text_array, from);
        v->null = c->nullable && !v->texts.v;
        v->bytes = text_array_bytes(&v->texts);
        break;
    case DB_UUID_ARRAY:
        v->uuids = LOAD(struct uuid_array, from);
        v->null = c->nullable && !v->uuids.v;
        v->bytes = ARRAY_HEADER + (v->uuids.n ? ARRAY_DIMENSION + v->uuids.n * (4 + sizeof(struct uuid)) : 0);
        break;
    case DB_NTYPES:
        abort();
    }
    if (v->null)
        v->bytes = 0;
}

static char *put_array_header(char *to, size_t n, bool nulls, uint32_t type)
{
    put32(to, n ? 1 : 0);
    put32(to + 4, nulls);
    put32(to + 8, type);
    if (!n)
        return to + ARRAY_HEADER;
    put32(to + ARRAY_HEADER, (uint32_t)n);
    put32(to + ARRAY_HEADER + 4, 1); /* lower bound */
    return to + ARRAY_HEADER + ARRAY_DIMENSION;
}

static void put_texts(char *to, const struct text_array *t)
{
    bool nulls = false;

    for (size_t i = 0; i < t->n; i++)
        nulls |= !t->v[i];
    to = put_array_header(to, t->n, nulls, OID_TEXT);
    for (size_t i = 0; i < t->n; i++) {
        size_t n = t->v[i] ? strlen(t->v[i]) : 0;
        put32(to, t->v[i] ? (uint32_t)n : UINT32_MAX);
        if (n)
            memcpy(to + 4, t->v[i], n);
        to += 4 + n;
    }
}

static void put_uuids(char *to, const struct uuid_array *u)
{
    to = put_array_header(to, u->n, false, OID_UUID);
    for (size_t i = 0; i < u->n; i++) {
        put32(to, sizeof(struct uuid));
        memcpy(to + 4, u->v[i].b, sizeof(struct uuid));
        to += 4 + sizeof(struct uuid);
    }
}

static void put_value(enum db_type type, const struct value *v, char *to)
{
    switch (type) {
    case DB_BOOL:
        *to = v->number != 0;
        break;
    case DB_INT2:
        put16(to, (uint16_t)v->number);
        break;
    case DB_INT4:
    case DB_DATE:
        put32(to, (uint32_t)v->number);
        break;
    case DB_INT8:
    case DB_TIMESTAMPTZ:
    case DB_FLOAT8:
        put64(to, (uint64_t)v->number);
        break;
    case DB_JSONB:
        *to = JSONB_VERSION;
        memcpy(to + 1, v->p, v->bytes - 1);
        break;
    case DB_TEXT:
    case DB_UUID:
    case DB_BYTEA:
        if (v->bytes)
            memcpy(to, v->p, v->bytes);
        break;
    case DB_TEXT_ARRAY:
        put_texts(to, &v->texts);
        break;
    case DB_UUID_ARRAY:
        put_uuids(to, &v->uuids);
        break;
    case DB_NTYPES:
        abort();
    }
}

/* The cursor's key from its text form, db_list_key's counterpart. */
static bool load_key(enum db_type type, const char *key, struct value *v, struct uuid *u)
{
    int64_t least = type == DB_INT8 || type == DB_TIMESTAMPTZ ? INT64_MIN : INT32_MIN;
    int64_t most = type == DB_INT8 || type == DB_TIMESTAMPTZ ? INT64_MAX : INT32_MAX;

    if (!key)
        return false;
    if (type == DB_TEXT) {
        v->p = key;
        v->bytes = strlen(key);
        return true;
    }
    if (type == DB_UUID) {
        v->p = u->b;
        v->bytes = sizeof *u;
        return uuid_parse(key, u);
    }
    if (!str_to_i64(key, least, most, &v->number))
        return false;
    if (type == DB_DATE)
        v->number = date_to_2000((int32_t)v->number);
    if (type == DB_TIMESTAMPTZ)
        v->number = to_epoch_2000(v->number);
    v->bytes = type == DB_BOOL ? 1 : type == DB_INT2 ? 2 : type == DB_INT4 || type == DB_DATE ? 4 : 8;
    return true;
}

ERR_DEFINE(err_cursor, ERR_INVALID, "cursor.invalid", "The cursor is not one of this list.");

static err_t refuse(struct arena *a, const struct db_statement *s, const struct db_column *c, const char *why)
{
    return err_internal(a, ERR_BUG, "db.parameter", "%s: parameter %s %s", s->name, c->name, why);
}

err_t wire_encode(struct arena *a, struct texts *t, const struct db_statement *s, const void *params,
                  const struct db_list_choice *choice, struct pending **ret)
{
    enum { LIST_PARAMS = 4 };
    size_t n = s->nparams, bytes = 0;
    struct value *v = ARENA_ARRAY(a, n + LIST_PARAMS, struct value);
    enum db_type *types = ARENA_ARRAY(a, n + LIST_PARAMS, enum db_type);
    struct uuid key_uuid;

    assert(!s->list == !choice);
    for (size_t i = 0; i < n; i++) {
        const struct db_column *c = &s->params[i];

        types[i] = c->type;
        load_value(c, (const char *)params + c->offset, &v[i]);
        if (v[i].null && !c->nullable)
            return refuse(a, s, c, "is null");
        if (c->type == DB_INT2 && (v[i].number < INT16_MIN || v[i].number > INT16_MAX))
            return refuse(a, s, c, "is out of range");
    }
    if (choice) {
        assert(choice->limit <= DB_LIST_ROWS);
        types[n] = s->list->sorts[choice->sort].type;
        types[n + 1] = DB_UUID;
        types[n + 2] = types[n + 3] = DB_INT8;
        v[n] = v[n + 1] = (struct value){.null = true};
        v[n + 2] = (struct value){.number = choice->limit, .bytes = 8};
        v[n + 3] = (struct value){.number = choice->changed_since, .bytes = 8};
        if (choice->has_key) {
            v[n] = (struct value){0};
            v[n + 1] = (struct value){.p = choice->key_id.b, .bytes = sizeof choice->key_id};
            if (!load_key(types[n], choice->key, &v[n], &key_uuid))
                return err_cursor;
        }
        n += LIST_PARAMS;
    }
    for (size_t i = 0; i < n; i++)
        bytes += v[i].bytes;

    /* One piece: the struct, pointers, lengths, values. */
    struct pending *p = arena_alloc(a, sizeof *p + n * (sizeof(char *) + sizeof(int)) + bytes);
    *p = (struct pending){
        .s = s, .text = texts_get(t, a, s, choice), .backwards = choice && choice->backwards};
    p->values = (const char **)(p + 1);
    p->lengths = (int *)(p->values + n);
    char *to = (char *)(p->lengths + n);
    for (size_t i = 0; i < n; i++) {
        if (v[i].null)
            continue;
        put_value(types[i], &v[i], to);
        p->values[i] = to;
        p->lengths[i] = (int)v[i].bytes;
        to += v[i].bytes;
    }
    *ret = p;
    return NULL;
}
