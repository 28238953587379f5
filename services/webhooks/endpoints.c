/* endpoints.c - see endpoints.h. */
#include "endpoints.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define ENDPOINTS_MAX 256 /* what is not found room for counts as well */
#define NAME_BYTES 280
#define REST_US 5000000 /* after a call without answer */
#define SLOW_US 1000000

struct endpoint {
    char name[NAME_BYTES]; /* host:port */
    unsigned in_hand;
    int64_t began_us; /* the earliest call in hand, about */
    int64_t rest_until_us;
    bool trouble; /* at the last call */
};

struct endpoints {
    unsigned share;
    size_t n;
    struct endpoint v[ENDPOINTS_MAX];
};

struct endpoints *endpoints_new(struct arena *a, unsigned share)
{
    struct endpoints *e = ARENA_NEW(a, struct endpoints);

    e->share = share;
    return e;
}

static struct endpoint *find(struct endpoints *e, const char *name)
{
    for (size_t i = 0; i < e->n; i++)
        if (str_eq(e->v[i].name, name))
            return &e->v[i];
    return NULL;
}

void endpoints_begin(struct endpoints *e, const char *name, int64_t now_us)
{
    struct endpoint *p = find(e, name);

    if (!p) {
        if (e->n == ENDPOINTS_MAX || strlen(name) >= NAME_BYTES)
            return;
        p = &e->v[e->n++];
        *p = (struct endpoint){0};
        snprintf(p->name, sizeof(p->name), "%s", name);
    }
    if (p->in_hand++ == 0)
        p->began_us = now_us;
}

void endpoints_end(struct endpoints *e, const char *name, bool answered, int64_t now_us)
{
    struct endpoint *p = find(e, name);

    if (!p || p->in_hand == 0)
        return;
    p->in_hand--;
    p->trouble = !answered || now_us - p->began_us > SLOW_US;
    p->rest_until_us = answered ? 0 : now_us + REST_US;
    p->began_us = now_us; /* the other one in hand, if any, began not long before */
    if (!p->trouble && p->in_hand == 0)
        *p = e->v[--e->n];
}

static bool in_trouble(const struct endpoint *p, int64_t now_us)
{
    return p->trouble || (p->in_hand > 0 && now_us - p->began_us > SLOW_US);
}

struct text_array endpoints_avoid(struct arena *a, const struct endpoints *e, int64_t now_us)
{
    struct text_array out = {.v = ARENA_ARRAY(a, e->n + 1, const char *)};
    unsigned taken = 0;

    for (size_t i = 0; i < e->n; i++)
        taken += in_trouble(&e->v[i], now_us) ? e->v[i].in_hand : 0;
    for (size_t i = 0; i < e->n; i++)
        if (e->v[i].rest_until_us > now_us || (taken >= e->share && in_trouble(&e->v[i], now_us)))
            out.v[out.n++] = arena_strdup(a, e->v[i].name);
    return out;
}
