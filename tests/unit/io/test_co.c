/* test_co.c - coroutines: waiting, waking, deadlines, cancelling, stacks; also in blocking mode. */
#include <check.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/co.h"
#include "io/loop.h"
#include "unit.h"

static struct loop *l;

static void set_up(void)
{
    unit_set_up();
    ck_assert_ptr_null(loop_new(&l));
    ck_assert_ptr_null(co_init(l, 100));
}

static void set_up_blocking(void)
{
    setenv("CO_MODE", "blocking", 1);
    set_up();
}

static void tear_down(void)
{
    co_shutdown();
    loop_free(l);
    unsetenv("CO_MODE");
    unit_tear_down();
}

static bool none_live(void *arg)
{
    return co_live() == 0;
}

/* Runs until no coroutine is left. */
static void run_all(void)
{
    loop_on_drain(l, (struct loop_hook){.done = none_live});
    loop_drain(l);
    ck_assert_ptr_null(loop_run(l, 0));
}

static void start(void (*fn)(void *), void *arg)
{
    ck_assert_ptr_null(co_start("test", fn, arg));
}

/* ---- waits ---- */

static char order[64];

static void say(const char *what)
{
    strcat(order, what);
}

static void sleeper(void *arg)
{
    const char *name = arg;

    say(name);
    ck_assert_ptr_null(co_sleep(name[0] == 'a' ? 20000 : 1000));
    say(name);
}

static char a[] = "a", b[] = "b";

START_TEST(a_coroutine_runs_at_once_until_it_waits)
{
    order[0] = '\0';
    start(sleeper, a);
    start(sleeper, b);
    ck_assert_str_eq(order, "ab");
    ck_assert_uint_eq(co_live(), 2);
    run_all();
    ck_assert_str_eq(order, "abba");
}
END_TEST

START_TEST(blocking_mode_runs_one_after_the_other)
{
    order[0] = '\0';
    start(sleeper, a);
    start(sleeper, b);
    ck_assert_str_eq(order, "");
    run_all();
    ck_assert_str_eq(order, "aabb");
}
END_TEST

static struct co_wait shared_wait;

static void waits(void *arg)
{
    err_t *ret = arg;

    *ret = co_wait(&shared_wait);
    say("woken;");
}

static void wakes(void *arg)
{
    say("waking;");
    co_wake(&shared_wait);
    say("still here;");
}

START_TEST(the_woken_runs_after_the_waker)
{
    err_t e = NULL;

    order[0] = '\0';
    shared_wait = (struct co_wait){0};
    start(waits, &e);
    start(wakes, NULL);
    run_all();
    ck_assert_ptr_null(e);
    ck_assert_str_eq(order, "waking;still here;woken;");
}
END_TEST

static void wakes_first(void *arg)
{
    struct co_wait w = {0};

    co_wake(&w);
    ck_assert_ptr_null(co_wait(&w));
    say("done");
}

START_TEST(a_wake_before_the_wait_counts)
{
    order[0] = '\0';
    start(wakes_first, NULL);
    run_all();
    ck_assert_str_eq(order, "done");
}
END_TEST

static void reads_a_pipe(void *arg)
{
    int *ends = arg;
    char c = 0;

    ck_assert_ptr_null(co_fd(ends[0], EV_READ));
    ck_assert_int_eq(read(ends[0], &c, 1), 1);
    say(&(char[]){c, 0}[0]);
}

static void write_pipe(void *arg)
{
    ck_assert_int_eq(write(((int *)arg)[1], "x", 1), 1);
}

START_TEST(co_fd_waits_for_a_descriptor)
{
    int ends[2];

    order[0] = '\0';
    ck_assert_int_eq(pipe(ends), 0);
    loop_after(l, 2000, write_pipe, ends);
    start(reads_a_pipe, ends);
    run_all();
    ck_assert_str_eq(order, "x");
    close(ends[0]);
    close(ends[1]);
}
END_TEST

static void starts_another(void *arg)
{
    say("outer;");
    start(wakes_first, NULL);
    say("outer again;");
}

START_TEST(a_coroutine_may_start_another)
{
    order[0] = '\0';
    start(starts_another, NULL);
    run_all();
    ck_assert_str_eq(order, "outer;doneouter again;");
}
END_TEST

/* ---- deadlines and cancelling ---- */

struct outcome {
    struct co *co;
    err_t first, second;
    int64_t took_us;
    int64_t deadline_us; /* from now */
};

static void waits_long(void *arg)
{
    struct outcome *o = arg;
    int64_t begun = clock_mono_us();

    o->co = co_self();
    if (o->deadline_us)
        co_deadline(begun + o->deadline_us);
    o->first = co_sleep(2 * 1000 * 1000);
    o->took_us = clock_mono_us() - begun;
    o->second = co_sleep(1000);
}

