/*
 * db_segment.c - what goes over a shared connection in one turn of the loop goes together.
 *
 *   read ─┐                        ┌─► one segment: a reader's context, its statements, the next reader's …,
 *   read ─┼─ until the turn's end ─┤   Sync; PostgreSQL wakes once, begins and ends one transaction
 *   post ─┘                        └─► the posts in a segment of their own (db_post.c)
 *
 * Who comes behind the same reader needs no context again. A statement that fails takes those behind it
 * along, up to the Sync: they are sent once more, each in a segment of its own. Alone in its turn, a read
 * goes at once.
 */
#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "io/db_internal.h"

enum { TOGETHER = 16 /* reads: what comes back first need not wait for more */ };

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;

    (void)fd;
    (void)what;
    c->turn_due = false;
    if (!segment_end(c)) {
        conn_lost(c, PQerrorMessage(c->pg));
        return;
    }
    posts_go(c);
    if (c->pg)
        conn_flush(c);
}

void segment_open(struct conn *c, struct event_base *base)
{
    event_assign(&c->turn, base, -1, 0, on_turn, c);
}

void segment_close(struct conn *c)
{
    if (c->turn_due)
        event_del(&c->turn);
    c->turn_due = false;
    c->nreads = 0;
    free(c->reader);
    c->reader = NULL;
    c->reader_size = 0;
}

void segment_at_turn(struct conn *c)
{
    if (c->turn_due)
        return;
    c->turn_due = true;
    event_active(&c->turn, EV_TIMEOUT, 1);
}

bool segment_end(struct conn *c)
{
    if (c->nreads == 0)
        return true;
    c->nreads = 0;
    return pipe_sync(c, NULL);
}

/* ---- the reader whose context the segment has ---- */

static bool is_reader(const struct conn *c, const struct pending *context)
{
    const char *p = c->reader;

    for (int i = 0; i < context->text->nparams; i++) {
        size_t n = (size_t)context->lengths[i];

        if (c->reader_lengths[i] != context->lengths[i] || (n > 0 && memcmp(p, context->values[i], n) != 0))
            return false;
        p += context->lengths[i];
    }
    return true;
}

/* A copy: who comes next may find this one's memory gone. */
static void keep_reader(struct conn *c, const struct pending *context)
{
    size_t bytes = 0;
    char *p;

    for (int i = 0; i < context->text->nparams; i++)
        bytes += (size_t)context->lengths[i];
    if (bytes > c->reader_size) {
        free(c->reader);
        c->reader = malloc(bytes);
        if (!c->reader)
            abort();
        c->reader_size = bytes;
    }
    p = c->reader;
    for (int i = 0; i < context->text->nparams; i++) {
        c->reader_lengths[i] = context->lengths[i];
        if (context->lengths[i] > 0)
            memcpy(p, context->values[i], (size_t)context->lengths[i]);
        p += context->lengths[i];
    }
}

/* ---- reads ---- */

static bool run(struct conn *c, struct tx *tx)
{
    for (struct pending *p = tx->round; p; p = p->next) {
        if (p == tx->context) {
            if (c->nreads > 0 && is_reader(c, p))
                continue;
            keep_reader(c, p);
        }
        if (!pipe_run(c, tx, p))
            return false;
        tx->at = p->s->name;
    }
    return true;
}

bool segment_read(struct conn *c, struct tx *tx)
{
    assert(tx->round == tx->context); /* nobody reads in another's name */
    if (tx->alone && !segment_end(c))
        return false;
    for (struct pending *p = tx->round; p; p = p->next) {
        if (!pipe_prepare(c, tx, p))
            return false;
    }
    if (!run(c, tx))
        return false;
    if (++c->nreads >= TOGETHER || tx->alone)
        return segment_end(c);
    segment_at_turn(c);
    return true;
}
