/* test_idem.c - Idempotency-Key on a real PostgreSQL. */
#include "edge_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "unit.h"

static struct edge edge;
static const char *token;

static void set_up(void)
{
    unit_set_up();
    edge_start(&edge, &(struct edge_setting){.conninfo = edge_database});
    token = edge_token("things:write", "iom", "desk", NULL);
}

static void tear_down(void)
{
    edge_stop(&edge);
    unit_tear_down();
}

static const char *head(const char *key)
{
    return arena_printf(unit_arena, "Idempotency-Key: %s\r\n", key);
}

static struct answer make(const char *who, const char *key, const char *body)
{
    return edge_ask(&edge, "POST", "/sample/v1/things", who, head(key), body);
}

/* One value by psql, as the superuser. */
static const char *query(const char *sql)
{
    const char *command = arena_printf(unit_arena, "psql -qXAt -d sample -c \"%s\"", sql);
    char line[256] = "";
    FILE *f = popen(command, "r");

    ck_assert_ptr_nonnull(f);
    if (!fgets(line, sizeof(line), f))
        line[0] = '\0';
    ck_assert_int_eq(pclose(f), 0);
    line[strcspn(line, "\n")] = '\0';
    return arena_strdup(unit_arena, line);
}

static const char *count(const char *name)
{
    return query(arena_printf(unit_arena, "SELECT count(*) FROM things WHERE name = '%s'", name));
}

START_TEST(same_call_gives_the_same_answer)
{
    const char *body = "{\"name\":\"same\",\"kind\":\"red\"}";
    struct answer first = make(token, "same-0001", body), again = make(token, "same-0001", body);

    ck_assert_msg(first.status == 201, "%d %s", first.status, first.body);
    ck_assert_int_eq(again.status, 201);
    ck_assert_str_eq(first.body, again.body);
    ck_assert_str_eq(edge_header(&first, "ETag"), edge_header(&again, "ETag"));
    ck_assert_str_eq(edge_header(&first, "Location"), edge_header(&again, "Location"));
    ck_assert_str_eq(edge_header(&first, "Content-Type"), edge_header(&again, "Content-Type"));
    ck_assert_str_eq(edge_header(&first, "Idempotency-Replayed"), "");
    ck_assert_str_eq(edge_header(&again, "Idempotency-Replayed"), "true");
    ck_assert_str_ne(edge_header(&first, "X-Request-Id"), edge_header(&again, "X-Request-Id"));
    ck_assert_str_eq(count("same"), "1");
}
END_TEST

START_TEST(another_body_is_422)
{
    struct answer a = make(token, "other-0001", "{\"name\":\"other\",\"kind\":\"red\"}");

    ck_assert_int_eq(a.status, 201);
    a = make(token, "other-0001", "{\"name\":\"other\",\"kind\":\"blue\"}");
    ck_assert_msg(a.status == 422, "%d %s", a.status, a.body);
    ck_assert_str_eq(edge_text(&a, "code"), "idempotency.mismatch");
    ck_assert_str_eq(count("other"), "1");
}
END_TEST

START_TEST(keys_are_per_client_and_person)
{
    const char *body = "{\"name\":\"clients\",\"kind\":\"red\"}";
    const char *amina = edge_token("things:write", "iom", "desk", "amina"),
               *bram = edge_token("things:write", "iom", "desk", "bram"),
               *coa = edge_token("things:write", "coa", "desk", NULL),
               *other = edge_token("things:write", "iom", "other", NULL);

    ck_assert_int_eq(make(token, "client-01", body).status, 201);
    ck_assert_int_eq(make(amina, "client-01", body).status, 201);
    ck_assert_int_eq(make(bram, "client-01", body).status, 201);
    ck_assert_int_eq(make(coa, "client-01", body).status, 201);
    ck_assert_int_eq(make(other, "client-01", body).status, 201);
    ck_assert_str_eq(count("clients"), "5");
    struct answer a = make(amina, "client-01", body);

    ck_assert_str_eq(edge_header(&a, "Idempotency-Replayed"), "true");
    ck_assert_str_eq(count("clients"), "5");
}
END_TEST

