/*
 * request.h - what a handler sees of HTTP: a validated request in, a response out.
 *
 * When a handler runs, the token is verified, the scope is held, and path, query, headers and body conform to
 * the OpenAPI document; so these getters do not fail but assert that the document declares what is asked.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/json.h"
#include "base/opt.h"
#include "base/uuid.h"
#include "io/db.h"

struct request;
struct response;
struct page;

/* The type of every handler. An error becomes problem+json and rolls x->tx back; NULL commits it and sends
 * rs. */
typedef err_t handler_fn(struct ctx *x, const struct request *rq, struct response *rs);

struct handler {
    const char *operation_id;
    handler_fn *fn;
};

/* Path parameters. */
struct uuid request_path_uuid(const struct request *rq, const char *name);
const char *request_path_text(const struct request *rq, const char *name);
/* Query parameters; NULL / not set when absent and the document gives no default. */
const char *request_query(const struct request *rq, const char *name);
bool request_query_bool(const struct request *rq, const char *name, bool fallback);
int64_t request_query_int(const struct request *rq, const char *name, int64_t fallback);
/* The same for format uuid and format date. */
struct opt_uuid request_query_uuid(const struct request *rq, const char *name);
struct opt_date request_query_date(const struct request *rq, const char *name);
/* True if the comma-separated query parameter contains the word (expand). */
bool request_query_has(const struct request *rq, const char *name, const char *word);
/* A header's value or NULL. */
const char *request_header(const struct request *rq, const char *name);
/* The JSON body, borrowed; NULL if there is none. */
json_t *request_body(const struct request *rq);
/* json_read of the body. */
MUST_CHECK err_t request_read(struct ctx *x, const struct request *rq, const struct json_shape *shape,
                              void *out);
/* An array or object member of the body as JSON text for a jsonb parameter; NULL if absent. */
const char *request_member_json(struct ctx *x, const struct request *rq, const char *name);
/* application/x-www-form-urlencoded body (token endpoint): a field or NULL. */
const char *request_form(const struct request *rq, const char *name);

/* The body of an operation that takes bytes as they are; borrowed, for as long as the request. Not NULL. */
struct bytes request_bytes(const struct request *rq);
/* Its media type, as the document writes it. */
const char *request_media_type(const struct request *rq);

/* Replies. The body is written into the response's buffer in the arena. */
struct buf *reply_begin(struct response *rs, int status); /* JSON follows; write it, nothing else to do */
err_t reply_row(struct response *rs, int status, const struct json_shape *shape, const void *row);
/* {"items":[row,row]}: a list that is short by nature and has no pages. */
err_t reply_items(struct response *rs, const struct json_shape *shape, const void *rows, size_t n);
err_t reply_json_text(struct response *rs, int status, const char *json);
err_t reply_empty(struct response *rs, int status); /* 204, 202; 304 after etag_unchanged */
/* Bytes of another media type: to be kept as a file of that (neutral) name, never to be shown in place. They
 * stay where they are, in the request's arena. */
err_t reply_file(struct response *rs, const char *media_type, const char *name, struct bytes content);
/* Before an answer above REPLY_LARGE_BYTES is made: takes one of the few places for what is large
 * (http_large.c) until it has left. ERR_UNAVAILABLE http.large. A large body has taken its own before it was
 * read. */
#define REPLY_LARGE_BYTES (1 << 20)
MUST_CHECK err_t reply_large(struct response *rs);
void reply_header(struct response *rs, const char *name, const char *value);
/* ETag "v<version>". */
void reply_etag(struct response *rs, int64_t version);
void reply_etag_text(struct response *rs, const char *opaque);
/* Location: <base path of the service> + the formatted path. */
void reply_location(struct ctx *x, struct response *rs, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* 412 (precondition.stale) unless the request's If-Match names the version (or is *). The document makes it
 * required: 428. */
MUST_CHECK err_t etag_match(const struct request *rq, int64_t version);
/* True if the request's If-None-Match names the version (weak comparison, RFC 9110 section 13.1.2). */
bool etag_unchanged(const struct request *rq, int64_t version);
MUST_CHECK err_t etag_match_text(const struct request *rq, const char *opaque);
