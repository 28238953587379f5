/*
 * test_queue_sentinel.c - the master found through sentinels: two Redis and one sentinel of the test's own,
 * on a loopback address that no other process's test has.
 */
#include "io/queue.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/loop.h"
#include "unit.h"

enum { FIRST = 17001, SECOND, SENTINEL, SILENT, NOBODY }; /* ports */

static char folder[32], ip[32];
static pid_t servers[3];
static size_t nservers;
static int silent;
static struct loop *loop;
static struct queue *queue;

/* ---- servers ---- */

static void config(const char *name, const char *text)
{
    char path[80];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

static const char *cli(int port, const char *words)
{
    static char out[256];
    char command[300];
    FILE *f;
    size_t n;

    snprintf(command, sizeof(command), "REDISCLI_AUTH=%s redis-cli -h %s -p %d %s 2>&1",
             port == SENTINEL ? "watch" : "open", ip, port, words);
    f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    n = fread(out, 1, sizeof(out) - 1, f);
    pclose(f);
    out[n] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return out;
}

static void start(const char *name, int port, const char *more, const char *mode)
{
    char path[80];
    pid_t pid;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    config(name,
           arena_printf(unit_arena, "bind %s\nport %d\ndir %s\nlogfile /dev/null\nprotected-mode no\n%s", ip,
                        port, folder, more));
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        execlp("redis-server", "redis-server", path, mode, NULL);
        _exit(127);
    }
    servers[nservers++] = pid;
    for (int i = 0; i < 1000 && !str_eq(cli(port, "PING"), "PONG"); i++)
        usleep(10000);
    ck_assert_str_eq(cli(port, "PING"), "PONG");
}

static void start_redis(const char *name, int port, const char *replica)
{
    start(name, port,
          arena_printf(unit_arena,
                       "save \"\"\nmaxmemory-policy noeviction\nrequirepass open\nmasterauth open\n"
                       "repl-diskless-sync-delay 0\nreplica-announce-ip %s\n%s",
                       ip, replica),
          NULL);
}

static void start_sentinel(void)
{
    start("sentinel", SENTINEL,
          arena_printf(unit_arena,
                       "requirepass watch\nsentinel sentinel-pass watch\nsentinel monitor wf %s %d 1\n"
                       "sentinel auth-pass wf open\nsentinel down-after-milliseconds wf 500\n"
                       "sentinel failover-timeout wf 3000\n",
                       ip, FIRST),
          "--sentinel");
}

static void set_up(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(SILENT)};
    unsigned pid = (unsigned)getpid();

    unit_set_up();
    log_init("test", LOG_ERROR);
    strcpy(folder, "/tmp/wf-queue-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(ip, sizeof(ip), "127.%u.%u.%u", 64 + (pid >> 16) % 64, (pid >> 8) & 255, pid & 255);
    nservers = 0;
    ck_assert_int_eq(inet_pton(AF_INET, ip, &in.sin_addr), 1);
    silent = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(silent, (const struct sockaddr *)(const void *)&in, sizeof(in)), 0);
    ck_assert_int_eq(listen(silent, 10), 0);
    start_redis("first", FIRST, "");
    ck_assert_ptr_null(loop_new(&loop));
    ck_assert_ptr_null(co_init(loop, 10));
}

static void tear_down(void)
{
    char command[80];

    queue_close(queue);
    queue = NULL;
    co_shutdown();
    loop_free(loop);
    for (size_t i = 0; i < nservers; i++) {
        kill(servers[i], SIGKILL);
        waitpid(servers[i], NULL, 0);
    }
    close(silent);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    unit_tear_down();
}

/* ---- tests ---- */

static void open_queue(const char *address)
{
    ck_assert_ptr_null(queue_open(
        loop, &(struct queue_options){.address = address, .password = "open", .sentinel_password = "watch"},
        &queue));
}

static void run(void (*fn)(void *arg))
{
    ck_assert_ptr_null(co_start("test", fn, NULL));
    ck_assert_ptr_null(loop_run(loop, 1000000));
}

static void until_ready(void)
{
    for (int i = 0; i < 3000 && !queue_ready(queue); i++)
        ck_assert_ptr_null(co_sleep(10000));
    ck_assert(queue_ready(queue));
}

static struct ctx context(void)
{
    return (struct ctx){.arena = unit_arena, .deadline_us = clock_mono_us() + 30000000};
}

