/* test_frame.c - heads and chunked bodies, judged piece by piece. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "web/frame.h"

#define H "Host: a\r\n"

static const struct {
    const char *name, *head;
    enum frame_verdict verdict;
    const char *code; /* when refused */
} heads[] = {
    {"plain", "GET /a?b=c%20d HTTP/1.1\r\n" H "\r\n", FRAME_OK, NULL},
    {"1.0 without Host", "GET / HTTP/1.0\r\n\r\n", FRAME_OK, NULL},
    {"empty value", "GET / HTTP/1.1\r\n" H "X-A:\r\n\r\n", FRAME_OK, NULL},
    {"octets above 127 in a value", "GET / HTTP/1.1\r\n" H "X-A: \xe9\r\n\r\n", FRAME_OK, NULL},
    {"host with port", "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", FRAME_OK, NULL},
    {"chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: Chunked\r\n\r\n", FRAME_OK, NULL},
    {"length 0 on GET", "GET / HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", FRAME_OK, NULL},
    {"expect", "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\n", FRAME_OK, NULL},
    {"unfinished line", "GET / HT", FRAME_MORE, NULL},
    {"unfinished head", "GET / HTTP/1.1\r\n" H, FRAME_MORE, NULL},
    {"nothing", "", FRAME_MORE, NULL},
    {"lone LF", "GET / HTTP/1.1\nHost: a\n\n", FRAME_REFUSED, "request.framing"},
    {"lone LF at the end", "GET / HTTP/1.1\r\n" H "\n", FRAME_REFUSED, "request.framing"},
    {"bare CR in a value", "GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"empty first line", "\r\nGET / HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"folded line", "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"tab-folded line", "GET / HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"space before the colon", "GET / HTTP/1.1\r\n" H "TE : a\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"no colon", "GET / HTTP/1.1\r\n" H "X\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"no name", "GET / HTTP/1.1\r\n" H ": a\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"control character", "GET / HTTP/1.1\r\n" H "X: a\x01\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"delete character", "GET / HTTP/1.1\r\n" H "X: a\x7f\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"two spaces", "GET  / HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"no version", "GET /\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"words after the version", "GET / HTTP/1.1 x\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\n", FRAME_REFUSED, "request.version"},
    {"HTTP/1.2", "GET / HTTP/1.2\r\n" H "\r\n", FRAME_REFUSED, "request.version"},
    {"lower-case version", "GET / http/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"absolute form", "GET http://a/ HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"authority form", "CONNECT a:443 HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"asterisk form", "OPTIONS * HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"two slashes", "GET //a HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"fragment", "GET /a#b HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"quote in the target", "GET /a\" HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"octet above 127 in the target", "GET /\xc3\xa9 HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED,
     "request.framing"},
    {"half an encoding", "GET /%4 HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"encoding without hex", "GET /%zz HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"no Host", "GET / HTTP/1.1\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"two Host", "GET / HTTP/1.1\r\n" H "host: b\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"two lengths", "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"list of lengths", "POST / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"signed length", "POST / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"hexadecimal length", "POST / HTTP/1.1\r\n" H "Content-Length: 0x1\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"empty length", "POST / HTTP/1.1\r\n" H "Content-Length:\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"endless length", "POST / HTTP/1.1\r\n" H "Content-Length: 99999999999999999\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"length and chunked", "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
     FRAME_REFUSED, "request.framing"},
    {"two codings",
     "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
     FRAME_REFUSED, "request.framing"},
    {"gzip, chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: gzip, chunked\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"identity coding", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: identity\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"tab behind chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\t\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"space behind chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked \r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"tab before chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding:\tchunked\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"two spaces before chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding:  chunked\r\n\r\n",
     FRAME_REFUSED, "request.framing"},
    {"no space before chunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding:chunked\r\n\r\n", FRAME_OK, NULL},
    {"tab behind a length", "POST / HTTP/1.1\r\n" H "Content-Length: 1\t\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"spaces around another value", "POST / HTTP/1.1\r\n" H "X-A: \t b \t\r\n\r\n", FRAME_OK, NULL},
    {"xchunked", "POST / HTTP/1.1\r\n" H "Transfer-Encoding: xchunked\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"chunked in 1.0", "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"body on GET", "GET / HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\n", FRAME_REFUSED, "request.framing"},
    {"body on DELETE", "DELETE / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n", FRAME_REFUSED,
     "request.framing"},
    {"more than 16 MiB", "POST / HTTP/1.1\r\n" H "Content-Length: 16777217\r\n\r\n", FRAME_REFUSED,
     "request.tooLarge"},
    {"exactly 1 MiB", "POST / HTTP/1.1\r\n" H "Content-Length: 1048576\r\n\r\n", FRAME_OK, NULL},
    {"other expectation", "POST / HTTP/1.1\r\n" H "Expect: wonders\r\n\r\n", FRAME_REFUSED,
     "request.expectation"},
    {"unknown method", "BREW /a HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.method"},
    {"method in lower case", "get / HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.method"},
    {"TRACE", "TRACE / HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.method"},
    {"method with a quote", "G\"T / HTTP/1.1\r\n" H "\r\n", FRAME_REFUSED, "request.framing"},
    {"TLS on the plain port", "\x16\x03\x01\x02", FRAME_REFUSED, "request.framing"},
};

START_TEST(head_is_judged)
{
    struct frame_head h;
    struct frame_fault f = {0};
    enum frame_verdict v = frame_head(heads[_i].head, strlen(heads[_i].head), &h, &f);

    ck_assert_msg(v == heads[_i].verdict, "%s: verdict %d", heads[_i].name, v);
    if (v == FRAME_REFUSED)
        ck_assert_msg(strcmp(f.code, heads[_i].code) == 0, "%s: %s", heads[_i].name, f.code);
    if (v == FRAME_OK)
        ck_assert_uint_eq(h.bytes, strlen(heads[_i].head));
}
END_TEST

/* However the bytes arrive, nothing is taken for complete before it is, and the end is the same. */
START_TEST(pieces_give_the_same_verdict)
{
    size_t n = strlen(heads[_i].head);

    for (size_t k = 0; k < n; k++) {
        struct frame_head h;
        struct frame_fault f = {0};
        char *copy = arena_memdup(unit_arena, heads[_i].head, k + 1);
        enum frame_verdict v = frame_head(copy, k, &h, &f);
        ck_assert_msg(v != FRAME_OK, "%s: complete after %zu bytes", heads[_i].name, k);
        if (v == FRAME_REFUSED)
            ck_assert_int_eq(heads[_i].verdict, FRAME_REFUSED);
    }
}
END_TEST

START_TEST(nul_is_refused_anywhere)
{
    const char head[] = "GET /abc HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n";

    for (size_t i = 0; i + 5 < sizeof(head); i++) {
        char copy[sizeof(head)];
        struct frame_head h;
        struct frame_fault f = {0};
        memcpy(copy, head, sizeof(head));
        if (copy[i] == '\n' || copy[i] == '\r')
            continue;
        copy[i] = '\0';
        ck_assert_msg(frame_head(copy, sizeof(head) - 1, &h, &f) == FRAME_REFUSED, "NUL at %zu", i);
    }
}
END_TEST

START_TEST(length_is_read)
{
    const char *head = "PUT /x HTTP/1.1\r\nHost: a\r\ncontent-length: 0042\r\n\r\nbody";
    struct frame_head h;
    struct frame_fault f = {0};

    ck_assert_int_eq(frame_head(head, strlen(head), &h, &f), FRAME_OK);
    ck_assert_int_eq(h.body, FRAME_LENGTH);
    ck_assert_uint_eq(h.length, 42);
    ck_assert_uint_eq(h.bytes, strlen(head) - 4);
    ck_assert_uint_eq(h.target, 4);
    ck_assert_uint_eq(h.target_bytes, 2);
}
END_TEST

START_TEST(a_long_body_is_said)
{
    const char *const long_ones[] = {"PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n",
                                     "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n",
                                     "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 16777216\r\n\r\n"};

    for (int i = 0; i < 3; i++) {
        struct frame_fault f;
        struct frame_head h;

        ck_assert_int_eq(frame_head(long_ones[i], strlen(long_ones[i]), &h, &f), FRAME_OK);
        ck_assert(h.large == (i > 0));
    }
}
END_TEST

START_TEST(fields_are_found)
{
    const char *head =
        "GET /a HTTP/1.1\r\nHost: a\r\nauthorization:\t Bearer x \r\nX: Authorization: no\r\n\r\n";
    const char *v;
    size_t n;

    ck_assert_uint_eq(frame_field(head, strlen(head), "Authorization", &v, &n), 1);
    ck_assert(n == 8 && memcmp(v, "Bearer x", 8) == 0);
    ck_assert_uint_eq(frame_field(head, strlen(head), "Author", &v, &n), 0);
    head = "GET /a HTTP/1.1\r\nAuthorization: 1\r\nAUTHORIZATION: 2\r\n\r\n";
    ck_assert_uint_eq(frame_field(head, strlen(head), "Authorization", &v, &n), 2);
    ck_assert(n == 1 && *v == '1');
}
END_TEST

START_TEST(post_without_length_is_said)
{
    const char *head = "POST /x HTTP/1.1\r\nHost: a\r\n\r\n";
    struct frame_head h;
    struct frame_fault f = {0};

    ck_assert_int_eq(frame_head(head, strlen(head), &h, &f), FRAME_OK);
    ck_assert(h.lengthless);
}
END_TEST

static char *repeat(const char *before, char c, size_t n, const char *after)
{
    size_t b = strlen(before), a = strlen(after);
    char *out = arena_alloc(unit_arena, b + n + a + 1);

    memcpy(out, before, b);
    memset(out + b, c, n);
    memcpy(out + b + n, after, a + 1);
    return out;
}

static const char *code_of(const char *head)
{
    struct frame_head h;
    struct frame_fault f = {0};

    return frame_head(head, strlen(head), &h, &f) == FRAME_REFUSED ? f.code : "none";
}

START_TEST(lengths_are_limited)
{
    ck_assert_str_eq(code_of(repeat("GET /", 'a', 8191, " HTTP/1.1\r\nHost: a\r\n\r\n")), "none");
    ck_assert_str_eq(code_of(repeat("GET /", 'a', 8192, " HTTP/1.1\r\nHost: a\r\n\r\n")),
                     "request.targetTooLong");
    ck_assert_str_eq(code_of(repeat("GET /", 'a', 9000, "")), "request.targetTooLong");
    ck_assert_str_eq(code_of(repeat("GET / HTTP/1.1\r\nHost: a\r\nX: ", 'a', 31000, "\r\n\r\n")), "none");
    ck_assert_str_eq(code_of(repeat("GET / HTTP/1.1\r\nHost: a\r\nX: ", 'a', 33000, "\r\n\r\n")),
                     "request.headersTooLarge");
    ck_assert_str_eq(code_of(repeat("GET / HTTP/1.1\r\nHost: a\r\nX: ", 'a', 33000, "")),
                     "request.headersTooLarge");
    struct buf many;

    buf_init(&many, unit_arena, 4096);
    buf_puts(&many, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 100; i++)
        buf_puts(&many, "A: b\r\n");
    buf_puts(&many, "\r\n");
    ck_assert_str_eq(code_of(buf_text(&many)), "request.headersTooLarge");
}
END_TEST

static const struct {
    const char *body;
    enum frame_verdict verdict;
    size_t bytes; /* payload */
    const char *code;
} bodies[] = {
    {"5\r\nhello\r\n0\r\n\r\n", FRAME_OK, 5, NULL},
    {"1\r\na\r\n00000001\r\nb\r\n0\r\n\r\nGET /", FRAME_OK, 2, NULL},
    {"0\r\n\r\n", FRAME_OK, 0, NULL},
    {"5\r\nhel", FRAME_MORE, 0, NULL},
    {"5", FRAME_MORE, 0, NULL},
    {"5\r", FRAME_MORE, 0, NULL},
    {"0\r\n", FRAME_MORE, 0, NULL},
    {"5;name=value\r\nhello\r\n0\r\n\r\n", FRAME_REFUSED, 0, "request.framing"},
    {"5 \r\nhello\r\n0\r\n\r\n", FRAME_REFUSED, 0, "request.framing"},
    {"5\nhello\r\n0\r\n\r\n", FRAME_REFUSED, 0, "request.framing"},
    {"-5\r\nhello\r\n0\r\n\r\n", FRAME_REFUSED, 0, "request.framing"},
    {"0x5\r\nhello\r\n0\r\n\r\n", FRAME_REFUSED, 0, "request.framing"},
    {"5\r\nhelloworld\r\n0\r\n\r\n", FRAME_REFUSED, 0, "request.framing"},
    {"\r\n5\r\nhello\r\n0\r\n\r\n", FRAME_REFUSED, 0, "request.framing"},
    {"000000005\r\nhello\r\n0\r\n\r\n", FRAME_REFUSED, 0, "request.framing"},
    {"0\r\nTrailer: x\r\n\r\n", FRAME_REFUSED, 0, "request.framing"},
    {"100001\r\n", FRAME_REFUSED, 0, "request.tooLarge"},
    {"ffffffff\r\n", FRAME_REFUSED, 0, "request.tooLarge"},
};

START_TEST(chunked_body_is_judged)
{
    struct frame_chunks c = {0};
    struct frame_fault f = {0};
    enum frame_verdict v = frame_chunks(&c, bodies[_i].body, strlen(bodies[_i].body), &f);

    ck_assert_int_eq(v, bodies[_i].verdict);
    if (v == FRAME_OK)
        ck_assert_uint_eq(c.body, bodies[_i].bytes);
    if (v == FRAME_REFUSED)
        ck_assert_str_eq(f.code, bodies[_i].code);
}
END_TEST

START_TEST(chunks_may_come_byte_by_byte)
{
    struct frame_chunks c = {0};
    struct frame_fault f = {0};
    size_t n = strlen(bodies[_i].body);
    enum frame_verdict v = FRAME_MORE;

    for (size_t k = 0; k <= n && v == FRAME_MORE; k++)
        v = frame_chunks(&c, arena_memdup(unit_arena, bodies[_i].body, k + 1), k, &f);
    ck_assert_int_eq(v, bodies[_i].verdict);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("frame");

    UNIT_TABLE(s, "frame_head", heads, head_is_judged);
    UNIT_TABLE(s, "frame_head in pieces", heads, pieces_give_the_same_verdict);
    UNIT_CASE(s, "frame_head details", nul_is_refused_anywhere, length_is_read, a_long_body_is_said,
              fields_are_found, post_without_length_is_said, lengths_are_limited);
    UNIT_TABLE(s, "frame_chunks", bodies, chunked_body_is_judged);
    UNIT_TABLE(s, "frame_chunks in pieces", bodies, chunks_may_come_byte_by_byte);
    return s;
}
