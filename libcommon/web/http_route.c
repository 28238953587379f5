/*
 * http_route.c - a request comes in: refused framing, the document, OPTIONS, route 404 and method 405, all on
 * the loop's own stack; then a coroutine takes it (http_run.c).
 */
#include <event2/buffer.h>
#include <event2/http.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/trace.h"
#include "base/uuid.h"
#include "io/co.h"
#include "web/http_internal.h"

#define PREFLIGHT_HEADERS                                                                                    \
    "Authorization, Content-Digest, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, " \
    "X-Purpose, "                                                                                            \
    "traceparent"

ERR_DEFINE(err_route, ERR_MISSING, "route.missing", "There is nothing at this path.");
ERR_DEFINE(err_method, ERR_INVALID, "request.method", "This path does not take this method.");
ERR_DEFINE(err_full, ERR_UNAVAILABLE, "co.full", "The service has too many requests at work.");

static const struct principal nobody = {.subject = "", .client_id = "", .organisation = "", .scope = ""};

/* Made when it is first asked for: to start should not read the whole document. */
static const char *document_etag(struct http *h)
{
    size_t n;
    const char *text = openapi_text(h->api, &n);

    if (h->document_etag[0])
        return h->document_etag;
    etag_of(h->document_etag + 1, text, n);
    h->document_etag[0] = '"';
    h->document_etag[33] = '"';
    return h->document_etag;
}

static void answer_document(struct request *rq)
{
    const char *etag = document_etag(rq->http), *match = request_field(rq, "If-None-Match");
    struct response *rs = &rq->rs;
    bool same = match && (strcmp(match, "*") == 0 || strstr(match, etag));
    size_t n;
    const char *text = openapi_text(rq->http->api, &n);

    rq->response_public = true;
    reply_header(rs, "ETag", etag);
    rs->status = same ? 304 : 200;
    if (!same) {
        rs->content_type = "application/json";
        rs->body = (struct buf){.p = (char *)(uintptr_t)text, .n = n}; /* goes out as it is */
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
    if (co_start(rq->op->id, http_run, rq))
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
    trace_sample(out);
    if (in && strlen(in) == 55 && memcmp(in, "00-", 3) == 0 && is_hex(in + 3, 32) && in[35] == '-' &&
        is_hex(in + 36, 16) && in[52] == '-' && is_hex(in + 53, 2) && strspn(in + 3, "0") < 32) {
        memcpy(out + 3, in + 3, 32);
        memcpy(out + 53, in + 53, 2);
        memcpy(rq->parent, in + 36, 16);
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
    if (c->large > 0 && evbuffer_get_length(evhttp_request_get_input_buffer(ev)) > FRAME_BODY_BYTES) {
        c->large--;
        rq->large = true;
    }
    if (refused && !fault->unknown_method)
        refuse(rq, fault);
    else
        route(rq, refused ? fault : NULL);
}
