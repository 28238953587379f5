/*
 * http_run.c - what happens to a request in its coroutine: token 401, scope 403, Accept 406, encoding 415,
 * document 400 415 428, idempotency 409 422 or replay, handler, commit, answer.
 */
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/arena.h"
#include "base/clock.h"
#include "io/co.h"
#include "io/db.h"
#include "web/auth.h"
#include "web/http_internal.h"

#define MORE_TRIES 4 /* within the deadline of the request */
#define LETTING_GO_US 25000
#define LETTING_GO_AT_MOST_US 1000000

ERR_DEFINE(err_accept, ERR_INVALID, "request.accept", "Accept must allow what this operation answers.");
ERR_DEFINE(err_encoding, ERR_INVALID, "request.encoding", "The body must not be encoded (Content-Encoding).");
ERR_DEFINE(err_silent, ERR_BUG, "handler.silent", "A handler ended without an answer.");

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

/* What the request shows of itself. Two could be read either way: "", which is no token. */
static const char *credentials(const struct request *rq)
{
    const struct evkeyvalq *all = evhttp_request_get_input_headers(rq->ev);
    const char *first = evhttp_find_header(all, "Authorization");
    const struct evkeyval *kv;

    TAILQ_FOREACH(kv, all, next)
    {
        if (strcasecmp(kv->key, "Authorization") == 0 && kv->value != first)
            return "";
    }
    return first;
}

static err_t authenticate(struct request *rq)
{
    const char *authorization = credentials(rq);

    /* A public operation judges other schemes itself (the token endpoint); a bearer token must be good all
     * the same. */
    if (rq->op->public && (!authorization || strncasecmp(authorization, "Bearer", 6) != 0))
        return NULL;
    return http_authenticate(&rq->x, rq->http, authorization, request_field(rq, "X-Wayfare-Organisation"),
                             &rq->token, &rq->acting);
}

/* The house's own services and requests without token are not limited here. */
static err_t limit(struct request *rq)
{
    err_t e;

    if (!rq->http->limits || !rq->token)
        return NULL;
    e = limits_request(&rq->x, rq->http->limits, rq->x.who, auth_limits(rq->token), &rq->limit);
    if (e)
        rq->retry_s = rq->limit.retry_s;
    return e;
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
                                        "X-Purpose",       "Origin",       "Last-Event-ID",
                                        "Content-Digest",  "If-None-Match"};

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
    if (!tx_writes(x->tx))
        return tx_commit(x); /* its trail is on its way before the answer is */
    if (rq->idem)
        TRY(idem_store(rq));
    x->deadline_us = clock_mono_us() + HTTP_COMMIT_US;
    co_deadline(x->deadline_us);
    TRY(tx_commit(x));
    if (rq->http->on_commit)
        rq->http->on_commit(x);
    return NULL;
}

/* From the transaction's begin to its commit. */
static err_t act(struct request *rq)
{
    char opaque[33];

    if (rq->op->needs_idempotency_key)
        TRY(idem_enter(rq));
    TRY(rq->op->handler->fn(&rq->x, rq, &rq->rs));
    if (rq->rs.status == 0 && !rq->rs.stream_fetch)
        return err_silent;
    if (rq->op->etag_of_body && rq->rs.status / 100 == 2 && !reply_has(&rq->rs, "ETag")) {
        etag_of(opaque, rq->rs.body.p, rq->rs.body.n);
        reply_etag_text(&rq->rs, opaque);
    }
    return commit(rq);
}

static int64_t deadline_of(const struct request *rq)
{
    return rq->start_us + (int64_t)rq->op->deadline_ms * 1000;
}

/*
 * Two took the same rows in another order and PostgreSQL ended one of them (40P01): all that it had done is
 * undone, so it is as good as new, and the other is through by now. Or a read took longer than it may beside
 * others, as the first of its kind on a new connection does on a busy machine: then it goes by itself.
 */
static bool is_worth_another_try(const struct request *rq, err_t e)
{
    bool is_slow = str_eq(e->code, "db.timeout") && rq->x.tx && tx_shared(rq->x.tx);

    return is_slow || str_eq(e->code, "db.again");
}

static err_t act_again(struct request *rq)
{
    struct ctx *x = &rq->x;

    x->alone = x->alone || (x->tx && tx_shared(x->tx));
    tx_rollback(x);
    rq->rs = (struct response){.rq = rq};
    rq->idem = false;
    x->has_events = false;
    x->wakes = NULL;
    x->deadline_us = deadline_of(rq);
    co_deadline(x->deadline_us);
    return act(rq);
}

/* A try that was undone may hold its Idempotency-Key until the database has heard of that; a busy machine
 * takes its time. A key that was already held at the first try is somebody else's. */
static err_t more_tries(struct request *rq, err_t e)
{
    int tries = 0;
    int64_t waited_us = 0;

    while (e) {
        if (tries > 0 && str_eq(e->code, "idempotency.running") && waited_us < LETTING_GO_AT_MOST_US) {
            TRY(co_sleep(LETTING_GO_US));
            waited_us += LETTING_GO_US;
        } else if (tries < MORE_TRIES && is_worth_another_try(rq, e)) {
            tries++;
        } else {
            break;
        }
        e = act_again(rq);
    }
    return e;
}

static err_t serve(struct request *rq)
{
    TRY(authenticate(rq));
    TRY(limit(rq));
    TRY(authorise(rq));
    TRY(negotiate(rq));
    TRY(singles(rq));
    TRY(read_input(rq));
    return more_tries(rq, act(rq));
}

void http_run(void *arg)
{
    struct request *rq = arg;
    struct ctx *x = &rq->x;

    co_label(x->request_id);
    x->deadline_us = deadline_of(rq);
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
