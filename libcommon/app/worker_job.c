/* worker_job.c - the context of a job, and how it ends. */
#include "app/worker_internal.h"

#include <string.h>

#include "app/poke.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/trace.h"
#include "base/uuid.h"
#include "io/co.h"
#include "io/db.h"

void worker_ctx(struct ctx *x, struct workers *w, struct arena *a, const char *operation, int64_t timeout_us)
{
    *x = (struct ctx){
        .arena = a,
        .who = &w->who,
        .now_us = clock_now_us(),
        .deadline_us = clock_mono_us() + timeout_us,
        .db = w->program.db,
        .operation = operation,
        .purpose = "",
        .app = &w->program,
        .edge = w,
    };
    uuid_format(uuid_new(x->now_us), x->request_id);
    trace_new(x->traceparent);
    co_deadline(x->deadline_us);
    co_label(x->request_id);
}

err_t worker_ctx_end(struct ctx *x, err_t e)
{
    if (!x->tx)
        return e;
    if (e) {
        tx_rollback(x);
        return e;
    }
    e = tx_commit(x);
    if (e)
        tx_rollback(x);
    else
        program_committed(x);
    return e;
}

err_t worker_job(struct ctx *x, const char *operation, int64_t timeout_us,
                 err_t (*fn)(struct ctx *x, void *arg), void *arg)
{
    CLEANUP(arena_endp) struct arena *a = arena_new();
    struct workers *w;
    struct ctx own;
    err_t e;

    memcpy(&w, &x->edge, sizeof(w)); /* ours, and only lent as const */
    worker_ctx(&own, w, a, operation, timeout_us);
    e = worker_ctx_end(&own, fn(&own, arg));
    if (e) /* outlives the job's memory */
        e = err_internal(x->arena, e->kind, e->code, "%s", e->cause ? e->cause : e->detail);
    co_deadline(x->deadline_us);
    co_label(x->request_id);
    return e;
}

void worker_act_for(struct ctx *x, const char *organisation)
{
    struct principal *who = arena_memdup(x->arena, x->who, sizeof(*who));

    who->organisation = arena_strdup(x->arena, organisation);
    x->who = who;
}
