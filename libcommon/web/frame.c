/* frame.c - see frame.h. */
#include "web/frame.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

enum { TOKEN = 1, VALUE = 2, TARGET = 4, HOST = 8, DIGIT = 16, HEX = 32 };

/* RFC 9110 tchar; field-vchar with SP and HTAB; RFC 3986 path and query characters; host and port; digits. */
static uint8_t class_of(unsigned char c)
{
    uint8_t k = 0;
    bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool digit = c >= '0' && c <= '9';

    if (alpha || digit || (c != 0 && strchr("!#$%&'*+-.^_`|~", c)))
        k |= TOKEN;
    if (c == '\t' || (c >= ' ' && c != 0x7f))
        k |= VALUE;
    if (alpha || digit || (c != 0 && strchr("-._~!$&'()*+,;=:@/?%", c)))
        k |= TARGET;
    if (alpha || digit || (c != 0 && strchr("-._~:[]%", c)))
        k |= HOST;
    if (digit)
        k |= DIGIT | HEX;
    if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
        k |= HEX;
    return k;
}

static uint8_t classes[256];

__attribute__((constructor)) static void classes_fill(void)
{
    for (unsigned c = 0; c < 256; c++)
        classes[c] = class_of((unsigned char)c);
}

static bool all(const char *p, size_t n, uint8_t k)
{
    for (size_t i = 0; i < n; i++) {
        if (!(classes[(unsigned char)p[i]] & k))
            return false;
    }
    return true;
}

static bool is(const char *p, size_t n, const char *word)
{
    return strlen(word) == n && strncasecmp(p, word, n) == 0;
}

static enum frame_verdict refuse(struct frame_fault *ret, const char *code, const char *detail)
{
    *ret = (struct frame_fault){.code = code, .detail = detail};
    return FRAME_REFUSED;
}

#define BAD "request.framing"

/* What the head has said so far. */
struct reading {
    struct frame_head *head;
    struct frame_fault *fault;
    bool unknown_method, body_method, http10;
    unsigned headers, hosts, lengths, encodings;
};

/* In which a body follows. evhttp reads none for the others. */
static bool takes_body(const char *p, size_t n)
{
    return (n == 4 && memcmp(p, "POST", 4) == 0) || (n == 3 && memcmp(p, "PUT", 3) == 0) ||
           (n == 5 && memcmp(p, "PATCH", 5) == 0);
}

static bool known_method(const char *p, size_t n)
{
    return takes_body(p, n) || (n == 3 && memcmp(p, "GET", 3) == 0) ||
           (n == 4 && memcmp(p, "HEAD", 4) == 0) || (n == 6 && memcmp(p, "DELETE", 6) == 0) ||
           (n == 7 && memcmp(p, "OPTIONS", 7) == 0);
}

static enum frame_verdict target_ok(struct reading *r, const char *t, size_t n)
{
    if (n > FRAME_TARGET_BYTES)
        return refuse(r->fault, "request.targetTooLong", "The path and query are longer than 8 KiB.");
    if (n == 0 || t[0] != '/' || (n > 1 && t[1] == '/'))
        return refuse(r->fault, BAD, "The request target must be an absolute path.");
    if (memchr(t, '#', n))
        return refuse(r->fault, BAD, "The request target has a fragment.");
    for (size_t i = 0; i < n; i++) {
        if (!(classes[(unsigned char)t[i]] & TARGET))
            return refuse(r->fault, BAD, "The request target has a character that must be percent-encoded.");
        if (t[i] == '%' && (n - i < 3 || !all(t + i + 1, 2, HEX)))
            return refuse(r->fault, BAD, "The request target has a broken percent-encoding.");
    }
    return FRAME_OK;
}

/* method SP target SP version */
static enum frame_verdict request_line(struct reading *r, const char *p, size_t n)
{
    const char *sp1 = memchr(p, ' ', n);
    const char *sp2 = sp1 ? memchr(sp1 + 1, ' ', n - (size_t)(sp1 + 1 - p)) : NULL;

    if (!sp1 || !sp2 || sp1 == p)
        return refuse(r->fault, BAD, "The request line is not 'method target version'.");
    size_t m = (size_t)(sp1 - p), t = (size_t)(sp2 - sp1 - 1), v = n - (size_t)(sp2 + 1 - p);

