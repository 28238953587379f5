/* contents.c - see contents.h: the store and the database, side by side. */
#include "ctl/contents.h"

#include <stdlib.h>
#include <string.h>

#include "app/envelope.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/ctx.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/options.h"
#include "ctl/scripts.h"
#include "ctl/texts.h"
#include "io/aside.h"
#include "io/co.h"
#include "io/db_script.h"
#include "io/loop.h"
#include "io/outcall.h"
#include "io/store.h"

struct contents {
    struct ctl *c;
    struct loop *loop;
    struct aside *aside;
    struct outcall *outcall;
    struct store *store;
    struct principal who;
};

static void release(void *p)
{
    struct contents *k = p;

    store_close(k->store);
    aside_close(k->aside);
    outcall_close(k->outcall);
    co_shutdown();
    loop_free(k->loop);
}

static err_t secret(struct ctl *c, const char *option, const char **ret)
{
    const char *file = ctl_option(c, option);

    *ret = NULL;
    return file != NULL && *file != '\0' ? conf_secret(c->arena, file, ret) : NULL;
}

err_t contents_open(struct ctl *c, struct contents **ret)
{
    struct contents *k = ARENA_NEW(c->arena, struct contents);
    const char *place = ctl_option(c, "contents"), *region = ctl_option(c, "s3-region");
    struct store_options o;

    *ret = NULL;
    if (place == NULL)
        return NULL;
    k->c = c;
    k->who = (struct principal){.subject = "wayfare-ctl", .organisation = "", .scope = ""};
    setenv("CO_MODE", "blocking", 1);
    TRY(loop_new(&k->loop));
    TRY(co_init(k->loop, 1));
    TRY(aside_open(k->loop, &k->aside));
    arena_own(c->arena, k, release);
    TRY(outcall_open(k->loop, &(struct outcall_options){.ca_file = ctl_option(c, "ca-file")}, &k->outcall));
    o = (struct store_options){.place = place,
                               .aside = k->aside,
                               .outcall = k->outcall,
                               .endpoint = ctl_option(c, "s3-endpoint"),
                               .region = region != NULL ? region : "us-east-1"};
    TRY(secret(c, "s3-id-file", &o.id));
    TRY(secret(c, "s3-secret-file", &o.secret));
    TRY(store_open(&o, &k->store));
    *ret = k;
    return NULL;
}

/* "object bytes state document", as contents_rows.sql writes it. */
static err_t row_read(struct arena *a, const char *line, struct content_row *ret)
{
    char *rest = arena_strdup(a, line);
    const char *object = strsep(&rest, " "), *bytes = strsep(&rest, " "), *state = strsep(&rest, " ");
    int64_t n = 0;

    *ret = (struct content_row){
        .bytes = -1, .document = rest, .live = str_eq(state, "live"), .doomed = str_eq(state, "doomed")};
    if (rest == NULL || !uuid_parse(object, &ret->object) ||
        (!str_eq(bytes, "-") && !str_to_i64(bytes, 0, INT32_MAX, &n)))
        return err_new(a, ERR_BUG, "contents.rows", "the database's answer is not understood");
    if (!str_eq(bytes, "-"))
        ret->bytes = n + ENVELOPE_MORE;
    return NULL;
}

err_t contents_rows(struct arena *a, const struct admin *ad, struct content_rows *ret)
{
    struct text_array there, lines;

    *ret = (struct content_rows){0};
    TRY(db_script_run(ad->db, "contents_there.sql", embed_contents_there_sql, &there));
    if (!str_eq(there.v[0], "true"))
        return NULL;
    TRY(db_script_run(ad->db, "contents_rows.sql", embed_contents_rows_sql, &lines));
    ret->v = ARENA_ARRAY(a, lines.n, struct content_row);
    for (; ret->n < lines.n; ret->n++)
        TRY(row_read(a, lines.v[ret->n], &ret->v[ret->n]));
    return NULL;
}

bool content_whole(const struct content_row *row, const struct store_entry *entry)
{
    return entry != NULL && (row->bytes < 0 || row->bytes == entry->bytes);
}

static int order(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof(a.b));
}

struct walk {
    struct contents *k;
    content_fn *fn;
    void *arg;
};

static struct ctx context(const struct contents *k, struct arena *a)
{
    return (struct ctx){
        .arena = a, .who = &k->who, .now_us = clock_now_us(), .operation = k->c->command->words};
}

/* The arena of an error ends with the walk. */
static err_t told(struct contents *k, err_t e)
{
    if (e == NULL)
        return NULL;
    return err_new(k->c->arena, e->kind, e->code, "%s%s%s%s", e->detail, e->cause != NULL ? " (" : "",
                   e->cause != NULL ? e->cause : "", e->cause != NULL ? ")" : "");
}

