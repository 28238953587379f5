/*
 * http_run.c - the way of one request through the edge. Each step refuses or goes on:
 *
 *   on the loop's stack   framing 400 413 414 431, route 404, method 405
 *   in a coroutine        token 401, scope 403, Accept 406, encoding 415, document 400 415 428,
 *                         idempotency 409 422 or replay, handler, commit, answer
 */
#include <assert.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "io/co.h"
#include "io/db.h"
#include "web/auth.h"
#include "web/http_internal.h"

#define PREFLIGHT_HEADERS                                                                                    \
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Purpose, "      \
    "traceparent"

ERR_DEFINE(err_route, ERR_MISSING, "route.missing", "There is nothing at this path.");
ERR_DEFINE(err_method, ERR_INVALID, "request.method", "This path does not take this method.");
ERR_DEFINE(err_accept, ERR_INVALID, "request.accept", "Accept must allow what this operation answers.");
ERR_DEFINE(err_encoding, ERR_INVALID, "request.encoding", "The body must not be encoded (Content-Encoding).");
ERR_DEFINE(err_full, ERR_UNAVAILABLE, "co.full", "The service has too many requests at work.");
ERR_DEFINE(err_silent, ERR_BUG, "handler.silent", "A handler ended without an answer.");

static const struct principal nobody = {.subject = "", .client_id = "", .organisation = "", .scope = ""};

const char *request_field(const struct request *rq, const char *name)
{
    return rq->ev ? evhttp_find_header(evhttp_request_get_input_headers(rq->ev), name) : NULL;
}

static const char *field_of(void *arg, const char *name)
{
    return request_field(arg, name);
}

/* ---- who asks ---- */

/* The form of an organisation's code: ^[a-z][a-z0-9-]{1,31}$ */
static bool is_organisation(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return n >= 2 && n <= 32 && s[n] == '\0' && s[0] >= 'a' && s[0] <= 'z';
}

err_t http_authenticate(struct ctx *x, struct http *h, const char *authorization, const char *organisation,
                        const struct principal **ret_token, struct principal *acting)
{
    const struct principal *who;

    TRY(auth_bearer(x, h->auth, authorization, &who));
    *ret_token = who;
    x->who = who;
    /* A service asks for another organisation than its own. Others' header means nothing. */
    if (organisation && principal_has(who, "internal") && is_organisation(organisation)) {
        *acting = *who;
        acting->organisation = arena_strdup(x->arena, organisation);
        x->who = acting;
    }
    return NULL;
}

static err_t authenticate(struct request *rq)
{
    const char *authorization = request_field(rq, "Authorization");

    /* A public operation judges other schemes itself (the token endpoint); a bearer token must be good all
     * the same. */
    if (rq->op->public && (!authorization || strncasecmp(authorization, "Bearer", 6) != 0))
        return NULL;
    return http_authenticate(&rq->x, rq->http, authorization, request_field(rq, "X-Wayfare-Organisation"),
                             &rq->token, &rq->acting);
}

static err_t authorise(struct request *rq)
{
    if (openapi_allows(rq->op, rq->x.who))
        return NULL;
    return err_new(rq->arena, ERR_DENIED, "scope.missing", "The token lacks the scope %s.",
                   rq->op->scope_text);
}

/* ---- media types ---- */

/* True if the media range of n bytes ("application / *" or the like) covers the type. */
static bool covers(const char *range, size_t n, const char *type)
{
    const char *slash = strchr(type, '/');

    if (n == 3 && memcmp(range, "*/*", 3) == 0)
        return true;
    if (n >= 2 && memcmp(range + n - 2, "/*", 2) == 0)
        return (size_t)(slash - type) == n - 2 && strncasecmp(range, type, n - 2) == 0;
    return strlen(type) == n && strncasecmp(range, type, n) == 0;
}

