/* test_stream.c - server-sent events. */
#include "edge_fixture.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "unit.h"

static struct edge edge;

static void set_up(void)
{
    unit_set_up();
    edge_start(&edge, &(struct edge_setting){.conninfo = edge_database});
    ck_assert_int_eq(system("psql -qX -d sample -c 'TRUNCATE events RESTART IDENTITY'"), 0);
}

static void tear_down(void)
{
    edge_stop(&edge);
    unit_tear_down();
}

static void happen(const char *text)
{
    ck_assert_int_eq(
        system(arena_printf(unit_arena, "psql -qX -d sample -c \"INSERT INTO events (text) VALUES ('%s')\"",
                            text)),
        0);
}

static int follow(const char *token, const char *headers)
{
    const char *text =
        arena_printf(unit_arena,
                     "GET /sample/v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n"
                     "Accept: text/event-stream\r\n%s\r\n",
                     token, headers);
    int fd = edge_connect(edge.socket);

    edge_send(fd, text, strlen(text));
    return fd;
}

/* Reads until the text has come, or the end; all that was read. */
static const char *until(int fd, const char *text, bool *ret_closed)
{
    struct buf out;
    char c;

    *ret_closed = false;
    buf_init(&out, unit_arena, 4096);
    while (!text || !strstr(buf_text(&out), text)) {
        if (recv(fd, &c, 1, 0) != 1) {
            *ret_closed = true;
            break;
        }
        buf_putc(&out, c);
    }
    return buf_text(&out);
}

START_TEST(events_come_as_they_happen)
{
    bool closed;
    int fd;
    const char *got;

    happen("one");
    fd = follow(edge_token("things:read", "iom", "desk", NULL), "");
    got = until(fd, "data: one\n\n", &closed);
    ck_assert(!closed);
    ck_assert(str_starts(got, "HTTP/1.1 200 OK\r\n"));
    ck_assert_ptr_nonnull(strstr(got, "\r\nContent-Type: text/event-stream\r\n"));
    ck_assert_ptr_nonnull(strstr(got, "\r\nX-Accel-Buffering: no\r\n"));
    ck_assert_ptr_nonnull(strstr(got, "\r\nCache-Control: no-store\r\n"));
    ck_assert_ptr_nonnull(strstr(got, "id: 1\nevent: thing\ndata: one\n\n"));
    happen("two");
    got = until(fd, "id: 2\nevent: thing\ndata: two\n\n", &closed);
    ck_assert(!closed);
    ck_assert_ptr_null(strstr(got, "one"));
    close(fd);
}
END_TEST

START_TEST(client_goes_on_where_it_was)
{
    bool closed;
    int fd;
    const char *got;

    happen("one");
    happen("two");
    happen("three");
    fd = follow(edge_token("things:read", "iom", "desk", NULL), "Last-Event-ID: 2\r\n");
    got = until(fd, "data: three\n\n", &closed);
    ck_assert(!closed);
    ck_assert_ptr_null(strstr(got, "data: two"));
    close(fd);
}
END_TEST

START_TEST(reader_that_does_not_keep_up_is_cut)
{
    bool closed;
    int fd = follow(edge_token("things:read", "iom", "desk", NULL), "");

    until(fd, ":\n\n", &closed);
    ck_assert(!closed);
    happen("big");
    until(fd, NULL, &closed);
    ck_assert(closed);
    close(fd);
    ck_assert_int_eq(edge_ask(&edge, "GET", "/sample/v1/open", NULL, "", NULL).status, 200);
}
END_TEST

START_TEST(stream_ends_with_its_token)
{
    bool closed;
    int fd = follow(edge_token_for("things:read", 1), "");
    const char *got = until(fd, NULL, &closed);

    ck_assert(closed);
    ck_assert_ptr_nonnull(strstr(got, "HTTP/1.1 200"));
    ck_assert_ptr_nonnull(strstr(got, "\r\n0\r\n\r\n")); /* in order */
    close(fd);
}
END_TEST

START_TEST(gone_reader_is_forgotten)
{
    const char *token = edge_token("things:read", "iom", "desk", NULL);
    bool closed;

    for (int i = 0; i < 5; i++) {
        int fd = follow(token, "");
        until(fd, ":\n\n", &closed);
        close(fd);
    }
    happen("after");
    int fd = follow(token, "");

    until(fd, "data: after\n\n", &closed);
    ck_assert(!closed);
    close(fd);
}
END_TEST

START_TEST(drain_ends_streams)
{
    bool closed;
    int fd = follow(edge_token("things:read", "iom", "desk", NULL), "");
    const char *got;

    until(fd, ":\n\n", &closed);
    edge_terminate(&edge);
    got = until(fd, NULL, &closed);
    ck_assert(closed);
    ck_assert_ptr_nonnull(strstr(got, "0\r\n\r\n"));
    close(fd);
    edge_join(&edge);
    edge_start(&edge, &(struct edge_setting){.conninfo = edge_database});
}
END_TEST

START_TEST(stream_needs_token_scope_and_accept)
{
    struct answer a = edge_ask(&edge, "GET", "/sample/v1/events", NULL, "", NULL);

    ck_assert_int_eq(a.status, 401);
    a = edge_ask(&edge, "GET", "/sample/v1/events", edge_token("x", "iom", "desk", NULL), "", NULL);
    ck_assert_int_eq(a.status, 403);
    a = edge_ask(&edge, "GET", "/sample/v1/events", edge_token("things:read", "iom", "desk", NULL),
                 "Accept: application/json\r\n", NULL);
    ck_assert_int_eq(a.status, 406);
    a = edge_ask(&edge, "HEAD", "/sample/v1/events", edge_token("things:read", "iom", "desk", NULL), "",
                 NULL);
    ck_assert_int_eq(a.status, 200);
    ck_assert(a.closed);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("stream");
    TCase *c = tcase_create("server-sent events");

    tcase_add_unchecked_fixture(c, edge_once_with_database, NULL);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, events_come_as_they_happen);
    tcase_add_test(c, client_goes_on_where_it_was);
    tcase_add_test(c, reader_that_does_not_keep_up_is_cut);
    tcase_add_test(c, stream_ends_with_its_token);
    tcase_add_test(c, gone_reader_is_forgotten);
    tcase_add_test(c, drain_ends_streams);
    tcase_add_test(c, stream_needs_token_scope_and_accept);
    suite_add_tcase(s, c);
    return s;
}
