/*
 * db_list.c - statement texts as they are prepared. A plain statement has one, and one for each number of
 * rows that it inserts at once; a list has one for each set of marked lines, sort, direction and "after a
 * key", joined at first use from constant pieces that sqlgen made. And the keys of cursors.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "io/db_internal.h"

enum { LIST_PARAMS = 4 /* key, key_id, limit, changed since */ };

static uint32_t variant_of(const struct db_list_choice *c)
{
    bool descending = c->descending != c->backwards;

    return (c->filters & 0xff) | (uint32_t)c->sort << 8 | (uint32_t)descending << 16 |
           (uint32_t)c->has_key << 17 | (uint32_t)c->changed << 18;
}

static const char *list_sql(struct arena *a, const struct db_statement *s, uint32_t variant)
{
    const struct db_list_sort *sort = &s->list->sorts[variant >> 8 & 0xff];
    bool descending = variant >> 16 & 1;
    struct buf b;

    buf_init(&b, a, strlen(s->sql) + 512);
    buf_puts(&b, s->sql);
    for (unsigned i = 0; i < s->list->nfilters; i++) {
        if (variant >> i & 1)
            buf_puts(&b, s->list->filters[i].sql);
    }
    if (variant >> 18 & 1)
        buf_puts(&b, s->list->changed);
    if (variant >> 17 & 1)
        buf_puts(&b, sort->after[descending]);
    buf_puts(&b, sort->order[descending]);
    return buf_text(&b);
}

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* A text of its own memory (arena NULL) or of the arena. The variant of a plain statement is its rows; 0 one.
 */
static struct text *text_new(struct arena *a, const struct db_statement *s, uint32_t variant)
{
    int rows = s->list || variant == 0 ? 1 : (int)variant;
    int n = s->nparams * rows + (s->list ? LIST_PARAMS : 0);
    size_t bytes = sizeof(struct text) + (size_t)n * sizeof(Oid) + DB_MAX_NAME;
    struct text *t = a ? arena_alloc(a, bytes) : must(calloc(1, bytes));
    Oid *types = (Oid *)(t + 1);
    char *name = (char *)(types + n);

    for (int i = 0; i < s->nparams * rows; i++)
        types[i] = wire_oid(s->params[i % s->nparams].type);
    if (s->list) {
        types[s->nparams] = wire_oid(s->list->sorts[variant >> 8 & 0xff].type);
        types[s->nparams + 1] = wire_oid(DB_UUID);
        types[s->nparams + 2] = types[s->nparams + 3] = wire_oid(DB_INT8);
    }
    if (s->list || variant)
        snprintf(name, DB_MAX_NAME, "%s.%x", s->name, variant);
    else
        snprintf(name, DB_MAX_NAME, "%s", s->name);
    *t = (struct text){
        .s = s, .variant = variant, .index = TEXT_UNNAMED, .name = name, .types = types, .nparams = n};
    return t;
}

static size_t hash_of(const struct db_statement *s, uint32_t variant)
{
    uint64_t h = ((uint64_t)(uintptr_t)s >> 4 ^ (uint64_t)variant << 32) * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(h >> 32);
}

static struct text **find(struct texts *t, const struct db_statement *s, uint32_t variant)
{
    size_t i = hash_of(s, variant) & (t->size - 1);

    while (t->table[i] && (t->table[i]->s != s || t->table[i]->variant != variant))
        i = (i + 1) & (t->size - 1);
    return &t->table[i];
}

static void grow(struct texts *t)
{
    struct texts bigger = {.size = t->size ? t->size * 2 : 256, .n = t->n};

    bigger.table = must(calloc(bigger.size, sizeof *bigger.table));
    for (size_t i = 0; i < t->size; i++) {
        if (t->table[i])
            *find(&bigger, t->table[i]->s, t->table[i]->variant) = t->table[i];
    }
    free(t->table);
    *t = bigger;
}

static struct text *keep(struct texts *t, struct text *made, const char *sql)
{
    made->sql = sql;
    made->index = (uint32_t)t->n++;
    *find(t, made->s, made->variant) = made;
    return made;
}

