/* test_auth_cache.c - tokens are remembered within bounds, until they end or are revoked. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "web/auth.h"
#include "web/auth_parts.h"

#include "auth_fixture.h"
#include "unit.h"

/* ---- the cache ---- */

static const char *bearer(struct arena *a, const char *jti, int64_t exp_s)
{
    const char *claims =
        arena_printf(a, "{" ISS AUD SUBJECT SCOPE "\"iat\":1789999900,\"exp\":%lld,\"jti\":\"%s\"}",
                     (long long)exp_s, jti);

    return arena_printf(a, "Bearer %s", fixture_mint(a, H_EC, claims, "ES256", K_EC));
}

static void hit_and_miss(const struct auth *au, uint64_t hits, uint64_t misses)
{
    uint64_t h, m, r;

    auth_counters(au, &h, &m, &r);
    ck_assert_uint_eq(h, hits);
    ck_assert_uint_eq(m, misses);
}

START_TEST(a_token_is_verified_once)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    const struct principal *one, *two;
    const char *header = bearer(a, "t-1", NOW_S + 600);

    clock_stub(NOW_US);
    ck_assert_ptr_null(fixture_ask(a, au, header, &one));
    ck_assert_ptr_null(fixture_ask(a, au, header, &two));
    ck_assert_ptr_eq(one, two);
    hit_and_miss(au, 1, 1);
    auth_release(au, one);
    auth_release(au, two);
    ck_assert_uint_eq(auth_cached(au), 1);
    auth_close(au);
    arena_free(a);
    clock_stub(0);
}
END_TEST

START_TEST(a_remembered_token_still_ends)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    const struct principal *who;
    const char *header = bearer(a, "t-1", NOW_S + 60);

    clock_stub(NOW_US);
    ck_assert_ptr_null(fixture_ask(a, au, header, &who));
    auth_release(au, who);
    clock_stub(NOW_US + 89999999);
    ck_assert_ptr_null(fixture_ask(a, au, header, &who));
    auth_release(au, who);
    clock_stub(NOW_US + 90000000);
    ck_assert_str_eq(fixture_ask(a, au, header, &who)->cause, "it has ended");
    ck_assert_uint_eq(auth_cached(au), 0);
    auth_close(au);
    arena_free(a);
    clock_stub(0);
}
END_TEST

START_TEST(the_cache_is_bounded_and_keeps_what_is_used)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth(); /* holds 4 */
    const struct principal *who;
    const char *first = bearer(a, "first", NOW_S + 600);

    clock_stub(NOW_US);
    ck_assert_ptr_null(fixture_ask(a, au, first, &who));
    auth_release(au, who);
    for (int i = 0; i < 10; i++) {
        ck_assert_ptr_null(fixture_ask(a, au, bearer(a, arena_printf(a, "n%d", i), NOW_S + 600), &who));
        auth_release(au, who);
        ck_assert_ptr_null(fixture_ask(a, au, first, &who));
        auth_release(au, who);
        ck_assert_uint_le(auth_cached(au), 4);
    }
    hit_and_miss(au, 10, 11);
    auth_close(au);
    arena_free(a);
    clock_stub(0);
}
END_TEST

START_TEST(a_held_principal_outlives_its_place)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    const struct principal *held, *who;

    clock_stub(NOW_US);
    ck_assert_ptr_null(fixture_ask(a, au, bearer(a, "held", NOW_S + 600), &held));
    for (int i = 0; i < 8; i++) {
        ck_assert_ptr_null(fixture_ask(a, au, bearer(a, arena_printf(a, "n%d", i), NOW_S + 600), &who));
        auth_release(au, who);
    }
    auth_revoke(au, "client", "coa", "coa-intake", NOW_US);
    ck_assert_uint_eq(auth_cached(au), 0);
    ck_assert_str_eq(held->token_id, "held");
    auth_release(au, held);
    auth_close(au);
    arena_free(a);
    clock_stub(0);
}
END_TEST

static const char *const not_bearer[] = {"",          "Bearer",    "Bearer ",     "Basic Y29hOng=", "bearer",
                                         "Bearerabc", "Token abc", "Bearer\tabc", "DPoP abc"};

START_TEST(another_authorization_is_refused)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    const struct principal *who = NULL;

    ck_assert_str_eq(fixture_ask(a, au, not_bearer[_i], &who)->code, "token.invalid");
    ck_assert_str_eq(fixture_ask(a, au, NULL, &who)->code, "token.missing");
    ck_assert_ptr_null(who);
    auth_close(au);
    arena_free(a);
}
END_TEST

/* ---- revocation ---- */

START_TEST(a_revoked_token_is_refused_from_then_on)
{
    static const char *const kinds[][3] = {
        {"client", "coa", "coa-intake"}, {"user", "coa", "coa-intake"}, {"token", "uaf", "t-1"}};
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    const struct principal *who;
    const char *header = bearer(a, "t-1", NOW_S + 600);

    clock_stub(NOW_US);
    ck_assert_ptr_null(fixture_ask(a, au, header, &who));
    auth_release(au, who);
    auth_revoke(au, kinds[_i][0], kinds[_i][1], kinds[_i][2], NOW_US);
    ck_assert_uint_eq(auth_cached(au), 0);
    ck_assert_str_eq(fixture_ask(a, au, header, &who)->cause, "it has been revoked");
    auth_close(au);
    arena_free(a);
    clock_stub(0);
}
END_TEST

