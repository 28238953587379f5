/* test_http_large.c - bodies and answers above a megabyte: a few at once, and none of strangers. */
#include "edge_fixture.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "unit.h"

#define MIB (1 << 20)
#define PLACES 4

static struct edge edge;

static void set_up(void)
{
    unit_set_up();
    edge_start(&edge, &(struct edge_setting){.cors = ""});
}

static void tear_down(void)
{
    edge_stop(&edge);
    unit_tear_down();
}

static void send_head(int fd, const char *method, const char *path, const char *headers, size_t length)
{
    const char *head =
        arena_printf(unit_arena, "%s /sample/v1/%s HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n%s\r\n",
                     method, path, length, headers);

    edge_send(fd, head, strlen(head));
}

static const char *authorised(const char *scope)
{
    return arena_printf(unit_arena, "Content-Type: application/pdf\r\nAuthorization: Bearer %s\r\n",
                        edge_token(scope, "iom", "desk", "amina"));
}

/* n bytes, the last of which is 7. */
static const char *file(size_t n)
{
    char *p = arena_alloc(unit_arena, n);

    p[n - 1] = 7;
    return p;
}

START_TEST(a_large_body_is_taken_whole)
{
    static const size_t sizes[] = {1, MIB, MIB + 1, 4 * MIB};
    const char *headers = authorised("things:write");
    int fd = edge_connect(edge.socket);

    for (size_t i = 0; i < LENGTH(sizes); i++) {
        send_head(fd, "PUT", "files", headers, sizes[i]);
        edge_send(fd, file(sizes[i]), sizes[i]);
        struct answer a = edge_receive(fd, false);
        ck_assert_str_eq(
            a.body,
            arena_printf(unit_arena, "{\"type\":\"application/pdf\",\"n\":%zu,\"last\":7}", sizes[i]));
    }
    close(fd);
}
END_TEST

/* What they send is read past, so that they read the answer; too much is refused by its head. */
START_TEST(nobody_else_is_read)
{
    const struct {
        const char *method, *path, *headers;
        size_t length;
        int status;
        const char *code;
    } heads[] = {
        {"PUT", "files", "Content-Type: application/pdf\r\n", 2 * MIB, 401, "token.missing"},
        {"PUT", "files", "Authorization: Bearer a.b.c\r\n", 2 * MIB, 401, "token.invalid"},
        {"PUT", "files", authorised("things:read"), 2 * MIB, 403, "scope.missing"},
        {"PUT", "files", authorised("things:write"), 4 * MIB + 1, 413, "request.tooLarge"},
        {"PUT", "files", authorised("things:write"), 17 * MIB, 413, "request.tooLarge"},
        {"POST", "things", authorised("things:write"), MIB + 1, 413, "request.tooLarge"},
        {"POST", "nowhere", authorised("things:write"), MIB + 1, 413, "request.tooLarge"},
    };

    for (size_t i = 0; i < LENGTH(heads); i++) {
        int fd = edge_connect(edge.socket);
        send_head(fd, heads[i].method, heads[i].path, heads[i].headers, heads[i].length);
        if (heads[i].status != 413)
            edge_send(fd, file(heads[i].length), heads[i].length);
        struct answer a = edge_receive(fd, false);
        ck_assert_msg(a.status == heads[i].status, "%zu: %d %s", i, a.status, a.body);
        ck_assert_str_eq(edge_text(&a, "code"), heads[i].code);
        ck_assert(a.closed);
        if (a.status == 401)
            ck_assert(str_starts(edge_header(&a, "WWW-Authenticate"), "Bearer"));
        close(fd);
    }
}
END_TEST

/* Whoever comes when all places are taken is told so; a place that is left is free again. */
START_TEST(only_a_few_come_at_once)
{
    const char *headers = authorised("things:write");
    const size_t n = 2 * MIB;
    int fds[PLACES], late;
    struct answer a;

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < PLACES; i++) {
            fds[i] = edge_connect(edge.socket);
            send_head(fds[i], "PUT", "files", headers, n);
            edge_send(fds[i], file(n), n - 1);
        }
        late = edge_connect(edge.socket);
        send_head(late, "PUT", "files", headers, n);
        edge_send(late, file(n), n);
        a = edge_receive(late, false);
        ck_assert_int_eq(a.status, 503);
        ck_assert_str_eq(edge_text(&a, "code"), "http.large");
        ck_assert_str_ne(edge_header(&a, "Retry-After"), "");
        close(late);
        a = edge_ask(&edge, "GET", "/sample/v1/files", NULL, "", NULL);
        ck_assert_int_eq(a.status, 503);
        for (int i = 0; i < PLACES; i++) {
            if (i % 2 == 0) /* the others leave in the middle */
                edge_send(fds[i], file(1), 1);
            if (i % 2 == 0)
                ck_assert_int_eq(edge_receive(fds[i], false).status, 200);
            close(fds[i]);
        }
        do /* until the edge has seen them leave */
            a = edge_ask(&edge, "GET", "/sample/v1/files", NULL, "", NULL);
        while (a.status == 503);
        ck_assert_int_eq(a.status, 200);
        ck_assert_uint_eq(a.body_bytes, 3 * MIB);
    }
}
END_TEST

