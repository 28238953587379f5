/* http.c - the edge opens, drains and closes. */
#include "web/http.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <openssl/evp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/loop.h"
#include "web/http_internal.h"
#include "web/listen.h"
#include "web/metrics.h"

#define PATIENCE_US 30000000LL
#define STREAM_TICK_US 2000000LL
#define DRAIN_TICK_US 20000LL
#define DRAIN_IDLE_US 5000000LL
#define IDLE_S 75 /* a connection without a request */

ERR_DEFINE(err_secret, ERR_INVALID, "http.secret", "The edge's secret must have at least 32 characters.");
ERR_DEFINE(err_serve, ERR_UNAVAILABLE, "http.open", "The edge cannot serve its socket.");

static void on_request(struct evhttp_request *ev, void *arg)
{
    struct http *h = arg;
    struct conn *c = conn_of(h, ev);

    assert(c);
    http_enter(h, c, ev);
}

static void on_sweep(void *arg)
{
    conns_sweep(arg, false);
}

static void on_stream_tick(void *arg)
{
    http_accept_resume(arg);
    streams_tick(arg);
}

/* After the unlinking nobody new comes; who is already in the backlog is still served. */
static void backlog_end(struct http *h)
{
    struct pollfd p = {.events = POLLIN};

    if (!h->bound)
        return;
    p.fd = evhttp_bound_socket_get_fd(h->bound);
    if (poll(&p, 1, 0) == 0) {
        evhttp_del_accept_socket(h->ev, h->bound);
        h->bound = NULL;
    }
}

static void on_drain_tick(void *arg)
{
    struct http *h = arg;

    backlog_end(h);
    if (!h->bound && h->live == 0 && clock_mono_us() - h->drained_at_us >= h->drain_idle_us)
        conns_sweep(h, true);
}

static void drain_begin(void *arg)
{
    struct http *h = arg;

    h->draining = true;
    h->drained_at_us = clock_mono_us();
    if (h->path)
        unlink(h->path);
    streams_close(h);
    h->drain_tick = loop_every(h->loop, DRAIN_TICK_US, on_drain_tick, h);
}

static bool drain_done(void *arg)
{
    const struct http *h = arg;

    return !h->bound && h->live == 0 && h->nconns == 0;
}

/*
 * Out of file descriptors: the socket stays readable, and the loop would do nothing else. A connection that
 * ends, or the next tick, resumes. (arg is evhttp's, not ours.)
 */
static void on_accept_error(struct evconnlistener *el, void *arg)
{
    (void)arg;
    log_line(LOG_ERROR, NULL, "cannot accept a connection", LOG_INT("errno", errno));
    evconnlistener_disable(el);
}

void http_accept_resume(struct http *h)
{
    if (h->bound)
        evconnlistener_enable(evhttp_bound_socket_get_listener(h->bound));
}

static err_t serve(struct http *h, const char *listen)
{
    int fd;

    TRY(listen_open(listen, &fd));
    struct evconnlistener *el = evconnlistener_new(loop_base(h->loop), NULL, NULL,
                                                   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);

    if (!el) {
        close(fd);
        return err_serve;
    }
    h->bound = evhttp_bind_listener(h->ev, el);
    if (!h->bound) {
        evconnlistener_free(el);
        return err_serve;
    }
    evconnlistener_set_error_cb(el, on_accept_error);
    if (listen_unix_path(listen))
        h->path = strdup(listen_unix_path(listen));
    return NULL;
}

/* All methods, and no limits of evhttp's own: frame.c has judged before. */
static void configure(struct http *h)
{
    evhttp_set_allowed_methods(h->ev, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT |
                                          EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |
                                          EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH);
    evhttp_set_max_headers_size(h->ev, 4 * FRAME_HEAD_BYTES);
    evhttp_set_max_body_size(h->ev, 2 * (ev_ssize_t)FRAME_LARGE_BYTES);
    evhttp_set_default_content_type(h->ev, NULL);
    evhttp_set_timeout(h->ev, IDLE_S);
    evhttp_set_gencb(h->ev, on_request, h);
    conns_open(h);
}

static void document_prepare(struct http *h)
{
    if (asprintf(&h->document_path, "%s/openapi.json", openapi_base_path(h->api)) < 0)
        abort();
}

static void metrics_prepare(struct http *h)
{
    h->requests = metric_counter("wayfare_http_requests_total", "Requests answered.", "operation");
    h->failures =
        metric_counter("wayfare_http_failures_total", "Answers of status 500 and above.", "operation");
    h->statuses = metric_counter("wayfare_http_responses_total", "Answers by status.", "status");
    h->connections = metric_gauge("wayfare_http_connections", "Open connections.", NULL);
    h->streams_open = metric_gauge("wayfare_http_streams", "Open streams of events.", NULL);
    h->duration = metric_histogram("wayfare_http_request_duration_seconds",
                                   "From the whole request to the answer.", "operation");
}

err_t http_open(struct loop *l, const struct http_options *o, struct http **ret)
{
    if (strlen(o->secret) < 32)
        return err_secret;
    struct http *h = calloc(1, sizeof(*h));

    if (!h)
        abort();
    h->loop = l;
    h->api = o->api;
    h->auth = o->auth;
    h->limits = o->limits;
    h->db = o->db;
    h->app = o->app;
    h->hsts = o->hsts;
    h->cors = strdup(o->cors_origins ? o->cors_origins : "");
    h->patience_us = o->patience_us ? o->patience_us : PATIENCE_US;
    h->drain_idle_us = o->drain_idle_us ? o->drain_idle_us : DRAIN_IDLE_US;
    h->cursor_key = seal_derive(o->secret, "wayfare cursor");
    h->idem_key = seal_derive(o->secret, "wayfare idempotency answer");
    h->hash_key = seal_derive(o->secret, "wayfare idempotency hash");
    h->arena = arena_new();
    h->common_s = -1;
    h->ev = evhttp_new(loop_base(l));
    if (!h->cors || !h->ev)
        abort();
    document_prepare(h);
    metrics_prepare(h);
    configure(h);
    err_t e = serve(h, o->listen);
    if (e) {
        http_close(h);
        return e;
    }
    h->sweep = loop_every(l, h->patience_us / 6, on_sweep, h);
    h->stream_tick = loop_every(l, STREAM_TICK_US, on_stream_tick, h);
    loop_on_drain(l, (struct loop_hook){drain_begin, drain_done, h});
    *ret = h;
    return NULL;
}

void http_close(struct http *h)
{
    if (!h)
        return;
    loop_timer_cancel(h->sweep);
    loop_timer_cancel(h->stream_tick);
    loop_timer_cancel(h->drain_tick);
    if (h->path && !h->draining)
        unlink(h->path);
    h->bound = NULL;
    evhttp_free(h->ev);
    conns_close(h);
    arena_free(h->arena);
    free(h->path);
    free(h->cors);
    free(h->document_path);
    free(h);
}

void http_on_commit(struct http *h, void (*fn)(const struct ctx *x))
{
    h->on_commit = fn;
}
