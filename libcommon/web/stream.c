/*
 * stream.c - server-sent events. A stream holds no coroutine; one is started to fetch what is new.
 *
 *   reply_stream ──► OPEN ──poke, tick──► FETCHING ──► OPEN …
 *                     │ token ends, drain: end in order; more than 64 kB unsent: the connection is cut
 *                     ▼
 *                   CLOSED (freed, or when the fetch has come back)
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/uuid.h"
#include "io/co.h"
#include "io/db.h"
#include "web/auth.h"
#include "web/http_internal.h"
#include "web/metrics.h"

#define UNSENT_BYTES 65536
#define COMMENT_US 15000000LL
#define FETCH_US 5000000LL
#define ID_BYTES 128

struct stream {
    struct http *http;
    struct stream *prev, *next;
    struct arena *arena;       /* the request's: it stays as long as the stream */
    struct conn *conn;         /* NULL: gone */
    struct evhttp_request *ev; /* as long as conn */
    const char *name, *purpose, *channel, *authorization, *organisation, *request_id;
    stream_fetch_fn *fetch;
    void *arg;
    char last_id[ID_BYTES + 1];
    int64_t token_end_us; /* wall clock */
    int64_t written_us;   /* monotonic; when something was last sent */
    bool fetching, again, closed;
    struct buf out; /* events of the fetch under way */
};

err_t reply_stream(struct ctx *x, const struct request *rq, struct response *rs, const char *channel,
                   stream_fetch_fn *fetch, void *arg)
{
    rs->status = 200;
    rs->content_type = "text/event-stream";
    rs->stream_channel = arena_strdup(x->arena, channel);
    rs->stream_fetch = fetch;
    rs->stream_arg = arg;
    return NULL;
}

static void free_stream(struct stream *s)
{
    struct http *h = s->http;

    if (s->prev)
        s->prev->next = s->next;
    else
        h->streams = s->next;
    if (s->next)
        s->next->prev = s->prev;
    metric_set(h->streams_open, NULL, (double)--h->nstreams);
    arena_free(s->arena);
}

/* In order: the last chunk goes out, then the connection ends. */
static void end(struct stream *s)
{
    struct evhttp_request *ev = s->ev;

    if (s->conn)
        s->conn->stream = NULL;
    s->conn = NULL;
    s->ev = NULL;
    s->closed = true;
    if (ev)
        evhttp_send_reply_end(ev);
    if (!s->fetching)
        free_stream(s);
}

/* At once: the reader does not keep up, what it has not read it gets by Last-Event-ID. */
static void cut(struct stream *s)
{
    struct evhttp_connection *evcon = s->conn->evcon;

    s->conn->stream = NULL;
    s->conn = NULL;
    s->ev = NULL; /* goes with its connection */
    s->closed = true;
    evhttp_connection_free(evcon);
    if (!s->fetching)
        free_stream(s);
}

void stream_gone(struct stream *s)
{
    /* After a failed write evhttp leaves the request to us. */
    if (!evhttp_request_get_connection(s->ev))
        evhttp_request_free(s->ev);
    s->conn = NULL;
    s->ev = NULL;
    s->closed = true;
    if (!s->fetching)
        free_stream(s);
}

/* False if the stream is no more. */
static bool write_out(struct stream *s, const char *p, size_t n)
{
    struct evbuffer *chunk, *unsent;

    if (s->closed)
        return false;
    if (n == 0)
        return true;
    unsent = bufferevent_get_output(s->conn->bev);
    if (evbuffer_get_length(unsent) + n > UNSENT_BYTES) {
        log_line(LOG_INFO, NULL, "stream cut: reader does not keep up", LOG_TEXT("operation", s->name));
        cut(s);
        return false;
    }
    chunk = evbuffer_new();
    if (!chunk)
        abort();
    evbuffer_add(chunk, p, n);
    evhttp_send_reply_chunk(s->ev, chunk);
    evbuffer_free(chunk);
    s->written_us = clock_mono_us();
    return true;
}

/* Data of more lines are several data fields; an id or type with a line end is not written. */
void stream_event(struct stream *s, const char *id, const char *type, const char *json)
{
    size_t n = id ? strlen(id) : 0;

    if (n > 0 && n <= ID_BYTES && !strpbrk(id, "\r\n")) {
        buf_printf(&s->out, "id: %s\n", id);
        memcpy(s->last_id, id, n + 1);
    }
    if (type && !strpbrk(type, "\r\n"))
        buf_printf(&s->out, "event: %s\n", type);
    for (const char *at = json; at;) {
        size_t line = strcspn(at, "\r\n");
        buf_puts(&s->out, "data: ");
        buf_put(&s->out, at, line);
        buf_putc(&s->out, '\n');
        at = at[line] ? at + line + 1 : NULL;
    }
    buf_putc(&s->out, '\n');
}

