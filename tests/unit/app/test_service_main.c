/* test_service_main.c - a whole service from its table and its environment: it starts, answers, drains,
 * refuses. */
#include "edge_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/service_main.h"
#include "base/arena.h"
#include "unit.h"

static const struct handler *const tables[] = {sample_handlers, NULL};
static const struct handler none[] = {{NULL, NULL}};
static const struct handler *const no_tables[] = {none, NULL};

static err_t start(struct program *p)
{
    p->state = arena_strdup(p->arena, "made at start");
    return NULL;
}

static const struct service sample = {
    .name = "sample", .about = "for tests", .handlers = tables, .start = start};
static const struct service empty = {.name = "sample", .about = "for tests", .handlers = no_tables};

static char base[40]; /* folder of this test program's files */
static struct edge e;

static void shell(const char *command)
{
    ck_assert_int_eq(system(command), 0);
}

static void once(void)
{
    edge_once_with_database();
    snprintf(base, sizeof(base), "%s/x", edge_folder());
    shell(arena_printf(
        unit_arena ? unit_arena : (unit_arena = arena_new()),
        "umask 077; mkdir -p %s/run %s/keys %s/documents; cp \"$SAMPLE_DOCUMENT\" %s/documents/sample.json; "
        "cp \"$SAMPLE_DOCUMENT\" %s/documents/sample.run.json; "
        "echo '{\"version\":1,\"events\":{}}' > %s/documents/events.json; "
        "echo 0123456789abcdef0123456789abcdef0123 > %s/keys/edge.key",
        base, base, base, base, base, base, base));
    arena_endp(&unit_arena);
}

static void env(const char *name, const char *fmt)
{
    setenv(name, arena_printf(unit_arena, "%s%s", fmt[0] == '/' ? base : "", fmt), 1);
}

static void set_up(void)
{
    unit_set_up();
    env("WAYFARE_MODE", "development");
    env("WAYFARE_DB", edge_database);
    env("WAYFARE_DOCUMENTS", "/documents");
    env("WAYFARE_KEYS", "/keys");
    env("WAYFARE_RUN", "/run");
    setenv("WAYFARE_REDIS", arena_printf(unit_arena, "unix:%s/run/no-redis", base), 1); /* it does without */
    setenv("WAYFARE_ISSUERS", edge_folder(), 1);
    snprintf(e.socket, sizeof(e.socket), "%s/run/s.sock", base);
    snprintf(e.metrics, sizeof(e.metrics), "%s/run/s.metrics", base);
    setenv("WAYFARE_LISTEN", arena_printf(unit_arena, "unix:%s", e.socket), 1);
    setenv("WAYFARE_METRICS", arena_printf(unit_arena, "unix:%s", e.metrics), 1);
}

static void launch(const struct service *s)
{
    char *argv[] = {arena_strdup(unit_arena, "sample"), NULL};

    e.pid = fork();
    ck_assert_int_ge(e.pid, 0);
    if (e.pid == 0) {
        if (!freopen(arena_printf(unit_arena, "%s/log", base), "a", stderr))
            abort();
        int status = service_main(1, argv, s);
        arena_endp(&unit_arena);
        exit(status);
    }
}

static struct answer watch(const char *target)
{
    struct edge m = e;

    memcpy(m.socket, e.metrics, sizeof(m.socket));
    return edge_ask(&m, "GET", target, NULL, "", NULL);
}

static void wait_for_database(void)
{
    for (int i = 0; i < 1000; i++) {
        if (access(e.socket, F_OK) == 0 && strstr(watch("/health/ready").body, "\"database\":true"))
            return;
        usleep(5000);
    }
    ck_abort_msg("the service does not become ready");
}

static const char *log_text(void)
{
    char *text = arena_alloc(unit_arena, 65536);
    FILE *f = fopen(arena_printf(unit_arena, "%s/log", base), "r");

    ck_assert_ptr_nonnull(f);
    text[fread(text, 1, 65535, f)] = '\0';
    fclose(f);
    return text;
}

