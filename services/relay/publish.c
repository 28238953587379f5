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
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "io/queue.h"
#include "relay/queries.h"
#include "relay/relay.h"
#include "web/metrics.h"

#define IN_FLIGHT_MAX 10000      /* of a group, at each server */
#define PATIENCE_US (500 * 1000) /* with a server, while there are others */

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
        if (r->flights[i].published + RELAY_BATCH > IN_FLIGHT_MAX * (int64_t)r->nnodes)
            full.v[full.n++] = r->flights[i].group;
    return full;
}

/* What is taken in one turn, and where it goes. */
struct batch {
    struct relay_target targets[QUEUE_NODES_MAX];
    size_t ntargets;
    struct relay_row *rows;
    size_t n;
    struct queue_adding adding[RELAY_BATCH]; /* those of one group and one server together */
    size_t of[RELAY_BATCH];                  /* which of adding a row is in */
    size_t nadding;
};

static struct text_array epochs(struct ctx *x, const struct batch *b)
{
    struct text_array all = {.v = ARENA_ARRAY(x->arena, b->ntargets, const char *), .n = b->ntargets};

    for (size_t i = 0; i < all.n; i++)
        all.v[i] = arena_printf(x->arena, "%" PRId64, b->targets[i].epoch);
    return all;
}

/* The statement chose a target by its epoch. */
static struct relay_node *node_of(const struct batch *b, const struct relay_row *row)
{
    size_t i = 0;

    while (i + 1 < b->ntargets && b->targets[i].epoch != row->epoch)
        i++;
    return b->targets[i].node;
}

/* The rows are sorted by group: each group's go to its stream, of each server in one pipeline. */
static void sort(struct ctx *x, struct batch *b)
{
    const char *source = program_of(x)->service;
    size_t first = 0; /* of the group */

    for (size_t i = 0; i < b->n; i++) {
        const struct relay_row *row = &b->rows[i];
        struct queue *queue = node_of(b, row)->queue;
        size_t k;

        if (i > 0 && !str_eq(row->grp, b->rows[i - 1].grp))
            first = b->nadding;
        for (k = first; k < b->nadding && b->adding[k].queue != queue;)
            k++;
        if (k == b->nadding)
            b->adding[b->nadding++] = (struct queue_adding){
                .queue = queue,
                .stream = arena_printf(x->arena, "events:%s", row->grp),
                .bodies = ARENA_ARRAY(x->arena, b->n - i, const char *),
            };
        b->of[i] = k;
        b->adding[k].bodies[b->adding[k].n++] = message(x->arena, source, row);
    }
}

/* What a server did not take goes back, for another one; some of it may be there: consumers tell duplicates.
 * Nothing but errors is one. */
static err_t take_back(struct ctx *x, struct tx *tx, struct batch *b, size_t *ret_n)
{
    struct uuid *events = ARENA_ARRAY(x->arena, b->n, struct uuid);
    const char **groups = ARENA_ARRAY(x->arena, b->n, const char *);
    err_t failed = NULL;
    size_t n = 0;

    for (size_t i = 0; i < b->n; i++) {
        struct relay_node *node = node_of(b, &b->rows[i]);
        err_t e = b->adding[b->of[i]].err;

        if (!e) {
            relay_flight(x, b->rows[i].grp)->published++;
            continue;
        }
        failed = failed ? failed : e;
        if (node->avoid_until_us <= clock_mono_us())
            relay_avoid(x, node, e);
        events[n] = b->rows[i].event_id;
        groups[n++] = b->rows[i].grp;
    }
    *ret_n = n;
    if (n == 0 || n == b->n)
        return failed;
    q_relay_back(tx, (struct uuid_array){.v = events, .n = n}, (struct text_array){.v = groups, .n = n});
    return NULL;
}

err_t relay_publish(struct ctx *x, size_t *ret_done)
{
    const struct program *p = program_of(x);
    const struct relay *r = relay_of(x);
    struct batch *b = ARENA_NEW(x->arena, struct batch);
    struct tx *tx;
    size_t back;

    TRY(relay_targets(x, b->targets, &b->ntargets));
    if (b->ntargets == 0) /* the outbox grows, and relay_upkeep's metrics say so */
        return NULL;
    TRY(db_begin(x, &tx));
    TRY(q_relay_take(tx, epochs(x, b), full_groups(x), p->conf.republish_ms * 1000, RELAY_BATCH, &b->rows,
                     &b->n));
    sort(x, b);
    TRY(queue_add_all(x, b->adding, b->nadding, r->nnodes > 1 ? PATIENCE_US : 0));
    TRY(take_back(x, tx, b, &back));
    metric_add(r->published, NULL, (double)(b->n - back));
    *ret_done = b->n - back;
    if (back > 0)
        worker_wake(x, "publish");
    return NULL;
}
