/* test_queue.c - connections to one Redis, or two, of the test's own, which ask for a password. */
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
static pid_t redis, second;
static struct loop *loop;
static struct queue *queue, *other, *nobody;

/* Its address is in address. */
static pid_t start_redis(const char *name)
{
    char socket[64];
    pid_t pid;

    snprintf(socket, sizeof(socket), "%s/%s", folder, name);
    snprintf(address, sizeof(address), "unix:%s", socket);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket, "--save", "",
               "--maxmemory-policy", "noeviction", "--requirepass", "open sesame", "--logfile", "/dev/null",
               "--dir", folder, NULL);
        _exit(127);
    }
    for (int i = 0; i < 1000 && access(socket, F_OK) != 0; i++)
        usleep(10000);
    return pid;
}

static void set_up(void)
{
    unit_set_up();
    log_init("test", LOG_ERROR);
    strcpy(folder, "/tmp/wf-queue-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    redis = start_redis("s");
    ck_assert_ptr_null(loop_new(&loop));
    ck_assert_ptr_null(co_init(loop, 10));
}

static void tear_down(void)
{
    char command[80];

    queue_close(queue);
    queue_close(other);
    queue_close(nobody);
    queue = other = nobody = NULL;
    co_shutdown();
    loop_free(loop);
    kill(redis, SIGKILL);
    waitpid(redis, NULL, 0);
    if (second) {
        kill(second, SIGKILL);
        waitpid(second, NULL, 0);
        second = 0;
    }
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

static void until_ready(struct queue *q)
{
    for (int i = 0; i < 500 && !queue_ready(q); i++)
        ck_assert_ptr_null(co_sleep(10000));
    ck_assert(queue_ready(q));
}

/* One server is well, one is stopped, one away: each has its own outcome, and nobody is waited for longer
 * than is said. */
static void to_three(void *arg)
{
    struct ctx x = {.arena = unit_arena, .deadline_us = clock_mono_us() + 10000000};
    const char *bodies[] = {"{}", "{}"};
    struct queue_adding v[] = {
        {.queue = queue, .stream = "s", .bodies = bodies, .n = 2},
        {.queue = other, .stream = "s", .bodies = bodies, .n = 1},
        {.queue = nobody, .stream = "s", .bodies = bodies, .n = 1},
    };
    struct queue_message *m;
    int64_t begun_us;
    size_t n = 0;

    until_ready(queue);
    until_ready(other);
    ck_assert_ptr_null(queue_add_all(&x, v, 2, 0));
    ck_assert_ptr_null(v[0].err);
    ck_assert_ptr_null(v[1].err);
    ck_assert_int_eq(kill(second, SIGSTOP), 0);
    begun_us = clock_mono_us();
    ck_assert_ptr_null(queue_add_all(&x, v, 3, 300000));
    ck_assert_ptr_null(v[0].err);
    ck_assert_str_eq(v[1].err->code, "co.deadline");
    ck_assert_str_eq(v[2].err->code, "queue.away");
    ck_assert_int_ge(clock_mono_us() - begun_us, 300000);
    ck_assert_int_lt(clock_mono_us() - begun_us, 2000000);
    x.deadline_us = clock_mono_us() + 100000; /* ours is over first */
    ck_assert_str_eq(queue_add_all(&x, v, 3, 5000000)->code, "co.deadline");
    ck_assert_int_eq(kill(second, SIGCONT), 0);
    x.deadline_us = clock_mono_us() + 10000000;
    co_deadline(x.deadline_us);
    ck_assert_ptr_null(queue_read(&x, queue, "s", "g", "c", 9, 0, &m, &n));
    ck_assert_uint_eq(n, 6);
    ck_assert_ptr_null(queue_read(&x, other, "s", "g", "c", 9, 0, &m, &n));
    ck_assert_uint_eq(n, 3); /* what nobody waited for any more has come all the same */
    loop_drain(loop);
}

START_TEST(servers_are_added_to_together)
{
    ck_assert_ptr_null(
        queue_open(loop, &(struct queue_options){.address = address, .password = "open sesame"}, &queue));
    second = start_redis("t");
    ck_assert_ptr_null(
        queue_open(loop, &(struct queue_options){.address = address, .password = "open sesame"}, &other));
    ck_assert_ptr_null(queue_open(
        loop, &(struct queue_options){.address = arena_printf(unit_arena, "unix:%s/nobody", folder)},
        &nobody));
    ck_assert_ptr_null(co_start("test", to_three, NULL));
    ck_assert_ptr_null(loop_run(loop, 1000000));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("queue");
    TCase *c = tcase_create("password");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, every_connection_says_the_password);
    tcase_add_test(c, servers_are_added_to_together);
    suite_add_tcase(s, c);
    return s;
}
