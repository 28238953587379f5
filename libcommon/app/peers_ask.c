/*
 * peers_ask.c - several peers asked at once, each call in a coroutine of its own.
 *
 * A call may outlive the request that made it (a cancelled caller does not wait), so it has memory and a
 * context of its own, which whoever of the two is last frees.
 */
#include "app/peers.h"
#include "base/arena.h"
#include "base/clock.h"
#include "io/co.h"

struct group {
    struct co_wait wait;
    size_t running;
};

struct call {
    struct arena *arena;
    struct ctx x;
    struct group *group; /* NULL: nobody waits any more */
    const char *service, *path, *body, *organisation;
    int64_t timeout_us;
    bool done;
    json_t *answer;
    err_t error;
};

static void call_run(void *arg)
{
    struct call *call = arg;

    co_deadline(call->x.deadline_us);
    call->error = peer_call(&call->x, call->service, call->path, call->organisation, call->body,
                            call->timeout_us, &call->answer);
    call->done = true;
    if (!call->group)
        arena_free(call->arena);
    else if (--call->group->running == 0)
        co_wake(&call->group->wait);
}

static struct call *call_new(const struct ctx *x, const struct peer_ask *ask, const char *organisation,
                             int64_t timeout_us)
{
    struct arena *a = arena_new();
    struct call *call = ARENA_NEW(a, struct call);

    *call = (struct call){.arena = a,
                          .x = *x,
                          .service = arena_strdup(a, ask->service),
                          .path = arena_strdup(a, ask->path),
                          .body = ask->body ? arena_strdup(a, ask->body) : NULL,
                          .organisation = arena_strdup(a, organisation),
                          .timeout_us = timeout_us};
    call->x.arena = a;
    call->x.tx = NULL;
    call->x.who = NULL; /* the token's, not ours to keep */
    call->x.deadline_us = clock_mono_us() + timeout_us;
    return call;
}

static void release(void *arena)
{
    arena_free(arena);
}

err_t peers_ask(struct ctx *x, struct peer_ask *asks, size_t n, const char *organisation, int64_t timeout_us)
{
    struct call **calls = ARENA_ARRAY(x->arena, n + 1, struct call *);
    struct group group = {.running = n};
    err_t e = NULL;

    for (size_t i = 0; i < n; i++) {
        err_t refused;

        calls[i] = call_new(x, &asks[i], organisation, timeout_us);
        calls[i]->group = &group;
        refused = co_start("peers_ask", call_run, calls[i]);
        if (refused) {
            calls[i]->error = refused;
            calls[i]->done = true;
            group.running--;
        }
    }
    if (group.running > 0)
        e = co_wait(&group.wait);
    for (size_t i = 0; i < n; i++) {
        if (!calls[i]->done) {
            calls[i]->group = NULL;
            continue;
        }
        asks[i].answer = calls[i]->answer;
        asks[i].error = calls[i]->error;
        arena_own(x->arena, calls[i]->arena, release); /* answer and error lie in it */
    }
    return e;
}
