/* poke.c - waking workers: one datagram after a commit, spaced, never waited for. */
#include "app/poke.h"

#include <assert.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/str.h"
#include "io/dgram.h"
#include "io/loop.h"
#include "io/queue.h"

#define MAX_NAMES 16
#define SPACING_US 250

struct target {
    const struct program_pokes *pokes;
    const char *name, *path;
    int64_t sent_us;
    struct loop_timer *later; /* armed while one waits for its turn */
};

struct program_pokes {
    const struct program *p;
    struct dgram *dgram;
    struct target targets[MAX_NAMES];
    size_t ntargets;
    const char *relay; /* name of this service's relay */
};

static const char *poke_path(const struct program *p, const char *name)
{
    return arena_printf(p->arena, "%s/%s.poke", p->conf.run, name);
}

err_t pokes_open(const struct program *p, struct program_pokes **ret)
{
    struct program_pokes *pokes = ARENA_NEW(p->arena, struct program_pokes);

    pokes->p = p;
    pokes->relay = arena_printf(p->arena, "relay-%s", p->service);
    *ret = pokes;
    return dgram_open(p->loop, &pokes->dgram);
}

void pokes_close(struct program_pokes *pokes)
{
    if (!pokes)
        return;
    for (size_t i = 0; i < pokes->ntargets; i++)
        loop_timer_cancel(pokes->targets[i].later);
    dgram_close(pokes->dgram);
}

static void poke_send(struct target *t)
{
    const struct program *p = t->pokes->p;
    char channel[128];

    t->sent_us = clock_mono_us();
    if (dgram_send(t->pokes->dgram, t->path) == DGRAM_SENT || !p->queue || !queue_ready(p->queue))
        return;
    snprintf(channel, sizeof(channel), "poke:%s", t->name); /* it may run on another machine */
    queue_poke(p->queue, channel);
}

static void poke_later(void *arg)
{
    struct target *t = arg;

    t->later = NULL;
    poke_send(t);
}

static struct target *target_of(struct program_pokes *pokes, const char *name)
{
    struct target *t;

    for (size_t i = 0; i < pokes->ntargets; i++)
        if (str_eq(pokes->targets[i].name, name))
            return &pokes->targets[i];
    assert(pokes->ntargets < MAX_NAMES);
    t = &pokes->targets[pokes->ntargets++];
    t->pokes = pokes;
    t->name = arena_strdup(pokes->p->arena, name);
    t->path = poke_path(pokes->p, name);
    return t;
}

void worker_poke(const struct program *p, const char *name)
{
    struct target *t = target_of(p->pokes, name);
    int64_t wait_us = t->sent_us + SPACING_US - clock_mono_us();

    if (t->later)
        return;
    if (t->sent_us == 0 || wait_us <= 0)
        poke_send(t);
    else
        t->later = loop_after(p->loop, wait_us, poke_later, t);
}

void program_committed(const struct ctx *x)
{
    const struct program *p = program_of(x);

    if (x->has_events)
        worker_poke(p, p->pokes->relay);
    if (x->wakes)
        worker_poke(p, x->wakes);
}

err_t pokes_listen(const struct program *p, const char *name, void (*fn)(void *arg), void *arg)
{
    TRY(dgram_listen(p->pokes->dgram, poke_path(p, name), fn, arg));
    if (p->queue)
        queue_listen(p->queue, arena_printf(p->arena, "poke:%s", name), fn, arg);
    return NULL;
}
