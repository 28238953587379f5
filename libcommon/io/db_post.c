/*
 * db_post.c - what reads post at their end: the trail of who read what.
 *
 *   tx_commit ──► the connection's posts ──► one segment for all that wait ──► sent: the answers may go
 *                     ▲                              │
 *                     └── who comes meanwhile ◄──────┴─► answered: durable ones are on disk; the next segment
 *
 * A connection has one such segment under way. Alone, a read's post goes at once (at the end of the loop's
 * turn, db_segment.c); where many read, one transaction takes the posts of all that came meanwhile, which is
 * a third of what one for each costs. Each post has its own reader's context in front of it; but the rows
 * that one INSERT adds for readers of one organisation go as one, since beginning it is most of what it
 * costs: such a row says itself who it was, and what is posted is judged by the organisation.
 */
#include <string.h>

#include "base/ctx.h"
#include "io/db_internal.h"

ERR_DEFINE(err_unposted, ERR_UNAVAILABLE, "db.again",
           "That this was read could not be recorded; please try again.");

enum { TOGETHER = 8, VALUES_MAX = 128 };

/* One read's, on its coroutine's stack until it is sent, or answered if it is durable. */
struct post {
    struct post *next;
    struct tx *tx;
    struct pending *context;
    bool durable;
    bool sent, answered;
    struct post *with; /* the next whose row goes in the same statement */
    bool joined;       /* it goes with one before it */
    struct text *rows; /* of the first: the text for all of them */
    err_t e;
    struct co_wait wait;
};

static bool ends(const struct post *p)
{
    return p->e || (p->durable ? p->answered : p->sent);
}

static bool same_value(const struct pending *a, const struct pending *b, int i)
{
    return a->lengths[i] == b->lengths[i] && memcmp(a->values[i], b->values[i], (size_t)a->lengths[i]) == 0;
}

static bool same_reader(const struct pending *a, const struct pending *b)
{
    for (int i = 0; i < a->text->nparams; i++) {
        if (!same_value(a, b, i))
            return false;
    }
    return true;
}

/* Of the context's values the first is the organisation. */
static bool fits(const struct post *p, const struct post *q)
{
    return !q->joined && !q->tx->posts->next && q->tx->posts->s == p->tx->posts->s &&
           same_value(p->context, q->context, 0);
}

/* Takes the next ones that fit, so that it is 8, 4 or 2: each number is a text of its own. */
static void join(struct conn *c, struct post *p)
{
    const struct db_statement *s = p->tx->posts->s;
    struct post *found[TOGETHER] = {p};
    unsigned n = 1;

    if (p->joined || p->tx->posts->next || s->nparams * TOGETHER > VALUES_MAX)
        return;
    for (struct post *q = p->next; q && n < TOGETHER; q = q->next) {
        if (fits(p, q))
            found[n++] = q;
    }
    while (n & (n - 1))
        n--;
    p->rows = n > 1 ? texts_rows(&c->db->texts, s, n) : NULL;
    for (unsigned i = 1; p->rows && i < n; i++) {
        found[i - 1]->with = found[i];
        found[i]->joined = true;
    }
}

static bool prepare(struct conn *c, const struct post *p)
{
    struct pending rows = {.s = p->tx->posts->s, .text = p->rows};

    if (p->joined)
        return true;
    if (!pipe_prepare(c, NULL, p->context))
        return false;
    if (p->rows)
        return pipe_prepare(c, NULL, &rows);
    for (struct pending *s = p->tx->posts; s; s = s->next) {
        if (!pipe_prepare(c, NULL, s))
            return false;
    }
    return true;
}

static bool run_rows(struct conn *c, const struct post *p)
{
    const char *values[VALUES_MAX];
    int lengths[VALUES_MAX];
    struct pending rows = {.s = p->tx->posts->s, .text = p->rows, .values = values, .lengths = lengths};
    size_t n = rows.s->nparams, at = 0;

    for (; p; p = p->with, at += n) {
        memcpy(values + at, p->tx->posts->values, n * sizeof *values);
        memcpy(lengths + at, p->tx->posts->lengths, n * sizeof *lengths);
    }
    return pipe_run(c, NULL, &rows);
}

static bool run(struct conn *c, const struct post *p, const struct post *before)
{
    if ((!before || !same_reader(before->context, p->context)) && !pipe_run(c, NULL, p->context))
        return false;
    if (p->rows)
        return run_rows(c, p);
    for (struct pending *s = p->tx->posts; s; s = s->next) {
        if (!pipe_run(c, NULL, s))
            return false;
    }
    return true;
}

/* All that wait, in one segment. Who need not wait for its answer is woken. */
void posts_go(struct conn *c)
{
    const struct post *before = NULL;
    bool ok = true, taken;

    if (!c->posts || c->posting)
        return;
    for (struct post *p = c->posts; p; p = p->next)
        join(c, p);
    for (const struct post *p = c->posts; ok && p; p = p->next)
        ok = prepare(c, p);
    for (const struct post *p = c->posts; ok && p; p = p->next) {
        if (p->joined)
            continue;
        ok = run(c, p, before);
        before = p;
    }
    if (!ok || !pipe_sync_posts(c)) {
        conn_lost(c, PQerrorMessage(c->pg));
        return;
    }
    taken = PQflush(c->pg) == 0;
    c->db->stats.round_trips++;
    c->posting = true;
    c->post_failed = false;
    for (struct post **at = &c->posts; *at;) {
        struct post *p = *at;

        p->sent = true;
        p->durable |= !taken; /* it is with libpq yet: its answer is waited for */
        if (!ends(p)) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        co_wake(&p->wait);
    }
    c->posted = c->posts;
    c->posts = NULL;
}

static void end_all(struct post *p, err_t e)
{
    while (p) {
        struct post *next = p->next;

        p->answered = p->sent;
        p->e = e;
        co_wake(&p->wait);
        p = next;
    }
}

void posts_answered(struct conn *c)
{
    struct post *posted = c->posted;

    c->posting = false;
    c->posted = NULL;
    end_all(posted, c->post_failed ? err_unposted : NULL);
    if (c->posts)
        segment_at_turn(c);
}

void posts_lost(struct conn *c)
{
    struct post *posted = c->posted, *posts = c->posts;

    c->posting = false;
    c->posted = c->posts = NULL;
    end_all(posted, &db_err_away);
    end_all(posts, &db_err_away);
}

static void append(struct post **at, struct post *p)
{
    while (*at)
        at = &(*at)->next;
    p->next = NULL;
    *at = p;
}

static void unlink_post(struct post **at, const struct post *p)
{
    while (*at && *at != p)
        at = &(*at)->next;
    if (*at)
        *at = p->next;
}

static err_t post(struct post *p)
{
    struct conn *c;
    err_t e = NULL;

    TRY(lane_take(&p->tx->db->shared, &c));
    append(&c->posts, p);
    if (!c->posting)
        segment_at_turn(c);
    while (!ends(p) && !e)
        e = co_wait_at(&p->wait, p->tx->posts->s->name);
    if (e) { /* its memory goes */
        unlink_post(&c->posts, p);
        unlink_post(&c->posted, p);
        return e;
    }
    return p->e;
}

err_t tx_posts(struct tx *tx)
{
    struct post fresh = {.tx = tx, .context = tx->context ? tx->context : tx_context(tx)}, p;
    err_t e;

    for (const struct pending *s = tx->posts; s; s = s->next)
        fresh.durable |= s->s->durable;
    p = fresh;
    e = post(&p);
    if (e == &db_err_away && !p.sent) { /* the connection went while it waited for its turn */
        p = fresh;
        e = post(&p);
    }
    return e;
}
