/* test_peers.c - calls between services: the token that they carry, statuses, the breaker. */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/peers.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/outcall.h"
#include "unit.h"
#include "web/auth.h"

#define S 1000000LL

static struct program p;
static struct ctx x;
static struct evhttp *server;
static char token[4000], organisation[64], content[64];
static int asked;

static void keep(char *out, size_t n, struct evhttp_request *rq, const char *name)
{
    const char *v = evhttp_find_header(evhttp_request_get_input_headers(rq), name);

    snprintf(out, n, "%s", v ? v : "");
}

/* /status/409 answers so; all else is repeated. */
static void serve(struct evhttp_request *rq, void *arg)
{
    const char *uri = evhttp_request_get_uri(rq);
    struct evbuffer *out = evbuffer_new();

    asked++;
    keep(token, sizeof(token), rq, "Authorization");
    keep(organisation, sizeof(organisation), rq, "X-Wayfare-Organisation");
    keep(content, sizeof(content), rq, "Content-Type");
    if (strncmp(uri, "/status/", 8) == 0)
        evhttp_send_reply(rq, atoi(uri + 8), "As asked", out);
    else {
        evbuffer_add_printf(out, "{\"path\":\"%s\",\"body\":", uri);
        evbuffer_add_buffer(out, evhttp_request_get_input_buffer(rq));
        evbuffer_add_printf(out, "}");
        evhttp_send_reply(rq, 200, "OK", out);
    }
    evbuffer_free(out);
}

static void write_secret(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    chmod(path, 0600);
}

static void listen_as(const char *service)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    snprintf(at.sun_path, sizeof(at.sun_path), "%s/%s.sock", p.conf.run, service);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    ck_assert_int_eq(listen(fd, 10), 0);
    ck_assert_int_eq(evhttp_accept_socket(server, fd), 0);
}

static void set_up_with(bool key)
{
    struct outcall_options o = {.allow = ""};
    char folder[] = "/tmp/wf-peers-XXXXXX";
    const char *pem;

    unit_set_up();
    log_init("test", LOG_ERROR);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    p = (struct program){.name = "notifications", .service = "notifications", .arena = arena_new()};
    p.conf.run = p.conf.keys = arena_strdup(p.arena, folder);
    p.conf.audience = "wayfare-test";
    ck_assert_ptr_null(loop_new(&p.loop));
    ck_assert_ptr_null(co_init(p.loop, 100));
    ck_assert_ptr_null(outcall_open(p.loop, &o, &p.outcall));
    ck_assert_ptr_null(auth_key_new(p.arena, &pem));
    if (key)
        write_secret(program_path(&p, p.conf.keys, "internal.pem"), pem);
    ck_assert_ptr_null(peers_open(&p, &p.peers));
    server = evhttp_new(loop_base(p.loop));
    evhttp_set_gencb(server, serve, NULL);
    listen_as("cases");
    x = (struct ctx){.arena = unit_arena, .app = &p};
    asked = 0;
}

static void set_up(void)
{
    set_up_with(true);
}

static void tear_down(void)
{
    evhttp_free(server);
    peers_close(p.peers);
    outcall_close(p.outcall);
    co_shutdown();
    loop_free(p.loop);
    arena_free(p.arena);
    unit_tear_down();
}

struct call {
    const char *service, *path, *body;
    json_t *answer;
    err_t e;
    int64_t wait_us;
};

static void run_call(void *arg)
{
    struct call *c = arg;

    if (c->wait_us)
        ck_assert_ptr_null(co_sleep(c->wait_us));
    c->e = peer_call(&x, c->service, c->path, "coa", c->body, 2 * S, &c->answer);
}

static struct call call_after(int64_t wait_us, const char *service, const char *path, const char *body)
{
    struct call c = {.service = service, .path = path, .body = body, .wait_us = wait_us};

    ck_assert_ptr_null(co_start("test", run_call, &c));
    while (co_live() > 0)
        event_base_loop(loop_base(p.loop), EVLOOP_ONCE);
    return c;
}

