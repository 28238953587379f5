/* test_http.c - the edge from the outside: framing, routes, tokens, documents, headers. */
#include "edge_fixture.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "unit.h"
#include "web/health.h"

static struct edge edge;

static void set_up(void)
{
    unit_set_up();
    edge_start(&edge, &(struct edge_setting){.cors = "https://desk.example.org, http://localhost:3000",
                                             .hsts = true});
}

static void tear_down(void)
{
    edge_stop(&edge);
    unit_tear_down();
}

/* What each answer carries, and each problem besides. */
static void check_common(const struct answer *a)
{
    ck_assert_str_eq(edge_header(a, "API-Version"), "1.2.3");
    ck_assert_str_eq(edge_header(a, "Cache-Control"), "no-store");
    ck_assert_str_eq(edge_header(a, "Content-Security-Policy"), "frame-ancestors 'none'");
    ck_assert_str_eq(edge_header(a, "X-Content-Type-Options"), "nosniff");
    ck_assert_str_eq(edge_header(a, "X-Frame-Options"), "DENY");
    ck_assert_str_eq(edge_header(a, "Strict-Transport-Security"), "max-age=31536000; includeSubDomains");
    ck_assert_str_eq(edge_header(a, "Vary"), "Origin");
    ck_assert_uint_eq(strlen(edge_header(a, "X-Request-Id")), 36);
    ck_assert_uint_eq(strlen(edge_header(a, "Date")), 29);
    ck_assert_str_eq(edge_header(a, "Server"), "");
}

static void check_problem(const struct answer *a, int status, const char *code)
{
    ck_assert_msg(a->status == status, "%d instead of %d: %s", a->status, status, a->body);
    check_common(a);
    ck_assert_str_eq(edge_header(a, "Content-Type"), "application/problem+json");
    ck_assert_str_eq(edge_text(a, "code"), code);
    ck_assert_str_eq(edge_text(a, "instance"),
                     arena_printf(unit_arena, "urn:uuid:%s", edge_header(a, "X-Request-Id")));
}

#define H "Host: a\r\n"
#define P "POST /sample/v1/open HTTP/1.1\r\n" H "Content-Type: application/json\r\n"