START_TEST(running_call_makes_the_second_409)
{
    const char *body = "{\"name\":\"slow\",\"kind\":\"red\",\"slowMs\":2000}";
    const char *text =
        arena_printf(unit_arena,
                     "POST /sample/v1/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                     "Authorization: Bearer %s\r\n%sContent-Length: %zu\r\n\r\n%s",
                     token, head("slow-0001"), strlen(body), body);
    int fd = edge_connect(edge.socket);
    struct answer a;

    edge_send(fd, text, strlen(text));
    for (int i = 0;
         i < 100 && str_eq(query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), "0"); i++)
        usleep(2000);
    a = make(token, "slow-0001", body);
    ck_assert_msg(a.status == 409, "%d %s", a.status, a.body);
    ck_assert_str_eq(edge_text(&a, "code"), "idempotency.running");
    a = edge_receive(fd, false);
    ck_assert_int_eq(a.status, 201);
    close(fd);
    a = make(token, "slow-0001", body);
    ck_assert_str_eq(edge_header(&a, "Idempotency-Replayed"), "true");
    ck_assert_str_eq(count("slow"), "1");
}
END_TEST

START_TEST(failed_call_leaves_nothing)
{
    struct answer a = make(token, "fail-0001", "{\"name\":\"failed\",\"kind\":\"red\",\"failAfter\":true}");

    ck_assert_int_eq(a.status, 409);
    ck_assert_str_eq(edge_text(&a, "code"), "thing.after");
    ck_assert_str_eq(count("failed"), "0");
    a = make(token, "fail-0001", "{\"name\":\"failed\",\"kind\":\"red\"}"); /* even with another body */
    ck_assert_int_eq(a.status, 201);
    ck_assert_str_eq(edge_header(&a, "Idempotency-Replayed"), "");
}
END_TEST

START_TEST(replay_is_judged_after_the_scope)
{
    const char *body = "{\"name\":\"scoped\",\"kind\":\"red\"}";
    struct answer a;

    ck_assert_int_eq(make(token, "scope-0001", body).status, 201);
    a = make(edge_token("things:read", "iom", "desk", NULL), "scope-0001", body);
    ck_assert_int_eq(a.status, 403);
    a = make(NULL, "scope-0001", body);
    ck_assert_int_eq(a.status, 401);
}
END_TEST

START_TEST(stored_answer_is_not_readable)
{
    make(token, "cipher-001", "{\"name\":\"Amina Warsame\",\"kind\":\"red\"}");
    ck_assert_str_eq(
        query("SELECT count(*) FROM wf.idempotency WHERE position('Warsame'::bytea IN body) > 0"), "0");
    ck_assert_str_eq(query("SELECT count(*) FROM wf.idempotency WHERE key_hash = 'cipher-001'::bytea"), "0");
    ck_assert_str_ne(query("SELECT count(*) FROM wf.idempotency WHERE octet_length(key_hash) = 32 AND "
                           "octet_length(request_hash) = 32 AND octet_length(body) > 28"),
                     "0");
}
END_TEST

static const char *const bad_keys[] = {"short", "", "with space1", "umlaut-\xc3\xbc\xc3\xbc"};

START_TEST(bad_key_is_400)
{
    struct answer a = make(token, bad_keys[_i], "{\"name\":\"bad\",\"kind\":\"red\"}");

    ck_assert_msg(a.status == 400, "%d %s", a.status, a.body);
    ck_assert_str_eq(edge_fault(&a, 0, "header"), "Idempotency-Key");
    ck_assert_str_eq(count("bad"), "0");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("idem");
    TCase *c = tcase_create("Idempotency-Key");

    tcase_add_unchecked_fixture(c, edge_once_with_database, NULL);
    tcase_add_checked_fixture(c, set_up, tear_down);
    tcase_add_test(c, same_call_gives_the_same_answer);
    tcase_add_test(c, another_body_is_422);
    tcase_add_test(c, keys_are_per_client_and_person);
    tcase_add_test(c, running_call_makes_the_second_409);
    tcase_add_test(c, failed_call_leaves_nothing);
    tcase_add_test(c, replay_is_judged_after_the_scope);
    tcase_add_test(c, stored_answer_is_not_readable);
    tcase_add_loop_test(c, bad_key_is_400, 0, LENGTH(bad_keys));
    suite_add_tcase(s, c);
    return s;
}
