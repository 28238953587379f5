/*
 * db_post.c - what reads post at their end: the trail of who read what.
 *
 *   tx_commit ──► the connection's posts ──► one segment for all that wait ──► sent: the answers may go
 *                     ▲                              │
 *                     └── who comes meanwhile ◄──────┴─► answered: durable ones are on disk; the next segment
 *
 * A connection has one such segment under way. Alone, a read's post goes at once; where many read, one
 * transaction takes the posts of all that came meanwhile, which is a third of what one for each costs. Each
 * post has its own reader's context in front of it.
 */
#include <string.h>

#include "base/ctx.h"
#include "io/db_internal.h"

ERR_DEFINE(err_unposted, ERR_UNAVAILABLE, "db.again",
           "That this was read could not be recorded; please try again.");

/* One read's, on its coroutine's stack until it is sent, or answered if it is durable. */
struct post {
    struct post *next;
    struct tx *tx;
    struct pending *context;
    bool durable;
    bool sent, answered;
    err_t e;
    struct co_wait wait;
};

static bool ends(const struct post *p)
{
    return p->e || (p->durable ? p->answered : p->sent);
}

static bool same_reader(const struct pending *a, const struct pending *b)
{
    for (int i = 0; i < a->text->nparams; i++) {
        if (a->lengths[i] != b->lengths[i] || memcmp(a->values[i], b->values[i], (size_t)a->lengths[i]) != 0)
            return false;
    }
    return true;
}

static bool prepare(struct conn *c, const struct post *p)
{
    if (!pipe_prepare(c, NULL, p->context))
        return false;
    for (struct pending *s = p->tx->posts; s; s = s->next) {
        if (!pipe_prepare(c, NULL, s))
            return false;
    }
    return true;
}

static bool run(struct conn *c, const struct post *p, const struct post *before)
{
    if ((!before || !same_reader(before->context, p->context)) && !pipe_run(c, NULL, p->context))
        return false;
    for (struct pending *s = p->tx->posts; s; s = s->next) {
        if (!pipe_run(c, NULL, s))
            return false;
    }
    return true;
}

/* All that wait, in one segment. Who need not wait for its answer is woken. */
static void send_posts(struct conn *c)
{
    const struct post *before = NULL;
    bool ok = true;

    for (const struct post *p = c->posts; ok && p; p = p->next)
        ok = prepare(c, p);
    for (const struct post *p = c->posts; ok && p; p = p->next) {
        ok = run(c, p, before);
        before = p;
    }
    if (!ok || !pipe_sync_posts(c)) {
        conn_lost(c, PQerrorMessage(c->pg));
        return;
    }
    c->db->stats.round_trips++;
    c->posting = true;
    c->post_failed = false;
    for (struct post **at = &c->posts; *at;) {
        struct post *p = *at;

        p->sent = true;
        if (!ends(p)) {
            at = &p->next;
            continue;
        }
        *at = p->next;
        co_wake(&p->wait);
    }
    c->posted = c->posts;
    c->posts = NULL;
    conn_flush(c);
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
        send_posts(c);
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
        send_posts(c);
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
    struct post p = {.tx = tx, .context = tx->context ? tx->context : tx_context(tx)};
    err_t e;

    for (const struct pending *s = tx->posts; s; s = s->next)
        p.durable |= s->s->durable;
    e = post(&p);
    if (e == &db_err_away && !p.sent) { /* the connection went while it waited for its turn */
        p.e = NULL;
        p.wait = (struct co_wait){0};
        e = post(&p);
    }
    return e;
}
