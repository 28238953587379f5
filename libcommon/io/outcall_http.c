/* outcall_http.c - one HTTP call. */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/str.h"
#include "base/trace.h"
#include "io/outcall.h"
#include "io/outcall_internal.h"

#define HEADERS_MAX_BYTES (64 * 1024)
#define SIBLINGS_MAX 9

struct answer {
    struct outcall_call *call;
    struct buf body;
    size_t max_bytes, header_bytes;
    const char *retry_after, *content_type;
};

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct answer *a = arg;

    if (n > a->max_bytes - a->body.n)
        return 0; /* CURLE_WRITE_ERROR */
    buf_put(&a->body, p, n);
    return n;
}

static const char *header_value(struct arena *arena, const char *line, size_t n, const char *name)
{
    size_t len = strlen(name);

    if (n <= len || strncasecmp(line, name, len) != 0 || line[len] != ':')
        return NULL;
    line += len + 1;
    n -= len + 1;
    while (n > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        n--;
    }
    while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == '\n' || line[n - 1] == ' '))
        n--;
    return arena_strndup(arena, line, n);
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct answer *a = arg;
    const char *v;

    a->header_bytes += n;
    if (a->header_bytes > HEADERS_MAX_BYTES)
        return 0;
    if ((v = header_value(a->call->x->arena, p, n, "Retry-After")))
        a->retry_after = v;
    else if ((v = header_value(a->call->x->arena, p, n, "Content-Type")))
        a->content_type = v;
    return n;
}

static void set_request(struct outcall_call *call, const struct outcall_request *rq, struct answer *answer)
{
    CURL *easy = call->easy;

    for (size_t i = 0; i < rq->nheaders; i++)
        call->headers = curl_slist_append(call->headers, rq->headers[i]);
    if (rq->traceparent && rq->traceparent[0])
        call->headers = curl_slist_append(call->headers,
                                          arena_printf(call->x->arena, "traceparent: %s", rq->traceparent));
    call->headers = curl_slist_append(call->headers, "Expect:");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, rq->public_only ? "https" : "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "Wayfare/" WAYFARE_VERSION);
    if (rq->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body_bytes);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, rq->body);
    } else if (str_eq(rq->method, "HEAD")) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    if (!str_eq(rq->method, "GET") || rq->body)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, rq->method);
    if (rq->sign) {
        curl_easy_setopt(easy, CURLOPT_AWS_SIGV4, rq->sign);
        curl_easy_setopt(easy, CURLOPT_USERNAME, rq->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, rq->secret);
    }
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)rq->max_response_bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, answer);
}

/* In place of the authorities that the world trusts. */
static void set_house(struct outcall_call *call)
{
    const struct outcall *c = call->c;

    outcall_ca_trust(call, false);
    curl_easy_setopt(call->easy, CURLOPT_CAINFO, c->house_ca);
    curl_easy_setopt(call->easy, CURLOPT_SSLCERT, c->house_certificate);
    curl_easy_setopt(call->easy, CURLOPT_SSLKEY, c->house_key);
}

static err_t run(struct outcall_call *call, const struct outcall_request *rq, struct outcall_response *ret)
{
    struct answer answer = {.call = call, .max_bytes = rq->max_response_bytes};
    long status = 0;

    buf_init(&answer.body, call->x->arena, 1024);
    TRY(rq->unix_socket ? outcall_begin_unix(call, rq->url, rq->unix_socket)
                        : outcall_begin(call, rq->url, rq->public_only));
    set_request(call, rq, &answer);
    if (rq->house && call->c->house_ca)
        set_house(call);
    TRY(outcall_perform(call));
    if (call->result != CURLE_OK)
        return outcall_error(call);
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    *ret = (struct outcall_response){
        .status = (int)status,
        .body_bytes = answer.body.n,
        .body = buf_text(&answer.body),
        .retry_after = answer.retry_after,
        .content_type = answer.content_type,
    };
    return NULL;
}

static err_t attempt(struct ctx *x, struct outcall *c, const struct outcall_request *rq,
                     struct outcall_response *ret)
{
    struct outcall_call call = {.c = c, .x = x, .timeout_us = rq->timeout_us};
    err_t e = run(&call, rq, ret);

    outcall_end(&call);
    return e;
}

/* The socket of the n-th process of a peer: cases.sock, cases-2.sock, … NULL: there is none. */
static const char *sibling(struct arena *a, const char *path, int n)
{
    const char *dot = strrchr(path, '.');
    const char *other = dot ? arena_printf(a, "%.*s-%d%s", (int)(dot - path), path, n, dot) : NULL;

    return other && access(other, F_OK) == 0 ? other : NULL;
}

/* Scheme, host and path may say whom a call is about: host and method are told, no more. */
static const char *host_of(struct arena *a, const char *url)
{
    const char *host = strstr(url, "://"), *at;

    host = host ? host + 3 : url;
    at = memchr(host, '@', strcspn(host, "/?#"));
    if (at)
        host = at + 1;
    return arena_strndup(a, host, strcspn(host, ":/?#"));
}

static void tell_trace(struct ctx *x, const struct outcall_request *rq, const char *own, int64_t took_us,
                       int status, err_t e)
{
    const char *host = host_of(x->arena, rq->url);

    trace_span(&(struct trace_span){.traceparent = own,
                                    .parent = x->traceparent,
                                    .kind = TRACE_CLIENT,
                                    .name = arena_printf(x->arena, "%s %s", rq->method, host),
                                    .took_us = took_us,
                                    .error = e ? e->code : NULL,
                                    .attributes = {{"http.request.method", rq->method, 0},
                                                   {"server.address", host, 0},
                                                   {"http.response.status_code", NULL, status}}});
}

static err_t call_one(struct ctx *x, struct outcall *c, const struct outcall_request *rq,
                      struct outcall_response *ret)
{
    struct outcall_request again = *rq;
    err_t e = attempt(x, c, rq, ret);

    /* Not connected, so not sent: the next process of the peer may have it. */
    for (int n = 2; e && rq->unix_socket && n <= SIBLINGS_MAX && str_eq(e->code, "outcall.connect"); n++) {
        again.unix_socket = sibling(x->arena, rq->unix_socket, n);
        if (again.unix_socket)
            e = attempt(x, c, &again, ret);
    }
    return e;
}

err_t outcall_http(struct ctx *x, struct outcall *c, const struct outcall_request *rq,
                   struct outcall_response *ret)
{
    struct outcall_request traced = *rq;
    int64_t begun_us = clock_mono_us();
    bool sampled = trace_sampled(x->traceparent);
    char own[TRACEPARENT_BYTES];
    err_t e;

    if (sampled) {
        trace_child(x->traceparent, own);
        if (rq->traceparent)
            traced.traceparent = own;
    }
    e = call_one(x, c, &traced, ret);
    ret->us = clock_mono_us() - begun_us;
    if (sampled)
        tell_trace(x, rq, own, ret->us, e ? 0 : ret->status, e);
    return e;
}
