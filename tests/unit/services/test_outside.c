/* test_outside.c - what is claimed, and which partners' endpoints are called. */
#include <stdio.h>

#include "app/leases.h"
#include "unit.h"
#include "webhooks/endpoints.h"

#define S 1000000LL

static size_t avoided(const struct endpoints *e, int64_t now_us)
{
    return endpoints_avoid(unit_arena, e, now_us).n;
}

START_TEST(an_endpoint_that_gave_no_answer_rests)
{
    struct endpoints *e = endpoints_new(unit_arena, 2);

    endpoints_begin(e, "a:443", 0);
    ck_assert_uint_eq(avoided(e, 0), 0);
    endpoints_end(e, "a:443", false, S);
    ck_assert_uint_eq(avoided(e, 2 * S), 1);
    ck_assert_str_eq(endpoints_avoid(unit_arena, e, 2 * S).v[0], "a:443");
    ck_assert_uint_eq(avoided(e, 7 * S), 0);
    endpoints_begin(e, "a:443", 7 * S);
    endpoints_end(e, "a:443", true, 7 * S + 1);
    ck_assert_uint_eq(avoided(e, 7 * S + 1), 0);
}
END_TEST

START_TEST(those_in_trouble_share_their_turns)
{
    struct endpoints *e = endpoints_new(unit_arena, 2);

    endpoints_begin(e, "good:443", 0);
    endpoints_end(e, "good:443", true, 1);
    for (int i = 0; i < 3; i++)
        endpoints_begin(e, i ? "silent:443" : "slow:443", 0);
    ck_assert_uint_eq(avoided(e, S / 2), 0);
    ck_assert_uint_eq(avoided(e, 2 * S), 2); /* long in hand is enough */
    endpoints_end(e, "slow:443", true, 2 * S);
    ck_assert_uint_eq(avoided(e, 3 * S), 2); /* silent has both turns, slow must wait */
    endpoints_end(e, "silent:443", true, 3 * S);
    endpoints_end(e, "silent:443", true, 3 * S + 1);
    ck_assert_uint_eq(avoided(e, 3 * S + 2), 0);
}
END_TEST

START_TEST(more_endpoints_than_there_is_room_for_do_no_harm)
{
    struct endpoints *e = endpoints_new(unit_arena, 2);
    char name[32];

    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof(name), "h%d:443", i);
        endpoints_begin(e, name, 0);
        endpoints_end(e, name, false, 1);
    }
    ck_assert_uint_gt(avoided(e, 2), 100);
    ck_assert_uint_lt(avoided(e, 2), 1000);
    endpoints_end(e, "never.begun:443", true, 3);
}
END_TEST

START_TEST(what_is_held_is_renewed_until_it_is_dropped)
{
    struct leases *l = leases_new(unit_arena, NULL);
    struct uuid a = uuid_new(1), b = uuid_new(2);

    ck_assert_uint_eq(lease_ids(unit_arena, l).n, 0);
    lease_hold(l, a);
    lease_hold(l, b);
    lease_drop(l, a);
    lease_drop(l, a);
    ck_assert_uint_eq(lease_ids(unit_arena, l).n, 1);
    ck_assert(uuid_eq(lease_ids(unit_arena, l).v[0], b));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("outside");

    UNIT_CASE(s, "endpoints_avoid", an_endpoint_that_gave_no_answer_rests, those_in_trouble_share_their_turns,
              more_endpoints_than_there_is_room_for_do_no_harm);
    UNIT_CASE(s, "lease_ids", what_is_held_is_renewed_until_it_is_dropped);
    return s;
}
