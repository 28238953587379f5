/* reply.c - what handlers answer. The body is written into the arena and leaves from there without a copy. */
#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "web/http_internal.h"
#include "web/quota.h"
#include "web/request.h"

#define BODY_BYTES 2048 /* what most answers need */

struct buf *reply_begin(struct response *rs, int status)
{
    rs->status = status;
    rs->content_type = "application/json";
    buf_init(&rs->body, rs->rq->arena, BODY_BYTES);
    return &rs->body;
}

err_t reply_row(struct response *rs, int status, const struct json_shape *shape, const void *row)
{
    json_write(reply_begin(rs, status), shape, row);
    return NULL;
}

err_t reply_json_text(struct response *rs, int status, const char *json)
{
    size_t n = strlen(json);

    rs->status = status;
    rs->content_type = "application/json";
    buf_init(&rs->body, rs->rq->arena, n + 1);
    buf_put(&rs->body, json, n);
    return NULL;
}

err_t reply_empty(struct response *rs, int status)
{
    rs->status = status;
    rs->content_type = NULL;
    rs->body = (struct buf){0};
    return NULL;
}

/* A header's value is one line; what could end it would let text of ours become a header of theirs. */
err_t reply_items(struct response *rs, const struct json_shape *shape, const void *rows, size_t n)
{
    struct buf *out = reply_begin(rs, 200);

    buf_puts(out, "{\"items\":");
    json_write_array(out, shape, rows, n);
    buf_putc(out, '}');
    return NULL;
}

err_t reply_file(struct response *rs, const char *media_type, const char *name, struct bytes content)
{
    rs->status = 200;
    rs->content_type = media_type;
    rs->body = (struct buf){.p = (char *)(uintptr_t)content.p, .n = content.n}; /* goes out as it is */
    reply_header(rs, "Content-Disposition", arena_printf(rs->rq->arena, "attachment; filename=\"%s\"", name));
    return NULL;
}

static bool is_line(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s < ' ' || *s == 0x7f)
            return false;
    }
    return true;
}

bool reply_has(const struct response *rs, const char *name)
{
    for (size_t i = 0; i < rs->nfields; i++)
        if (strcmp(rs->fields[i].name, name) == 0)
            return true;
    return false;
}

void reply_header(struct response *rs, const char *name, const char *value)
{
    assert(is_line(name) && is_line(value));
    for (size_t i = 0; i < rs->nfields; i++) {
        if (strcmp(rs->fields[i].name, name) == 0) {
            rs->fields[i].value = value;
            return;
        }
    }
    assert(rs->nfields < REPLY_HEADERS_MAX);
    rs->fields[rs->nfields++] = (struct reply_field){name, value};
}

void reply_etag_text(struct response *rs, const char *opaque)
{
    reply_header(rs, "ETag", arena_printf(rs->rq->arena, "\"%s\"", opaque));
}

void reply_retry_after(struct response *rs, int64_t seconds)
{
    rs->rq->retry_s = seconds;
}

void reply_etag(struct response *rs, int64_t version)
{
    reply_header(rs, "ETag", arena_printf(rs->rq->arena, "\"v%lld\"", (long long)version));
}

void reply_location(struct ctx *x, struct response *rs, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    const char *path = arena_vprintf(x->arena, fmt, ap);
    va_end(ap);
    reply_header(rs, "Location", arena_printf(x->arena, "%s%s", openapi_base_path(rs->rq->http->api), path));
}
