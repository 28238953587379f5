/* reseal.c - see reseal.h */
#include "ctl/reseal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/keyring.h"
#include "base/arena.h"
#include "base/number.h"
#include "base/str.h"
#include "base/uuid.h"
#include "ctl/admin.h"
#include "ctl/options.h"
#include "ctl/places.h"
#include "ctl/scripts.h"

#define TOLD_MAX 20
#define FIRST "00000000-0000-0000-0000-000000000000"

struct batch {
    struct reseal *r;
    const struct place *p;
    struct arena *arena;
    struct admin admin;
    struct buf rows; /* of VALUES */
    size_t n;
    const char *last;
};

static void tell(struct batch *b, const char *id, err_t e)
{
    if (b->r->locked++ < TOLD_MAX)
        fprintf(stderr, "wayfare-ctl: %s.%s of %s does not open: %s\n", b->p->table, b->p->column, id,
                str_eq(e->code, "field.locked") ? e->cause : "it is damaged, or of another row");
}

static err_t add(struct batch *b, const char *id, struct uuid row, const char *org, const char *hex,
                 const char *plain)
{
    const char *blind = "", *fresh_hex;
    struct bytes fresh, index;
    char *text;

    TRY(keyring_seal(b->arena, b->r->keyring, b->r->cls, org, b->p->name, row, plain, &fresh));
    text = arena_alloc(b->arena, 2 * fresh.n + 1);
    str_hex(text, fresh.p, fresh.n);
    fresh_hex = text;
    if (b->p->index != NULL) {
        index = keyring_blind(b->arena, b->r->keyring, b->r->cls, org, number_key(b->arena, plain));
        text = arena_alloc(b->arena, 2 * index.n + 1);
        str_hex(text, index.p, index.n);
        blind = text;
    }
    buf_printf(&b->rows, "%s('%s'::uuid, decode('%s', 'hex'), decode('%s', 'hex'), decode('%s', 'hex'))",
               b->n > 0 ? ", " : "", id, hex, fresh_hex, blind);
    b->n++;
    return NULL;
}

/* "id sealed organisation" */
static err_t take(struct batch *b, const char *line)
{
    char *rest = arena_strdup(b->arena, line);
    const char *id = strsep(&rest, " "), *hex = strsep(&rest, " "), *plain;
    size_t n = strlen(hex) / 2;
    uint8_t *raw = arena_alloc(b->arena, n + 1);
    struct uuid row;
    err_t e;

    b->last = id;
    if (!uuid_parse(id, &row) || !str_unhex(hex, raw, n) || rest == NULL)
        return err_new(b->arena, ERR_BUG, "keys.row", "a row of %s is not understood", b->p->table);
    e = keyring_unseal(b->arena, b->r->keyring, b->r->cls, rest, b->p->name, row,
                       (struct bytes){.p = raw, .n = n}, &plain);
    if (e != NULL) {
        tell(b, id, e);
        return NULL;
    }
    b->r->done++;
    return b->r->write ? add(b, id, row, rest, hex, plain) : NULL;
}

static err_t save(struct batch *b)
{
    const char *index = b->p->index != NULL ? arena_printf(b->arena, ", %s = v.blind", b->p->index) : "";

    return admin_run(b->arena, &b->admin, "keys_save.sql", embed_keys_save_sql,
                     (const char *const[]){"table", b->p->table, "column", b->p->column, "key", b->p->key,
                                           "index", index, "rows", buf_text(&b->rows), NULL},
                     NULL);
}

static void pause_ms(int64_t ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};

    nanosleep(&t, NULL);
}

/* The rows behind `after`; *ret_last NULL: there are none. */
static err_t batch(struct batch *b, const char *after)
{
    struct text_array rows;

    TRY(admin_open(b->r->c, b->arena, b->r->service, b->r->database, &b->admin));
    TRY(admin_run(b->arena, &b->admin, "keys_rows.sql", embed_keys_rows_sql,
                  (const char *const[]){"table", b->p->table, "column", b->p->column, "key", b->p->key, "cls",
                                        b->p->cls, "class", b->r->cls, "after", after, "all",
                                        b->r->all ? "true" : "false", "id", b->r->id, "limit",
                                        arena_printf(b->arena, "%" PRId64, b->r->batch), NULL},
                  &rows));
    buf_init(&b->rows, b->arena, 1 << 16);
    for (size_t i = 0; i < rows.n; i++)
        TRY(take(b, rows.v[i]));
    return b->n > 0 ? save(b) : NULL;
}

static err_t place_pass(struct reseal *r, const struct place *p)
{
    char after[37] = FIRST;

    for (;;) {
        struct arena *a = arena_new(); /* rows and connection of one batch */
        struct batch b = {.r = r, .p = p, .arena = a};
        err_t e = batch(&b, after);
        bool more = b.last != NULL;

        if (more)
            memcpy(after, b.last, sizeof(after));
        if (e != NULL)
            e = err_new(r->c->arena, e->kind, e->code, "%s", e->detail ? e->detail : e->cause);
        arena_free(a);
        TRY(e);
        if (!more)
            return NULL;
        if (r->pause_ms > 0)
            pause_ms(r->pause_ms);
    }
}

err_t reseal_pass(struct reseal *r)
{
    for (const struct place *p = places; p->service != NULL; p++)
        if (str_eq(p->service, r->service))
            TRY(place_pass(r, p));
    return NULL;
}