static err_t visit(struct walk *w, const struct content_row *row, const struct store_entry *entry)
{
    struct arena *a = arena_new();
    struct ctx x = context(w->k, a);
    err_t e = told(w->k, w->fn(&x, w->k->store, row, entry, w->arg));

    arena_free(a);
    return e;
}

/* Rows and entries are in the same order. What a broken writing left of an object that has a row is the
 * worker's to remove, and nobody else's. */
static err_t walk_shelf(struct walk *w, const struct content_row *row, size_t nrows,
                        const struct store_entry *entry, size_t nentries)
{
    while (nrows > 0 || nentries > 0) {
        int o = nrows == 0 ? 1 : nentries == 0 ? -1 : order(row->object, entry->object);
        const struct store_entry *of = NULL;

        if (o > 0) {
            TRY(visit(w, NULL, entry));
            entry++;
            nentries--;
            continue;
        }
        for (; nentries > 0 && order(row->object, entry->object) == 0; entry++, nentries--)
            of = entry->part ? of : entry;
        TRY(visit(w, row, of));
        row++;
        nrows--;
    }
    return NULL;
}

err_t contents_walk(struct contents *k, struct content_rows rows, content_fn *fn, void *arg)
{
    struct walk w = {.k = k, .fn = fn, .arg = arg};
    err_t e = NULL;

    for (unsigned shelf = 0, at = 0; e == NULL && shelf < STORE_SHELVES; shelf++) {
        struct arena *a = arena_new();
        struct ctx x = context(k, a);
        struct store_entry *entries;
        size_t n, from = at;

        while (at < rows.n && rows.v[at].object.b[0] == shelf)
            at++;
        e = told(k, store_list(&x, k->store, shelf, &entries, &n));
        if (e == NULL)
            e = walk_shelf(&w, rows.v + from, at - from, entries, n);
        arena_free(a);
    }
    return e;
}

err_t contents_try(struct contents *k)
{
    static const char text[] = "wayfare-ctl doctor";
    struct bytes content = {.p = (const uint8_t *)text, .n = sizeof(text)}, back;
    struct ctx x = context(k, k->c->arena);
    struct uuid object = store_name();

    TRY(told(k, store_put(&x, k->store, object, content)));
    TRY(told(k, store_get(&x, k->store, object, content.n, &back)));
    TRY(told(k, store_remove(&x, k->store, object)));
    return memcmp(back.p, text, sizeof(text)) == 0 ? NULL
                                                   : err_new(k->c->arena, ERR_UNAVAILABLE, "store.away",
                                                             "it answers something else than was put");
}

/* ---- comparing ---- */

#define ID 36

struct compare {
    struct arena *arena;
    struct contents_compared *ret;
};

static err_t compare_one(struct ctx *x, struct store *s, const struct content_row *row,
                         const struct store_entry *entry, void *arg)
{
    struct compare *c = arg;
    char id[ID + 1];

    (void)x;
    (void)s;
    uuid_format(row != NULL ? row->object : entry->object, id);
    if (row == NULL) {
        text_array_add(c->arena, &c->ret->stray, arena_strdup(c->arena, id));
        c->ret->stray_bytes += entry->bytes;
    } else if (row->live && !content_whole(row, entry)) {
        text_array_add(c->arena, &c->ret->lost, arena_printf(c->arena, "%s %s", id, row->document));
    } else if (row->live) {
        c->ret->well++;
    }
    return NULL;
}

/* Those of both, which are in the same order. */
static struct text_array both(struct arena *a, struct text_array one, struct text_array two)
{
    struct text_array ret = {0};

    for (size_t i = 0, k = 0; i < one.n && k < two.n;) {
        int o = strcmp(one.v[i], two.v[k]);

        if (o == 0)
            text_array_add(a, &ret, one.v[i]);
        i += o <= 0;
        k += o >= 0;
    }
    return ret;
}

err_t contents_compare(struct ctl *c, struct contents *k, const struct admin *ad,
                       struct contents_compared *ret)
{
    struct contents_compared first = {0}, second = {0};
    struct content_rows rows;

    TRY(contents_rows(c->arena, ad, &rows));
    TRY(contents_walk(k, rows, compare_one, &(struct compare){c->arena, &first}));
    if (first.lost.n > 0 || first.stray.n > 0) { /* something was on its way, or it is so */
        TRY(contents_rows(c->arena, ad, &rows));
        TRY(contents_walk(k, rows, compare_one, &(struct compare){c->arena, &second}));
        second.lost = both(c->arena, first.lost, second.lost);
        second.stray = both(c->arena, first.stray, second.stray);
        first = second;
    }
    *ret = first;
    return NULL;
}
