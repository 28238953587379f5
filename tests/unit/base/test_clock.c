/* test_clock.c */
#include "base/clock.h"

#include <time.h>

#include "unit.h"

START_TEST(the_real_clock_is_the_system_clock)
{
    int64_t before = (int64_t)time(NULL) * 1000000, now = clock_now_us();

    ck_assert_int_ge(now, before);
    ck_assert_int_lt(now, before + 10000000);
}
END_TEST

START_TEST(a_stub_stands_still_until_it_is_taken_away)
{
    clock_stub(1234567);
    ck_assert_int_eq(clock_now_us(), 1234567);
    ck_assert_int_eq(clock_now_us(), 1234567);
    clock_stub(0);
    ck_assert_int_gt(clock_now_us(), 1700000000000000);
}
END_TEST

START_TEST(an_offset_moves_the_real_clock_only)
{
    int64_t now = clock_now_us();

    clock_offset_s(86400);
    ck_assert_int_ge(clock_now_us(), now + 86400000000);
    clock_stub(5);
    ck_assert_int_eq(clock_now_us(), 5);
    clock_stub(0);
    clock_offset_s(0);
    ck_assert_int_lt(clock_now_us(), now + 86400000000);
}
END_TEST

START_TEST(the_monotonic_clock_ignores_stub_and_offset)
{
    int64_t first = clock_mono_us();

    clock_stub(1);
    clock_offset_s(-86400);
    ck_assert_int_ge(clock_mono_us(), first);
    ck_assert_int_lt(clock_mono_us(), first + 10000000);
    clock_stub(0);
    clock_offset_s(0);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("clock");

    UNIT_CASE(s, "clock", the_real_clock_is_the_system_clock, a_stub_stands_still_until_it_is_taken_away,
              an_offset_moves_the_real_clock_only, the_monotonic_clock_ignores_stub_and_offset);
    return s;
}