START_TEST(a_large_body_behind_another_request)
{
    const char *headers = authorised("things:write"),
               *slow = "GET /sample/v1/sleep?ms=50 HTTP/1.1\r\nHost: a\r\n\r\n";
    int fd = edge_connect(edge.socket);

    for (int i = 0; i < 3; i++) {
        edge_send(fd, slow, strlen(slow));
        send_head(fd, "PUT", "files", headers, 2 * MIB);
        edge_send(fd, file(2 * MIB), 2 * MIB);
        struct answer a = edge_receive(fd, false);
        ck_assert_str_eq(edge_text(&a, "slept"), "well");
        ck_assert_int_eq(edge_receive(fd, false).status, 200);
    }
    close(fd);
}
END_TEST

START_TEST(a_file_is_handed_out_as_one)
{
    struct answer a = edge_ask(&edge, "GET", "/sample/v1/files", NULL, "Accept: application/pdf\r\n", NULL);

    ck_assert_str_eq(edge_header(&a, "Content-Type"), "application/pdf");
    ck_assert_str_eq(edge_header(&a, "Content-Disposition"), "attachment; filename=\"document.pdf\"");
    ck_assert_str_eq(edge_header(&a, "X-Content-Type-Options"), "nosniff");
    ck_assert_str_eq(edge_header(&a, "Cache-Control"), "no-store");
    ck_assert_str_eq(edge_header(&a, "ETag"), "\"v7\"");
    a = edge_ask(&edge, "GET", "/sample/v1/files", NULL, "If-None-Match: \"v1\", W/\"v7\"\r\n", NULL);
    ck_assert_int_eq(a.status, 304);
    ck_assert_uint_eq(a.body_bytes, 0);
    a = edge_ask(&edge, "GET", "/sample/v1/files", NULL, "If-None-Match: \"v8\"\r\n", NULL);
    ck_assert_int_eq(a.status, 200);
    a = edge_ask(&edge, "GET", "/sample/v1/files", NULL, "Accept: image/png\r\n", NULL);
    ck_assert_int_eq(a.status, 406);
}
END_TEST

START_TEST(bytes_are_taken_by_their_type)
{
    const char *token = edge_token("things:write", "iom", "desk", "amina");
    struct answer a =
        edge_ask(&edge, "PUT", "/sample/v1/files", token, "Content-Type: image/png\r\n", "{\"not\": \xff");

    ck_assert_str_eq(edge_text(&a, "type"), "image/png");
    a = edge_ask(&edge, "PUT", "/sample/v1/files", token, "Content-Type: application/json\r\n", "{}");
    ck_assert_int_eq(a.status, 415);
    ck_assert_str_eq(edge_text(&a, "detail"), "The body must be application/pdf or image/png.");
    a = edge_ask(&edge, "PUT", "/sample/v1/files", token, "Content-Type: image/png\r\nContent-Length: 0\r\n",
                 NULL);
    ck_assert_int_eq(a.status, 400);
    ck_assert_str_eq(edge_fault(&a, 0, "code"), "body.required");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("http_large");
    TCase *c = tcase_create("edge");

    tcase_add_checked_fixture(c, set_up, tear_down);
    suite_add_tcase(s, c);
    tcase_add_unchecked_fixture(c, edge_once, NULL);
    tcase_add_test(c, a_large_body_is_taken_whole);
    tcase_add_test(c, nobody_else_is_read);
    tcase_add_test(c, only_a_few_come_at_once);
    tcase_add_test(c, a_large_body_behind_another_request);
    tcase_add_test(c, a_file_is_handed_out_as_one);
    tcase_add_test(c, bytes_are_taken_by_their_type);
    return s;
}
