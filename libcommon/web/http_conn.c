/*
 * http_conn.c - connections. frame.c judges every byte in a callback of the input buffer, before evhttp's own
 * callback sees it.
 *
 *        whole and sound                     ┌──────────► evhttp ──► http_enter
 *   HEAD ───────────────┬── Content-Length ──┤ BODY (passes through)
 *    │                  └── chunked ─ CHUNKS ┘ (held back until its end is there)
 *    │                                       └ LARGE (waits, http_large.c) ► BODY
 *    │                                             └ PAST (dropped) ► REFUSED
 *    └ unsound ► REFUSED: evhttp gets a stand-in request
 *
 * After a refusal what follows is dropped, and the connection ends with the answer. So evhttp never answers
 * by itself: its answers would be HTML, without our headers.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "web/http_internal.h"
#include "web/metrics.h"

/* A list of fifty is 20 kB: at libevent's 16 kB for a write it would take two, and a turn of the loop
 * between. */
#define WRITE_BYTES (128 * 1024)
#define CHUNKED_BYTES (2 * (size_t)FRAME_BODY_BYTES) /* a chunked body with its framing */

/* Everything that is refused takes this way. */
static void conn_refuse(struct conn *c, struct evbuffer *input, const char *head)
{
    bool path = c->fault.unknown_method; /* 404 or 405, as the path says */

    evbuffer_add_printf(input, "GET %.*s HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n",
                        path ? (int)c->head.target_bytes : 1, path ? head + c->head.target : "/");
    evbuffer_drain(c->held, evbuffer_get_length(c->held));
    c->reading = CONN_REFUSED;
    c->released++;
}

/* A head without body, or with a body of a known length. */
static void release_head(struct conn *c, struct evbuffer *input)
{
    if (c->head.lengthless) {
        /* evhttp refuses a POST with "Connection: keep-alive" and no length. */
        evbuffer_remove_buffer(c->held, input, c->head.bytes - 2);
        evbuffer_drain(c->held, 2);
        evbuffer_add_printf(input, "Content-Length: 0\r\n\r\n");
    } else {
        evbuffer_remove_buffer(c->held, input, c->head.bytes);
    }
    c->released++;
    c->body_left = c->head.length;
    c->reading = c->body_left ? CONN_BODY : CONN_HEAD;
}

/*
 * A large body that may not come is read past first, and dropped as it comes: the gateway, which is sending
 * it, would find the connection closed instead of the answer. Not one that is too large: those it refuses
 * itself.
 */
static void refuse_large(struct conn *c, struct evbuffer *input, const char *head)
{
    if (strcmp(c->fault.code, "request.tooLarge") == 0) {
        conn_refuse(c, input, head);
        return;
    }
    evbuffer_drain(c->held, c->head.bytes);
    c->body_left = c->head.length;
    c->reading = CONN_PAST;
}

static void step_past(struct conn *c, struct evbuffer *input, size_t n)
{
    n = n < c->body_left ? n : c->body_left;
    evbuffer_drain(c->held, n);
    c->body_left -= n;
    if (c->body_left == 0)
        conn_refuse(c, input, NULL);
}

/* False: the connection is not read until it is known whether the body may come. */
static bool step_large(struct conn *c, struct evbuffer *input, const char *head)
{
    if (!large_enter(c, head)) {
        refuse_large(c, input, head);
        return c->reading == CONN_PAST;
    }
    if (c->reading != CONN_LARGE)
        return true;
    bufferevent_disable(c->bev, EV_READ);
    return false;
}

static bool step_head(struct conn *c, struct evbuffer *input, size_t n)
{
    if (n > FRAME_HEAD_BYTES + 1)
        n = FRAME_HEAD_BYTES + 1;
    const char *p = (const char *)evbuffer_pullup(c->held, (ev_ssize_t)n);

    switch (frame_head(p, n, &c->head, &c->fault)) {
    case FRAME_MORE:
        return false;
    case FRAME_REFUSED:
        conn_refuse(c, input, p);
        return false;
    case FRAME_OK:
        break;
    }
    if (c->head.large)
        return step_large(c, input, p);
    if (c->head.body == FRAME_CHUNKED) {
        c->reading = CONN_CHUNKS;
        c->chunks = (struct frame_chunks){0};
    } else {
        release_head(c, input);
    }
    return true;
}

