/* leases.c - see leases.h. */
#include "app/leases.h"

#include <assert.h>

#include "base/arena.h"

void lease_hold(struct leases *l, struct uuid id)
{
    assert(l->n < LEASES_MAX);
    l->v[l->n++] = id;
}

void lease_drop(struct leases *l, struct uuid id)
{
    for (size_t i = 0; i < l->n; i++)
        if (uuid_eq(l->v[i], id)) {
            l->v[i] = l->v[--l->n];
            return;
        }
}

struct uuid_array lease_ids(struct arena *a, const struct leases *l)
{
    return (struct uuid_array){.v = arena_memdup(a, l->v, l->n * sizeof(l->v[0])), .n = l->n};
}