static struct call call(const char *service, const char *path, const char *body)
{
    return call_after(0, service, path, body);
}

START_TEST(a_call_carries_body_organisation_and_token)
{
    struct call c = call("cases", "/cases/v1/send-checks", "{\"topic\":\"reminder\"}");
    const char *dot = strchr(token, '.'), *end;
    json_t *claims;
    uint8_t *text;
    size_t n;

    ck_assert_ptr_null(c.e);
    ck_assert_str_eq(json_member_text(c.answer, "path"), "/cases/v1/send-checks");
    ck_assert_str_eq(json_member_text(json_object_get(c.answer, "body"), "topic"), "reminder");
    ck_assert_str_eq(organisation, "coa");
    ck_assert_str_eq(content, "application/json");
    ck_assert(str_starts(token, "Bearer "));
    end = strrchr(token, '.');
    ck_assert(str_unbase64url(unit_arena, dot + 1, (size_t)(end - dot) - 1, &text, &n));
    ck_assert_ptr_null(json_parse(unit_arena, (char *)text, n, 3, &claims));
    ck_assert_str_eq(json_member_text(claims, "iss"), "wayfare-internal");
    ck_assert_str_eq(json_member_text(claims, "aud"), "wayfare-test");
    ck_assert_str_eq(json_member_text(claims, "scope"), "internal");
    ck_assert_str_eq(json_member_text(claims, "client_id"), "notifications");
    ck_assert_int_eq(json_member_i64(claims, "exp", 0) - json_member_i64(claims, "iat", 0), 600);
}
END_TEST

START_TEST(a_token_is_kept_until_a_minute_before_its_end)
{
    char first[sizeof(token)];
    int64_t now = clock_now_us();

    clock_stub(now);
    call("cases", "/a", "{}");
    strcpy(first, token);
    clock_stub(now + 539 * S);
    call("cases", "/a", "{}");
    ck_assert_str_eq(first, token);
    clock_stub(now + 540 * S);
    call("cases", "/a", "{}");
    ck_assert_str_ne(first, token);
    clock_stub(0);
}
END_TEST

START_TEST(a_token_of_a_clock_that_was_ahead_is_not_kept)
{
    char first[sizeof(token)];
    int64_t now = clock_now_us();

    clock_stub(now + 1800 * S);
    call("cases", "/a", "{}");
    strcpy(first, token);
    clock_stub(now);
    call("cases", "/a", "{}");
    ck_assert_str_ne(first, token);
    clock_stub(0);
}
END_TEST

static const struct {
    const char *path;
    enum err_kind kind;
    const char *code;
} statuses[] = {
    {"/status/404", ERR_MISSING, "peer.missing"},  {"/status/503", ERR_UNAVAILABLE, "peer.away"},
    {"/status/429", ERR_UNAVAILABLE, "peer.away"}, {"/status/409", ERR_UPSTREAM, "peer.refused"},
    {"/status/500", ERR_UPSTREAM, "peer.refused"}, {"/status/302", ERR_UPSTREAM, "peer.refused"},
};

START_TEST(a_status_becomes_an_error)
{
    struct call c = call("cases", statuses[_i].path, "{}");

    ck_assert_ptr_nonnull(c.e);
    ck_assert_int_eq(c.e->kind, statuses[_i].kind);
    ck_assert_str_eq(c.e->code, statuses[_i].code);
}
END_TEST

START_TEST(an_answer_that_is_no_json_is_an_error)
{
    ck_assert_ptr_nonnull(call("cases", "/status/200", "{}").e);
    ck_assert_ptr_nonnull(call("cases", "/a", "x").e);
}
END_TEST

