/* test_loop.c - timers, signals and the orderly drain. */
#include <check.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/co.h"
#include "io/loop.h"
#include "unit.h"

static struct loop *l;

static void set_up(void)
{
    ck_assert_ptr_null(loop_new(&l));
    ck_assert_ptr_null(co_init(l, 10));
}

static void tear_down(void)
{
    co_shutdown();
    loop_free(l);
}

static void drain(void *arg)
{
    loop_drain(l);
}

struct counter {
    int n;
    struct loop_timer *timer;
};

static void count_to_three(void *arg)
{
    struct counter *c = arg;

    if (++c->n < 3)
        return;
    loop_timer_cancel(c->timer);
    loop_drain(l);
}

START_TEST(timers_repeat_until_they_are_cancelled)
{
    struct counter c = {0};

    c.timer = loop_every(l, 1000, count_to_three, &c);
    ck_assert_ptr_null(loop_run(l, 0));
    ck_assert_int_eq(c.n, 3);
}
END_TEST

static void count(void *arg)
{
    ++*(int *)arg;
}

START_TEST(a_cancelled_timer_never_comes)
{
    int n = 0;

    loop_timer_cancel(loop_after(l, 0, count, &n));
    loop_timer_cancel(NULL);
    loop_after(l, 5000, drain, NULL);
    ck_assert_ptr_null(loop_run(l, 0));
    ck_assert_int_eq(n, 0);
}
END_TEST

static char order[8];
static size_t norder;

static void note(void *arg)
{
    order[norder++] = *(const char *)arg;
}

static bool is_zero(void *arg)
{
    return *(int *)arg == 0;
}

static void zero(void *arg)
{
    *(int *)arg = 0;
}

START_TEST(drain_begins_newest_first_and_waits_for_all)
{
    char a[] = "a", b[] = "b";
    int busy = 1;

    norder = 0;
    loop_on_drain(l, (struct loop_hook){.begin = note, .arg = a});
    loop_on_drain(l, (struct loop_hook){.begin = note, .arg = b});
    loop_on_drain(l, (struct loop_hook){.done = is_zero, .arg = &busy});
    loop_after(l, 0, drain, NULL);
    loop_after(l, 30000, zero, &busy);
    int64_t begun = clock_mono_us();
    ck_assert_ptr_null(loop_run(l, 0));
    ck_assert_int_ge(clock_mono_us() - begun, 20000);
    ck_assert_int_eq(norder, 2);
    ck_assert_mem_eq(order, "ba", 2);
    ck_assert(loop_draining(l));
}
END_TEST

static void send_signal(void *arg)
{
    kill(getpid(), *(int *)arg);
}

static const int endings[] = {SIGTERM, SIGINT};

START_TEST(term_and_int_drain)
{
    int number = endings[_i];

    loop_after(l, 0, send_signal, &number);
    ck_assert_ptr_null(loop_run(l, 0));
    ck_assert(loop_draining(l));
}
END_TEST

static err_t waited;

static void wait_for_nothing(void *arg)
{
    struct co_wait w = {0};

    waited = co_wait(&w);
}

START_TEST(the_drain_deadline_cancels_what_waits)
{
    int never = 1;

    waited = NULL;
    loop_on_drain(l, (struct loop_hook){.done = is_zero, .arg = &never});
    ck_assert_ptr_null(co_start("waits", wait_for_nothing, NULL));
    loop_after(l, 0, drain, NULL);
    ck_assert_ptr_null(loop_run(l, 20000));
    ck_assert_ptr_nonnull(waited);
    ck_assert_int_eq(waited->kind, ERR_CANCELLED);
    ck_assert_uint_eq(co_live(), 0);
}
END_TEST

START_TEST(what_waits_after_the_hooks_is_cancelled_and_unwinds)
{
    waited = NULL;
    ck_assert_ptr_null(co_start("waits", wait_for_nothing, NULL));
    loop_after(l, 0, drain, NULL);
    ck_assert_ptr_null(loop_run(l, 0));
    ck_assert_ptr_nonnull(waited);
    ck_assert_int_eq(waited->kind, ERR_CANCELLED);
    ck_assert_uint_eq(co_live(), 0);
}
END_TEST

static void dawdle(void *arg)
{
    int64_t until = clock_mono_us() + 300 * 1000;

    while (clock_mono_us() < until)
        continue;
}

START_TEST(lag_shows_a_callback_that_took_long)
{
    loop_after(l, 200 * 1000, dawdle, NULL);
    loop_after(l, 700 * 1000, drain, NULL);
    ck_assert_ptr_null(loop_run(l, 0));
    ck_assert_int_ge(loop_lag_us(l), 150 * 1000);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("loop");
    TCase *c = tcase_create("loop_run");

    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, timers_repeat_until_they_are_cancelled);
    tcase_add_test(c, a_cancelled_timer_never_comes);
    tcase_add_test(c, drain_begins_newest_first_and_waits_for_all);
    tcase_add_loop_test(c, term_and_int_drain, 0, (int)LENGTH(endings));
    tcase_add_test(c, the_drain_deadline_cancels_what_waits);
    tcase_add_test(c, what_waits_after_the_hooks_is_cancelled_and_unwinds);
    tcase_add_test(c, lag_shows_a_callback_that_took_long);
    suite_add_tcase(s, c);
    return s;
}
