/* test_drain.c - SIGTERM loses no request that was written, and a lost database no process. */
#include "edge_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "unit.h"

#define OPEN "GET /sample/v1/open HTTP/1.1\r\nHost: a\r\n\r\n"
#define SLEEP "GET /sample/v1/sleep?ms=300 HTTP/1.1\r\nHost: a\r\n\r\n"

static bool path_is_gone(const char *path)
{
    for (int i = 0; i < 5000; i++) {
        if (access(path, F_OK) != 0)
            return true;
        usleep(2000);
    }
    return false;
}

START_TEST(request_at_work_is_finished)
{
    struct edge e;
    bool at_work = false;

    for (int i = 0; i < 10 && !at_work; i++) { /* a busy machine may let it end before it is asked to drain */
        int fd;

        edge_start(&e, &(struct edge_setting){0});
        fd = edge_connect(e.socket);
        edge_send(fd, SLEEP, strlen(SLEEP));
        usleep(50000);
        edge_terminate(&e);
        struct answer a = edge_receive(fd, false);

        ck_assert_int_eq(a.status, 200);
        at_work = strcmp(edge_header(&a, "Connection"), "close") == 0;
        ck_assert(a.closed || !at_work);
        close(fd);
        edge_join(&e);
        ck_assert(path_is_gone(e.socket));
    }
    ck_assert(at_work);
}
END_TEST

/* As nginx holds them: a request may be on its way on a kept connection when the drain begins. */
START_TEST(kept_connection_is_served_once_more)
{
    struct edge e;
    int fd;

    edge_start(&e, &(struct edge_setting){.drain_idle_ms = 10000});
    fd = edge_connect(e.socket);
    edge_send(fd, OPEN, strlen(OPEN));
    struct answer a = edge_receive(fd, false);

    ck_assert_str_eq(edge_header(&a, "Connection"), "");
    edge_terminate(&e);
    ck_assert(path_is_gone(e.socket));
    usleep(100000);
    edge_send(fd, OPEN, strlen(OPEN));
    a = edge_receive(fd, false);
    ck_assert_int_eq(a.status, 200);
    ck_assert(a.closed);
    close(fd);
    edge_join(&e);
}
END_TEST

START_TEST(idle_connection_ends_after_its_time)
{
    struct edge e;
    int fd;
    char c;

    edge_start(&e, &(struct edge_setting){.drain_idle_ms = 100});
    fd = edge_connect(e.socket);
    edge_send(fd, OPEN, strlen(OPEN));
    edge_receive(fd, false);
    edge_terminate(&e);
    ck_assert_int_eq(recv(fd, &c, 1, 0), 0); /* an end, no reset */
    close(fd);
    edge_join(&e);
}
END_TEST

/* Connected and written before the drain, not accepted yet. */
START_TEST(backlog_is_served)
{
    struct edge e;
    int fds[20];

    edge_start(&e, &(struct edge_setting){0});
    for (size_t i = 0; i < LENGTH(fds); i++) {
        fds[i] = edge_connect(e.socket);
        edge_send(fds[i], OPEN, strlen(OPEN));
        if (i == LENGTH(fds) / 2)
            edge_terminate(&e);
        if (i > LENGTH(fds) / 2 && access(e.socket, F_OK) != 0) {
            for (size_t k = i + 1; k < LENGTH(fds); k++)
                fds[k] = -1;
            break;
        }
    }
    for (size_t i = 0; i < LENGTH(fds) && fds[i] >= 0; i++) {
        struct answer a = edge_receive(fds[i], false);
        ck_assert_msg(a.status == 200, "connection %zu: %d", i, a.status);
        close(fds[i]);
    }
    edge_join(&e);
}
END_TEST

START_TEST(sockets_are_removed)
{
    struct edge e;

    edge_start(&e, &(struct edge_setting){0});
    ck_assert_int_eq(edge_raw(&e, OPEN).status, 200);
    edge_stop(&e);
    ck_assert_int_ne(access(e.socket, F_OK), 0);
    ck_assert_int_ne(access(e.metrics, F_OK), 0);
}
END_TEST

