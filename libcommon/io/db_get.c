/*
 * db_get.c - rows from PostgreSQL's binary forms to C structs.
 *
 * Texts are borrowed from the PGresult, which libpq ends with a NUL each; it then lives as long as the arena.
 */
#include <endian.h>
#include <string.h>

#include "base/arena.h"
#include "base/uuid.h"
#include "io/db_internal.h"
#include "io/db_wire.h"

static int16_t get16(const char *from)
{
    uint16_t v;

    memcpy(&v, from, sizeof v);
    return (int16_t)be16toh(v);
}

static int32_t get32(const char *from)
{
    uint32_t v;

    memcpy(&v, from, sizeof v);
    return (int32_t)be32toh(v);
}

static int64_t get64(const char *from)
{
    uint64_t v;

    memcpy(&v, from, sizeof v);
    return (int64_t)be64toh(v);
}

static int64_t from_epoch_2000(int64_t us)
{
    if (us == INT64_MAX || us == INT64_MIN)
        return us;
    return us > INT64_MAX - EPOCH_US ? INT64_MAX : us + EPOCH_US;
}

static int32_t date_from_2000(int32_t days)
{
    if (days == INT32_MAX || days == INT32_MIN)
        return days;
    return days > INT32_MAX - EPOCH_DAYS ? INT32_MAX : days + EPOCH_DAYS;
}

static bool type_fits(enum db_type t, Oid o)
{
    if (o == wire_oid(t))
        return true;
    switch ((int)t) {
    case DB_TEXT:
        return o == OID_VARCHAR || o == OID_BPCHAR || o == OID_NAME || o >= FIRST_OWN_OID;
    case DB_JSONB:
        return o == OID_JSON;
    case DB_INT8:
        return o == OID_XID8;
    case DB_TEXT_ARRAY:
        return o == OID_VARCHAR_ARRAY || o >= FIRST_OWN_OID;
    default:
        return false;
    }
}

/* The elements of a one-dimensional array: each call gives the next; -1 in *ret_bytes is null. */
struct array_reader {
    const char *p, *end;
    int32_t n;
};

static bool array_begin(struct array_reader *r, const char *p, int bytes)
{
    int32_t dimensions;

    if (bytes < ARRAY_HEADER)
        return false;
    dimensions = get32(p);
    r->end = p + bytes;
    r->n = 0;
    r->p = r->end;
    if (dimensions == 0)
        return true;
    if (dimensions != 1 || bytes < ARRAY_HEADER + ARRAY_DIMENSION)
        return false;
    r->n = get32(p + ARRAY_HEADER);
    r->p = p + ARRAY_HEADER + ARRAY_DIMENSION;
    return r->n >= 0 && r->n <= (bytes - ARRAY_HEADER - ARRAY_DIMENSION) / 4;
}

static bool array_next(struct array_reader *r, const char **ret, int32_t *ret_bytes)
{
    if (r->end - r->p < 4)
        return false;
    *ret_bytes = get32(r->p);
    r->p += 4;
    *ret = r->p;
    if (*ret_bytes > r->end - r->p)
        return false;
    if (*ret_bytes > 0)
        r->p += *ret_bytes;
    return true;
}

static bool get_texts(struct arena *a, const char *p, int bytes, struct text_array *ret)
{
    struct array_reader r;

    if (!array_begin(&r, p, bytes))
        return false;
    ret->n = (size_t)r.n;
    ret->v = ARENA_ARRAY(a, ret->n ? ret->n : 1, const char *);
    for (size_t i = 0; i < ret->n; i++) {
        const char *item;
        int32_t n;

        if (!array_next(&r, &item, &n))
            return false;
        ret->v[i] = n < 0 ? NULL : arena_strndup(a, item, (size_t)n);
    }
    return true;
}

static bool get_uuids(struct arena *a, const char *p, int bytes, struct uuid_array *ret)
{
    struct array_reader r;

    if (!array_begin(&r, p, bytes))
        return false;
    struct uuid *v = ARENA_ARRAY(a, r.n ? (size_t)r.n : 1, struct uuid);
    for (int32_t i = 0; i < r.n; i++) {
        const char *item;
        int32_t n;

        if (!array_next(&r, &item, &n) || n != sizeof(struct uuid))
            return false;
        memcpy(v[i].b, item, sizeof(struct uuid));
    }
    *ret = (struct uuid_array){v, (size_t)r.n};
    return true;
}

#define STORE(to, value)                                                                                     \
    do {                                                                                                     \
        __typeof__(value) stored_ = (value);                                                                 \
        memcpy((to), &stored_, sizeof stored_);                                                              \
    } while (0)

static bool get_i32(const struct db_column *c, int32_t v, char *to)
{
    if (c->nullable)
        STORE(to, ((struct opt_i32){true, v}));
    else
        STORE(to, v);
    return true;
}

static bool get_i64(const struct db_column *c, int64_t v, char *to)
{
    if (c->nullable)
        STORE(to, ((struct opt_i64){true, v}));
    else
        STORE(to, v);
    return true;
}

static bool get_f64(const struct db_column *c, const char *p, char *to)
{
    int64_t bits = get64(p);
    double v;

    memcpy(&v, &bits, sizeof v);
    if (c->nullable)
        STORE(to, ((struct opt_f64){true, v}));
    else
        STORE(to, v);
    return true;
}