START_TEST(a_peer_that_is_away_is_left_alone_for_a_while)
{
    struct call c;

    for (int i = 0; i < 5; i++) {
        c = call("cases", "/status/503", "{}");
        ck_assert_int_eq(asked, i + 1);
    }
    c = call("cases", "/a", "{}");
    ck_assert_str_eq(c.e->code, "peer.away");
    ck_assert_int_eq(asked, 5);
    c = call_after(S * 6 / 10, "cases", "/status/503", "{}"); /* one tries, in vain: twice as long */
    ck_assert_int_eq(asked, 6);
    c = call_after(S * 6 / 10, "cases", "/a", "{}");
    ck_assert_int_eq(asked, 6);
    c = call_after(S / 2, "cases", "/a", "{}");
    ck_assert_ptr_null(c.e);
    c = call("cases", "/a", "{}");
    ck_assert_ptr_null(c.e);
    ck_assert_int_eq(asked, 8);
}
END_TEST

START_TEST(a_peer_on_another_host_is_called_by_its_address)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    socklen_t n = sizeof(at);
    struct call c;

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, n) | listen(fd, 10), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    ck_assert_int_eq(evhttp_accept_socket(server, fd), 0);
    p.conf.peers =
        arena_printf(p.arena, "identity=unix:/i.sock,travel=http://127.0.0.1:%d", ntohs(at.sin_port));
    c = call("travel", "/travel/v1/x", "{}");
    ck_assert_ptr_null(c.e);
    ck_assert_str_eq(json_member_text(c.answer, "path"), "/travel/v1/x");
    ck_assert_str_eq(peer_place(&p, "identity"), "/i.sock");
    ck_assert_str_eq(peer_place(&p, "cases"), program_path(&p, p.conf.run, "cases.sock"));
}
END_TEST

START_TEST(a_list_of_peers_that_is_none_is_refused)
{
    static const char *const wrong[] = {"cases",
                                        "=http://cases:8080",
                                        "cases=",
                                        "cases=cases:8080",
                                        "cases=unix:cases.sock",
                                        "cases=http://cases:8080/",
                                        "cases=http://a:1,,travel=http://b:2"};
    struct peers *peers;
    err_t e;

    p.conf.peers = wrong[_i];
    e = peers_open(&p, &peers);
    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, "conf.peers");
    peers_close(peers);
}
END_TEST

START_TEST(a_peer_without_a_socket_is_unavailable)
{
    struct call c = call("travel", "/a", "{}");

    ck_assert_int_eq(c.e->kind, ERR_UNAVAILABLE);
    ck_assert_ptr_null(call("cases", "/a", "{}").e); /* the others have a breaker of their own */
}
END_TEST

START_TEST(without_a_key_nobody_is_called)
{
    set_up_with(false);
    ck_assert_str_eq(call("cases", "/a", "{}").e->code, "peer.key");
    ck_assert_ptr_null(peer_token(&x, p.peers));
    ck_assert_ptr_null(peer_token(&x, NULL));
    ck_assert_int_eq(asked, 0);
    tear_down();
}
END_TEST

static void add(Suite *s, const char *name, const TTest *test, int rows)
{
    TCase *t = tcase_create(name);

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test, 0, rows);
    suite_add_tcase(s, t);
}

Suite *unit_suite(void)
{
    Suite *s = suite_create("peers");
    TCase *keyless = tcase_create("peers_open");

    add(s, "peer_call", a_call_carries_body_organisation_and_token, 1);
    add(s, "peer_token", a_token_is_kept_until_a_minute_before_its_end, 1);
    add(s, "peer_token", a_token_of_a_clock_that_was_ahead_is_not_kept, 1);
    add(s, "peer_call, statuses", a_status_becomes_an_error, LENGTH(statuses));
    add(s, "peer_call, answers", an_answer_that_is_no_json_is_an_error, 1);
    add(s, "peer_call, breaker", a_peer_that_is_away_is_left_alone_for_a_while, 1);
    add(s, "peer_call, elsewhere", a_peer_on_another_host_is_called_by_its_address, 1);
    add(s, "peers_open, places", a_list_of_peers_that_is_none_is_refused, 7);
    add(s, "peer_call, away", a_peer_without_a_socket_is_unavailable, 1);
    tcase_add_test(keyless, without_a_key_nobody_is_called);
    suite_add_tcase(s, keyless);
    return s;
}
