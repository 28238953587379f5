/*
 * store_s3.c - see store.h: a bucket of an S3 API. <prefix>/<two digits of the name>/<name>.
 *
 * Every call may be made again with the same outcome, and is, while there is time: PUT writes the same bytes
 * under a name that nobody else has. The bucket is named in the path, which every server knows.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/str.h"
#include "io/aside.h"
#include "io/co.h"
#include "io/outcall.h"
#include "io/store_internal.h"

#define ATTEMPTS 3
#define PAUSE_US 200000 /* doubles */
#define CALL_US (20 * 1000000LL)
#define ANSWER_BYTES (64 * 1024)
#define LIST_BYTES (4 * 1024 * 1024) /* a page of a thousand names */
#define NAME 36
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct s3 {
    struct store store;
    struct arena *arena;
    struct aside *aside;
    struct outcall *outcall;
    const char *bucket; /* its URL, without a slash at the end */
    const char *prefix; /* of keys: "" or "contents/" */
    const char *sign, *id, *secret;
};

struct s3_call {
    const char *method, *url;
    struct bytes body; /* p NULL: none */
    const char *sha256;
    size_t max_answer;
};

ERR_DEFINE(err_endpoint, ERR_INVALID, "store.endpoint",
           "A bucket needs an endpoint (http:// or https://, no path), a region and an access key.");
ERR_DEFINE(err_bucket, ERR_INVALID, "store.place",
           "A bucket and its prefix have small letters, digits, points and hyphens; slashes part a prefix.");

static struct s3 *s3_of(struct store *s)
{
    return (struct s3 *)(void *)s;
}

/* ---- calls ---- */

static err_t call_once(struct ctx *x, const struct s3 *s, const struct s3_call *c,
                       struct outcall_response *ret)
{
    int64_t left_us = x->deadline_us ? x->deadline_us - clock_mono_us() : CALL_US;
    const char *headers[] = {arena_printf(x->arena, "x-amz-content-sha256: %s", c->sha256),
                             "Content-Type: application/octet-stream"};

    return outcall_http(x, s->outcall,
                        &(struct outcall_request){.method = c->method,
                                                  .url = c->url,
                                                  .headers = headers,
                                                  .nheaders = c->body.p ? 2 : 1,
                                                  .body = c->body.p,
                                                  .body_bytes = c->body.n,
                                                  .timeout_us = left_us < CALL_US ? left_us : CALL_US,
                                                  .max_response_bytes = c->max_answer,
                                                  .sign = s->sign,
                                                  .user = s->id,
                                                  .secret = s->secret},
                        ret);
}

/* It is the server's trouble, and may pass. */
static bool passing(err_t e, const struct outcall_response *r)
{
    return e ? e->kind == ERR_UNAVAILABLE : r->status >= 500 || r->status == 429;
}

/* The text of the first element of this name; "" if there is none. */
static const char *element(struct arena *a, const char *xml, const char *name)
{
    const char *open = arena_printf(a, "<%s>", name), *at = strstr(xml, open);

    return at ? arena_strndup(a, at + strlen(open), strcspn(at + strlen(open), "<")) : "";
}

static err_t away(struct ctx *x, const struct s3_call *c, err_t e, const struct outcall_response *r)
{
    return store_err(
        x, !e && r->status == 507 ? STORE_FULL : STORE_AWAY,
        e ? arena_printf(x->arena, "%s %s: %s", c->method, c->url, e->cause ? e->cause : e->detail)
          : arena_printf(x->arena, "%s %s: status %d %s", c->method, c->url, r->status,
                         element(x->arena, r->body, "Code")));
}

/* *ret is an answer of the server that is not its trouble. */
static err_t call(struct ctx *x, const struct s3 *s, const struct s3_call *c, struct outcall_response *ret)
{
    int64_t pause_us = PAUSE_US;
    err_t e;

    for (int n = 1;; n++, pause_us *= 2) {
        e = call_once(x, s, c, ret);
        if (!passing(e, ret) || n == ATTEMPTS ||
            (x->deadline_us && clock_mono_us() + pause_us >= x->deadline_us))
            break;
        TRY(co_sleep(pause_us));
    }
    if (e && e->kind == ERR_CANCELLED)
        return e;
    return e || passing(e, ret) ? away(x, c, e, ret) : NULL;
}