/* A client that sends a byte now and then holds no connection for ever. */
START_TEST(unfinished_request_is_given_up)
{
    static const char *const parts[] = {
        "GET /sample/v1/open HTTP/1.1\r\nHost",
        "POST /sample/v1/open HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n{",
        "POST /sample/v1/open HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    };
    struct edge e;
    char c;

    edge_start(&e, &(struct edge_setting){.patience_ms = 120});
    int idle = edge_connect(e.socket);

    for (size_t i = 0; i < LENGTH(parts); i++) {
        int fd = edge_connect(e.socket);
        edge_send(fd, parts[i], strlen(parts[i]));
        ck_assert_int_eq(recv(fd, &c, 1, 0), 0);
        close(fd);
    }
    edge_send(idle, OPEN, strlen(OPEN)); /* one that has begun nothing stays */
    ck_assert_int_eq(edge_receive(idle, false).status, 200);
    close(idle);
    edge_stop(&e);
}
END_TEST

/* More clients than file descriptors: they wait, and are served when others leave. */
START_TEST(full_server_recovers)
{
    struct edge e;
    int fds[60];

    edge_start(&e, &(struct edge_setting){.files = 40});
    for (size_t i = 0; i < LENGTH(fds); i++)
        fds[i] = edge_connect(e.socket);
    usleep(50000);
    for (size_t i = 0; i < LENGTH(fds) - 1; i++)
        close(fds[i]);
    edge_send(fds[LENGTH(fds) - 1], OPEN, strlen(OPEN));
    ck_assert_int_eq(edge_receive(fds[LENGTH(fds) - 1], false).status, 200);
    close(fds[LENGTH(fds) - 1]);
    edge_stop(&e);
}
END_TEST

/* PostgreSQL goes and comes back: 503, then 200, without help. */
START_TEST(lost_database_comes_back)
{
    const char *token = edge_token("things:read", "iom", "desk", NULL);
    struct answer a;
    struct edge e;

    edge_start(&e, &(struct edge_setting){.conninfo = edge_database});
    a = edge_ask(&e, "GET", "/sample/v1/things", token, "", NULL);
    ck_assert_msg(a.status == 200, "%d %s", a.status, a.body);
    ck_assert_int_eq(system("\"$WAYFARE_TEST_PG/stop\""), 0);
    a = edge_ask(&e, "GET", "/sample/v1/things", token, "", NULL);
    ck_assert_msg(a.status == 503, "%d %s", a.status, a.body);
    ck_assert_str_eq(edge_header(&a, "Content-Type"), "application/problem+json");
    ck_assert_int_eq(system("\"$WAYFARE_TEST_PG/start\""), 0);
    for (int i = 0; i < 600; i++) {
        a = edge_ask(&e, "GET", "/sample/v1/things", token, "", NULL);
        if (a.status == 200)
            break;
        ck_assert_int_eq(a.status, 503);
        usleep(20000);
    }
    ck_assert_int_eq(a.status, 200);
    edge_stop(&e);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("drain");
    TCase *c = tcase_create("drain");

    tcase_add_unchecked_fixture(c, edge_once_with_database, NULL);
    tcase_add_checked_fixture(c, unit_set_up, unit_tear_down);
    tcase_add_test(c, request_at_work_is_finished);
    tcase_add_test(c, kept_connection_is_served_once_more);
    tcase_add_test(c, idle_connection_ends_after_its_time);
    tcase_add_test(c, backlog_is_served);
    tcase_add_test(c, sockets_are_removed);
    tcase_add_test(c, unfinished_request_is_given_up);
    tcase_add_test(c, full_server_recovers);
    tcase_add_test(c, lost_database_comes_back);
    suite_add_tcase(s, c);
    return s;
}