START_TEST(log_line_tells_what_and_not_whom)
{
    const char *token = edge_token("things:write", "iom", "desk", "amina"), *text, *line;

    unlink(arena_printf(unit_arena, "%s/log", base));
    launch(&sample);
    wait_for_database();
    edge_ask(&e, "POST", "/sample/v1/things?x=queried", token, "Idempotency-Key: logged-01\r\n", "{}");
    edge_ask(&e, "POST", "/sample/v1/things", token, "Idempotency-Key: logged-01\r\n",
             "{\"name\":\"Warsame\",\"kind\":\"red\"}");
    edge_stop(&e);
    text = log_text();
    line = strstr(text, "\"status\":201");
    ck_assert_msg(line != NULL, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "\"operation\":\"createThing\""));
    ck_assert_ptr_nonnull(strstr(text, "\"status\":400"));
    ck_assert_ptr_nonnull(strstr(text, "\"code\":\"request.invalid\""));
    ck_assert_ptr_nonnull(strstr(line, "\"dbRoundTrips\":2"));
    ck_assert_ptr_nonnull(strstr(line, "\"us\":"));
    ck_assert_ptr_null(strstr(text, "Warsame"));
    ck_assert_ptr_null(strstr(text, "amina"));
    ck_assert_ptr_null(strstr(text, "queried"));
    ck_assert_ptr_null(strstr(text, "logged-01"));
    ck_assert_ptr_null(strstr(text, strrchr(token, '.')));
}
END_TEST

START_TEST(service_starts_answers_and_drains)
{
    const char *token = edge_token("things:read things:write", "iom", "desk", NULL);
    struct answer a;

    launch(&sample);
    wait_for_database();
    a = edge_ask(&e, "GET", "/sample/v1/openapi.json", NULL, "", NULL);
    ck_assert_int_eq(a.status, 200);
    ck_assert_str_eq(edge_header(&a, "Strict-Transport-Security"), ""); /* production only */
    a = edge_ask(&e, "POST", "/sample/v1/things", token, "Idempotency-Key: service-1\r\n",
                 "{\"name\":\"a\",\"kind\":\"red\"}");
    ck_assert_msg(a.status == 201, "%d %s", a.status, a.body);
    a = watch("/metrics");
    ck_assert_ptr_nonnull(strstr(a.body, "\nwayfare_http_requests_total{operation=\"createThing\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(a.body, "\nwayfare_db_connections{lane=\"own\"} "));
    ck_assert_ptr_nonnull(strstr(a.body, "\nwayfare_tokens_cached 1\n"));
    ck_assert_ptr_nonnull(strstr(a.body, "\nwayfare_coroutines "));
    edge_stop(&e);
    ck_assert_int_ne(access(e.socket, F_OK), 0);
}
END_TEST

static int ends(const struct service *s)
{
    int status;

    launch(s);
    ck_assert_int_eq(waitpid(e.pid, &status, 0), e.pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

START_TEST(second_instance_on_the_same_socket_ends)
{
    struct edge first;

    launch(&sample);
    wait_for_database();
    first = e;
    setenv("WAYFARE_METRICS", "", 1);
    ck_assert_int_eq(ends(&sample), 1);
    ck_assert_int_eq(edge_ask(&first, "GET", "/sample/v1/open", NULL, "", NULL).status, 200);
    edge_stop(&first);
}
END_TEST

START_TEST(operation_without_handler_ends_it)
{
    ck_assert_int_eq(ends(&empty), 1);
}
END_TEST

START_TEST(missing_secret_ends_it)
{
    env("WAYFARE_KEYS", "/documents");
    ck_assert_int_eq(ends(&sample), 1);
}
END_TEST

START_TEST(secret_that_others_read_ends_it)
{
    shell(arena_printf(unit_arena,
                       "mkdir -p %s/open && cp %s/keys/edge.key %s/open && chmod 644 %s/open/edge.key", base,
                       base, base, base));
    env("WAYFARE_KEYS", "/open");
    ck_assert_int_eq(ends(&sample), 1);
}
END_TEST

START_TEST(missing_setting_ends_it)
{
    unsetenv("WAYFARE_LISTEN");
    ck_assert_int_eq(ends(&sample), 1);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("service_main");
    TCase *c = tcase_create("service_main");

    tcase_add_unchecked_fixture(c, once, NULL);
    tcase_add_checked_fixture(c, set_up, unit_tear_down);
    tcase_add_test(c, service_starts_answers_and_drains);
    tcase_add_test(c, log_line_tells_what_and_not_whom);
    tcase_add_test(c, second_instance_on_the_same_socket_ends);
    tcase_add_test(c, operation_without_handler_ends_it);
    tcase_add_test(c, missing_secret_ends_it);
    tcase_add_test(c, secret_that_others_read_ends_it);
    tcase_add_test(c, missing_setting_ends_it);
    suite_add_tcase(s, c);
    return s;
}