/* "q=0", "q=0.000": explicitly not. */
static bool refused_by_q(const char *parameters, size_t n)
{
    for (size_t i = 0; i + 2 < n; i++) {
        bool start = i == 0 || parameters[i - 1] == ';' || parameters[i - 1] == ' ';
        if (start && (parameters[i] == 'q' || parameters[i] == 'Q') && parameters[i + 1] == '=') {
            size_t zeros = strspn(parameters + i + 2, "0.");
            return zeros > 0 && (i + 2 + zeros >= n || strchr("; \t", parameters[i + 2 + zeros]));
        }
    }
    return false;
}

err_t http_accepts(const char *accept, const char *const *produces, size_t n)
{
    if (!accept || strcmp(accept, "*/*") == 0)
        return NULL;
    for (const char *at = accept; *at;) {
        size_t word = strcspn(at, ","), range = 0;
        while (range < word && !strchr("; \t", at[range]))
            range++;
        bool wanted = range > 0 && !refused_by_q(at + range, word - range);
        for (size_t i = 0; wanted && i < n; i++) {
            if (covers(at, range, produces[i]))
                return NULL;
        }
        if (wanted &&
            (covers(at, range, "application/json") || covers(at, range, "application/problem+json")) &&
            (n == 0 || strcasecmp(produces[0], "text/event-stream") != 0))
            return NULL;
        at += word;
        at += strspn(at, ", \t");
    }
    return err_accept;
}

static err_t negotiate(struct request *rq)
{
    const char *encoding = request_field(rq, "Content-Encoding");

    TRY(http_accepts(request_field(rq, "Accept"), rq->op->produces, rq->op->nproduces));
    if (encoding && strcasecmp(encoding, "identity") != 0)
        return err_encoding;
    return NULL;
}

/* ---- the document ---- */