struct text *texts_get(struct texts *t, struct arena *a, const struct db_statement *s,
                       const struct db_list_choice *choice)
{
    uint32_t variant = s->list ? variant_of(choice) : 0;

    assert(!s->list || (choice->sort < s->list->nsorts && (!choice->changed || s->list->changed)));
    if (t->n * 2 >= t->size)
        grow(t);
    struct text **place = find(t, s, variant);
    if (*place)
        return *place;
    if (t->n >= DB_MAX_TEXTS && s->list) { /* clients choose variants: what they can make grow has a limit */
        struct text *once = text_new(a, s, variant);
        once->sql = list_sql(a, s, variant);
        return once;
    }
    return keep(t, text_new(NULL, s, variant), s->list ? must(strdup(list_sql(a, s, variant))) : s->sql);
}

/* The values of INSERT … VALUES (…), with their parentheses; NULL: it is another statement. */
static const char *values_of(const struct db_statement *s)
{
    const char *at = strstr(s->sql, "VALUES (");

    return at && s->sql[strlen(s->sql) - 1] == ')' ? at + strlen("VALUES ") : NULL;
}

struct text *texts_rows(struct texts *t, const struct db_statement *s, unsigned rows)
{
    const char *values;
    struct text *made;
    struct arena *a;
    struct buf b;

    if (t->n * 2 >= t->size)
        grow(t);
    made = *find(t, s, rows);
    if (made)
        return made;
    values = values_of(s);
    if (!values)
        return NULL;
    a = arena_new();
    buf_init(&b, a, rows * strlen(s->sql));
    buf_put(&b, s->sql, (size_t)(values - s->sql));
    for (unsigned i = 0; i < rows; i++) {
        buf_puts(&b, i ? ", " : "");
        for (const char *p = values; *p;) {
            char *end;

            buf_putc(&b, *p);
            if (*p++ != '$')
                continue;
            buf_printf(&b, "%lu", strtoul(p, &end, 10) + i * s->nparams);
            p = end;
        }
    }
    made = keep(t, text_new(NULL, s, rows), must(strdup(buf_text(&b))));
    arena_free(a);
    return made;
}

void texts_done(struct texts *t)
{
    for (size_t i = 0; i < t->size; i++) {
        struct text *x = t->table[i];

        if (!x)
            continue;
        if (x->s->list || x->variant) {
            char *joined;
            memcpy(&joined, &x->sql, sizeof joined); /* ours, unlike a plain statement's */
            free(joined);
        }
        free(x);
    }
    free(t->table);
    *t = (struct texts){0};
}

/* ---- cursors ---- */

/* Of a column that can be null; NULL if it is. sqlgen knows what stands for a date and an instant. */
static const char *set_value(const struct db_list_sort *sort, const char *value)
{
    struct opt_date date;
    struct opt_i64 instant;

    if (sort->type == DB_DATE) {
        memcpy(&date, value, sizeof date);
        return date.set ? value + offsetof(struct opt_date, v) : NULL;
    }
    memcpy(&instant, value, sizeof instant);
    return instant.set ? value + offsetof(struct opt_i64, v) : NULL;
}

const char *db_list_key(struct arena *a, const struct db_statement *s, const struct db_list_choice *choice,
                        const void *row, struct uuid *ret_id)
{
    const struct db_list_sort *sort = &s->list->sorts[choice->sort];
    const char *value = (const char *)row + s->columns[sort->column].offset;
    int64_t i64 = 0;
    int32_t i32 = 0;
    bool truth = false;
    const char *text = NULL;
    struct uuid u;

    memcpy(ret_id, (const char *)row + s->columns[s->list->id_column].offset, sizeof *ret_id);
    if (sort->missing) {
        value = set_value(sort, value);
        if (!value)
            return sort->missing;
    }
    switch (sort->type) {
    case DB_BOOL:
        memcpy(&truth, value, sizeof truth);
        return truth ? "1" : "0";
    case DB_INT2:
    case DB_INT4:
    case DB_DATE:
        memcpy(&i32, value, sizeof i32);
        return arena_printf(a, "%d", i32);
    case DB_INT8:
    case DB_TIMESTAMPTZ:
        memcpy(&i64, value, sizeof i64);
        return arena_printf(a, "%lld", (long long)i64);
    case DB_TEXT:
        memcpy(&text, value, sizeof text);
        return text;
    case DB_UUID:
        memcpy(&u, value, sizeof u);
        return uuid_text(a, u);
    case DB_FLOAT8:
    case DB_JSONB:
    case DB_BYTEA:
    case DB_TEXT_ARRAY:
    case DB_UUID_ARRAY:
    case DB_NTYPES:
        break;
    }
    abort(); /* sqlgen refuses to sort by these */
}
