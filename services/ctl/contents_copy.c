/*
 * contents_copy.c - contents go into a backup and come back out of it; see contents.h.
 *
 * The databases are dumped first: what a dump names is in the store then, and stays there for
 * WAYFARE_KEEP_CONTENTS_DAYS after the last document has let go of it. What is doomed is kept too: whoever
 * goes back to a moment between two backups may need it.
 */
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"
#include "ctl/contents.h"
#include "ctl/files.h"
#include "ctl/manifest.h"
#include "ctl/options.h"
#include "ctl/sums.h"
#include "ctl/texts.h"
#include "io/store.h"

#define TOLD_MAX 20
#define ID 36

/* What was told of those that lack. */
struct lacking {
    size_t n;
};

static void lacks(struct lacking *l, const char *id, const struct content_row *row)
{
    if (l->n++ < TOLD_MAX)
        printf("LACKS: object %s, the content of document %s\n", id, row->document);
}

static const char *sum_of(struct arena *a, struct bytes content)
{
    uint8_t hash[32];
    char *hex = arena_alloc(a, sizeof(hash) * 2 + 1);

    if (EVP_Digest(content.p, content.n, hash, NULL, EVP_sha256(), NULL) == 1)
        str_hex(hex, hash, sizeof(hash));
    return hex;
}

/* ---- into a backup ---- */

struct keep {
    struct arena *arena;
    const char *folder, *former; /* former NULL: none */
    FILE *sums;
    int64_t bytes;
    size_t copied, linked;
    struct lacking lacking;
};

static bool link_former(struct ctx *x, const struct keep *k, const char *id, int64_t bytes, const char *to,
                        const char **ret_sum)
{
    const char *from = k->former ? arena_printf(x->arena, "%s/%s", k->former, sums_path(x->arena, id)) : NULL;
    struct stat st;

    *ret_sum = from != NULL ? sums_find(x->arena, k->former, id) : NULL;
    return *ret_sum != NULL && stat(from, &st) == 0 && st.st_size == bytes && link(from, to) == 0;
}

static err_t copy(struct ctx *x, struct store *s, const struct content_row *row, int64_t bytes,
                  const char *to, const char **ret_sum)
{
    struct bytes content;

    TRY(store_get(x, s, row->object, (size_t)bytes, &content));
    *ret_sum = sum_of(x->arena, content);
    return file_write_data(x->arena, to, content.p, content.n, 0600);
}

static err_t keep_one(struct ctx *x, struct store *s, const struct content_row *row,
                      const struct store_entry *entry, void *arg)
{
    struct keep *k = arg;
    const char *id, *to, *sum;
    err_t e = NULL;

    if (row == NULL || !(row->live || row->doomed) || (row->doomed && entry == NULL))
        return NULL;
    id = uuid_text(x->arena, row->object);
    if (!content_whole(row, entry)) {
        lacks(&k->lacking, id, row);
        return NULL;
    }
    to = arena_printf(x->arena, "%s/%s", k->folder, sums_path(x->arena, id));
    TRY(folder_make(x->arena, arena_printf(x->arena, "%s/contents/%.2s", k->folder, id), 0700));
    if (link_former(x, k, id, entry->bytes, to, &sum))
        k->linked++;
    else if ((e = copy(x, s, row, entry->bytes, to, &sum)) == NULL)
        k->copied++;
    if (e != NULL && str_eq(e->code, "store.missing")) { /* removed since it was listed */
        if (row->live)
            lacks(&k->lacking, id, row);
        return NULL;
    }
    TRY(e);
    sums_add(k->sums, x->arena, sum, id);
    k->bytes += entry->bytes;
    return NULL;
}

static err_t sums_end(struct ctl *c, const struct keep *k)
{
    bool ok = fflush(k->sums) == 0 && fsync(fileno(k->sums)) == 0;

    ok = fclose(k->sums) == 0 && ok;
    return ok ? NULL
              : err_new(c->arena, ERR_INVALID, "ctl.file", "%s/" SUMS_FILE " could not be written",
                        k->folder);
}

