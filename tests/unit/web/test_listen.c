/* test_listen.c - addresses to listen on. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "web/listen.h"

static char folder[] = "/tmp/wf-listen-XXXXXX";
static const char *path;

static void set_up(void)
{
    unit_set_up();
    memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    path = arena_printf(unit_arena, "unix:%s/s", folder);
}

static void tear_down(void)
{
    unlink(path + 5);
    rmdir(folder);
    unit_tear_down();
}

START_TEST(socket_is_for_owner_and_group)
{
    struct stat st;
    int fd;

    ck_assert_ptr_null(listen_open(path, &fd));
    ck_assert_int_eq(stat(path + 5, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0660);
    close(fd);
}
END_TEST

START_TEST(live_server_keeps_its_socket)
{
    int fd, second;
    err_t e;

    ck_assert_ptr_null(listen_open(path, &fd));
    e = listen_open(path, &second);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "listen.busy");
    ck_assert_int_eq(access(path + 5, F_OK), 0);
    close(fd);
}
END_TEST

START_TEST(dead_server_leaves_its_socket_to_the_next)
{
    int fd;

    ck_assert_ptr_null(listen_open(path, &fd));
    close(fd); /* as kill -9 does: the file stays */
    ck_assert_int_eq(access(path + 5, F_OK), 0);
    ck_assert_ptr_null(listen_open(path, &fd));
    close(fd);
}
END_TEST

START_TEST(tcp_is_explicit)
{
    struct sockaddr_storage sa;
    socklen_t n = sizeof(sa);
    int fd;

    ck_assert_ptr_null(listen_open("tcp:127.0.0.1:0", &fd));
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&sa, &n), 0);
    ck_assert_int_eq(sa.ss_family, AF_INET);
    close(fd);
    ck_assert_ptr_null(listen_unix_path("tcp:127.0.0.1:0"));
}
END_TEST

static const char *const bad[] = {"",
                                  "/tmp/x",
                                  "unix:",
                                  "unix:relative",
                                  "tcp:",
                                  "tcp:localhost",
                                  "tcp::80",
                                  "http://x",
                                  "unix:/nowhere/at/all/x",
                                  "tcp:name.invalid:80"};

START_TEST(other_addresses_are_refused)
{
    int fd;

    ck_assert_ptr_nonnull(listen_open(bad[_i], &fd));
}
END_TEST

START_TEST(long_path_is_refused)
{
    char long_path[160] = "unix:/";
    int fd;
    err_t e;

    memset(long_path + 6, 'a', 108);
    e = listen_open(long_path, &fd);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "listen.address");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("listen");
    TCase *c = tcase_create("listen_open");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, socket_is_for_owner_and_group);
    tcase_add_test(c, live_server_keeps_its_socket);
    tcase_add_test(c, dead_server_leaves_its_socket_to_the_next);
    tcase_add_test(c, tcp_is_explicit);
    tcase_add_loop_test(c, other_addresses_are_refused, 0, LENGTH(bad));
    tcase_add_test(c, long_path_is_refused);
    suite_add_tcase(s, c);
    return s;
}
