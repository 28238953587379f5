/* store.c - see store.h: names, errors, and which kind of store it is. */
#include "io/store.h"

#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "io/store_internal.h"

ERR_DEFINE(err_place, ERR_INVALID, "store.place", "The place for contents must be the path of a folder.");

err_t store_open(const struct store_options *o, struct store **ret)
{
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

/* Whoever asks learns that it did not work; where and why stands in the log. */
err_t store_err(struct ctx *x, enum store_trouble trouble, const char *cause)
{
    static const struct {
        const char *code, *detail;
    } told[] = {
        [STORE_FULL] = {"store.full", "There is no room for the content now."},
        [STORE_MISSING] = {"store.missing",
                           "The content is not where it was put. Whoever runs the service has to look."},
        [STORE_AWAY] = {"store.away", "Contents cannot be stored or read now."},
    };
    struct err *e = ARENA_NEW(x->arena, struct err);

    *e = (struct err){
        .kind = ERR_UNAVAILABLE, .code = told[trouble].code, .detail = told[trouble].detail, .cause = cause};
    return e;
}

err_t store_check(struct ctx *x, struct store *s)
{
    return s->kind->check(x, s);
}

err_t store_put(struct ctx *x, struct store *s, struct uuid object, struct bytes content)
{
    return s->kind->put(x, s, object, content);
}

err_t store_get(struct ctx *x, struct store *s, struct uuid object, size_t n, struct bytes *ret)
{
    return s->kind->get(x, s, object, n, ret);
}

err_t store_remove(struct ctx *x, struct store *s, struct uuid object)
{
    return s->kind->remove(x, s, object);
}

/* By name, as a database sorts them too. */
static int by_name(const void *a, const void *b)
{
    const struct store_entry *p = a, *q = b;

    return memcmp(p->object.b, q->object.b, sizeof(p->object.b));
}

err_t store_list(struct ctx *x, struct store *s, unsigned shelf, struct store_entry **ret, size_t *ret_n)
{
    TRY(s->kind->list(x, s, shelf, ret, ret_n));
    if (*ret_n > 1)
        qsort(*ret, *ret_n, sizeof(**ret), by_name);
    return NULL;
}