    if (!all(p, m, TOKEN) || m > 32)
        return refuse(r->fault, BAD, "The method is not a token.");
    if (v != 8 || memcmp(sp2 + 1, "HTTP/", 5) != 0)
        return refuse(r->fault, BAD, "The request line does not end with an HTTP version.");
    if (memcmp(sp2 + 6, "1.", 2) != 0 || (sp2[8] != '1' && sp2[8] != '0'))
        return refuse(r->fault, "request.version", "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    r->http10 = sp2[8] == '0';
    r->unknown_method = !known_method(p, m);
    r->body_method = takes_body(p, m);
    r->head->target = (size_t)(sp1 + 1 - p);
    r->head->target_bytes = t;
    return target_ok(r, sp1 + 1, t);
}

static enum frame_verdict content_length(struct reading *r, const char *v, size_t n)
{
    if (r->lengths++)
        return refuse(r->fault, BAD, "Content-Length is given twice.");
    if (n == 0 || n > 16 || !all(v, n, DIGIT))
        return refuse(r->fault, BAD, "Content-Length is not a number.");
    for (size_t i = 0; i < n; i++)
        r->head->length = r->head->length * 10 + (size_t)(v[i] - '0');
    r->head->body = FRAME_LENGTH;
    return FRAME_OK;
}

/* Fields that evhttp compares to the letter: a tab or a space around the value would be read otherwise there.
 */
static bool is_exact(const char *name, size_t n)
{
    return (n == 14 && is(name, n, "content-length")) || (n == 17 && is(name, n, "transfer-encoding")) ||
           (n == 6 && is(name, n, "expect"));
}

/* The fields that decide where the message ends, and Host. */
static enum frame_verdict field(struct reading *r, const char *name, size_t n, const char *v, size_t vn)
{
    if (n == 4 && is(name, n, "host")) {
        if (r->hosts++)
            return refuse(r->fault, BAD, "Host is given twice.");
        if (vn == 0 || !all(v, vn, HOST))
            return refuse(r->fault, BAD, "Host is not a host name.");
    } else if (n == 14 && is(name, n, "content-length")) {
        return content_length(r, v, vn);
    } else if (n == 17 && is(name, n, "transfer-encoding")) {
        if (r->encodings++)
            return refuse(r->fault, BAD, "Transfer-Encoding is given twice.");
        if (!is(v, vn, "chunked") || r->http10)
            return refuse(r->fault, BAD, "Only 'Transfer-Encoding: chunked' of HTTP/1.1 is understood.");
        r->head->body = FRAME_CHUNKED;
    } else if (n == 6 && is(name, n, "expect") && !is(v, vn, "100-continue")) {
        return refuse(r->fault, "request.expectation", "Only 'Expect: 100-continue' is understood.");
    }
    return FRAME_OK;
}

static enum frame_verdict header_line(struct reading *r, const char *p, size_t n)
{
    const char *colon = memchr(p, ':', n);

    if (p[0] == ' ' || p[0] == '\t')
        return refuse(r->fault, BAD, "A header line is folded.");
    if (!colon || colon == p || !all(p, (size_t)(colon - p), TOKEN))
        return refuse(r->fault, BAD, "A header line is not 'name: value'.");
    if (++r->headers > FRAME_HEADERS)
        return refuse(r->fault, "request.headersTooLarge", "There are more than 100 header lines.");
    const char *v = colon + 1, *end = p + n;

    if (*v == ' ' && v < end)
        v++;
    if (v < end && is_exact(p, (size_t)(colon - p)) && (strchr(" \t", *v) || strchr(" \t", end[-1])))
        return refuse(r->fault, BAD, "There are odd spaces around a header's value.");
    while (v < end && (*v == ' ' || *v == '\t'))
        v++;
    while (end > v && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (!all(v, (size_t)(end - v), VALUE))
        return refuse(r->fault, BAD, "A header has a control character.");
    return field(r, p, (size_t)(colon - p), v, (size_t)(end - v));
}

/* All lines are there: do they agree? */
static enum frame_verdict whole(struct reading *r)
{
    struct frame_head *h = r->head;

