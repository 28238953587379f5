/* load.c - reads the programme packs when the process starts, and finds them afterwards. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/data.h"
#include "base/str.h"
#include "cases/programmes/pack.h"

struct packs {
    struct pack **v; /* by programme, then version */
    size_t n;
};

/* The first faults with their places, for the log: a pack that is not valid stops the start. */
static err_t with_place(struct arena *a, const char *path, err_t e)
{
    struct buf out;

    buf_init(&out, a, 512);
    buf_printf(&out, "%s: %s", path, e->detail ? e->detail : e->code);
    for (size_t i = 0; i < e->nfaults && i < 20; i++)
        buf_printf(&out, "; %s %s: %s", e->faults[i].at, e->faults[i].code, e->faults[i].detail);
    return err_internal(a, ERR_BUG, "pack.invalid", "%s", buf_text(&out));
}

/* A pack stands in <programme>/<version>.json, so that nobody looks at one and changes another. */
static err_t check_path(struct arena *a, const char *path, const struct pack *p)
{
    const char *end = arena_printf(a, "/%s/%d.json", p->programme, p->version);
    size_t n = strlen(path), m = strlen(end);

    if (n < m || !str_eq(path + n - m, end))
        return err_internal(a, ERR_BUG, "pack.invalid", "%s holds the pack %s", path, end);
    return NULL;
}

static int by_programme_and_version(const void *one, const void *other)
{
    const struct pack *p = *(struct pack *const *)one, *q = *(struct pack *const *)other;
    int order = strcmp(p->programme, q->programme);

    return order ? order : (p->version > q->version) - (p->version < q->version);
}

err_t packs_load(struct arena *a, const struct rulesets *rulesets, const char *folder, struct packs **ret)
{
    struct packs *all = ARENA_NEW(a, struct packs);
    json_t *documents, *paths;
    struct schema *schema;
    size_t i;
    err_t e;

    TRY(data_schema(a, arena_printf(a, "%s/pack.schema.json", folder), &schema));
    TRY(data_folder(a, folder, &documents, &paths));
    all->v = ARENA_ARRAY(a, json_array_size(documents), struct pack *);
    for (i = 0; i < json_array_size(documents); i++) {
        const char *path = json_string_value(json_array_get(paths, i));

        if (strstr(path, "/pack.schema.json"))
            continue;
        e = pack_make(a, schema, rulesets, json_array_get(documents, i), &all->v[all->n]);
        if (e)
            return with_place(a, path, e);
        TRY(check_path(a, path, all->v[all->n]));
        all->n++;
    }
    qsort(all->v, all->n, sizeof(*all->v), by_programme_and_version);
    *ret = all;
    return NULL;
}

const struct pack *packs_newest(const struct packs *all, const char *programme)
{
    for (size_t i = all->n; i-- > 0;) {
        if (str_eq(all->v[i]->programme, programme))
            return all->v[i];
    }
    return NULL;
}

const struct pack *packs_version(const struct packs *all, const char *programme, int32_t version)
{
    for (size_t i = 0; i < all->n; i++) {
        if (str_eq(all->v[i]->programme, programme) && all->v[i]->version == version)
            return all->v[i];
    }
    return NULL;
}

const struct pack *packs_at(const struct packs *all, size_t i)
{
    for (size_t k = 0; k < all->n; k++) {
        if (all->v[k] == packs_newest(all, all->v[k]->programme) && i-- == 0)
            return all->v[k];
    }
    return NULL;
}