err_t contents_keep(struct ctl *c, struct contents *contents, struct content_rows rows, struct backup *b)
{
    struct keep k = {.arena = c->arena, .folder = b->folder, .former = ctl_option(c, "former")};
    const char *path = arena_printf(c->arena, "%s/" SUMS_FILE, b->folder);
    err_t e, end;

    if (k.former != NULL) /* its sums are believed */
        TRY(backup_check(c->arena, k.former, SUMS_FILE));
    TRY(folder_make(c->arena, arena_printf(c->arena, "%s/contents", b->folder), 0700));
    TRY(file_write(c->arena, path, "", 0600));
    k.sums = fopen(path, "ae");
    if (k.sums == NULL)
        return err_new(c->arena, ERR_INVALID, "ctl.file", "%s cannot be written", path);
    e = contents_walk(contents, rows, keep_one, &k);
    end = sums_end(c, &k);
    TRY(e);
    TRY(end);
    text_array_add(c->arena, &b->files, SUMS_FILE);
    b->with_contents = true;
    b->contents_lack = k.lacking.n;
    printf("contents: %zu copied, %zu as in the former backup, %" PRId64 " bytes\n", k.copied, k.linked,
           k.bytes);
    return NULL;
}

/* ---- out of backups ---- */

struct bring {
    struct text_array folders; /* of backups */
    size_t there, brought;
    struct lacking lacking;
};

/* Out of the first backup that has it whole. */
static bool find(struct ctx *x, const struct bring *b, const struct content_row *row, const char *id,
                 struct bytes *ret)
{
    for (size_t i = 0; i < b->folders.n; i++) {
        const char *sum = sums_find(x->arena, b->folders.v[i], id), *data;
        const char *path = arena_printf(x->arena, "%s/%s", b->folders.v[i], sums_path(x->arena, id));

        if (sum == NULL || file_read_data(x->arena, path, &data, &ret->n) != NULL)
            continue;
        ret->p = (const uint8_t *)data;
        if ((int64_t)ret->n == row->bytes && str_eq(sum_of(x->arena, *ret), sum))
            return true;
        printf("damaged: %s\n", path);
    }
    return false;
}

static err_t bring_one(struct ctx *x, struct store *s, const struct content_row *row,
                       const struct store_entry *entry, void *arg)
{
    struct bring *b = arg;
    struct bytes content;
    const char *id;

    if (row == NULL || !row->live)
        return NULL;
    if (content_whole(row, entry)) {
        b->there++;
        return NULL;
    }
    id = uuid_text(x->arena, row->object);
    if (!find(x, b, row, id, &content)) {
        lacks(&b->lacking, id, row);
        return NULL;
    }
    TRY(store_put(x, s, row->object, content));
    b->brought++;
    return NULL;
}

err_t contents_bring(struct ctl *c, struct contents *k, struct content_rows rows)
{
    struct text_array more = ctl_options(c, "contents-from");
    const char *from = ctl_option(c, "from");
    struct bring b = {0};

    if (file_exists(arena_printf(c->arena, "%s/" SUMS_FILE, from)))
        text_array_add(c->arena, &b.folders, from);
    for (size_t i = 0; i < more.n; i++)
        text_array_add(c->arena, &b.folders, more.v[i]);
    for (size_t i = 0; i < b.folders.n; i++)
        TRY(backup_check(c->arena, b.folders.v[i], SUMS_FILE));
    TRY(contents_walk(k, rows, bring_one, &b));
    printf("contents: %zu in the store, %zu brought back, %zu lack\n", b.there, b.brought, b.lacking.n);
    if (b.lacking.n > 0)
        printf(
            "what lacks may be in another backup: wayfare-ctl restore --contents-only --contents-from DIR\n");
    return NULL;
}