static const struct {
    const char *name, *text;
    int status;
    const char *code; /* of a problem */
} frames[] = {
    {"good", "GET /sample/v1/open HTTP/1.1\r\n" H "\r\n", 200, NULL},
    {"good 1.0", "GET /sample/v1/open HTTP/1.0\r\n\r\n", 200, NULL},
    {"post without a length", "POST /sample/v1/open HTTP/1.1\r\n" H "\r\n", 200, NULL},
    {"post without a length, kept alive",
     "POST /sample/v1/open HTTP/1.1\r\n" H "Connection: keep-alive\r\n\r\n", 200, NULL},
    {"chunked", P "Transfer-Encoding: chunked\r\n\r\n2\r\n{\"\r\n6\r\na\":1} \r\n0\r\n\r\n", 200, NULL},
    {"expect", P "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n{}", 200, NULL},
    {"other expectation", P "Content-Length: 2\r\nExpect: more\r\n\r\n{}", 417, "request.expectation"},
    {"two lengths", P "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400, "request.framing"},
    {"length and chunked", P "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400,
     "request.framing"},
    {"odd coding", P "Transfer-Encoding: chunked, identity\r\n\r\n{}", 400, "request.framing"},
    {"space before colon", P "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400, "request.framing"},
    {"tab behind chunked", P "Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n", 400, "request.framing"},
    {"tab before chunked", P "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", 400, "request.framing"},
    {"bad chunk", P "Transfer-Encoding: chunked\r\n\r\n2;x\r\n{}\r\n0\r\n\r\n", 400, "request.framing"},
    {"too long by chunks", P "Transfer-Encoding: chunked\r\n\r\nfffff\r\n", 0, NULL},
    {"two Host", "GET /sample/v1/open HTTP/1.1\r\n" H H "\r\n", 400, "request.framing"},
    {"no Host", "GET /sample/v1/open HTTP/1.1\r\n\r\n", 400, "request.framing"},
    {"folded", "GET /sample/v1/open HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n", 400, "request.framing"},
    {"control character", "GET /sample/v1/open HTTP/1.1\r\n" H "X: \x02\r\n\r\n", 400, "request.framing"},
    {"line feeds", "GET /sample/v1/open HTTP/1.1\nHost: a\n\n", 400, "request.framing"},
    {"absolute form", "GET http://a/sample/v1/open HTTP/1.1\r\n" H "\r\n", 400, "request.framing"},
    {"fragment", "GET /sample/v1/open#x HTTP/1.1\r\n" H "\r\n", 400, "request.framing"},
    {"no HTTP", "hello\r\n\r\n", 400, "request.framing"},
    {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "request.version"},
    {"body on GET", "GET /sample/v1/open HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\n{}", 400,
     "request.framing"},
    {"more than 1 MiB", P "Content-Length: 1048577\r\n\r\n{}", 413, "request.tooLarge"},
    {"unknown method", "BREW /sample/v1/open HTTP/1.1\r\n" H "\r\n", 405, "request.method"},
    {"unknown method, no path", "BREW /sample/v1/pot HTTP/1.1\r\n" H "\r\n", 404, "route.missing"},
    {"TRACE", "TRACE /sample/v1/open HTTP/1.1\r\n" H "\r\n", 405, "request.method"},
    {"unknown method of the document", "BREW /sample/v1/openapi.json HTTP/1.1\r\n" H "\r\n", 405,
     "request.method"},
};

START_TEST(framing_is_strict)
{
    if (!frames[_i].status) { /* not whole: no answer, and no wrong one */
        int fd = edge_connect(edge.socket);
        edge_send(fd, frames[_i].text, strlen(frames[_i].text));
        close(fd);
        return;
    }
    struct answer a = edge_raw(&edge, frames[_i].text);

    if (a.status == 100) /* the interim answer came first: what follows is not read here */
        return;
    if (frames[_i].code)
        check_problem(&a, frames[_i].status, frames[_i].code);
    else
        ck_assert_msg(a.status == frames[_i].status, "%d %s", a.status, a.body);
    if (frames[_i].code && strcmp(frames[_i].code, "route.missing") != 0)
        ck_assert(a.closed); /* after a refusal of framing nothing more is read */
}
END_TEST

/* However the network cuts it, the verdict is the same. */
START_TEST(framing_is_strict_byte_by_byte)
{
    const char *text = frames[_i].text;
    int fd;

    if (!frames[_i].status || strstr(text, "Expect"))
        return;
    fd = edge_connect(edge.socket);
    for (size_t i = 0; text[i]; i++) {
        edge_send(fd, text + i, 1);
        if (i % 16 == 0)
            usleep(200);
    }
    struct answer a = edge_receive(fd, false);

    ck_assert_msg(a.status == frames[_i].status, "%s: %d %s", frames[_i].name, a.status, a.body);
    close(fd);
}
END_TEST

START_TEST(long_parts_are_refused)
{
    char *target = arena_alloc(unit_arena, 40000);
    struct answer a;

    memset(target, 'a', 9000);
    target[0] = '/';
    a = edge_ask(&edge, "GET", target, NULL, "", NULL);
    check_problem(&a, 414, "request.targetTooLong");
    memset(target, 'a', 35000);
    a = edge_ask(&edge, "GET", "/sample/v1/open", NULL, arena_printf(unit_arena, "X: %s\r\n", target), NULL);
    check_problem(&a, 431, "request.headersTooLarge");
}
END_TEST

/* The second request stands behind a refused first, or in its body: it must not be answered. */
START_TEST(nothing_is_smuggled)
{
    static const char *const texts[] = {
        P "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /sample/v1/who HTTP/1.1\r\n" H
          "\r\n",
        "GET /sample/v1/open HTTP/1.1\r\n" H "Content-Length: 40\r\n\r\nGET /sample/v1/who HTTP/1.1\r\n" H
        "\r\n",
        "GET /sample/v1/open HTTP/1.1\r\n" H "X: a\n\r\n\r\nGET /sample/v1/who HTTP/1.1\r\n" H "\r\n",
    };

    for (size_t i = 0; i < LENGTH(texts); i++) {
        int fd = edge_connect(edge.socket);
        edge_send(fd, texts[i], strlen(texts[i]));
        struct answer first = edge_receive(fd, false);
        ck_assert_int_eq(first.status, 400);
        ck_assert(first.closed);
        close(fd);
    }
}
END_TEST

START_TEST(nul_ends_nothing)
{
    static const char text[] = "GET /sample/v1/open HTTP/1.1\r\nHost: a\r\n\0X: y\r\n\r\n";
    int fd = edge_connect(edge.socket);

    edge_send(fd, text, sizeof(text) - 1);
    struct answer a = edge_receive(fd, false);

    check_problem(&a, 400, "request.framing");
    close(fd);
}
END_TEST

START_TEST(requests_in_one_packet_are_answered_in_order)
{
    static const char text[] =
        "GET /sample/v1/sleep?ms=50 HTTP/1.1\r\n" H "\r\n"
        "GET /sample/v1/open?n=2 HTTP/1.1\r\n" H "\r\n" P "Content-Length: 7\r\n\r\n{\"a\":1}"
        "GET /bad path HTTP/1.1\r\n" H "\r\nGET /sample/v1/open HTTP/1.1\r\n" H "\r\n";
    int fd = edge_connect(edge.socket);

    edge_send(fd, text, sizeof(text) - 1);
    struct answer a = edge_receive(fd, false);
    ck_assert_str_eq(edge_text(&a, "slept"), "well");
    a = edge_receive(fd, false);
    ck_assert_ptr_nonnull(strstr(a.body, "\"n\":2"));
    a = edge_receive(fd, false);
    ck_assert_str_eq(a.body, "{\"a\":1}");
    a = edge_receive(fd, false);
    check_problem(&a, 400, "request.framing");
    ck_assert(a.closed);
    close(fd);
}
END_TEST

START_TEST(connection_is_kept)
{
    static const char text[] = "GET /sample/v1/open HTTP/1.1\r\n" H "\r\n";
    int fd = edge_connect(edge.socket);

    for (int i = 0; i < 20; i++) {
        edge_send(fd, text, sizeof(text) - 1);
        struct answer a = edge_receive(fd, false);
        ck_assert_int_eq(a.status, 200);
        check_common(&a);
    }
    close(fd);
}
END_TEST

START_TEST(body_of_one_mebibyte_comes_and_goes)
{
    size_t n = 1 << 20;
    char *body = arena_alloc(unit_arena, n + 1), head[200];
    int fd = edge_connect(edge.socket);

    memset(body, ' ', n);
    memcpy(body, "{\"a\":[", 6);
    memcpy(body + n - 2, "]}", 2);
    snprintf(head, sizeof(head), P "Content-Length: %zu\r\n\r\n", n);
    edge_send(fd, head, strlen(head));
    edge_send(fd, body, n);
    struct answer a = edge_receive(fd, false);

    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(a.body, "{\"a\":[]}");
    close(fd);
    a = edge_ask(&edge, "GET", "/sample/v1/large", NULL, "", NULL);
    ck_assert_int_eq(a.status, 200);
    ck_assert_uint_eq(a.body_bytes, (1 << 20) + 11);
}
END_TEST

/* ---- routes, methods, media types ---- */

static const struct {
    const char *method, *target, *headers, *body;
    int status;
    const char *code;  /* of the problem; NULL none */
    const char *fault; /* code of its first fault; NULL none */
} asks[] = {
    {"GET", "/", "", NULL, 404, "route.missing", NULL},
    {"GET", "/sample/v1", "", NULL, 404, "route.missing", NULL},
    {"GET", "/sample/v1/open/", "", NULL, 404, "route.missing", NULL},
    {"GET", "/sample/v1/../v1/open", "", NULL, 404, "route.missing", NULL},
    {"GET", "/cases/v1/open", "", NULL, 404, "route.missing", NULL},
    {"DELETE", "/sample/v1/open", "", NULL, 405, "request.method", NULL},
    {"PUT", "/sample/v1/open", "", "{}", 405, "request.method", NULL},
    {"HEAD", "/sample/v1/form", "", NULL, 405, NULL, NULL},
    {"GET", "/sample/v1/open", "Accept: text/html\r\n", NULL, 406, "request.accept", NULL},
    {"GET", "/sample/v1/open", "Accept: application/json;q=0\r\n", NULL, 406, "request.accept", NULL},
    {"GET", "/sample/v1/open", "Accept: text/html, application/*;q=0.5\r\n", NULL, 200, NULL, NULL},
    {"GET", "/sample/v1/open", "Accept: application/problem+json\r\n", NULL, 200, NULL, NULL},
    {"GET", "/sample/v1/open", "Accept: */*;q=0.1\r\n", NULL, 200, NULL, NULL},
    {"POST", "/sample/v1/open", "Content-Encoding: gzip\r\n", "{}", 415, "request.encoding", NULL},
    {"POST", "/sample/v1/open", "Content-Encoding: identity\r\n", "{}", 200, NULL, NULL},
    {"POST", "/sample/v1/open", "Content-Type: text/plain\r\n", "{}", 415, "request.mediaType", NULL},
    {"POST", "/sample/v1/open", "Content-Type: application/json; charset=utf-8\r\n", "{}", 200, NULL, NULL},
    {"POST", "/sample/v1/open", "", "{\"a\":1,\"a\":2}", 400, "request.invalid", "json.duplicate"},
    {"POST", "/sample/v1/open", "", "{\"a\":", 400, "request.invalid", "json.syntax"},
    {"POST", "/sample/v1/open", "", "{\"a\":\"\xff\"}", 400, "request.invalid", "json.utf8"},
    {"POST", "/sample/v1/open", "", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 400, "request.invalid",
     "json.depth"},
    {"GET", "/sample/v1/open?n=10", "", NULL, 400, "request.invalid", "schema.maximum"},
    {"GET", "/sample/v1/open?n=x", "", NULL, 400, "request.invalid", "schema.type"},
    {"GET", "/sample/v1/open?m=1", "", NULL, 400, "request.invalid", "parameter.unknown"},
    {"GET", "/sample/v1/open?n=1&n=2", "", NULL, 400, "request.invalid", "parameter.repeated"},
    {"GET", "/sample/v1/open?q=%ff", "", NULL, 400, "request.invalid", "parameter.encoding"},
    {"GET", "/sample/v1/open?q=%00", "", NULL, 400, "request.invalid", "parameter.encoding"},
    {"GET", "/sample/v1/sleep", "", NULL, 400, "request.invalid", "parameter.required"},
    {"GET", "/sample/v1/open", "Content-Type: a\r\nContent-Type: b\r\n", NULL, 400, "request.invalid",
     "header.repeated"},
    {"GET", "/sample/v1/fail?how=bug", "", NULL, 500, "internal", NULL},
    {"GET", "/sample/v1/fail?how=silent", "", NULL, 500, "internal", NULL},
    {"GET", "/sample/v1/fail?how=missing", "", NULL, 404, "thing.missing", NULL},
    {"GET", "/sample/v1/fail?how=conflict", "", NULL, 409, "case.guards", "papers.valid"},
    {"GET", "/sample/v1/fail?how=limit", "", NULL, 429, "rate.limited", NULL},
    {"GET", "/sample/v1/sleep?ms=5000", "", NULL, 503, "co.deadline", NULL},
    {"GET", "/sample/v1/who", "", NULL, 401, "token.missing", NULL},
    {"GET", "/sample/v1/who", "Authorization: Basic eA==\r\n", NULL, 401, "token.invalid", NULL},
    {"GET", "/sample/v1/who", "Authorization: Bearer a.b.c\r\n", NULL, 401, "token.invalid", NULL},
    {"GET", "/sample/v1/who", "Authorization: Basic eA==\r\nauthorization: Basic eA==\r\n", NULL, 401,
     "token.invalid", NULL},
    {"GET", "/sample/v1/open", "Authorization: Bearer a.b.c\r\n", NULL, 401, "token.invalid", NULL},
    {"GET", "/sample/v1/things/x", "", NULL, 401, "token.missing", NULL},
    {"POST", "/sample/v1/things", "Content-Type: text/plain\r\n", "x", 401, "token.missing", NULL},
};

START_TEST(each_is_answered_as_it_says)
{
    struct answer a =
        edge_ask(&edge, asks[_i].method, asks[_i].target, NULL, asks[_i].headers, asks[_i].body);

    if (asks[_i].code) {
        check_problem(&a, asks[_i].status, asks[_i].code);
    } else {
        ck_assert_msg(a.status == asks[_i].status, "%s %s: %d %s", asks[_i].method, asks[_i].target, a.status,
                      a.body);
        check_common(&a);
    }
    if (asks[_i].fault)
        ck_assert_str_eq(edge_fault(&a, 0, "code"), asks[_i].fault);
    ck_assert_ptr_null(strstr(a.body, "secret"));
    ck_assert_str_eq(edge_header(&a, "Location"), ""); /* a failed handler's headers do not go out */
    if (a.status == 401)
        ck_assert(str_starts(edge_header(&a, "WWW-Authenticate"), "Bearer"));
    if (a.status == 429 || a.status == 503)
        ck_assert_str_eq(edge_header(&a, "Retry-After"), "2");
    if (a.status == 405 && strstr(asks[_i].target, "open"))
        ck_assert_str_eq(edge_header(&a, "Allow"), "GET, HEAD, POST");
}
END_TEST

START_TEST(query_is_read_in_its_types)
{
    struct answer a =
        edge_ask(&edge, "GET", "/sample/v1/open?q=a%20%C3%A9+b&flag=true&expand=b", NULL, "", NULL);

    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(a.body,
                     "{\"n\":3,\"q\":\"a \xc3\xa9 b\",\"flag\":true,\"a\":false,\"b\":true,\"client\":\"\"}");
}
END_TEST

START_TEST(all_faults_come_at_once)
{
    const char *token = edge_token("things:write", "iom", "desk", NULL);
    struct answer a = edge_ask(&edge, "POST", "/sample/v1/things?x=1", token, "X-Purpose: fun\r\n",
                               "{\"name\":\"\",\"kind\":\"green\",\"colour\":1}");

    check_problem(&a, 400, "request.invalid");
    for (size_t i = 0; i < 6; i++)
        ck_assert_str_ne(edge_fault(&a, i, "code"), "");
    ck_assert_ptr_nonnull(strstr(a.body, "\"parameter\":\"x\""));
    ck_assert_ptr_nonnull(strstr(a.body, "\"header\":\"Idempotency-Key\""));
    ck_assert_ptr_nonnull(strstr(a.body, "\"header\":\"X-Purpose\""));
    ck_assert_ptr_nonnull(strstr(a.body, "\"pointer\":\"/kind\""));
    ck_assert_ptr_null(strstr(a.body, "green")); /* input is not echoed */
}
END_TEST

START_TEST(missing_if_match_is_428)
{
    const char *token = edge_token("things:write", "iom", "desk", NULL);
    struct answer a = edge_ask(&edge, "PATCH", "/sample/v1/things/01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41",
                               token, "Content-Type: application/merge-patch+json\r\n", "{\"name\":\"x\"}");

    check_problem(&a, 428, "precondition.required");
}
END_TEST

/* RFC 9745 and RFC 8594: of an operation that the document marks, on refusals too, and of no other. */
START_TEST(deprecation_is_told)
{
    struct answer a = edge_ask(&edge, "GET", "/sample/v1/sleep?ms=1", NULL, "", NULL);

    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(edge_header(&a, "Deprecation"), "@1767225600");
    ck_assert_str_eq(edge_header(&a, "Sunset"), "Thu, 01 Apr 2027 00:00:00 GMT");
    a = edge_ask(&edge, "GET", "/sample/v1/sleep", NULL, "", NULL);
    ck_assert_int_eq(a.status, 400);
    ck_assert_str_eq(edge_header(&a, "Deprecation"), "@1767225600");
    a = edge_ask(&edge, "GET", "/sample/v1/things", NULL, "", NULL);
    ck_assert_str_eq(edge_header(&a, "Deprecation"), "");
    ck_assert_str_eq(edge_header(&a, "Sunset"), "");
}
END_TEST

START_TEST(head_tells_what_get_would)
{
    struct answer get = edge_ask(&edge, "GET", "/sample/v1/open", NULL, "", NULL);
    struct answer head = edge_ask(&edge, "HEAD", "/sample/v1/open", NULL, "", NULL);

    ck_assert_int_eq(head.status, 200);
    ck_assert_uint_eq(head.body_bytes, 0);
    ck_assert_str_eq(edge_header(&head, "Content-Length"), edge_header(&get, "Content-Length"));
    ck_assert_str_eq(edge_header(&head, "Content-Type"), "application/json");
}
END_TEST

START_TEST(no_content_has_none)
{
    struct answer a = edge_ask(&edge, "DELETE", "/sample/v1/nothing", NULL, "", NULL);

    ck_assert_int_eq(a.status, 204);
    check_common(&a);
    ck_assert_str_eq(edge_header(&a, "Content-Type"), "");
    ck_assert_str_eq(edge_header(&a, "Content-Length"), "");
}
END_TEST

START_TEST(form_is_read)
{
    struct answer a =
        edge_ask(&edge, "POST", "/sample/v1/form", NULL,
                 "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Basic eDp5\r\n",
                 "grant_type=client%5Fcredentials&other=1");

    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(edge_text(&a, "grantType"), "client_credentials");
    ck_assert_str_eq(edge_text(&a, "authorization"), "Basic eDp5");
}
END_TEST

/* ---- who asks ---- */

START_TEST(token_says_who)
{
    struct answer a = edge_ask(&edge, "GET", "/sample/v1/who", edge_token("x", "coa", "intake", NULL),
                               "X-Wayfare-Organisation: uaf\r\nX-Purpose: audit\r\n", NULL);

    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(edge_text(&a, "organisation"), "coa"); /* the header is not for partners */
    ck_assert_str_eq(edge_text(&a, "client"), "intake");
    ck_assert_str_eq(edge_text(&a, "purpose"), "audit");
}
END_TEST

START_TEST(internal_client_acts_for_another)
{
    const char *token = edge_token("internal", "iom", "cases", NULL);
    struct answer a =
        edge_ask(&edge, "GET", "/sample/v1/who", token, "X-Wayfare-Organisation: uaf\r\n", NULL);

    ck_assert_str_eq(edge_text(&a, "organisation"), "uaf");
    ck_assert_str_eq(edge_text(&a, "purpose"), "support"); /* the operation's own */
    a = edge_ask(&edge, "GET", "/sample/v1/who", token, "X-Wayfare-Organisation: U'; DROP\r\n", NULL);
    ck_assert_str_eq(edge_text(&a, "organisation"), "iom");
}
END_TEST

START_TEST(scope_is_needed)
{
    struct answer a = edge_ask(&edge, "GET", "/sample/v1/things",
                               edge_token("things:reader other", "coa", "c", NULL), "", NULL);

    check_problem(&a, 403, "scope.missing");
    ck_assert_str_eq(edge_header(&a, "WWW-Authenticate"),
                     "Bearer realm=\"wayfare\", error=\"insufficient_scope\", scope=\"things:read\"");
}
END_TEST

START_TEST(trace_goes_on)
{
    const char *token = edge_token("x", "coa", "intake", NULL);
    struct answer a =
        edge_ask(&edge, "GET", "/sample/v1/who", token,
                 "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n", NULL);
    const char *trace = edge_text(&a, "trace");

    ck_assert_uint_eq(strlen(trace), 55);
    ck_assert(str_starts(trace, "00-0af7651916cd43dd8448eb211c80319c-"));
    ck_assert_ptr_null(strstr(trace, "b7ad6b7169203331"));
    ck_assert_str_eq(trace + 52, "-00");
    a = edge_ask(&edge, "GET", "/sample/v1/who", token, "traceparent: 00-zz\r\n", NULL);
    ck_assert_uint_eq(strlen(edge_text(&a, "trace")), 55);
}
END_TEST

/* ---- browsers ---- */

START_TEST(listed_origin_may_read)
{
    struct answer a =
        edge_ask(&edge, "GET", "/sample/v1/open", NULL, "Origin: http://localhost:3000\r\n", NULL);

    ck_assert_str_eq(edge_header(&a, "Access-Control-Allow-Origin"), "http://localhost:3000");
    ck_assert_ptr_nonnull(strstr(edge_header(&a, "Access-Control-Expose-Headers"), "ETag"));
    a = edge_ask(&edge, "GET", "/sample/v1/open", NULL, "Origin: http://localhost:300\r\n", NULL);
    ck_assert_str_eq(edge_header(&a, "Access-Control-Allow-Origin"), "");
    a = edge_ask(&edge, "GET", "/sample/v1/nowhere", NULL, "Origin: https://desk.example.org\r\n", NULL);
    ck_assert_int_eq(a.status, 404);
    ck_assert_str_eq(edge_header(&a, "Access-Control-Allow-Origin"), "https://desk.example.org");
}
END_TEST

START_TEST(preflight_is_answered)
{
    struct answer a =
        edge_ask(&edge, "OPTIONS", "/sample/v1/things", NULL,
                 "Origin: https://desk.example.org\r\nAccess-Control-Request-Method: POST\r\n", NULL);

    ck_assert_int_eq(a.status, 204);
    check_common(&a);
    ck_assert_str_eq(edge_header(&a, "Access-Control-Allow-Origin"), "https://desk.example.org");
    ck_assert_str_eq(edge_header(&a, "Access-Control-Allow-Methods"), "GET, HEAD, POST");
    ck_assert_ptr_nonnull(strstr(edge_header(&a, "Access-Control-Allow-Headers"), "Idempotency-Key"));
    a = edge_ask(&edge, "OPTIONS", "/sample/v1/things", NULL, "", NULL);
    ck_assert_int_eq(a.status, 204);
    ck_assert_str_eq(edge_header(&a, "Allow"), "GET, HEAD, POST, OPTIONS");
    ck_assert_str_eq(edge_header(&a, "Access-Control-Allow-Methods"), "");
    a = edge_ask(&edge, "OPTIONS", "/sample/v1/nowhere", NULL, "", NULL);
    check_problem(&a, 404, "route.missing");
}
END_TEST

START_TEST(document_is_public)
{
    struct answer a =
        edge_ask(&edge, "GET", "/sample/v1/openapi.json", NULL, "Origin: https://any.example\r\n", NULL);
    const char *etag = edge_header(&a, "ETag");

    ck_assert_int_eq(a.status, 200);
    check_common(&a);
    ck_assert_str_eq(edge_header(&a, "Access-Control-Allow-Origin"), "*");
    ck_assert_str_eq(edge_text(&a, "openapi"), "3.1.0");
    ck_assert_uint_eq(strlen(etag), 34);
    a = edge_ask(&edge, "GET", "/sample/v1/openapi.json", NULL,
                 arena_printf(unit_arena, "If-None-Match: %s\r\n", etag), NULL);
    ck_assert_int_eq(a.status, 304);
    ck_assert_uint_eq(a.body_bytes, 0);
    a = edge_ask(&edge, "HEAD", "/sample/v1/openapi.json", NULL, "", NULL);
    ck_assert_int_eq(a.status, 200);
    a = edge_ask(&edge, "DELETE", "/sample/v1/openapi.json", NULL, "", NULL);
    check_problem(&a, 405, "request.method");
    ck_assert_str_eq(edge_header(&a, "Allow"), "GET, HEAD");
}
END_TEST

START_TEST(metrics_count_operations)
{
    const struct edge metrics = {.socket = ""};
    struct edge m = metrics;
    struct answer a;

    memcpy(m.socket, edge.metrics, sizeof(m.socket));
    edge_ask(&edge, "GET", "/sample/v1/open", NULL, "", NULL);
    edge_ask(&edge, "GET", "/sample/v1/fail?how=bug", NULL, "", NULL);
    edge_ask(&edge, "GET", "/nowhere", NULL, "", NULL);
    a = edge_ask(&m, "GET", "/metrics", NULL, "", NULL);
    ck_assert_int_eq(a.status, 200);
    ck_assert_ptr_nonnull(strstr(a.body, "wayfare_http_requests_total{operation=\"open\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(a.body, "wayfare_http_failures_total{operation=\"fail\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(a.body, "wayfare_http_requests_total{operation=\"none\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(a.body, "wayfare_http_responses_total{status=\"404\"} 1\n"));
    ck_assert_ptr_nonnull(
        strstr(a.body, "wayfare_http_request_duration_seconds_count{operation=\"open\"} 1\n"));
    a = edge_ask(&m, "GET", "/health/live", NULL, "", NULL);
    ck_assert_int_eq(a.status, 200);
    a = edge_ask(&m, "GET", "/health/ready", NULL, "", NULL);
    ck_assert_int_eq(a.status, 503);
    ck_assert_str_eq(a.body, "{\"status\":\"notReady\",\"parts\":{\"database\":false}}");
    ck_assert(health_ask(arena_printf(unit_arena, "unix:%s", m.socket), "/health/live"));
    ck_assert(!health_ask(arena_printf(unit_arena, "unix:%s", m.socket), "/health/ready"));
    ck_assert(!health_ask("unix:/nobody.sock", "/health/live"));
    ck_assert(!health_ask("nonsense", "/health/live"));
    a = edge_ask(&m, "GET", "/other", NULL, "", NULL);
    ck_assert_int_eq(a.status, 404);
    a = edge_ask(&m, "POST", "/metrics", NULL, "", "{}");
    ck_assert_int_eq(a.status, 405);
}
END_TEST

static TCase *edge_case(Suite *s, const char *name)
{
    TCase *c = tcase_create(name);

    tcase_add_checked_fixture(c, set_up, tear_down);
    suite_add_tcase(s, c);
    return c;
}

Suite *unit_suite(void)
{
    Suite *s = suite_create("http");
    TCase *c = edge_case(s, "framing");

    tcase_add_unchecked_fixture(c, edge_once, NULL);
    tcase_add_loop_test(c, framing_is_strict, 0, LENGTH(frames));
    tcase_add_loop_test(c, framing_is_strict_byte_by_byte, 0, LENGTH(frames));
    tcase_add_test(c, long_parts_are_refused);
    tcase_add_test(c, nothing_is_smuggled);
    tcase_add_test(c, nul_ends_nothing);
    tcase_add_test(c, requests_in_one_packet_are_answered_in_order);
    tcase_add_test(c, connection_is_kept);
    tcase_add_test(c, body_of_one_mebibyte_comes_and_goes);
    c = edge_case(s, "answers");
    tcase_add_loop_test(c, each_is_answered_as_it_says, 0, LENGTH(asks));
    tcase_add_test(c, query_is_read_in_its_types);
    tcase_add_test(c, all_faults_come_at_once);
    tcase_add_test(c, missing_if_match_is_428);
    tcase_add_test(c, deprecation_is_told);
    tcase_add_test(c, head_tells_what_get_would);
    tcase_add_test(c, no_content_has_none);
    tcase_add_test(c, form_is_read);
    c = edge_case(s, "tokens");
    tcase_add_test(c, token_says_who);
    tcase_add_test(c, internal_client_acts_for_another);
    tcase_add_test(c, scope_is_needed);
    tcase_add_test(c, trace_goes_on);
    c = edge_case(s, "browsers and watchers");
    tcase_add_test(c, listed_origin_may_read);
    tcase_add_test(c, preflight_is_answered);
    tcase_add_test(c, document_is_public);
    tcase_add_test(c, metrics_count_operations);
    return s;
}