static bool no_such_key(struct ctx *x, const struct outcall_response *r)
{
    return r->status == 404 && str_eq(element(x->arena, r->body, "Code"), "NoSuchKey");
}

static const char *url_of(struct ctx *x, const struct s3 *s, struct uuid object)
{
    const char *name = uuid_text(x->arena, object);

    return arena_printf(x->arena, "%s/%s%.2s/%s", s->bucket, s->prefix, name, name);
}

/* ---- the kind ---- */

struct digest_job {
    struct bytes in;
    uint8_t out[32];
    bool ok;
};

static void digest(void *arg)
{
    struct digest_job *j = arg;

    j->ok = EVP_Digest(j->in.p, j->in.n, j->out, NULL, EVP_sha256(), NULL) == 1;
}

static err_t s3_put(struct ctx *x, struct store *store, struct uuid object, struct bytes content)
{
    struct s3 *s = s3_of(store);
    struct digest_job j = {.in = content};
    struct outcall_response r;
    char hex[65];

    TRY(aside_run(x, s->aside, digest, &j));
    if (!j.ok)
        return err_internal(x->arena, ERR_BUG, "store.digest", "OpenSSL refused to work");
    str_hex(hex, j.out, sizeof(j.out));
    struct s3_call c = {.method = "PUT",
                        .url = url_of(x, s, object),
                        .body = content,
                        .sha256 = hex,
                        .max_answer = ANSWER_BYTES};

    TRY(call(x, s, &c, &r));
    return r.status == 200 ? NULL : away(x, &c, NULL, &r);
}

static err_t s3_get(struct ctx *x, struct store *store, struct uuid object, size_t n, struct bytes *ret)
{
    struct s3 *s = s3_of(store);
    struct s3_call c = {.method = "GET",
                        .url = url_of(x, s, object),
                        .sha256 = EMPTY_SHA256,
                        .max_answer = n > ANSWER_BYTES ? n : ANSWER_BYTES};
    struct outcall_response r;

    TRY(call(x, s, &c, &r));
    if (no_such_key(x, &r) || (r.status == 200 && r.body_bytes != n))
        return store_err(
            x, STORE_MISSING,
            arena_printf(x->arena, "GET %s: status %d, %zu bytes", c.url, r.status, r.body_bytes));
    if (r.status != 200)
        return away(x, &c, NULL, &r);
    *ret = (struct bytes){.p = (const uint8_t *)r.body, .n = n};
    return NULL;
}

static err_t s3_remove(struct ctx *x, struct store *store, struct uuid object)
{
    struct s3 *s = s3_of(store);
    struct s3_call c = {
        .method = "DELETE", .url = url_of(x, s, object), .sha256 = EMPTY_SHA256, .max_answer = ANSWER_BYTES};
    struct outcall_response r;

    TRY(call(x, s, &c, &r));
    return r.status == 200 || r.status == 204 || no_such_key(x, &r) ? NULL : away(x, &c, NULL, &r);
}

/* A page of names behind `after` (""; a key). The query is in the order and form in which it is signed. */
static err_t page(struct ctx *x, const struct s3 *s, const char *prefix, const char *after, int most,
                  const char **ret_xml)
{
    struct buf query;
    struct s3_call c = {.method = "GET", .sha256 = EMPTY_SHA256, .max_answer = LIST_BYTES};
    struct outcall_response r;

    buf_init(&query, x->arena, 256);
    buf_printf(&query, "%s/?list-type=2&max-keys=%d&prefix=", s->bucket, most);
    for (const char *p = prefix; *p; p++)
        *p == '/' ? buf_puts(&query, "%2F") : buf_putc(&query, *p);
    if (after[0])
        buf_puts(&query, "&start-after=");
    for (const char *p = after; *p; p++)
        *p == '/' ? buf_puts(&query, "%2F") : buf_putc(&query, *p);
    c.url = buf_text(&query);
    TRY(call(x, s, &c, &r));
    if (r.status != 200 || !strstr(r.body, "<ListBucketResult"))
        return away(x, &c, NULL, &r);
    *ret_xml = r.body;
    return NULL;
}

