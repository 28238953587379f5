/* problem.c - see problem.h. */
#include "web/problem.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

/* Codes with a status or a title of their own, sorted by code. All others follow their kind. */
static const struct problem_row rows[] = {
    {"changes.expired", 410, "This position in the changes is no longer known."},
    {"co.cancelled", 503, "The service is shutting down."},
    {"co.deadline", 503, "The request took too long."},
    {"co.full", 503, "The service is busy."},
    {"content.type", 415, "The content is not what its Content-Type says."},
    {"cursor.invalid", 400, "The cursor is not valid."},
    {"db.outcomeUnknown", 503, "Whether the change was made is not known."},
    {"field.locked", 503, "A protected field cannot be opened."},
    {"http.large", 503, "The service has enough large contents at work."},
    {"idempotency.mismatch", 422, "The Idempotency-Key was used for another request."},
    {"idempotency.running", 409, "The first request with this Idempotency-Key is still running."},
    {"precondition.required", 428, "If-Match is required."},
    {"precondition.stale", 412, "The resource has changed since."},
    {"rate.limited", 429, "Too many requests."},
    {"rate.quota", 429, "The requests of this day are used up."},
    {"request.accept", 406, "None of the accepted media types can be given."},
    {"request.encoding", 415, "The content encoding is not supported."},
    {"request.expectation", 417, "The expectation cannot be met."},
    {"request.framing", 400, "The request is not well-formed HTTP."},
    {"request.headersTooLarge", 431, "The headers are too large."},
    {"request.invalid", 400, "The request is not valid."},
    {"request.mediaType", 415, "The media type is not supported."},
    {"request.method", 405, "The method is not allowed."},
    {"request.targetTooLong", 414, "The path and query are too long."},
    {"request.tooLarge", 413, "The body is too large."},
    {"request.version", 505, "The HTTP version is not supported."},
    {"route.missing", 404, "There is nothing at this path."},
    {"scope.missing", 403, "The token lacks a scope."},
    {"token.invalid", 401, "The token is not valid."},
    {"token.missing", 401, "A token is needed."},
};

static const struct problem_row kinds[] = {
    [ERR_INVALID] = {NULL, 400, "The request is not valid."},
    [ERR_UNAUTHENTICATED] = {NULL, 401, "Authentication failed."},
    [ERR_DENIED] = {NULL, 403, "This is not allowed."},
    [ERR_MISSING] = {NULL, 404, "There is no such resource."},
    [ERR_CONFLICT] = {NULL, 409, "The present state does not allow this."},
    [ERR_LIMIT] = {NULL, 429, "A limit is reached."},
    [ERR_CANCELLED] = {NULL, 503, "The request was cancelled."},
    [ERR_UPSTREAM] = {NULL, 503, "Another part did not answer as it should."},
    [ERR_UNAVAILABLE] = {NULL, 503, "The service is not available now."},
    [ERR_BUG] = {"internal", 500, "Something went wrong on our side."},
};

static int row_compare(const void *key, const void *row)
{
    return strcmp(key, ((const struct problem_row *)row)->code);
}

const struct problem_row *problem_table(size_t *ret_n)
{
    *ret_n = LENGTH(rows);
    return rows;
}

struct problem problem_of(err_t e)
{
    const struct problem_row *kind = (size_t)e->kind < LENGTH(kinds) ? &kinds[e->kind] : &kinds[ERR_BUG];
    const struct problem_row *row = NULL;

    if (kind->status == 500 || !e->code)
        return (struct problem){.status = kind->status,
                                .title = kind->title,
                                .code = kind->code ? kind->code : err_kind_name(e->kind)};
    row = bsearch(e->code, rows, LENGTH(rows), sizeof(rows[0]), row_compare);
    if (!row)
        row = kind;
    return (struct problem){.status = row->status, .title = row->title, .code = e->code};
}

static void member(struct buf *out, const char *name, const char *value)
{
    buf_putc(out, ',');
    json_write_text(out, name);
    buf_putc(out, ':');
    json_write_text(out, value);
}

static void fault_write(struct buf *out, const struct fault *f)
{
    static const char *const places[] = {
        [FAULT_POINTER] = "pointer",
        [FAULT_PARAMETER] = "parameter",
        [FAULT_HEADER] = "header",
        [FAULT_GUARD] = "guard",
    };

    /* A guard is named by its code; its pointer says what lacks. */
    buf_putc(out, '{');
    json_write_text(out, places[f->in]);
    buf_putc(out, ':');
    json_write_text(out, f->in == FAULT_GUARD ? f->code : (f->at ? f->at : ""));
    if (f->in == FAULT_GUARD && f->at && f->at[0])
        member(out, "pointer", f->at);
    member(out, "code", f->code ? f->code : "");
    member(out, "detail", f->detail ? f->detail : "");
    if (f->remedy)
        member(out, "remedy", f->remedy);
    if (f->in == FAULT_GUARD)
        buf_puts(out, f->overridable ? ",\"overridable\":true" : ",\"overridable\":false");
    buf_putc(out, '}');
}

void problem_write(struct buf *out, err_t e, const char *request_id)
{
    struct problem p = problem_of(e);

    buf_puts(out, "{\"type\":\"/problems/");
    buf_puts(out, p.code);
    buf_putc(out, '"');
    member(out, "title", p.title);
    buf_puts(out, ",\"status\":");
    json_write_i64(out, p.status);
    member(out, "code", p.code);
    if (e->detail && e->kind != ERR_BUG)
        member(out, "detail", e->detail);
    buf_puts(out, ",\"instance\":\"urn:uuid:");
    buf_puts(out, request_id);
    buf_putc(out, '"');
    if (e->nfaults > 0) {
        buf_puts(out, ",\"errors\":[");
        for (size_t i = 0; i < e->nfaults; i++) {
            if (i)
                buf_putc(out, ',');
            fault_write(out, &e->faults[i]);
        }
        buf_putc(out, ']');
    }
    buf_putc(out, '}');
}

const char *problem_reason(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {207, "Multi-Status"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {409, "Conflict"},
        {410, "Gone"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {428, "Precondition Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };

    for (size_t i = 0; i < LENGTH(phrases); i++) {
        if (phrases[i].status == status)
            return phrases[i].phrase;
    }
    return "Other";
}
