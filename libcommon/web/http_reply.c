/* http_reply.c - the way out: common headers, problem+json, the log line, metrics. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/trace.h"
#include "web/auth.h"
#include "web/http_internal.h"
#include "web/metrics.h"
#include "web/problem.h"

#define RETRY_AFTER "2"
#define EXPOSED                                                                                              \
    "API-Version, Content-Digest, Content-Disposition, Deprecation, ETag, Idempotency-Replayed, Link, "      \
    "Location, RateLimit, RateLimit-Policy, "                                                                \
    "Retry-After, "                                                                                          \
    "Sunset, WWW-Authenticate, X-Request-Id"

/* The headers that are the same for every answer of this second. */
static const struct buf *common(struct http *h, int64_t now_us)
{
    time_t second = (time_t)(now_us / 1000000);
    struct tm tm;
    char date[40];

    if (h->common_s == second)
        return &h->common;
    arena_reset(h->arena);
    buf_init(&h->common, h->arena, 512);
    gmtime_r(&second, &tm);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    buf_printf(&h->common,
               "%s\r\nAPI-Version: %s\r\nCache-Control: no-store\r\nContent-Security-Policy: frame-ancestors "
               "'none'\r\n"
               "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY",
               date, openapi_version(h->api));
    if (h->hsts)
        buf_puts(&h->common, "\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains");
    if (h->cors[0])
        buf_puts(&h->common, "\r\nVary: Origin");
    h->common_s = second;
    return &h->common;
}

static void field(struct buf *out, const char *name, const char *value)
{
    buf_puts(out, "\r\n");
    buf_puts(out, name);
    buf_puts(out, ": ");
    buf_puts(out, value);
}

/* True if the origin is one of the comma-separated list. */
static bool listed(const char *list, const char *origin)
{
    size_t n = strlen(origin);

    for (const char *at = list; *at;) {
        size_t word = strcspn(at, ",");
        const char *w = at;
        at += word + (at[word] == ',');
        while (word && *w == ' ') {
            w++;
            word--;
        }
        while (word && w[word - 1] == ' ')
            word--;
        if (word == n && n > 0 && memcmp(w, origin, n) == 0)
            return true;
    }
    return false;
}

static void cors(struct request *rq, struct buf *out)
{
    const char *origin = request_field(rq, "Origin");

    if (!origin)
        return;
    if (rq->response_public) {
        field(out, "Access-Control-Allow-Origin", "*");
    } else if (listed(rq->http->cors, origin)) {
        field(out, "Access-Control-Allow-Origin", origin);
        field(out, "Access-Control-Expose-Headers", EXPOSED);
    }
}

static void number(struct buf *out, const char *before, int64_t n)
{
    buf_puts(out, before);
    json_write_i64(out, n);
}

/* draft-ietf-httpapi-ratelimit-headers-10: structured fields (RFC 9651). The bucket as a window: full again
 * after w seconds. */
static void rate_limit(const struct limit_state *l, struct buf *out)
{
    const struct limit_policy *p = &l->policy;
    int64_t window_s = (p->burst * p->per_s + p->rate - 1) / p->rate;

    number(out, "\r\nRateLimit-Policy: \"rate\";q=", p->burst);
    number(out, ";w=", window_s);
    if (p->daily > 0)
        number(out, ", \"daily\";q=", p->daily);
    if (p->daily > 0)
        buf_puts(out, ";w=86400");
    number(out, "\r\nRateLimit: \"rate\";r=", l->left);
    number(out, ";t=", l->left > 0 ? window_s - l->left * p->per_s / p->rate : l->retry_s);
    if (p->daily > 0 && l->daily_left >= 0)
        number(out, ", \"daily\";r=", l->daily_left);
    if (p->daily > 0 && l->daily_left >= 0)
        number(out, ";t=", l->day_left_s);
}

/*
 * evhttp wants three allocations a header; all of ours go in as the value of one ("Date"). No value has CR or
 * LF: constants, what reply_header has checked, and what frame.c has let in.
 */
void http_fields(struct request *rq)
{
    struct evkeyval *kv = calloc(1, sizeof(*kv));
    const struct buf *start = common(rq->http, rq->x.now_us);
    struct buf out;

    buf_init(&out, rq->arena, start->n + 512);
    buf_put(&out, start->p, start->n);
    field(&out, "X-Request-Id", rq->x.request_id);
    if (rq->rs.content_type)
        field(&out, "Content-Type", rq->rs.content_type);
    for (size_t i = 0; i < rq->rs.nfields; i++)
        field(&out, rq->rs.fields[i].name, rq->rs.fields[i].value);
    if (rq->op && rq->op->deprecation)
        field(&out, "Deprecation", rq->op->deprecation);
    if (rq->op && rq->op->sunset)
        field(&out, "Sunset", rq->op->sunset);
    cors(rq, &out);
    if (rq->limit.policy.rate > 0)
        rate_limit(&rq->limit, &out);
    if (rq->head && rq->rs.content_type)
        buf_printf(&out, "\r\nContent-Length: %zu", rq->rs.body.n);
    if (!kv || !(kv->key = strdup("Date")) || !(kv->value = strndup(out.p, out.n)))
        abort();
    struct evkeyvalq *headers = evhttp_request_get_output_headers(rq->ev);

    TAILQ_INSERT_TAIL(headers, kv, next);
}

/* Services poll each other twice a second: what they read without a fault is no news. */
static enum log_level level_of(const struct request *rq)
{
    bool poll =
        rq->token && !rq->error && strcmp(rq->method, "GET") == 0 && principal_has(rq->token, "internal");