START_TEST(a_deadline_ends_waits_and_stays_passed)
{
    struct outcome o = {.deadline_us = 20000};

    start(waits_long, &o);
    run_all();
    ck_assert_ptr_nonnull(o.first);
    ck_assert_str_eq(o.first->code, "co.deadline");
    ck_assert_int_eq(o.first->kind, ERR_CANCELLED);
    ck_assert_int_ge(o.took_us, 20000);
    ck_assert_int_lt(o.took_us, 1000 * 1000);
    ck_assert_ptr_nonnull(o.second);
}
END_TEST

static void cancel(void *arg)
{
    co_cancel(((struct outcome *)arg)->co);
}

START_TEST(cancelling_ends_one_wait)
{
    struct outcome o = {0};

    start(waits_long, &o);
    loop_after(l, 1000, cancel, &o);
    run_all();
    ck_assert_ptr_nonnull(o.first);
    ck_assert_str_eq(o.first->code, "co.cancelled");
    ck_assert_ptr_null(o.second);
}
END_TEST

static void cancel_all(void *arg)
{
    co_cancel_all();
}

START_TEST(all_that_wait_are_cancelled)
{
    struct outcome o[10] = {0};

    for (int i = 0; i < 10; i++)
        start(waits_long, &o[i]);
    loop_after(l, 1000, cancel_all, NULL);
    run_all();
    for (int i = 0; i < 10; i++)
        ck_assert_ptr_nonnull(o[i].first);
}
END_TEST

static void cancels_itself(void *arg)
{
    struct outcome *o = arg;
    struct co_wait w = {0};

    co_cancel(co_self());
    co_wake(&w);
    o->first = co_wait(&w); /* woken already: that counts */
    o->second = co_sleep(1000);
}

START_TEST(a_wake_beats_a_cancel)
{
    struct outcome o = {0};

    start(cancels_itself, &o);
    run_all();
    ck_assert_ptr_null(o.first);
    ck_assert_ptr_nonnull(o.second);
}
END_TEST

START_TEST(more_than_the_most_are_refused)
{
    struct outcome o[101] = {0};
    err_t e = NULL;

    for (int i = 0; i < 100; i++)
        start(waits_long, &o[i]);
    e = co_start("test", waits_long, &o[100]);
    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(e->kind, ERR_LIMIT);
    ck_assert_str_eq(e->code, "co.full");
    co_cancel_all();
    run_all();
}
END_TEST

/* ---- outside any coroutine ---- */

START_TEST(a_wait_outside_polls_in_place)
{
    int64_t begun = clock_mono_us();

    ck_assert_ptr_null(co_self());
    ck_assert_ptr_null(co_sleep(5000));
    ck_assert_int_ge(clock_mono_us() - begun, 4000);
    co_deadline(clock_mono_us() + 5000);
    err_t e = co_sleep(1000 * 1000);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "co.deadline");
    co_deadline(0);
    ck_assert_ptr_null(co_sleep(1000));
}
END_TEST

static void waits_in_callback(void *arg)
{
    (void)!co_sleep(1000);
}

static void run_loop_with_bad_callback(void *arg)
{
    loop_after(l, 0, waits_in_callback, NULL);
    (void)!loop_run(l, 0);
}

START_TEST(a_wait_on_the_loops_stack_aborts)
{
    char out[1024];
    int status = unit_child(run_loop_with_bad_callback, NULL, out, sizeof out);

    ck_assert(WIFSIGNALED(status));
    ck_assert_ptr_nonnull(strstr(out, "inside"));
}
END_TEST

/* ---- stacks ---- */

static void on_loop(void *arg)
{
    ck_assert_ptr_null(co_self());
    *(void **)arg = __builtin_frame_address(0);
}

static void asks_loop_stack(void *arg)
{
    void *there = NULL, *here = __builtin_frame_address(0);

    co_on_loop_stack(on_loop, &there);
    ck_assert_ptr_nonnull(there);
    ptrdiff_t apart = (char *)there - (char *)here;
    ck_assert(apart > 256 * 1024 || apart < -256 * 1024);
    ck_assert_ptr_nonnull(co_self());
    say("back");
}

START_TEST(work_on_the_loops_stack_comes_back)
{
    order[0] = '\0';
    start(asks_loop_stack, NULL);
    run_all();
    ck_assert_str_eq(order, "back");
}
END_TEST

static __attribute__((noinline)) int use_stack(size_t bytes)
{
    char frame[1000];

    memset(frame, (int)(bytes & 0x7f), sizeof frame);
    __asm__ volatile("" : : "r"(frame) : "memory"); /* or the compiler makes a loop of it */
    if (bytes > sizeof frame)
        return use_stack(bytes - sizeof frame) + frame[bytes % sizeof frame];
    return frame[0];
}