static bool get_uuid(const struct db_column *c, const char *p, char *to)
{
    struct opt_uuid o = {.set = true};

    memcpy(o.v.b, p, sizeof o.v);
    if (c->nullable)
        STORE(to, o);
    else
        STORE(to, o.v);
    return true;
}

/* One value that is not null into the row; false if its form is not that of the type. */
static bool get_value(struct arena *a, const struct db_column *c, const PGresult *r, int column,
                      const char *p, int bytes, char *to)
{
    bool binary_json;

    switch (c->type) {
    case DB_BOOL:
        if (bytes != 1)
            return false;
        if (c->nullable)
            STORE(to, ((struct opt_bool){true, *p != 0}));
        else
            STORE(to, (bool)(*p != 0));
        return true;
    case DB_INT2:
        return bytes == 2 && get_i32(c, get16(p), to);
    case DB_INT4:
        return bytes == 4 && get_i32(c, get32(p), to);
    case DB_DATE:
        return bytes == 4 && get_i32(c, date_from_2000(get32(p)), to);
    case DB_INT8:
        return bytes == 8 && get_i64(c, get64(p), to);
    case DB_TIMESTAMPTZ:
        return bytes == 8 && get_i64(c, from_epoch_2000(get64(p)), to);
    case DB_FLOAT8:
        return bytes == 8 && get_f64(c, p, to);
    case DB_UUID:
        return bytes == sizeof(struct uuid) && get_uuid(c, p, to);
    case DB_JSONB:
        binary_json = PQftype(r, column) == OID_JSONB;
        if (binary_json && (bytes < 1 || *p != JSONB_VERSION))
            return false;
        STORE(to, binary_json ? p + 1 : p);
        return true;
    case DB_TEXT:
        STORE(to, p);
        return true;
    case DB_BYTEA:
        STORE(to, ((struct bytes){(const uint8_t *)p, (size_t)bytes}));
        return true;
    case DB_TEXT_ARRAY: {
        struct text_array t;
        if (!get_texts(a, p, bytes, &t))
            return false;
        STORE(to, t);
        return true;
    }
    case DB_UUID_ARRAY: {
        struct uuid_array u;
        if (!get_uuids(a, p, bytes, &u))
            return false;
        STORE(to, u);
        return true;
    }
    case DB_NTYPES:
        break;
    }
    return false;
}

static err_t wrong(struct arena *a, const struct db_statement *s, const struct db_column *c, const char *what)
{
    return err_internal(a, ERR_BUG, "db.result", "%s: column %s %s", s->name, c->name, what);
}

static err_t check_columns(struct arena *a, const struct db_statement *s, const PGresult *r)
{
    if (PQnfields(r) != s->ncolumns)
        return err_internal(a, ERR_BUG, "db.result", "%s: %d columns instead of %d", s->name, PQnfields(r),
                            s->ncolumns);
    for (int i = 0; i < s->ncolumns; i++) {
        if (!type_fits(s->columns[i].type, PQftype(r, i)))
            return wrong(a, s, &s->columns[i], arena_printf(a, "is of type %u", PQftype(r, i)));
    }
    return NULL;
}

static err_t get_row(struct arena *a, const struct db_statement *s, const PGresult *r, int row, char *out)
{
    for (int i = 0; i < s->ncolumns; i++) {
        const struct db_column *c = &s->columns[i];

        int bytes = PQgetlength(r, row, i); /* 0 where it is null */

        if (bytes == 0 && PQgetisnull(r, row, i)) {
            if (!c->nullable)
                return wrong(a, s, c, "is null");
            continue; /* the row is zeroed: not set, NULL */
        }
        if (!get_value(a, c, r, i, PQgetvalue(r, row, i), bytes, out + c->offset))
            return wrong(a, s, c, "has another form than its type");
    }
    return NULL;
}

static bool borrows(const struct db_statement *s)
{
    for (int i = 0; i < s->ncolumns; i++) {
        if (s->columns[i].type == DB_TEXT || s->columns[i].type == DB_JSONB || s->columns[i].type == DB_BYTEA)
            return true;
    }
    return false;
}

ERR_DEFINE(err_no_row, ERR_MISSING, "row.missing", "There is no such resource.");

static err_t get_many(struct arena *a, const struct pending *p, const PGresult *r, int n)
{
    const struct db_statement *s = p->s;
    char *rows = n ? arena_array(a, (size_t)n, s->row_size) : NULL;

    for (int i = 0; i < n; i++)
        TRY(get_row(a, s, r, p->backwards ? n - 1 - i : i, rows + (size_t)i * s->row_size));
    memcpy(p->out, &rows, sizeof rows);
    *p->n = (size_t)n;
    return NULL;
}

err_t wire_decode(struct arena *a, const struct pending *p, const PGresult *r, bool *ret_keep)
{
    const struct db_statement *s = p->s;
    int n = PQntuples(r);

    *ret_keep = false;
    if (s->rows == DB_ANY || s->rows == DB_EXACTLY_1)
        return NULL;
    TRY(check_columns(a, s, r));
    *ret_keep = n > 0 && borrows(s);
    if (s->rows == DB_MANY)
        return get_many(a, p, r, n);
    if (n > 1)
        return err_internal(a, ERR_BUG, "db.result", "%s: %d rows instead of one", s->name, n);
    if (n == 0 && s->rows == DB_ONE)
        return err_no_row;
    if (n == 1) {
        memset(p->out, 0, s->row_size);
        TRY(get_row(a, s, r, 0, p->out));
    }
    if (p->found)
        *p->found = n == 1;
    return NULL;
}