    return poll ? LOG_DEBUG : LOG_INFO;
}

/* A poll of the house's own that nobody's trace leads to is no news either. */
static void tell_trace(struct request *rq, const char *operation, int status, int64_t us)
{
    if (!rq->parent[0] && level_of(rq) == LOG_DEBUG)
        return;
    trace_span(&(struct trace_span){.traceparent = rq->x.traceparent,
                                    .parent = rq->parent,
                                    .kind = TRACE_SERVER,
                                    .name = operation,
                                    .took_us = us,
                                    .error = status >= 500 && rq->error ? rq->error->code : NULL,
                                    .attributes = {{"http.request.method", rq->method, 0},
                                                   {"http.response.status_code", NULL, status},
                                                   {"http.route", rq->op ? rq->op->template : "", 0},
                                                   {"wayfare.code", rq->error ? rq->error->code : "", 0}}});
}

void http_account(struct request *rq)
{
    struct http *h = rq->http;
    const char *operation = rq->op ? rq->op->id : "none";
    int64_t us = clock_mono_us() - rq->start_us;
    int status = rq->rs.status;
    char text[12];

    snprintf(text, sizeof(text), "%d", status);
    metric_add(h->requests, operation, 1);
    metric_add(h->statuses, text, 1);
    if (status >= 500)
        metric_add(h->failures, operation, 1);
    metric_observe_us(h->duration, operation, us);
    tell_trace(rq, operation, status, us);
    if (rq->error && status >= 500)
        log_err(rq->error->kind == ERR_BUG ? LOG_ERROR : LOG_WARN, &rq->x, "request failed", rq->error);
    if (rq->error)
        log_line(LOG_INFO, &rq->x, "request", LOG_TEXT("method", rq->method), LOG_INT("status", status),
                 LOG_INT("us", us), LOG_INT("dbRoundTrips", rq->x.round_trips),
                 LOG_TEXT("code", rq->error->code),
                 LOG_TEXT("cause", status < 500 ? rq->error->cause : NULL));
    else
        log_line(level_of(rq), &rq->x, "request", LOG_TEXT("method", rq->method), LOG_INT("status", status),
                 LOG_INT("us", us), LOG_INT("dbRoundTrips", rq->x.round_trips));
}

static void arena_done(const void *p, size_t n, void *arena)
{
    (void)p;
    (void)n;
    arena_free(arena);
}

/* libevent would ask first whether the socket takes anything: another turn of the loop, and two system calls
 * more. What does not go now goes its way. */
static void write_now(struct conn *c)
{
    struct evbuffer *output = bufferevent_get_output(c->bev);

    evbuffer_unfreeze(output, 1); /* a bufferevent has its output frozen, and does the same */
    evbuffer_write_atmost(output, c->fd, bufferevent_get_max_single_write(c->bev));
    evbuffer_freeze(output, 1);
    if (evbuffer_get_length(output) > 0)
        return;
    bufferevent_disable(c->bev, EV_WRITE); /* told once: now, as by an event */
    bufferevent_trigger(c->bev, EV_WRITE, BEV_TRIG_DEFER_CALLBACKS);
}

void http_answer(struct request *rq)
{
    struct http *h = rq->http;
    struct response *rs = &rq->rs;
    struct evhttp_request *ev = rq->ev;
    struct conn *c = rq->conn;
    struct arena *arena = rq->arena;
    bool body = rs->content_type && rs->body.n > 0 && !rq->head;

    http_account(rq);
    if (rq->token)
        auth_release(h->auth, rq->token);
    h->live--;
    large_leave(h, rq->large);
    if (!ev) { /* the connection went away */
        arena_free(arena);
        return;
    }
    http_fields(rq);
    if (h->draining)
        evhttp_add_header(evhttp_request_get_output_headers(ev), "Connection", "close");
    if (body)
        evbuffer_add_reference(evhttp_request_get_output_buffer(ev), rs->body.p, rs->body.n, arena_done,
                               arena);
    if (c)
        c->rq = NULL;
    evhttp_send_reply(ev, rs->status, problem_reason(rs->status), NULL);
    if (c)
        write_now(c);
    if (!body)
        arena_free(arena);
}

/* RFC 6750 section 3. */
static const char *challenge(struct request *rq, const char *code)
{
    if (str_eq(code, "scope.missing"))
        return arena_printf(rq->arena, "Bearer realm=\"wayfare\", error=\"insufficient_scope\", scope=\"%s\"",
                            rq->op && rq->op->scope_text ? rq->op->scope_text : "");
    if (str_eq(code, "token.missing"))
        return "Bearer realm=\"wayfare\"";
    return "Bearer realm=\"wayfare\", error=\"invalid_token\"";
}

void http_answer_error(struct request *rq, err_t e)
{
    struct problem p = problem_of(e);
    struct response *rs = &rq->rs;

    rq->error = e;
    rs->nfields = 0;
    rs->status = p.status;
    rs->content_type = "application/problem+json";
    buf_init(&rs->body, rq->arena, 512 + e->nfaults * 160);
    problem_write(&rs->body, e, rq->x.request_id);
    if (p.status == 401 || str_eq(p.code, "scope.missing"))
        reply_header(rs, "WWW-Authenticate", challenge(rq, p.code));
    if (p.status == 429 || p.status == 503)
        reply_header(rs, "Retry-After",
                     rq->retry_s > 0 ? arena_printf(rq->arena, "%" PRId64, rq->retry_s) : RETRY_AFTER);
    if (p.status == 405 && rq->match.allow)
        reply_header(rs, "Allow", rq->match.allow);
    http_answer(rq);
}
