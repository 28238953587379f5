/*
 * http_internal.h - what the files of the edge share: the server, its connections, requests and streams.
 *
 *   http.c        opens, closes and drains the server
 *   http_conn.c   connections: bytes are judged by frame.c before evhttp reads them
 *   http_large.c  a few large bodies and answers at once, of those who are let in
 *   http_route.c  a request comes in: its operation, or a refusal
 *   http_run.c    the way of one request through its operation, in a coroutine
 *   http_reply.c  out: common headers, problem+json, log line, metrics
 *   stream.c      server-sent events
 *   idem.c        Idempotency-Key
 *   request.c, reply.c, etag.c, page.c   what handlers call
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/str.h"
#include "web/frame.h"
#include "web/http.h"
#include "web/openapi_internal.h"
#include "web/quota.h"
#include "web/seal.h"

struct arena;
struct conn;
struct evbuffer;
struct evconnlistener;
struct event_base;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_connection;
struct evhttp_request;
struct loop_timer;
struct metric;

#define HTTP_COMMIT_US 10000000LL /* a commit may outlast the deadline: a write in flight is finished */
#define REPLY_HEADERS_MAX 12

struct http {
    struct loop *loop;
    struct openapi *api;
    struct auth *auth;
    struct limits *limits; /* NULL: none */
    struct db *db;
    void *app;
    struct evhttp *ev;
    struct evhttp_bound_socket *bound; /* NULL once it accepts no more */
    char *path;                        /* of the unix socket; NULL for TCP */
    char *cors;                        /* own copy of the allow list */
    bool hsts;
    char *document_path;                            /* base path + /openapi.json */
    char document_etag[35];                         /* "" until it is asked for */
    struct seal_key cursor_key, idem_key, hash_key; /* derived from the secret */

    struct conn *conns;
    size_t nconns;
    struct conn **by_fd;
    size_t nby_fd;
    size_t live;  /* requests being answered */
    size_t large; /* places that large bodies and answers have taken */
    struct stream *streams;
    size_t nstreams;
    struct loop_timer *sweep, *stream_tick, *drain_tick;
    bool draining;
    int64_t patience_us;                  /* with a request that has begun */
    int64_t drain_idle_us, drained_at_us; /* idle connections are kept until then */

    void (*on_commit)(const struct ctx *x);

    struct buf common; /* Date and the headers that never change, as one text; made anew each second */
    int64_t common_s;
    struct arena *arena; /* holds common; reset each second */

    struct metric *requests, *failures, *duration, *statuses, *connections, *streams_open;
};

enum conn_reading { CONN_HEAD, CONN_BODY, CONN_CHUNKS, CONN_LARGE, CONN_PAST, CONN_REFUSED };

/* One connection: the bytes of a request reach evhttp only when its head is whole and sound. */
struct conn {
    struct http *http;
    struct conn *prev, *next;
    struct bufferevent *bev;
    struct evhttp_connection *evcon; /* known one turn of the loop after the accept */
    int fd;
    struct evbuffer *held; /* not yet judged; NULL until needed */
    enum conn_reading reading;
    size_t body_left;
    struct frame_head head;
    struct frame_chunks chunks;
    struct frame_fault fault; /* of the last released request, when refused */
    unsigned released;        /* requests that evhttp has and that have not come back as a request */
    int64_t since_us;         /* an unfinished request is there since; 0: none */
    struct large *gate;       /* a large body's head is being judged; the connection is not read */
    unsigned large;           /* places of large bodies that are coming, or are here and not yet a request */
    bool taking;              /* guards against our own changes of the buffer */
    struct request *rq;       /* being answered */
    struct stream *stream;
};

bool reply_has(const struct response *rs, const char *name);
/* A tag of bytes that have no version: 32 hexadecimal digits. */
void etag_of(char opaque[33], const char *text, size_t n);

/* Accepts again after there were no file descriptors left. */
void http_accept_resume(struct http *h);