static void add(void *arg)
{
    struct ctx x = context();

    until_ready();
    ck_assert_ptr_null(queue_add(&x, queue, "s", (const char *const[]){"{}"}, 1));
    ck_assert_str_eq(cli(FIRST, "XLEN s"), "1");
    loop_drain(loop);
}

START_TEST(the_next_sentinel_is_asked_when_one_is_away_or_silent)
{
    start_sentinel();
    open_queue(
        arena_printf(unit_arena, "sentinel://%s:%d,%s:%d,%s:%d/wf", ip, NOBODY, ip, SILENT, ip, SENTINEL));
    run(add);
}
END_TEST

static void failover(void *arg)
{
    struct ctx x = context();
    struct queue_message *v;
    size_t n = 0;

    until_ready();
    ck_assert_ptr_null(queue_add(&x, queue, "s", (const char *const[]){"{}"}, 1));
    ck_assert_ptr_null(
        queue_read(&x, queue, "s", "g", "c", 1, 1000000, &v, &n)); /* one that blocks is kept */
    ck_assert_uint_eq(n, 1);
    for (int i = 0; i < 3000 && strstr(cli(SENTINEL, "SENTINEL FAILOVER wf"), "OK") == NULL; i++)
        ck_assert_ptr_null(co_sleep(10000)); /* until it knows the replica */
    for (int i = 0; i < 3000 && !strstr(cli(SECOND, "ROLE"), "master"); i++)
        ck_assert_ptr_null(co_sleep(10000));
    for (int i = 0; i < 3000 && strcmp(cli(SECOND, "XLEN t"), "1") != 0; i++) {
        if (queue_add(&x, queue, "t", (const char *const[]){"{}"}, 1)) /* while it is away */
            until_ready();
        ck_assert_ptr_null(co_sleep(10000));
    }
    ck_assert_str_eq(cli(SECOND, "ROLE"), "master");
    ck_assert_ptr_null(queue_read(&x, queue, "t", "g", "c", 1, 1000000, &v, &n));
    ck_assert_uint_eq(n, 1);
    loop_drain(loop);
}

START_TEST(a_master_that_was_demoted_is_left_for_the_new_one)
{
    start_redis("second", SECOND, arena_printf(unit_arena, "replicaof %s %d\n", ip, FIRST));
    for (int i = 0; i < 1000 && !strstr(cli(SECOND, "INFO replication | grep link_status"), "up"); i++)
        usleep(10000);
    start_sentinel();
    open_queue(arena_printf(unit_arena, "sentinel://%s:%d/wf", ip, SENTINEL));
    run(failover);
}
END_TEST

static void stays_away(void *arg)
{
    for (int i = 0; i < 20; i++) {
        ck_assert(!queue_ready(queue));
        ck_assert_ptr_null(co_sleep(20000));
    }
    ck_assert_str_eq(cli(FIRST, "REPLICAOF NO ONE"), "OK"); /* what was found is a master after all */
    until_ready();
    loop_drain(loop);
}

START_TEST(a_replica_is_not_taken_for_the_master)
{
    ck_assert_str_eq(cli(FIRST, arena_printf(unit_arena, "REPLICAOF %s %d", ip, NOBODY)), "OK");
    open_queue(arena_printf(unit_arena, "%s:%d", ip, FIRST));
    run(stays_away);
}
END_TEST

/* ---- addresses ---- */

static const struct {
    const char *text; /* NULL in what follows: refused */
    const char *path, *host;
    int port;
    size_t n;
    const char *master;
} addresses[] = {
    {"unix:/run/redis.sock", "/run/redis.sock", NULL, 0, 1, NULL},
    {"redis:6379", NULL, "redis", 6379, 1, NULL},
    {"[::1]:6379", NULL, "::1", 6379, 1, NULL},
    {"sentinel://a:1,b,[::1]:3/wf", NULL, "a", 1, 3, "wf"},
    {"sentinel://a/wf", NULL, "a", 26379, 1, "wf"},
    {"sentinel://[::1]/wf", NULL, "::1", 26379, 1, "wf"},
    {"unix:", .n = 0},
    {"redis", .n = 0},
    {":6379", .n = 0},
    {"redis:0", .n = 0},
    {"redis:65536", .n = 0},
    {"sentinel://a:1", .n = 0},
    {"sentinel://a:1/", .n = 0},
    {"sentinel:///wf", .n = 0},
    {"sentinel://a:1,,b:1/wf", .n = 0},
    {"sentinel://a:x/wf", .n = 0},
    {"sentinel://1,2,3,4,5,6,7,8,9,10/wf", .n = 0},
};

