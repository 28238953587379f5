/*
 * publish.c - from wf.delivery to the groups' streams.
 *
 * The rows are marked and the entries added in one transaction, the commit last: when it fails, the entries
 * are there without the mark, are added once more, and the consumer tells duplicates. The other order could
 * lose one.
 */
#include <assert.h>
#include <inttypes.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "io/queue.h"
#include "relay/queries.h"
#include "relay/relay.h"
#include "web/metrics.h"

#define BATCH 256
#define IN_FLIGHT_MAX 10000

struct relay *relay_of(const struct ctx *x)
{
    return PROGRAM_STATE(x, struct relay);
}

struct relay_flight *relay_flight(const struct ctx *x, const char *group)
{
    struct relay *r = relay_of(x);

    for (size_t i = 0; i < r->nflights; i++)
        if (str_eq(r->flights[i].group, group))
            return &r->flights[i];
    assert(r->nflights < RELAY_GROUPS); /* groups are services */
    r->flights[r->nflights] = (struct relay_flight){.group = arena_strdup(program_of(x)->arena, group)};
    return &r->flights[r->nflights++];
}

static const char *message(struct arena *a, const char *source, const struct relay_row *row)
{
    struct buf b;

    buf_init(&b, a, 640);
    buf_printf(&b, "{\"id\":\"%s\",\"type\":", uuid_text(a, row->event_id));
    json_write_text(&b, row->type);
    buf_puts(&b, ",\"source\":");
    json_write_text(&b, source);
    buf_printf(&b, ",\"subject\":\"%s\",\"key\":\"%s\",\"org\":", uuid_text(a, row->subject),
               uuid_text(a, row->key));
    json_write_text(&b, row->org);
    buf_puts(&b, ",\"time\":");
    json_write_instant(&b, row->created_at);
    buf_printf(&b,
               ",\"seq\":%" PRId64 ",\"position\":%" PRId64 ",\"confirmedBelow\":%" PRId64
               ",\"publication\":%" PRId32 ",\"onDead\":\"%s\",\"trace\":",
               row->seq, row->position, row->below, row->publication, row->on_dead);
    json_write_text(&b, row->trace);
    buf_printf(&b, ",\"data\":%s}", row->data);
    return buf_text(&b);
}

/* Groups that have as much on the way as may be. */
static struct text_array full_groups(struct ctx *x)
{
    const struct relay *r = relay_of(x);
    struct text_array full = {.v = ARENA_ARRAY(x->arena, RELAY_GROUPS, const char *)};

    for (size_t i = 0; i < r->nflights; i++)
        if (r->flights[i].published + BATCH > IN_FLIGHT_MAX)
            full.v[full.n++] = r->flights[i].group;
    return full;
}

/* The rows are sorted by group: each group's go to its stream in one pipeline. */
static err_t add(struct ctx *x, const struct relay_row *rows, size_t n)
{
    const struct program *p = program_of(x);
    const char *bodies[BATCH];

    for (size_t i = 0; i < n;) {
        const char *group = rows[i].grp;
        size_t of_group = 0;

        for (; i < n && str_eq(rows[i].grp, group); i++)
            bodies[of_group++] = message(x->arena, p->service, &rows[i]);
        TRY(queue_add(x, p->queue, arena_printf(x->arena, "events:%s", group), bodies, of_group));
        relay_flight(x, group)->published += (int64_t)of_group;
    }
    return NULL;
}

err_t relay_publish(struct ctx *x, size_t *ret_done)
{
    const struct program *p = program_of(x);
    struct relay *r = relay_of(x);
    struct relay_row *rows;
    struct tx *tx;
    size_t n;

    if (!queue_ready(p->queue)) /* the outbox grows, and relay_upkeep's metrics say so */
        return NULL;
    if (r->epoch == 0)
        TRY(queue_epoch(x, p->queue, &r->epoch));
    TRY(db_begin(x, &tx));
    TRY(q_relay_take(tx, (int64_t)r->epoch, full_groups(x), p->conf.republish_ms * 1000, BATCH, &rows, &n));
    TRY(add(x, rows, n));
    metric_add(r->published, NULL, (double)n);
    *ret_done = n;
    return NULL;
}