/* One fetch in a context of its own; the token is judged again, so a revoked one ends the stream. */
static err_t fetch_once(struct stream *s, struct ctx *x)
{
    const struct principal *token = NULL;
    struct principal acting;
    err_t e = http_authenticate(x, s->http, s->authorization, s->organisation, &token, &acting);

    if (!e)
        e = s->fetch(x, s, s->last_id, s->arg);
    if (!e)
        e = tx_commit(x);
    if (e)
        tx_rollback(x);
    if (token)
        auth_release(s->http->auth, token);
    return e;
}

static void fetch_run(void *arg)
{
    static const struct principal nobody = {.subject = "", .client_id = "", .organisation = "", .scope = ""};
    struct stream *s = arg;
    CLEANUP(arena_endp) struct arena *a = arena_new();
    struct ctx x = {.arena = a,
                    .who = &nobody,
                    .now_us = clock_now_us(),
                    .db = s->http->db,
                    .operation = s->name,
                    .purpose = s->purpose,
                    .app = s->http->app};
    char before[sizeof(s->last_id)];
    err_t e = NULL;

    memcpy(x.request_id, s->request_id, sizeof(x.request_id));
    memcpy(before, s->last_id, sizeof(before));
    do {
        s->again = false;
        x.deadline_us = clock_mono_us() + FETCH_US;
        x.now_us = clock_now_us();
        co_deadline(x.deadline_us);
        buf_init(&s->out, a, 4096);
        e = fetch_once(s, &x);
        if (e)
            memcpy(s->last_id, before, sizeof(before)); /* nothing of it was sent */
        else
            write_out(s, s->out.p, s->out.n);
        memcpy(before, s->last_id, sizeof(before));
    } while (s->again && !s->closed && !e);
    s->fetching = false;
    if (e && e->kind != ERR_UNAUTHENTICATED)
        log_err(LOG_WARN, &x, "stream fetch failed", e); /* the next tick tries again */
    if (s->closed)
        free_stream(s);
    else if (e && e->kind == ERR_UNAUTHENTICATED)
        end(s);
}

static void wake(struct stream *s)
{
    if (s->fetching) {
        s->again = true;
        return;
    }
    s->fetching = true;
    if (co_start(s->name, fetch_run, s))
        s->fetching = false; /* too many at work: the next tick */
}

void stream_start(struct request *rq)
{
    struct http *h = rq->http;
    const char *last = request_field(rq, "Last-Event-ID"),
               *authorization = request_field(rq, "Authorization"),
               *organisation = request_field(rq, "X-Wayfare-Organisation");
    struct stream *s = ARENA_NEW(rq->arena, struct stream);

    http_account(rq);
    *s = (struct stream){.http = h,
                         .arena = rq->arena,
                         .conn = rq->conn,
                         .ev = rq->ev,
                         .name = rq->op->id,
                         .purpose = rq->x.purpose,
                         .channel = rq->rs.stream_channel,
                         .authorization = arena_strdup(rq->arena, authorization),
                         .organisation = arena_strdup(rq->arena, organisation),
                         .request_id = rq->x.request_id,
                         .fetch = rq->rs.stream_fetch,
                         .arg = rq->rs.stream_arg,
                         .token_end_us = rq->x.who->expires_us,
                         .written_us = clock_mono_us()};
    if (last && strlen(last) <= ID_BYTES)
        memcpy(s->last_id, last, strlen(last) + 1);
    if (rq->token)
        auth_release(h->auth, rq->token);
    h->live--;
    s->next = h->streams;
    if (h->streams)
        h->streams->prev = s;
    h->streams = s;
    metric_set(h->streams_open, NULL, (double)++h->nstreams);
    if (!rq->conn) {
        if (rq->ev)
            evhttp_request_free(rq->ev);
        s->closed = true;
        free_stream(s);
        return;
    }
    reply_header(&rq->rs, "X-Accel-Buffering", "no");
    http_fields(rq);
    evhttp_add_header(evhttp_request_get_output_headers(rq->ev), "Connection", "close");
    rq->conn->rq = NULL;
    rq->conn->stream = s;
    evhttp_send_reply_start(rq->ev, 200, "OK");
    if (rq->head || h->draining) {
        end(s);
        return;
    }
    write_out(s, ":\n\n", 3);
    wake(s);
}

void streams_tick(struct http *h)
{
    int64_t now = clock_now_us(), mono = clock_mono_us();

    for (struct stream *s = h->streams, *next; s; s = next) {
        next = s->next;
        if (s->closed)
            continue;
        if (s->token_end_us && now >= s->token_end_us) {
            end(s);
            continue;
        }
        if (mono - s->written_us < COMMENT_US || write_out(s, ":\n\n", 3))
            wake(s);
    }
}

void streams_close(struct http *h)
{
    for (struct stream *s = h->streams, *next; s; s = next) {
        next = s->next;
        if (!s->closed)
            end(s);
    }
}

void http_poke(struct http *h, const char *channel)
{
    for (struct stream *s = h->streams, *next; s; s = next) {
        next = s->next;
        if (!s->closed && (!channel || str_eq(channel, s->channel)))
            wake(s);
    }
}
