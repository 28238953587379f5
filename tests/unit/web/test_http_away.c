/* test_http_away.c - the edge while PostgreSQL is away: what needs it is 503, the rest goes on. */
#include "edge_fixture.h"

#include "unit.h"

static struct edge edge;

static void set_up(void)
{
    unit_set_up();
    edge_start(&edge, &(struct edge_setting){0});
}

static void tear_down(void)
{
    edge_stop(&edge);
    unit_tear_down();
}

#define ID "01939f3a-7c1e-7d52-9a3b-0c2f6d1e8a41"

static const struct {
    const char *method, *target, *headers, *body;
} asks[] = {
    {"GET", "/sample/v1/things/" ID, "", NULL},
    {"GET", "/sample/v1/things", "", NULL},
    {"POST", "/sample/v1/things", "Idempotency-Key: 12345678\r\n", "{\"name\":\"a\",\"kind\":\"red\"}"},
    {"PATCH", "/sample/v1/things/" ID, "If-Match: \"v1\"\r\nContent-Type: application/merge-patch+json\r\n",
     "{}"},
};

START_TEST(what_needs_the_database_is_503)
{
    const char *token = edge_token("things:read things:write", "iom", "desk", NULL);
    struct answer a =
        edge_ask(&edge, asks[_i].method, asks[_i].target, token, asks[_i].headers, asks[_i].body);

    ck_assert_msg(a.status == 503, "%d %s", a.status, a.body);
    ck_assert_str_eq(edge_header(&a, "Content-Type"), "application/problem+json");
    ck_assert_str_eq(edge_header(&a, "Retry-After"), "2");
    ck_assert_str_eq(edge_header(&a, "ETag"), "");
}
END_TEST

START_TEST(the_rest_goes_on)
{
    struct answer a = edge_ask(&edge, "GET", "/sample/v1/open", NULL, "", NULL);

    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(edge_header(&a, "Strict-Transport-Security"), ""); /* not asked for */
    ck_assert_str_eq(edge_header(&a, "Vary"), "");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("http_away");
    TCase *c = tcase_create("database away");

    tcase_add_unchecked_fixture(c, edge_once, NULL);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_loop_test(c, what_needs_the_database_is_503, 0, LENGTH(asks));
    tcase_add_test(c, the_rest_goes_on);
    suite_add_tcase(s, c);
    return s;
}