static bool step_chunks(struct conn *c, struct evbuffer *input, size_t n)
{
    const char *p = (const char *)evbuffer_pullup(c->held, -1);

    switch (frame_chunks(&c->chunks, p + c->head.bytes, n - c->head.bytes, &c->fault)) {
    case FRAME_MORE:
        if (n - c->head.bytes <= CHUNKED_BYTES)
            return false;
        c->fault =
            (struct frame_fault){.code = "request.tooLarge", .detail = "The body is larger than 1 MiB."};
        conn_refuse(c, input, p);
        return false;
    case FRAME_REFUSED:
        conn_refuse(c, input, p);
        return false;
    case FRAME_OK:
        break;
    }
    evbuffer_remove_buffer(c->held, input, c->head.bytes + c->chunks.done);
    c->released++;
    c->reading = CONN_HEAD;
    return true;
}

/* Gives to evhttp what can be given; true if there may be more to give. */
static bool step(struct conn *c, struct evbuffer *input)
{
    size_t n = evbuffer_get_length(c->held);

    if (n == 0)
        return false;
    switch (c->reading) {
    case CONN_HEAD:
        return step_head(c, input, n);
    case CONN_BODY:
        n = n < c->body_left ? n : c->body_left;
        evbuffer_remove_buffer(c->held, input, n);
        c->body_left -= n;
        if (c->body_left == 0)
            c->reading = CONN_HEAD;
        return true;
    case CONN_CHUNKS:
        return step_chunks(c, input, n);
    case CONN_LARGE:
        break;
    case CONN_PAST:
        step_past(c, input, n);
        return true;
    case CONN_REFUSED:
        evbuffer_drain(c->held, n);
        break;
    }
    return false;
}

/* Takes the last n bytes of input away from evhttp. */
static void hold(struct conn *c, struct evbuffer *input, size_t n)
{
    size_t before = evbuffer_get_length(input) - n;
    struct evbuffer *first = before ? evbuffer_new() : NULL;

    if (!c->held)
        c->held = evbuffer_new();
    if (!c->held || (before && !first))
        abort();
    if (before)
        evbuffer_remove_buffer(input, first, before);
    evbuffer_add_buffer(c->held, input);
    if (before) {
        evbuffer_add_buffer(input, first);
        evbuffer_free(first);
    }
}

/* The common case, without moving a byte: these n bytes are one whole request, or a further piece of a body.
 */
static bool passes_as_it_is(struct conn *c, struct evbuffer *input, size_t n)
{
    if (c->held && evbuffer_get_length(c->held) > 0)
        return false;
    if (c->reading == CONN_BODY && n <= c->body_left) {
        c->body_left -= n;
        if (c->body_left == 0)
            c->reading = CONN_HEAD;
        return true;
    }
    if (c->reading != CONN_HEAD || evbuffer_get_length(input) != n || n > FRAME_HEAD_BYTES)
        return false;
    const char *p = (const char *)evbuffer_pullup(input, -1);

    if (frame_head(p, n, &c->head, &c->fault) != FRAME_OK || c->head.body == FRAME_CHUNKED ||
        c->head.lengthless || c->head.large || c->head.bytes + c->head.length < n)
        return false;
    c->released++;
    c->body_left = c->head.bytes + c->head.length - n;
    c->reading = c->body_left ? CONN_BODY : CONN_HEAD;
    return true;
}

static void note_since(struct conn *c)
{
    bool unfinished = c->body_left > 0 || (c->held && evbuffer_get_length(c->held) > 0);

    if (!unfinished)
        c->since_us = 0;
    else if (c->since_us == 0)
        c->since_us = clock_mono_us();
}

