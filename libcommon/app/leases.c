/* leases.c - see leases.h. */
#include "app/leases.h"

#include <assert.h>

#include "app/worker_main.h"
#include "base/arena.h"
#include "base/ctx.h"
#include "base/trace.h"
#include "io/db.h"

struct leases {
    const struct leased_work *work;
    struct uuid v[LEASES_MAX];
    size_t n;
};

struct leases *leases_new(struct arena *a, const struct leased_work *w)
{
    struct leases *l = ARENA_NEW(a, struct leases);

    l->work = w;
    return l;
}

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

err_t leases_turn(struct ctx *x, size_t *ret_done)
{
    struct leases *l = program_of(x)->leases;
    struct lease_claim claim = {0};
    bool found = false;
    struct tx *tx;
    err_t e;

    *ret_done = 0;
    TRY(db_begin(x, &tx));
    TRY(l->work->claim(x, tx, lease_ids(x->arena, l), &found, &claim));
    TRY(tx_commit(x));
    if (!found)
        return NULL;
    *ret_done = 1;
    trace_sample(x->traceparent);
    x->now_us = claim.at_us;
    worker_act_for(x, claim.org);
    lease_hold(l, claim.id);
    e = l->work->work(x, &claim);
    lease_drop(l, claim.id);
    return e;
}

err_t leases_renew(struct ctx *x, size_t *ret_done)
{
    const struct leases *l = program_of(x)->leases;
    struct uuid_array held = lease_ids(x->arena, l);
    struct tx *tx;

    *ret_done = 0;
    if (held.n == 0)
        return NULL;
    TRY(db_begin(x, &tx));
    l->work->renew(tx, LEASE_S, held);
    return tx_sync(tx);
}
