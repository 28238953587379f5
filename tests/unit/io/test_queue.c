/* test_queue.c - connections to a Redis of the test's own that asks for a password. */
#include "io/queue.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "io/co.h"
#include "io/loop.h"
#include "unit.h"

static char folder[32], address[80];
static pid_t redis;
static struct loop *loop;
static struct queue *queue, *other;

static void set_up(void)
{
    char socket[64];

    unit_set_up();
    log_init("test", LOG_ERROR);
    strcpy(folder, "/tmp/wf-queue-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(socket, sizeof(socket), "%s/s", folder);
    snprintf(address, sizeof(address), "unix:%s", socket);
    redis = fork();
    ck_assert_int_ge(redis, 0);
    if (redis == 0) {
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket, "--save", "",
               "--maxmemory-policy", "noeviction", "--requirepass", "open sesame", "--logfile", "/dev/null",
               "--dir", folder, NULL);
        _exit(127);
    }
    for (int i = 0; i < 1000 && access(socket, F_OK) != 0; i++)
        usleep(10000);
    ck_assert_ptr_null(loop_new(&loop));
    ck_assert_ptr_null(co_init(loop, 10));
}

static void tear_down(void)
{
    char command[80];

    queue_close(queue);
    queue_close(other);
    queue = other = NULL;
    co_shutdown();
    loop_free(loop);
    kill(redis, SIGKILL);
    waitpid(redis, NULL, 0);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    unit_tear_down();
}

static void with_the_password(void *arg)
{
    struct ctx x = {.arena = unit_arena, .deadline_us = clock_mono_us() + 10000000};
    struct queue_message *v;
    size_t n = 0;

    for (int i = 0; i < 500 && !queue_ready(queue); i++)
        ck_assert_ptr_null(co_sleep(10000));
    ck_assert(queue_ready(queue));
    ck_assert_ptr_null(queue_add(&x, queue, "s", (const char *const[]){"{}"}, 1)); /* the main connection */
    ck_assert_ptr_null(queue_read(&x, queue, "s", "g", "c", 1, 1000000, &v, &n));  /* one that blocks */
    ck_assert_uint_eq(n, 1);
    ck_assert(!queue_ready(other));
    loop_drain(loop);
}

START_TEST(every_connection_says_the_password)
{
    ck_assert_ptr_null(
        queue_open(loop, &(struct queue_options){.address = address, .password = "open sesame"}, &queue));
    ck_assert_ptr_null(
        queue_open(loop, &(struct queue_options){.address = address, .password = "open"}, &other));
    ck_assert_ptr_null(co_start("test", with_the_password, NULL));
    ck_assert_ptr_null(loop_run(loop, 1000000));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("queue");
    TCase *c = tcase_create("password");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, every_connection_says_the_password);
    suite_add_tcase(s, c);
    return s;
}
