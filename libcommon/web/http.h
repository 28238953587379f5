/*
 * http.h - the edge: evhttp on a unix socket, stricter than evhttp, and the way of one request
 * through framing, route, token, validation, idempotency, handler, commit, response, log line.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "web/request.h"

struct auth;
struct db;
struct http;
struct limits;
struct loop;
struct openapi;
struct stream;

struct http_options {
    const char *listen;  /* "unix:/path" or "tcp:127.0.0.1:8080" */
    struct openapi *api; /* routes, bound to their handlers */
    struct auth *auth;
    struct limits *limits; /* of clients and users; NULL: none */
    struct db *db;
    void *app;                /* ctx->app */
    const char *secret;       /* for cursors and idempotency hashes; at least 32 bytes */
    const char *cors_origins; /* comma-separated allow list; "" none */
    bool hsts;
    int64_t patience_us;   /* a request that has begun must be there after so long; 0: 30 s */
    int64_t drain_idle_us; /* how long idle connections are kept when draining; 0: 5 s, nginx's keepalive */
};
MUST_CHECK err_t http_open(struct loop *l, const struct http_options *o, struct http **ret);
void http_close(struct http *h);

/* Runs after every commit of a writing request (outbox: poke the relay). */
void http_on_commit(struct http *h, void (*fn)(const struct ctx *x));

/*
 * Server-sent events: a handler answers with reply_stream and returns; the coroutine ends, the stream stays.
 * fetch runs in a coroutine of its own whenever the channel is poked (and every 2 s), reads what is new after
 * last_id for who and writes stream_event for each. Comment every 15 s; closed above 64 kB unsent, when the
 * token ends, or on drain.
 */
typedef err_t stream_fetch_fn(struct ctx *x, struct stream *s, const char *last_id, void *arg);
err_t reply_stream(struct ctx *x, const struct request *rq, struct response *rs, const char *channel,
                   stream_fetch_fn *fetch, void *arg);
void stream_event(struct stream *s, const char *id, const char *type, const char *json);
/* Wakes the streams of a channel (from queue_listen). NULL wakes all. */
void http_poke(struct http *h, const char *channel);