/* Fields that mean one thing or nothing; two of them could be read either way. */
static bool is_single(const char *name)
{
    static const char *const names[] = {"Authorization",   "Content-Type", "Content-Encoding",
                                        "Idempotency-Key", "If-Match",     "X-Wayfare-Organisation",
                                        "X-Purpose",       "Origin",       "Last-Event-ID"};

    for (size_t i = 0; i < LENGTH(names); i++) {
        if (strcasecmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

static err_t singles(struct request *rq)
{
    const struct evkeyvalq *all = evhttp_request_get_input_headers(rq->ev);
    const struct evkeyval *kv;
    struct fault_list faults = {0};

    TAILQ_FOREACH(kv, all, next)
    {
        if (is_single(kv->key) && evhttp_find_header(all, kv->key) != kv->value)
            fault_add(rq->arena, &faults,
                      (struct fault){.in = FAULT_HEADER,
                                     .at = arena_strdup(rq->arena, kv->key),
                                     .code = "header.repeated",
                                     .detail = "This header may be given once."});
    }
    return fault_list_err(rq->arena, &faults, ERR_INVALID, "request.invalid", "A header is given twice.");
}

struct reading {
    struct request *rq;
    err_t error;
};

static void read_document(void *arg)
{
    struct reading *r = arg;
    struct request *rq = r->rq;
    struct openapi_input in = {.match = &rq->match,
                               .query = rq->query,
                               .header = field_of,
                               .header_arg = rq,
                               .body = rq->body,
                               .body_bytes = rq->body_bytes};

    r->error = openapi_read(rq->arena, &in, &rq->values);
}

/* JSON is parsed and judged on the loop's own stack: that is where deep nesting has room. */
static err_t read_input(struct request *rq)
{
    struct reading r = {.rq = rq};
    struct evbuffer *in = evhttp_request_get_input_buffer(rq->ev);

    rq->body_bytes = evbuffer_get_length(in);
    if (rq->body_bytes > 0) {
        rq->body = (const char *)evbuffer_pullup(in, -1);
        co_on_loop_stack(read_document, &r);
    } else {
        read_document(&r);
    }
    TRY(r.error);
    const struct openapi_value *purpose = openapi_value(rq->op, &rq->values, PARAM_HEADER, "X-Purpose");

    rq->x.purpose = purpose && purpose->text ? purpose->text : rq->op->purpose;
    return NULL;
}

/* ---- the handler ---- */

static err_t commit(struct request *rq)
{
    struct ctx *x = &rq->x;

    if (!x->tx)
        return NULL;
    if (!tx_writes(x->tx)) {
        tx_post(x); /* the read's own audit is on its way before the answer is */
        return NULL;
    }
    if (rq->idem)
        TRY(idem_store(rq));
    x->deadline_us = clock_mono_us() + HTTP_COMMIT_US;
    co_deadline(x->deadline_us);
    TRY(tx_commit(x));
    if (rq->http->on_commit)
        rq->http->on_commit(rq->http->on_commit_arg);
    return NULL;
}

static err_t serve(struct request *rq)
{
    TRY(authenticate(rq));
    TRY(authorise(rq));
    TRY(negotiate(rq));
    TRY(singles(rq));
    TRY(read_input(rq));
    if (rq->op->needs_idempotency_key)
        TRY(idem_enter(rq));
    TRY(rq->op->handler->fn(&rq->x, rq, &rq->rs));
    if (rq->rs.status == 0 && !rq->rs.stream_fetch)
        return err_silent;
    return commit(rq);
}

static void run(void *arg)
{
    struct request *rq = arg;
    struct ctx *x = &rq->x;

    co_label(x->request_id);
    x->deadline_us = rq->start_us + (int64_t)rq->op->deadline_ms * 1000;
    co_deadline(x->deadline_us);
    err_t e = serve(rq);

    if (e) {
        tx_rollback(x);
        rq->rs.stream_fetch = NULL;
        if (idem_is_replay(e))
            e = idem_replay(rq);
    }
    if (e)
        http_answer_error(rq, e);
    else if (rq->rs.stream_fetch)
        stream_start(rq);
    else
        http_answer(rq);
}

/* ---- before the coroutine ---- */

static void answer_document(struct request *rq)
{
    const char *match = request_field(rq, "If-None-Match");
    struct response *rs = &rq->rs;
    bool same = match && (strcmp(match, "*") == 0 || strstr(match, rq->http->document_etag));
    size_t n;
    const char *text = openapi_text(rq->http->api, &n);

    rq->response_public = true;
    reply_header(rs, "ETag", rq->http->document_etag);
    rs->status = same ? 304 : 200;
    if (!same) {
        rs->content_type = "application/json";
        buf_init(&rs->body, rq->arena, n + 1);
        buf_put(&rs->body, text, n);
    }
    http_answer(rq);
}

/* OPTIONS: what the path takes; to a browser's preflight, what an allowed origin may send. */
static void answer_options(struct request *rq, const char *allow)
{
    rq->rs.status = 204;
    reply_header(&rq->rs, "Allow", arena_printf(rq->arena, "%s, OPTIONS", allow));
    if (request_field(rq, "Origin") && request_field(rq, "Access-Control-Request-Method")) {
        reply_header(&rq->rs, "Access-Control-Allow-Methods", allow);
        reply_header(&rq->rs, "Access-Control-Allow-Headers", PREFLIGHT_HEADERS);
        reply_header(&rq->rs, "Access-Control-Max-Age", "600");
    }
    http_answer(rq);
}

static void refuse(struct request *rq, const struct frame_fault *f)
{
    struct err *e = ARENA_NEW(rq->arena, struct err);

    *e = (struct err){.kind = ERR_INVALID, .code = f->code, .detail = f->detail};
    http_answer_error(rq, e);
}

static void route(struct request *rq, const struct frame_fault *refused)
{
    struct http *h = rq->http;
    bool options = strcmp(rq->method, "OPTIONS") == 0;
    const char *method = refused ? "unknown" : rq->method;

    if (rq->path_bytes == strlen(h->document_path) &&
        memcmp(rq->path, h->document_path, rq->path_bytes) == 0) {
        rq->match.allow = "GET, HEAD";
        rq->response_public = true;
        if (!refused && options)
            answer_options(rq, rq->match.allow);
        else if (!refused && (rq->head || strcmp(method, "GET") == 0))
            answer_document(rq);
        else
            http_answer_error(rq, err_method);
        return;
    }
    if (!openapi_match(h->api, method, rq->path, rq->path_bytes, &rq->match)) {
        if (rq->match.allow && options && !refused)
            answer_options(rq, rq->match.allow);
        else
            http_answer_error(rq, rq->match.allow ? err_method : err_route);
        return;
    }
    rq->op = rq->match.op;
    rq->x.operation = rq->op->id;
    if (co_start(rq->op->id, run, rq))
        http_answer_error(rq, err_full);
}

static const char *method_name(enum evhttp_cmd_type type)
{
    static const struct {
        enum evhttp_cmd_type type;
        const char *name;
    } names[] = {{EVHTTP_REQ_GET, "GET"},        {EVHTTP_REQ_POST, "POST"},   {EVHTTP_REQ_HEAD, "HEAD"},
                 {EVHTTP_REQ_PUT, "PUT"},        {EVHTTP_REQ_PATCH, "PATCH"}, {EVHTTP_REQ_DELETE, "DELETE"},
                 {EVHTTP_REQ_OPTIONS, "OPTIONS"}};

    for (size_t i = 0; i < LENGTH(names); i++) {
        if (names[i].type == type)
            return names[i].name;
    }
    return "";
}

static bool is_hex(const char *s, size_t n)
{
    return strspn(s, "0123456789abcdef") >= n;
}

/* W3C Trace Context: the caller's trace goes on, with a span of our own; without one the request begins its
 * own. */
static void trace(struct request *rq, struct uuid id)
{
    const char *in = request_field(rq, "traceparent");
    char hex[33], *out = rq->x.traceparent;

    str_hex(hex, id.b, 16);
    memcpy(out, "00-", 3);
    memcpy(out + 3, hex, 32);
    memcpy(out + 36, hex + 16, 16);
    memcpy(out + 53, "01", 3);
    out[35] = out[52] = '-';
    if (in && strlen(in) == 55 && memcmp(in, "00-", 3) == 0 && is_hex(in + 3, 32) && in[35] == '-' &&
        is_hex(in + 36, 16) && in[52] == '-' && is_hex(in + 53, 2) && strspn(in + 3, "0") < 32) {
        memcpy(out + 3, in + 3, 32);
        memcpy(out + 53, in + 53, 2);
    }
}

void http_enter(struct http *h, struct conn *c, struct evhttp_request *ev)
{
    struct arena *a = arena_new();
    struct request *rq = ARENA_NEW(a, struct request);
    const struct frame_fault *fault;
    bool refused = conn_refused(c, &fault);
    const char *uri = evhttp_request_get_uri(ev), *query = strchr(uri, '?');
    struct uuid id;

    rq->http = h;
    rq->conn = c;
    rq->ev = ev;
    rq->arena = a;
    rq->start_us = clock_mono_us();
    rq->method = method_name(evhttp_request_get_command(ev));
    rq->head = evhttp_request_get_command(ev) == EVHTTP_REQ_HEAD;
    rq->path = uri;
    rq->path_bytes = query ? (size_t)(query - uri) : strlen(uri);
    rq->query = query ? query + 1 : "";
    rq->rs.rq = rq;
    rq->x = (struct ctx){
        .arena = a, .who = &nobody, .now_us = clock_now_us(), .db = h->db, .app = h->app, .edge = rq};
    id = uuid_new(rq->x.now_us);
    uuid_format(id, rq->x.request_id);
    trace(rq, id);
    c->rq = rq;
    h->live++;
    if (refused && !fault->unknown_method)
        refuse(rq, fault);
    else
        route(rq, refused ? fault : NULL);
}