static err_t s3_check(struct ctx *x, struct store *store)
{
    const char *xml;

    return page(x, s3_of(store), s3_of(store)->prefix, "", 1, &xml);
}

static void entry_add(struct arena *a, struct store_entry **v, size_t *n, struct store_entry e)
{
    if ((*n & (*n - 1)) == 0) /* full at every power of two */
        *v = arena_grow(a, *v, *n * sizeof(e), (*n ? 2 * *n : 1) * sizeof(e));
    (*v)[(*n)++] = e;
}

static err_t s3_list(struct ctx *x, struct store *store, unsigned shelf, struct store_entry **ret,
                     size_t *ret_n)
{
    struct s3 *s = s3_of(store);
    const char *prefix = arena_printf(x->arena, "%s%02x/", s->prefix, shelf), *xml, *after = "", *before;

    *ret = NULL;
    *ret_n = 0;
    do {
        before = after;
        TRY(page(x, s, prefix, after, 1000, &xml));
        for (const char *at = strstr(xml, "<Contents>"); at; at = strstr(at + 1, "<Contents>")) {
            const char *key = element(x->arena, at, "Key");
            struct store_entry e = {0};

            after = key;
            if (str_to_i64(element(x->arena, at, "Size"), 0, INT64_MAX, &e.bytes) &&
                str_starts(key, prefix) && uuid_parse(key + strlen(prefix), &e.object))
                entry_add(x->arena, ret, ret_n, e);
        }
    } while (str_eq(element(x->arena, xml, "IsTruncated"), "true") && !str_eq(before, after));
    return NULL;
}

/* Nobody says how much a bucket takes. */
static err_t s3_room(struct ctx *x, struct store *store, int64_t *ret_bytes)
{
    (void)x;
    (void)store;
    *ret_bytes = -1;
    return NULL;
}

static void s3_close(struct store *store)
{
    arena_free(s3_of(store)->arena);
}

/* What needs no encoding in a URL, and is signed as it stands. */
static bool plain(const char *text, const char *more)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++)
        if (!((text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9') ||
              strchr(more, text[i])))
            return false;
    return n > 0 && !strstr(text, "..") && !strstr(text, "//");
}

static bool endpoint_ok(const char *e)
{
    const char *host = e && str_starts(e, "https://") ? e + 8 : e && str_starts(e, "http://") ? e + 7 : "";

    return plain(host, ".-:[]");
}

err_t store_s3_open(const struct store_options *o, struct store **ret)
{
    static const struct store_kind kind = {.check = s3_check,
                                           .put = s3_put,
                                           .get = s3_get,
                                           .remove = s3_remove,
                                           .list = s3_list,
                                           .room = s3_room,
                                           .close = s3_close};
    const char *place = o->place + strlen("s3://"), *slash = strchr(place, '/');
    size_t n = slash ? (size_t)(slash - place) : strlen(place);
    struct arena *a = arena_new();
    struct s3 *s = ARENA_NEW(a, struct s3);
    const char *bucket = arena_strndup(a, place, n), *prefix = slash ? arena_strdup(a, slash + 1) : "";
    err_t e = NULL;

    if (!plain(bucket, ".-") || (prefix[0] && !plain(prefix, ".-/")) || prefix[0] == '/')
        e = err_bucket;
    else if (!endpoint_ok(o->endpoint) || !o->region || !plain(o->region, "-") || !o->id || !o->id[0] ||
             !o->secret || !o->secret[0])
        e = err_endpoint;
    if (e) {
        arena_free(a);
        return e;
    }
    *s = (struct s3){
        .store = {.kind = &kind},
        .arena = a,
        .aside = o->aside,
        .outcall = o->outcall,
        .bucket = arena_printf(a, "%s/%s", o->endpoint, bucket),
        .prefix = prefix[0] && prefix[strlen(prefix) - 1] != '/' ? arena_printf(a, "%s/", prefix) : prefix,
        .sign = arena_printf(a, "aws:amz:%s:s3", o->region),
        .id = arena_strdup(a, o->id),
        .secret = arena_strdup(a, o->secret),
    };
    *ret = &s->store;
    return NULL;
}
