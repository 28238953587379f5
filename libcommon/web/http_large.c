/*
 * http_large.c - what is longer than FRAME_BODY_BYTES: a few at once in a process, and a body only of
 * somebody who is let in.
 *
 *   HEAD ── large ──► LARGE ── token and scope are good ──► BODY
 *    │                  └── they are not ──► PAST: dropped as it comes ──► REFUSED
 *    ├── no place is free ──────────────────► PAST
 *    └── the operation takes none so long ──► REFUSED
 *
 * evhttp keeps a body in memory. So the head waits in the connection, which is not read meanwhile, until it
 * is known who asks; after that the request goes the usual way and is judged again like any other. Bodies
 * that are chunked are never large: the gateway, which has read them, says their length.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/uuid.h"
#include "io/co.h"
#include "web/auth.h"
#include "web/http_internal.h"

#define LARGE_MAX 4        /* each some tens of MiB: what came, and sealed or opened beside it */
#define JUDGE_US 5000000LL /* an issuer's keys may have to be fetched */

#define FULL_DETAIL "The service has enough large contents at work; please try again."
ERR_DEFINE(err_full, ERR_UNAVAILABLE, "http.large", FULL_DETAIL);
static const struct frame_fault full = {.code = "http.large", .detail = FULL_DETAIL};
static const struct frame_fault too_large = {.code = "request.tooLarge",
                                             .detail = "The operation takes no body of this length."};

/* Somebody's large body before it is read. */
struct large {
    struct arena *arena;
    struct http *http;
    struct conn *conn; /* NULL: it has gone */
    const struct operation *op;
    const char *authorization;
    struct ctx x;
    err_t error;
};

static const struct principal nobody = {.subject = "", .client_id = "", .organisation = "", .scope = ""};

static bool large_take(struct http *h)
{
    if (h->large >= LARGE_MAX)
        return false;
    h->large++;
    return true;
}

void large_leave(struct http *h, unsigned n)
{
    h->large -= n;
}

static void leave_one(void *h)
{
    large_leave(h, 1);
}

err_t reply_large(struct response *rs)
{
    if (!large_take(rs->rq->http))
        return err_full;
    arena_own(rs->rq->arena, rs->rq->http, leave_one);
    return NULL;
}

/* Two of it could be read either way: "", which is no token. */
static const char *authorization(struct arena *a, const char *head, size_t n)
{
    const char *v = "";
    size_t bytes = 0;

    switch (frame_field(head, n, "Authorization", &v, &bytes)) {
    case 0:
        return NULL;
    case 1:
        return arena_strndup(a, v, bytes);
    default:
        return "";
    }
}

static err_t judge(struct large *l)
{
    const struct principal *token = NULL;
    struct principal acting;
    err_t e = http_authenticate(&l->x, l->http, l->authorization, NULL, &token, &acting);

    if (!e && !openapi_allows(l->op, l->x.who))
        e = err_new(l->arena, ERR_DENIED, "scope.missing", "The token lacks the scope %s.",
                    l->op->scope_text);
    if (token)
        auth_release(l->http->auth, token);
    return e;
}

/* A fault of the connection outlives the judgement's memory. */
static struct frame_fault fault_of(err_t e)
{
    static const struct frame_fault known[] = {
        {.code = "token.missing", .detail = "A bearer token is needed."},
        {.code = "token.invalid", .detail = "The token is not valid."},
        {.code = "scope.missing", .detail = "The token lacks a scope of this operation."},
    };

    for (size_t i = 0; i < LENGTH(known); i++) {
        if (str_eq(e->code, known[i].code))
            return known[i];
    }
    return full;
}

static void large_judge(void *arg)
{
    struct large *l = arg;
    struct conn *c;

    co_deadline(l->x.deadline_us);
    if (!l->op->public)
        l->error = judge(l);
    c = l->conn;
    if (c) {
        c->gate = NULL;
        if (l->error) {
            c->fault = fault_of(l->error);
            c->large--;
            large_leave(c->http, 1);
        }
        conn_judged(c, !l->error);
    }
    arena_free(l->arena);
}

/* The head is whole and sound, and says that a large body follows. */
bool large_enter(struct conn *c, const char *head)
{
    struct http *h = c->http;
    const char *target = head + c->head.target, *query = memchr(target, '?', c->head.target_bytes);
    size_t path_bytes = query ? (size_t)(query - target) : c->head.target_bytes;
    struct openapi_match match;
    struct arena *a;
    struct large *l;
    char method[8];

    snprintf(method, sizeof(method), "%.*s", (int)strcspn(head, " "), head);
    c->fault = too_large;
    if (!openapi_match(h->api, method, target, path_bytes, &match) || c->head.length > match.op->body_max)
        return false;
    c->fault = full;
    if (!large_take(h))
        return false;
    c->large++;
    a = arena_new();
    l = ARENA_NEW(a, struct large);
    *l = (struct large){.arena = a, .http = h, .conn = c, .op = match.op};
    l->authorization = authorization(a, head, c->head.bytes);
    l->x = (struct ctx){.arena = a,
                        .who = &nobody,
                        .now_us = clock_now_us(),
                        .deadline_us = clock_mono_us() + JUDGE_US,
                        .db = h->db,
                        .operation = match.op->id,
                        .app = h->app};
    uuid_format(uuid_new(l->x.now_us), l->x.request_id);
    c->gate = l;
    c->reading = CONN_LARGE;
    if (co_start(match.op->id, large_judge, l)) {
        c->gate = NULL;
        arena_free(a);
        return false;
    }
    return true;
}

void large_gone(struct conn *c)
{
    if (c->gate)
        c->gate->conn = NULL;
    large_leave(c->http, c->large);
}
