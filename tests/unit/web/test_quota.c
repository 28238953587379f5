/* test_quota.c - limits of requests against a real Redis of the test's own. */
#include "web/quota.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/queue.h"
#include "unit.h"
#include "web/metrics.h"

static char folder[] = "/tmp/wf-quota-XXXXXX";
static pid_t redis;
static struct loop *loop;
static struct queue *queue;

static void set_up(void)
{
    char socket[64], address[80];

    unit_set_up();
    log_init("test", LOG_ERROR);
    strcpy(folder, "/tmp/wf-quota-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(socket, sizeof(socket), "%s/s", folder);
    snprintf(address, sizeof(address), "unix:%s", socket);
    redis = fork();
    ck_assert_int_ge(redis, 0);
    if (redis == 0) {
        execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", socket, "--save", "",
               "--maxmemory-policy", "noeviction", "--logfile", "/dev/null", "--dir", folder, NULL);
        _exit(127);
    }
    for (int i = 0; i < 1000 && access(socket, F_OK) != 0; i++)
        usleep(10000);
    ck_assert_ptr_null(loop_new(&loop));
    ck_assert_ptr_null(co_init(loop, 1000));
    ck_assert_ptr_null(queue_open(loop, &(struct queue_options){.address = address}, &queue));
}

static void tear_down(void)
{
    char command[80];

    queue_close(queue);
    co_shutdown();
    loop_free(loop);
    kill(redis, SIGKILL);
    waitpid(redis, NULL, 0);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    unit_tear_down();
}

/* Requests of one principal, so many beside each other, each of them so often. */
struct crowd {
    struct limits *processes[2];
    struct limit_own own;
    const struct principal *who;
    size_t members, times, done;
    size_t granted, refused;
    struct limit_state last;
    const char *code;
    pid_t stop; /* stopped before they begin; 0: none */
    int64_t begun_us, took_us;
};

static const struct principal client = {
    .subject = "coa-1", .client_id = "coa-1", .organisation = "coa", .scope = "a:read"};

static void wait_ready(void)
{
    for (int i = 0; i < 500 && !queue_ready(queue); i++)
        ck_assert_ptr_null(co_sleep(10000));
    ck_assert(queue_ready(queue));
}

static void member(void *arg)
{
    struct crowd *c = arg;
    struct ctx x = {.arena = unit_arena, .who = c->who, .deadline_us = clock_mono_us() + 10000000};

    for (size_t i = 0; i < c->times; i++) {
        struct limit_state st;
        err_t e = limits_request(&x, c->processes[i % 2], c->who, &c->own, &st);

        if (e) {
            ck_assert_int_eq(e->kind, ERR_LIMIT);
            c->code = e->code;
            c->refused++;
        } else {
            c->granted++;
        }
        c->last = st;
    }
    if (++c->done == c->members) {
        c->took_us = clock_mono_us() - c->begun_us;
        loop_drain(loop);
    }
}

static void crowd(void *arg)
{
    struct crowd *c = arg;

    wait_ready();
    if (c->stop)
        kill(c->stop, SIGSTOP);
    c->begun_us = clock_mono_us();
    for (size_t i = 0; i < c->members; i++)
        ck_assert_ptr_null(co_start("member", member, c));
}

static void run_crowd(struct crowd *c, struct queue *q, struct limit_policy usual)
{
    c->processes[0] = limits_open(q, &usual);
    c->processes[1] = limits_open(q, &usual);
    if (!c->who)
        c->who = &client;
    ck_assert_ptr_null(co_start("crowd", crowd, c));
    ck_assert_ptr_null(loop_run(loop, 0));
    limits_close(c->processes[0]);
    limits_close(c->processes[1]);
    ck_assert_uint_eq(c->granted + c->refused, c->members * c->times);
}

static const struct limit_policy none = {0};

START_TEST(nobody_gets_more_than_the_burst_and_the_rate)
{
    static const struct limit_own owns[] = {{5, 10, 0}, {50, 200, 0}, {1, 1, 0}, {100, 1000, 0}};
    struct crowd c = {.own = owns[_i], .members = 50, .times = 60};
    int64_t most;

    run_crowd(&c, queue, none);
    most = c.own.burst + c.own.rate * c.took_us / 1000000 + 1;
    ck_assert_msg((int64_t)c.granted <= most, "%zu granted in %lld us", c.granted, (long long)c.took_us);
    /* What one process has leased the other cannot have: an eighth at most. */
    ck_assert_msg((int64_t)c.granted >= c.own.burst - c.own.burst / 8, "%zu granted", c.granted);
    ck_assert_str_eq(c.code, "rate.limited");
    ck_assert_int_ge(c.last.retry_s, 1);
}
END_TEST

START_TEST(a_day_has_its_quota)
{
    struct crowd c = {.own = {100000, 1000, 30}, .members = 10, .times = 10};

    run_crowd(&c, queue, none);
    ck_assert_uint_le(c.granted, 30);
    ck_assert_uint_ge(c.granted, 28);
    ck_assert_str_eq(c.code, "rate.quota");
    ck_assert_int_eq(c.last.daily_left, 0);
    ck_assert_int_ge(c.last.retry_s, 1);
    ck_assert_int_le(c.last.retry_s, 86400);
}
END_TEST

START_TEST(most_requests_cost_no_round_trip)
{
    struct crowd c = {.own = {100000, 100000, 0}, .members = 1, .times = 5000};
    struct buf text;
    const char *line;

    run_crowd(&c, queue, none);
    ck_assert_uint_eq(c.refused, 0);
    buf_init(&text, unit_arena, 4096);
    metrics_write(&text);
    line = strstr(buf_text(&text), "\nwayfare_rate_leases_total ");
    ck_assert_ptr_nonnull(line);
    ck_assert_msg(atoi(line + 27) < 500, "%s",
                  line + 1); /* a lease ends with time too: a slow machine takes more */
}
END_TEST