void conn_judged(struct conn *c, bool allowed)
{
    struct evbuffer *input = bufferevent_get_input(c->bev);
    bool at_once = c->taking; /* whoever takes what came goes on by itself */

    c->taking = true;
    if (allowed)
        release_head(c, input);
    else
        refuse_large(c, input, (const char *)evbuffer_pullup(c->held, (ev_ssize_t)c->head.bytes));
    if (at_once)
        return;
    while (step(c, input))
        ;
    note_since(c);
    c->taking = false;
    bufferevent_enable(c->bev, EV_READ);
    bufferevent_trigger(c->bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
}

static void on_input(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
    struct conn *c = arg;

    if (c->taking || info->n_added == 0)
        return;
    c->taking = true;
    if (!passes_as_it_is(c, input, info->n_added)) {
        hold(c, input, info->n_added);
        while (step(c, input))
            ;
    }
    note_since(c);
    c->taking = false;
}

bool conn_refused(struct conn *c, const struct frame_fault **ret)
{
    if (c->released > 0)
        c->released--;
    *ret = &c->fault;
    return c->reading == CONN_REFUSED && c->released == 0;
}

struct conn *conn_of(const struct http *h, struct evhttp_request *ev)
{
    int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(evhttp_request_get_connection(ev)));

    return fd >= 0 && (size_t)fd < h->nby_fd ? h->by_fd[fd] : NULL;
}

static void conn_free(struct conn *c)
{
    struct http *h = c->http;

    if (c->fd >= 0)
        h->by_fd[c->fd] = NULL;
    if (c->prev)
        c->prev->next = c->next;
    else
        h->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    metric_set(h->connections, NULL, (double)--h->nconns);
    large_gone(c);
    if (c->held)
        evbuffer_free(c->held);
    free(c);
    http_accept_resume(h);
}

/* evhttp is about to free the connection and the request that it has. */
static void on_close(struct evhttp_connection *evcon, void *arg)
{
    struct conn *c = arg;

    (void)evcon;
    evbuffer_remove_cb(bufferevent_get_input(c->bev), on_input, c);
    if (c->rq) {
        /* Whoever took the request off the connection left it to us: the answer frees it. */
        if (evhttp_request_get_connection(c->rq->ev))
            c->rq->ev = NULL;
        c->rq->conn = NULL;
    }
    if (c->stream)
        stream_gone(c->stream);
    conn_free(c);
}

/* evhttp has made its connection around our bufferevent by now; it has no other way to tell us. */
static void on_born(evutil_socket_t fd, short what, void *arg)
{
    struct conn *c = arg;
    struct http *h = c->http;
    void *evcon = NULL;

    (void)fd;
    (void)what;
    bufferevent_getcb(c->bev, NULL, NULL, NULL, &evcon);
    c->evcon = evcon;
    c->fd = bufferevent_getfd(c->bev);
    if ((size_t)c->fd >= h->nby_fd) {
        size_t n = ((size_t)c->fd + 64) * 2;
        struct conn **v = realloc(h->by_fd, n * sizeof(struct conn *));
        if (!v)
            abort();
        memset(v + h->nby_fd, 0, (n - h->nby_fd) * sizeof(struct conn *));
        h->by_fd = v;
        h->nby_fd = n;
    }
    h->by_fd[c->fd] = c;
    evhttp_connection_set_closecb(c->evcon, on_close, c);
}

static struct bufferevent *conn_new(struct event_base *base, void *arg)
{
    struct http *h = arg;
    struct conn *c = calloc(1, sizeof(*c));

    if (!c)
        return NULL;
    c->bev = bufferevent_socket_new(base, -1, 0);
    if (!c->bev) {
        free(c);
        return NULL;
    }
    bufferevent_set_max_single_write(c->bev, WRITE_BYTES);
    c->http = h;
    c->fd = -1;
    c->next = h->conns;
    if (h->conns)
        h->conns->prev = c;
    h->conns = c;
    metric_set(h->connections, NULL, (double)++h->nconns);
    evbuffer_add_cb(bufferevent_get_input(c->bev), on_input, c);
    event_base_once(base, -1, EV_TIMEOUT, on_born, c, NULL);
    return c->bev;
}

void conns_open(struct http *h)
{
    evhttp_set_bevcb(h->ev, conn_new, h);
}

void conns_close(struct http *h)
{
    while (h->conns)
        conn_free(h->conns);
    free(h->by_fd);
}

void conns_sweep(struct http *h, bool idle)
{
    int64_t now = clock_mono_us();

    for (struct conn *c = h->conns, *next; c; c = next) {
        next = c->next;
        if (!c->evcon || c->rq || c->stream)
            continue;
        bool late = c->since_us && now - c->since_us > h->patience_us;
        bool unused = c->released == 0 && evbuffer_get_length(bufferevent_get_output(c->bev)) == 0;
        if (late || (idle && unused))
            evhttp_connection_free(c->evcon);
    }
}
