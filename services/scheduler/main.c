/*
 * main.c - wayfare-scheduler --service NAME: what is due becomes the event <service>.due.<kind>.
 *
 * The row goes and the event comes in one transaction; rows are claimed with SKIP LOCKED, so several may run.
 */
#include <string.h>

#include "app/events.h"
#include "app/outbox.h"
#include "app/worker_main.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/trace.h"
#include "io/db.h"
#include "scheduler/queries.h"
#include "web/metrics.h"

#define BATCH 100
#define DATA_DEPTH 4
#define POSTPONE_US (3600 * 1000 * 1000LL)

struct scheduler {
    struct metric *due, *postponed, *late, *oldest;
};

static err_t check(struct ctx *x, const char *type, const struct due_row *row)
{
    const struct event_type *t = events_find(program_of(x)->events, type);
    json_t *data;

    if (!t)
        return err_internal(x->arena, ERR_BUG, "event.type", "%s is not in events.yaml", type);
    TRY(json_parse(x->arena, row->data, strlen(row->data), DATA_DEPTH, &data));
    return event_check(x->arena, t, data);
}

static void make_due(struct ctx *x, struct tx *tx, const struct due_row *row)
{
    const struct scheduler *s = PROGRAM_STATE(x, struct scheduler);
    const char *type = arena_printf(x->arena, "%s.due.%s", program_of(x)->service, row->kind);
    err_t fault = check(x, type, row);

    if (fault) {
        log_err(LOG_ERROR, x, "due.postponed", fault);
        metric_add(s->postponed, row->kind, 1);
        q_due_postpone(tx, &(struct q_due_postpone_in){.kind = row->kind,
                                                       .key = row->key,
                                                       .org = row->org,
                                                       .due_at = x->now_us + POSTPONE_US,
                                                       .data = row->data});
        return;
    }
    metric_add(s->due, row->kind, 1);
    outbox_add(
        tx, &(struct event){.type = type, .subject = row->key, .organisation = row->org, .data = row->data});
}

static err_t run_once(struct ctx *x, size_t *ret_done)
{
    struct due_row *rows;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_due_take(tx, x->now_us, BATCH, &rows, ret_done));
    if (*ret_done > 0)
        trace_sample(x->traceparent);
    for (size_t i = 0; i < *ret_done; i++)
        make_due(x, tx, &rows[i]);
    return NULL;
}

/* For the metrics: what nobody has taken. */
static err_t count_once(struct ctx *x, size_t *ret_done)
{
    const struct scheduler *s = PROGRAM_STATE(x, struct scheduler);
    struct due_late late;
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    TRY(q_due_late(tx, x->now_us, &late));
    metric_set(s->late, NULL, (double)late.n);
    metric_set(s->oldest, NULL, late.oldest.set ? (double)(x->now_us - late.oldest.v) / 1e6 : 0);
    return NULL;
}

static err_t start(struct program *p)
{
    struct scheduler *s = ARENA_NEW(p->arena, struct scheduler);

    s->due = metric_counter("wayfare_due_total", "Rows that became events.", "kind");
    s->postponed = metric_counter("wayfare_due_postponed_total", "Rows that cannot become events.", "kind");
    s->late = metric_gauge("wayfare_due_late", "Rows whose time has passed.", NULL);
    s->oldest = metric_gauge("wayfare_due_late_seconds", "Since the first of them was due.", NULL);
    p->state = s;
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct work works[] = {{.name = "due", .run_once = run_once, .tick_us = 250 * 1000},
                                        {.name = "count", .run_once = count_once, .tick_us = 5000 * 1000}};
    static const struct worker worker = {
        .name = "scheduler",
        .about = "turns what is due into events",
        .works = works,
        .nworks = LENGTH(works),
        .start = start,
    };

    return worker_main(argc, argv, &worker);
}