static void deep(void *arg)
{
    use_stack(100 * 1024);
    ck_assert_ptr_null(co_sleep(100));
    use_stack(100 * 1024);
}

static void run_deep(void *arg)
{
    log_init("test", LOG_INFO);
    for (int i = 0; i < 3; i++)
        start(deep, NULL);
    run_all();
}

START_TEST(deep_use_is_measured_and_logged_once_per_name)
{
    char out[4096];
    int status = unit_child(run_deep, NULL, out, sizeof out);
    const char *first = strstr(out, "deep stack");

    ck_assert_int_eq(status, 0);
    ck_assert_msg(first != NULL, "%s", out);
    ck_assert_ptr_null(strstr(first + 1, "deep stack"));
    run_deep(NULL);
    ck_assert_uint_ge(co_high_water_bytes(), 100 * 1024);
    ck_assert_uint_le(co_high_water_bytes(), 160 * 1024);
}
END_TEST

static void too_deep(void *arg)
{
    use_stack(300 * 1024);
}

static void run_too_deep(void *arg)
{
    start(too_deep, NULL);
}

START_TEST(the_guard_page_stops_an_overflow)
{
    char out[16384];
    int status = unit_child(run_too_deep, NULL, out, sizeof out);

    ck_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
}
END_TEST

static void random_sleeps(void *arg)
{
    unsigned *seed = arg;
    char local[64];

    memset(local, (int)(*seed & 0xff), sizeof local);
    for (int i = 0; i < 20; i++) {
        unsigned before = *seed & 0xff;
        ck_assert_ptr_null(co_sleep((int64_t)(rand_r(seed) % 2000)));
        ck_assert_int_eq(local[63], (char)(i == 0 ? before : (unsigned char)local[0]));
    }
}

START_TEST(a_hundred_at_once_keep_their_stacks_apart)
{
    unsigned seeds[100];

    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 100; i++) {
            seeds[i] = i * 7919 + round;
            start(random_sleeps, &seeds[i]);
        }
        while (co_live() > 0)
            ck_assert_ptr_null(co_sleep(1000));
    }
}
END_TEST

static void labelled(void *arg)
{
    co_label("0192-request");
    (void)!co_sleep(1000 * 1000);
}

static void run_list(void *arg)
{
    log_init("test", LOG_INFO);
    ck_assert_ptr_null(co_start("getCase", labelled, NULL));
    co_log_list();
}

START_TEST(the_list_shows_operation_label_and_place)
{
    char out[4096];

    ck_assert_int_eq(unit_child(run_list, NULL, out, sizeof out), 0);
    ck_assert_msg(strstr(out, "getCase") != NULL, "%s", out);
    ck_assert_ptr_nonnull(strstr(out, "0192-request"));
    ck_assert_ptr_nonnull(strstr(out, "io/co.c:"));
}
END_TEST

static void add(Suite *s, const char *name, void (*begin)(void), const TTest *const *tests, size_t n)
{
    TCase *c = tcase_create(name);

    tcase_add_checked_fixture(c, begin, tear_down);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(c, tests[i]);
    suite_add_tcase(s, c);
}

Suite *unit_suite(void)
{
    const TTest *const plain[] = {
        a_coroutine_runs_at_once_until_it_waits,
        the_woken_runs_after_the_waker,
        a_wake_before_the_wait_counts,
        co_fd_waits_for_a_descriptor,
        a_coroutine_may_start_another,
        a_deadline_ends_waits_and_stays_passed,
        cancelling_ends_one_wait,
        all_that_wait_are_cancelled,
        a_wake_beats_a_cancel,
        more_than_the_most_are_refused,
        a_wait_outside_polls_in_place,
        a_wait_on_the_loops_stack_aborts,
        work_on_the_loops_stack_comes_back,
        deep_use_is_measured_and_logged_once_per_name,
        the_guard_page_stops_an_overflow,
        a_hundred_at_once_keep_their_stacks_apart,
        the_list_shows_operation_label_and_place,
    };
    const TTest *const blocking[] = {
        blocking_mode_runs_one_after_the_other, a_wake_before_the_wait_counts, co_fd_waits_for_a_descriptor,
        a_deadline_ends_waits_and_stays_passed, a_wake_beats_a_cancel,         a_wait_outside_polls_in_place,
    };
    Suite *s = suite_create("co");

    add(s, "co_wait", set_up, plain, LENGTH(plain));
    add(s, "blocking", set_up_blocking, blocking, LENGTH(blocking));
    return s;
}