/* Hooks evhttp up with the connections. */
void conns_open(struct http *h);
void conns_close(struct http *h); /* after evhttp is gone */
struct conn *conn_of(const struct http *h, struct evhttp_request *ev);
/* True if the request that has just come is our stand-in for one that was refused; *ret says why. */
bool conn_refused(struct conn *c, const struct frame_fault **ret);
/* Closes connections that have begun a request too long ago; when draining, idle ones. */
void conns_sweep(struct http *h, bool idle);

/* The head of a large body, which waits until it is judged. */
void conn_judged(struct conn *c, bool allowed);

/* ---- http_large.c ---- */
/* Begins to judge whether the body behind this head may come; false: it may not, c->fault says why. */
bool large_enter(struct conn *c, const char *head);
void large_leave(struct http *h, unsigned n);
/* The connection ends. */
void large_gone(struct conn *c);

struct reply_field {
    const char *name, *value;
};

struct response {
    struct request *rq;
    int status; /* 0: none yet */
    struct buf body;
    const char *content_type; /* NULL: no body */
    struct reply_field fields[REPLY_HEADERS_MAX];
    size_t nfields;
    const char *stream_channel; /* reply_stream */
    stream_fetch_fn *stream_fetch;
    void *stream_arg;
};

/* Lives in its arena, which ends when the answer has been written. */
struct request {
    struct http *http;
    struct conn *conn;         /* NULL when the connection is gone */
    struct evhttp_request *ev; /* likewise */
    struct arena *arena;
    struct ctx x;
    const char *method;
    bool head;                /* HEAD: no body goes out */
    bool response_public;     /* any origin may read the answer */
    const char *path, *query; /* query is "" without one */
    size_t path_bytes;
    const char *body;
    size_t body_bytes;
    struct openapi_match match;
    struct operation *op; /* NULL: no such route */
    struct openapi_values values;
    const struct principal *token; /* to be released */
    struct principal acting;       /* copy for another organisation */
    int64_t start_us;              /* monotonic */
    char parent[17];               /* the caller's span; "" none */
    struct limit_state limit;      /* rate 0: not limited */
    int64_t retry_s;               /* Retry-After of a 429 or 503; 0: the usual */
    struct response rs;
    err_t error;
    bool large; /* its body has a place among the large ones */
    bool idem;  /* Idempotency-Key is in use: the answer is stored */
    const char *idem_client;
    uint8_t idem_key[32], idem_request[32];
};

/* A header of the request, any case, or NULL. */
const char *request_field(const struct request *rq, const char *name);

/* ---- http_route.c ---- */
void http_enter(struct http *h, struct conn *c, struct evhttp_request *ev);

/* ---- http_run.c ---- */
/* The coroutine of a request that has its operation. */
void http_run(void *rq);
/* Verifies the token and, for internal clients, takes on the organisation they act for. */
AWAITS MUST_CHECK err_t http_authenticate(struct ctx *x, struct http *h, const char *authorization,
                                          const char *organisation, const struct principal **ret_token,
                                          struct principal *acting);
/* 406 unless Accept allows one of the media types or a problem. */
MUST_CHECK err_t http_accepts(const char *accept, const char *const *produces, size_t n);

/* ---- http_reply.c ---- */
/* Sends rq->rs, writes the log line, ends the request. rq is gone afterwards. */
void http_answer(struct request *rq);
void http_answer_error(struct request *rq, err_t e);
/* Header lines of this answer as one field of evhttp's. */
void http_fields(struct request *rq);
/* Counts and logs. */
void http_account(struct request *rq);

/* ---- idem.c ---- */
AWAITS MUST_CHECK err_t idem_enter(struct request *rq);
/* Queues the answer with the transaction, if it is a 2xx. */
MUST_CHECK err_t idem_store(struct request *rq);
/* Fills rs with the stored answer. */
AWAITS MUST_CHECK err_t idem_replay(struct request *rq);
bool idem_is_replay(err_t e);

/* ---- stream.c ---- */
/* Takes over ev and the connection: the request ends, the stream stays. */
void stream_start(struct request *rq);
/* The connection is gone. */
void stream_gone(struct stream *s);
void streams_tick(struct http *h);
void streams_close(struct http *h);
