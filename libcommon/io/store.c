/* store.c - see store.h: names, errors, and which kind of store it is. */
#include "io/store.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/str.h"
#include "io/store_internal.h"

ERR_DEFINE(err_place, ERR_INVALID, "store.place",
           "The place for contents must be the path of a folder, or s3://bucket/prefix.");

err_t store_open(const struct store_options *o, struct store **ret)
{
    if (str_starts(o->place, "s3://"))
        return store_s3_open(o, ret);
    return o->place[0] == '/' ? store_folder_open(o, ret) : err_place;
}

void store_close(struct store *s)
{
    if (s)
        s->kind->close(s);
}

/* UUID version 4: no time, no order. */
struct uuid store_name(void)
{
    struct uuid u;

    if (RAND_bytes(u.b, sizeof(u.b)) != 1)
        abort();
    u.b[6] = (uint8_t)(0x40 | (u.b[6] & 0x0f));
    u.b[8] = (uint8_t)(0x80 | (u.b[8] & 0x3f));
    return u;
}

/* As their names are in enum store_trouble. Whoever asks learns that it did not work; where and why stands in
 * the log. */
static const struct {
    const char *code, *detail;
} troubles[] = {
    [STORE_FULL] = {"store.full", "There is no room for the content now."},
    [STORE_MISSING] = {"store.missing",
                       "The content is not where it was put. Whoever runs the service has to look."},
    [STORE_AWAY] = {"store.away", "Contents cannot be stored or read now."},
};

err_t store_err(struct ctx *x, enum store_trouble trouble, const char *cause)
{
    struct err *e = ARENA_NEW(x->arena, struct err);

    *e = (struct err){.kind = ERR_UNAVAILABLE,
                      .code = troubles[trouble].code,
                      .detail = troubles[trouble].detail,
                      .cause = cause};
    return e;
}

static err_t counted(struct store *s, err_t e)
{
    if (e) {
        s->stats.full += e->code == troubles[STORE_FULL].code;
        s->stats.missing += e->code == troubles[STORE_MISSING].code;
        s->stats.away += e->code == troubles[STORE_AWAY].code;
    }
    return e;
}

void store_stats(const struct store *s, struct store_stats *ret)
{
    *ret = s->stats;
}

err_t store_check(struct ctx *x, struct store *s)
{
    return counted(s, s->kind->check(x, s));
}

err_t store_put(struct ctx *x, struct store *s, struct uuid object, struct bytes content)
{
    return counted(s, s->kind->put(x, s, object, content));
}

err_t store_get(struct ctx *x, struct store *s, struct uuid object, size_t n, struct bytes *ret)
{
    return counted(s, s->kind->get(x, s, object, n, ret));
}

err_t store_remove(struct ctx *x, struct store *s, struct uuid object)
{
    return counted(s, s->kind->remove(x, s, object));
}

/* By name, as a database sorts them too. */
static int by_name(const void *a, const void *b)
{
    const struct store_entry *p = a, *q = b;

    return memcmp(p->object.b, q->object.b, sizeof(p->object.b));
}

err_t store_list(struct ctx *x, struct store *s, unsigned shelf, struct store_entry **ret, size_t *ret_n)
{
    TRY(counted(s, s->kind->list(x, s, shelf, ret, ret_n)));
    if (*ret_n > 1)
        qsort(*ret, *ret_n, sizeof(**ret), by_name);
    return NULL;
}

err_t store_room(struct ctx *x, struct store *s, int64_t *ret_bytes)
{
    return counted(s, s->kind->room(x, s, ret_bytes));
}