    if (r->lengths && r->encodings)
        return refuse(r->fault, BAD, "Content-Length and Transfer-Encoding exclude each other.");
    if (!r->hosts && !r->http10)
        return refuse(r->fault, BAD, "Host is missing.");
    if (r->unknown_method) {
        *r->fault = (struct frame_fault){
            .code = "request.method", .detail = "The method is not known.", .unknown_method = true};
        return FRAME_REFUSED;
    }
    if (!r->body_method && (r->encodings || h->length > 0))
        return refuse(r->fault, BAD, "This method takes no body.");
    if (h->length > FRAME_LARGE_BYTES)
        return refuse(r->fault, "request.tooLarge", "The body is larger than 16 MiB.");
    h->large = h->length > FRAME_BODY_BYTES;
    h->lengthless = r->body_method && h->body == FRAME_NO_BODY;
    return FRAME_OK;
}

/* The line's end is not there yet. */
static enum frame_verdict unended(struct reading *r, const char *p, size_t n, size_t line)
{
    if (line == 0 && n > FRAME_TARGET_BYTES + 64)
        return refuse(r->fault, "request.targetTooLong", "The path and query are longer than 8 KiB.");
    if (n > FRAME_HEAD_BYTES)
        return refuse(r->fault, "request.headersTooLarge", "The headers are larger than 32 KiB.");
    if (line == 0 && n > 0 && !(classes[(unsigned char)p[0]] & TOKEN))
        return refuse(r->fault, BAD, "The request line is not 'method target version'.");
    return FRAME_MORE;
}

enum frame_verdict frame_head(const char *p, size_t n, struct frame_head *ret, struct frame_fault *ret_fault)
{
    struct reading r = {.head = ret, .fault = ret_fault};
    size_t at = 0;

    memset(ret, 0, sizeof(*ret));
    for (;;) {
        const char *lf = memchr(p + at, '\n', n - at);
        if (!lf)
            return unended(&r, p, n, at);
        size_t line = (size_t)(lf - (p + at));
        if ((size_t)(lf - p) >= FRAME_HEAD_BYTES)
            return refuse(ret_fault, "request.headersTooLarge", "The headers are larger than 32 KiB.");
        if (line == 0 || lf[-1] != '\r')
            return refuse(ret_fault, BAD, "A line does not end with CR LF.");
        line--;
        if (line == 0 && at > 0) {
            ret->bytes = (size_t)(lf + 1 - p);
            return whole(&r);
        }
        enum frame_verdict v = at == 0 ? request_line(&r, p, line) : header_line(&r, p + at, line);
        if (v != FRAME_OK)
            return v;
        at = (size_t)(lf + 1 - p);
    }
}

unsigned frame_field(const char *p, size_t n, const char *name, const char **ret, size_t *ret_bytes)
{
    size_t name_n = strlen(name), end;
    unsigned found = 0;

    for (size_t at = 0; at < n; at = end + 1) {
        const char *lf = memchr(p + at, '\n', n - at), *v;

        end = lf ? (size_t)(lf - p) : n;
        if (at + name_n >= end || p[at + name_n] != ':' || !is(p + at, name_n, name) || found++)
            continue;
        v = p + at + name_n + 1;
        while (*v == ' ' || *v == '\t')
            v++;
        *ret = v;
        *ret_bytes = (size_t)(p + end - v);
        while (*ret_bytes > 0 && strchr(" \t\r", v[*ret_bytes - 1]))
            --*ret_bytes;
    }
    return found;
}

/* One chunk from p + state->done; FRAME_OK with *ret_last set ends the body. */
static enum frame_verdict chunk(struct frame_chunks *state, const char *p, size_t n, bool *ret_last,
                                struct frame_fault *fault)
{
    const char *at = p + state->done;
    size_t left = n - state->done, digits = 0, size = 0;

    while (digits < left && digits < 8 && (classes[(unsigned char)at[digits]] & HEX)) {
        unsigned char c = (unsigned char)at[digits++];
        size = size * 16 + (c <= '9' ? (size_t)(c - '0') : (size_t)((c | 0x20) - 'a' + 10));
    }
    if (digits == left)
        return FRAME_MORE;
    if (digits == 0)
        return refuse(fault, BAD, "A chunk has no size.");
    if (left < digits + 2)
        return at[digits] == '\r' ? FRAME_MORE : refuse(fault, BAD, "A chunk's size is not ended by CR LF.");
    if (memcmp(at + digits, "\r\n", 2) != 0)
        return refuse(fault, BAD, "A chunk's size is not ended by CR LF.");
    if (size > FRAME_BODY_BYTES - state->body)
        return refuse(fault, "request.tooLarge", "The body is larger than 1 MiB.");
    if (left < digits + 2 + size + 2)
        return FRAME_MORE;
    if (memcmp(at + digits + 2 + size, "\r\n", 2) != 0)
        return refuse(fault, BAD, size ? "A chunk is longer than its size." : "Trailers are not understood.");
    state->done += digits + 2 + size + 2;
    state->body += size;
    *ret_last = size == 0;
    return FRAME_OK;
}

enum frame_verdict frame_chunks(struct frame_chunks *state, const char *p, size_t n,
                                struct frame_fault *ret_fault)
{
    bool last = false;

    while (!last) {
        enum frame_verdict v = chunk(state, p, n, &last, ret_fault);
        if (v != FRAME_OK)
            return v;
    }
    return FRAME_OK;
}