START_TEST(an_address_is_one_redis_or_its_sentinels)
{
    struct queue_address at;
    err_t e = queue_address_read(unit_arena, addresses[_i].text, &at);

    if (addresses[_i].n == 0) {
        ck_assert_ptr_nonnull(e);
        ck_assert_str_eq(e->code, "queue.address");
        return;
    }
    ck_assert_ptr_null(e);
    ck_assert_uint_eq(at.n, addresses[_i].n);
    ck_assert(str_eq(at.master, addresses[_i].master));
    ck_assert(str_eq(at.v[0].path, addresses[_i].path));
    ck_assert(str_eq(at.v[0].host, addresses[_i].host));
    ck_assert_int_eq(at.v[0].port, addresses[_i].port);
}
END_TEST

#define S16 "1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1,11:1,12:1,13:1,14:1,15:1,16:1"

static const struct {
    const char *text;
    size_t n;
    const char *first, *last; /* or NULL and the code of the refusal */
} nodes[] = {
    {"redis:6379", 1, "redis:6379", "redis:6379"},
    {"a:1,b:1,a:2", 3, "a:1", "a:2"},
    {"[::1]:1,[::2]:1", 2, "[::1]:1", "[::2]:1"},
    {"unix:/a,unix:/b", 2, "unix:/a", "unix:/b"},
    {"sentinel://a,b:2/wf", 1, "sentinel://a,b:2/wf", "sentinel://a,b:2/wf"},
    {"sentinel://a,b:2/one,sentinel://a,b:2/two,sentinel://c/one", 3, "sentinel://a,b:2/one",
     "sentinel://c/one"},
    {S16, 16, "1:1", "16:1"},
    {S16 ",17:1", 0, NULL, "queue.nodes"},
    {"", 0, NULL, "queue.address"},
    {",a:1", 0, NULL, "queue.address"},
    {"a:1,", 0, NULL, "queue.address"},
    {"a:1,,b:1", 0, NULL, "queue.address"},
    {"a:1, b", 0, NULL, "queue.address"},
    {"unix:/a,unix:", 0, NULL, "queue.address"},
    {"sentinel://a,b", 0, NULL, "queue.address"},
    {"sentinel://a/wf,sentinel://b", 0, NULL, "queue.address"},
    {"a:1,unix:/b", 0, NULL, "queue.nodes"},
    {"unix:/b,a:1", 0, NULL, "queue.nodes"},
    {"sentinel://a/wf,b:1", 0, NULL, "queue.nodes"},
    {"b:1,sentinel://a/wf", 0, NULL, "queue.nodes"},
    {"a:1,b:1,a:1", 0, NULL, "queue.nodes"},
    {"unix:/a,unix:/a", 0, NULL, "queue.nodes"},
    {"sentinel://a,b/wf,sentinel://b,c/wf", 0, NULL, "queue.nodes"},
};

START_TEST(several_addresses_are_of_one_kind_and_differ)
{
    struct queue_nodes found;
    err_t e = queue_nodes_read(unit_arena, nodes[_i].text, &found);

    if (nodes[_i].n == 0) {
        ck_assert_ptr_nonnull(e);
        ck_assert_str_eq(e->code, nodes[_i].last);
        return;
    }
    ck_assert_ptr_null(e);
    ck_assert_uint_eq(found.n, nodes[_i].n);
    ck_assert_str_eq(found.v[0], nodes[_i].first);
    ck_assert_str_eq(found.v[found.n - 1], nodes[_i].last);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("queue-sentinel");
    TCase *c = tcase_create("sentinel"), *a = tcase_create("queue_address_read");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_set_timeout(c, 120);
    tcase_add_test(c, the_next_sentinel_is_asked_when_one_is_away_or_silent);
    tcase_add_test(c, a_master_that_was_demoted_is_left_for_the_new_one);
    tcase_add_test(c, a_replica_is_not_taken_for_the_master);
    suite_add_tcase(s, c);
    tcase_add_checked_fixture(a, unit_set_up, unit_tear_down);
    tcase_add_loop_test(a, an_address_is_one_redis_or_its_sentinels, 0, LENGTH(addresses));
    tcase_add_loop_test(a, several_addresses_are_of_one_kind_and_differ, 0, LENGTH(nodes));
    suite_add_tcase(s, a);
    return s;
}