START_TEST(the_house_is_not_limited)
{
    static const struct principal house = {
        .subject = "cases", .client_id = "cases", .organisation = "iom", .scope = "internal"};
    struct crowd c = {.own = {1, 1, 1}, .who = &house, .members = 1, .times = 100};

    run_crowd(&c, queue, none);
    ck_assert_uint_eq(c.granted, 100);
    ck_assert_int_eq(c.last.policy.rate, 0);
}
END_TEST

START_TEST(a_usual_rate_of_zero_limits_nobody)
{
    struct crowd c = {.members = 1, .times = 100};

    run_crowd(&c, queue, none);
    ck_assert_uint_eq(c.granted, 100);
    ck_assert_int_eq(c.last.policy.rate, 0);
}
END_TEST

START_TEST(without_own_limits_the_usual_ones_hold)
{
    struct crowd c = {.members = 5, .times = 20};

    run_crowd(&c, queue, (struct limit_policy){.rate = 1, .per_s = 1, .burst = 7});
    ck_assert_uint_ge(c.granted, 7);
    ck_assert_int_le(c.granted, 8 + c.took_us / 1000000);
    ck_assert_int_eq(c.last.policy.burst, 7);
}
END_TEST

START_TEST(without_redis_each_process_gives_it_all)
{
    struct crowd c = {.own = {1, 20, 0}, .members = 5, .times = 20};

    run_crowd(&c, NULL, none);
    ck_assert_uint_ge(c.granted, 40); /* two processes */
    ck_assert_int_le(c.granted, 40 + 2 * (c.took_us / 1000000 + 1));
    ck_assert_str_eq(c.code, "rate.limited");
    ck_assert_int_ge(c.last.retry_s, 1);
}
END_TEST

/* Redis stands still: who asks waits for a moment, the others not, and who keeps to the limits is served. */
START_TEST(a_redis_that_stands_still_refuses_nobody)
{
    struct crowd c = {.own = {10, 1000, 0}, .members = 10, .times = 100, .stop = redis};

    run_crowd(&c, queue, none);
    ck_assert_uint_eq(c.granted, 1000);
    ck_assert_int_ge(c.took_us, 250000);
    /* It is asked once for each of the two: each time by each would be half a minute. */
    ck_assert_int_lt(c.took_us, 9000000);
    kill(redis, SIGCONT);
}
END_TEST

/* Its limits may have been raised meanwhile. */
static void raised(void *arg)
{
    struct limits *ls = limits_open(arg, &none);
    struct ctx x = {.arena = unit_arena, .who = &client, .deadline_us = clock_mono_us() + 10000000};
    struct limit_state st;
    err_t e = NULL;

    wait_ready();
    for (int i = 0; !e && i < 5; i++)
        e = limits_request(&x, ls, &client, &(struct limit_own){10, 10, 2}, &st);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "rate.quota");
    ck_assert_ptr_null(co_sleep(1100000));
    ck_assert_ptr_null(limits_request(&x, ls, &client, &(struct limit_own){10, 10, 1000}, &st));
    limits_close(ls);
    loop_drain(loop);
}

START_TEST(a_raised_quota_holds_within_a_second)
{
    ck_assert_ptr_null(co_start("raised", raised, queue));
    ck_assert_ptr_null(loop_run(loop, 0));
}
END_TEST

static void attempts(void *arg)
{
    static const struct limit_policy p = {.rate = 10, .per_s = 60, .burst = 10};
    struct limits *ls = limits_open(arg, &none);
    struct ctx x = {.arena = unit_arena, .who = &client, .deadline_us = clock_mono_us() + 10000000};
    int64_t retry_s = 0;

    wait_ready();
    for (int i = 0; i < 10; i++) {
        ck_assert_ptr_null(limits_spend(&x, ls, "failed:a:1", &p, 0, &retry_s));
        ck_assert_ptr_null(limits_spend(&x, ls, "failed:a:1", &p, 1, &retry_s));
    }
    err_t e = limits_spend(&x, ls, "failed:a:1", &p, 0, &retry_s);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "rate.limited");
    ck_assert_int_ge(retry_s, 1);
    ck_assert_int_le(retry_s, 7);
    ck_assert_ptr_null(limits_spend(&x, ls, "failed:b:1", &p, 0, &retry_s));
    limits_close(ls);
    loop_drain(loop);
}

START_TEST(attempts_are_counted_one_by_one)
{
    ck_assert_ptr_null(co_start("attempts", attempts, _i ? NULL : queue));
    ck_assert_ptr_null(loop_run(loop, 0));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("quota");
    TCase *c = tcase_create("limits of requests");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, nobody_gets_more_than_the_burst_and_the_rate, 0, 4);
    tcase_add_test(c, a_day_has_its_quota);
    tcase_add_test(c, most_requests_cost_no_round_trip);
    tcase_add_test(c, the_house_is_not_limited);
    tcase_add_test(c, a_usual_rate_of_zero_limits_nobody);
    tcase_add_test(c, without_own_limits_the_usual_ones_hold);
    tcase_add_test(c, without_redis_each_process_gives_it_all);
    tcase_add_test(c, a_redis_that_stands_still_refuses_nobody);
    tcase_add_test(c, a_raised_quota_holds_within_a_second);
    tcase_add_loop_test(c, attempts_are_counted_one_by_one, 0, 2);
    suite_add_tcase(s, c);
    return s;
}