START_TEST(what_another_organisation_revokes_reaches_nobody_here)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    const struct principal *who;
    const char *header = bearer(a, "t-1", NOW_S + 600);

    clock_stub(NOW_US);
    ck_assert_ptr_null(fixture_ask(a, au, header, &who));
    auth_release(au, who);
    auth_revoke(au, "client", "uaf", "coa-intake", NOW_US);
    auth_revoke(au, "user", "uaf", "coa-intake", NOW_US);
    ck_assert_uint_eq(auth_cached(au), 1);
    ck_assert_ptr_null(fixture_ask(a, au, header, &who));
    auth_release(au, who);
    ck_assert_ptr_null(fixture_ask(a, au, bearer(a, "t-2", NOW_S + 600), &who));
    auth_release(au, who);
    auth_close(au);
    arena_free(a);
    clock_stub(0);
}
END_TEST

START_TEST(a_client_may_come_back_with_a_later_token)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    const struct principal *who;

    clock_stub(NOW_US);
    auth_revoke(au, "client", "coa", "coa-intake", 1789999899LL * 1000000); /* a second before iat */
    auth_revoke(au, "client", "coa", "another", NOW_US);
    auth_revoke(au, "token", "uaf", "t-2", NOW_US);
    ck_assert_ptr_null(fixture_ask(a, au, bearer(a, "t-1", NOW_S + 600), &who));
    auth_release(au, who);
    auth_revoke(au, "client", "coa", "coa-intake", 1789999900LL * 1000000);
    ck_assert_ptr_nonnull(fixture_ask(a, au, bearer(a, "t-1", NOW_S + 600), &who));
    auth_close(au);
    arena_free(a);
    clock_stub(0);
}
END_TEST

START_TEST(revocations_are_forgotten_when_no_token_can_live)
{
    struct revoked *r = revoked_new();
    char value[16];

    for (int i = 0; i < 255; i++) {
        snprintf(value, sizeof(value), "old-%d", i);
        revoked_add(r, 'c', "coa", value, NOW_US, NOW_US);
        revoked_add(r, 'c', "coa", value, NOW_US, NOW_US);
    }
    ck_assert_uint_eq(revoked_count(r), 255);
    revoked_add(r, 'c', "coa", "new", NOW_US + 2 * JWT_MAX_LIFE_US, NOW_US + 2 * JWT_MAX_LIFE_US);
    ck_assert_uint_eq(revoked_count(r), 1);
    revoked_free(r);
}
END_TEST

START_TEST(the_feed_is_followed_by_its_sequence)
{
    struct arena *a = arena_new();
    struct auth *au = fixture_auth();
    json_t *j = NULL;
    const char *text = "{\"items\":[{\"sequence\":7,\"organisation\":\"coa\",\"kind\":\"client\",\"value\":"
                       "\"coa-intake\",\"revokedAt\":"
                       "\"2026-09-21T14:00:00Z\"}],\"last\":7}";

    clock_stub(NOW_US);
    ck_assert_ptr_null(json_parse(a, text, strlen(text), 8, &j));
    ck_assert(feed_apply(au, j));
    ck_assert_int_eq(au->feed_after, 7);
    ck_assert_uint_eq(revoked_count(au->revoked), 1);
    text = "{\"items\":[],\"last\":3}"; /* an older database was restored */
    ck_assert_ptr_null(json_parse(a, text, strlen(text), 8, &j));
    ck_assert(feed_apply(au, j));
    ck_assert_int_eq(au->feed_after, 0);
    text = "{\"items\":[{\"sequence\":1,\"kind\":\"client\"}],\"last\":7}";
    ck_assert_ptr_null(json_parse(a, text, strlen(text), 8, &j));
    ck_assert(!feed_apply(au, j));
    auth_close(au);
    arena_free(a);
    clock_stub(0);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("auth_cache");
    TCase *tc = tcase_create("cache");

    tcase_add_unchecked_fixture(tc, fixture_once, NULL);
    tcase_add_test(tc, a_token_is_verified_once);
    tcase_add_test(tc, a_remembered_token_still_ends);
    tcase_add_test(tc, the_cache_is_bounded_and_keeps_what_is_used);
    tcase_add_test(tc, a_held_principal_outlives_its_place);
    tcase_add_loop_test(tc, another_authorization_is_refused, 0, LENGTH(not_bearer));
    suite_add_tcase(s, tc);

    tc = tcase_create("revoke");
    tcase_add_unchecked_fixture(tc, fixture_once, NULL);
    tcase_add_loop_test(tc, a_revoked_token_is_refused_from_then_on, 0, 3);
    tcase_add_test(tc, what_another_organisation_revokes_reaches_nobody_here);
    tcase_add_test(tc, a_client_may_come_back_with_a_later_token);
    tcase_add_test(tc, revocations_are_forgotten_when_no_token_can_live);
    tcase_add_test(tc, the_feed_is_followed_by_its_sequence);
    suite_add_tcase(s, tc);
    return s;
}
