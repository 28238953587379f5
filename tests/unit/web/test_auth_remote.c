/* test_auth_remote.c - key sets from a URI and the revocation feed, from a server on the same loop. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netinet/in.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/outcall.h"
#include "web/auth.h"
#include "web/auth_parts.h"

#include "unit.h"

#define NOW_S 1790000000LL
#define PATIENCE_US 5000000LL

static struct arena *a;
static struct loop *l;
static struct outcall *out;
static struct evhttp *server;
static struct auth *au;
static struct auth_signer *signer, *next;
static char folder[] = "/tmp/wf-remote-XXXXXX";

/* What the server answers. */
static int status;
static const char *body;
static unsigned asked;
static char last_target[256], last_token[64];

static void serve(struct evhttp_request *rq, void *arg)
{
    struct evbuffer *b = evbuffer_new();
    const char *authorization = evhttp_find_header(evhttp_request_get_input_headers(rq), "Authorization");

    (void)arg;
    asked++;
    snprintf(last_target, sizeof(last_target), "%s", evhttp_request_get_uri(rq));
    snprintf(last_token, sizeof(last_token), "%s", authorization ? authorization : "");
    evbuffer_add(b, body, strlen(body));
    evhttp_send_reply(rq, status, "x", b);
    evbuffer_free(b);
}

static void put(const char *name, const char *text)
{
    const char *path = arena_printf(a, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    ck_assert_int_eq(chmod(path, 0644), 0);
}

static struct auth_signer *new_signer(void)
{
    struct auth_signer *s;
    const char *pem;

    ck_assert_ptr_null(auth_key_new(a, &pem));
    ck_assert_ptr_null(auth_signer_open(a, pem, NULL, &s));
    return s;
}

static unsigned bind_tcp(void)
{
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
    struct sockaddr_in in;
    socklen_t n = sizeof(in);

    ck_assert_int_eq(getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&in, &n), 0);
    return ntohs(in.sin_port);
}

static void bind_unix(void)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    snprintf(un.sun_path, sizeof(un.sun_path), "%s/identity.sock", folder);
    ck_assert_ptr_nonnull(
        evhttp_bind_listener(server, evconnlistener_new_bind(loop_base(l), NULL, NULL, LEV_OPT_CLOSE_ON_FREE,
                                                             16, (struct sockaddr *)&un, sizeof(un))));
}

static const char *set_of(const struct auth_signer *s)
{
    return arena_printf(a, "{\"keys\":[%s]}", auth_signer_jwk(a, s));
}

static void set_up(void)
{
    const struct outcall_options o = {.allow = ""};
    struct auth_options ao = {.issuers_dir = folder, .audience = "wayfare"};

    strcpy(folder + sizeof(folder) - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    a = arena_new();
    log_init("test", LOG_ERROR);
    clock_stub(NOW_S * 1000000);
    ck_assert_ptr_null(loop_new(&l));
    ck_assert_ptr_null(co_init(l, 10));
    ck_assert_ptr_null(outcall_open(l, &o, &out));
    server = evhttp_new(loop_base(l));
    evhttp_set_gencb(server, serve, NULL);
    bind_unix();

    signer = new_signer();
    next = new_signer();
    asked = 0;
    status = 200;
    body = set_of(signer);
    put("x.json", arena_printf(a,
                               "{\"iss\":\"i\",\"algs\":[\"ES256\"],\"development\":true,\"jwks_uri\":\"http:"
                               "//127.0.0.1:%u/keys\"}",
                               bind_tcp()));
    ck_assert_ptr_null(auth_open(l, out, &ao, &au));
}

static void tear_down(void)
{
    char command[64];

    auth_close(au);
    while (co_live() > 0)
        event_base_loop(loop_base(l), EVLOOP_ONCE);
    outcall_close(out);
    evhttp_free(server);
    co_shutdown();
    loop_free(l);
    arena_free(a);
    clock_stub(0);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static void until_asked(unsigned n)
{
    int64_t until = clock_mono_us() + PATIENCE_US;

    while (asked < n || co_live() > 0) {
        ck_assert_msg(clock_mono_us() < until, "asked %u times, not %u", asked, n);
        event_base_loop(loop_base(l), EVLOOP_ONCE);
    }
}

static const char *token_of(const struct auth_signer *s)
{
    const char *token;

    ck_assert_ptr_null(auth_sign(
        a, s, "at+jwt",
        "{\"iss\":\"i\",\"aud\":\"wayfare\",\"sub\":\"s\",\"client_id\":\"c\",\"org\":\"iom\",\"iat\":"
        "1789999990,\"exp\":1790000500}",
        &token));
    return arena_printf(a, "Bearer %s", token);
}

/* One request with a token, in a coroutine; NULL if it was taken. */
struct ask {
    const char *authorization;
    err_t e;
};

static void ask_run(void *arg)
{
    struct ask *ask = arg;
    struct ctx x = {.arena = a};
    const struct principal *who;

    ask->e = auth_bearer(&x, au, ask->authorization, &who);
    if (ask->e == NULL)
        auth_release(au, who);
}

static const char *asked_with(const struct auth_signer *s)
{
    struct ask ask = {.authorization = token_of(s)};

    ck_assert_ptr_null(co_start("ask", ask_run, &ask));
    while (co_live() > 0)
        event_base_loop(loop_base(l), EVLOOP_ONCE);
    return ask.e == NULL ? "taken" : ask.e->cause;
}

/* As if the last try had been so long ago. */
static void age(int64_t us)
{
    au->issuers[0].keys.tried_us -= us;
    au->issuers[0].keys.good_us -= us;
}

START_TEST(keys_come_from_the_uri)
{
    ck_assert(!auth_ready(au));
    until_asked(1);
    ck_assert(auth_ready(au));
    ck_assert_str_eq(last_target, "/keys");
    ck_assert_str_eq(asked_with(signer), "taken");
    ck_assert_uint_eq(asked, 1);
}
END_TEST

START_TEST(an_unknown_kid_is_looked_up_but_seldom)
{
    until_asked(1);
    body = set_of(next);
    ck_assert_str_eq(asked_with(next), "kid is not known"); /* the set is too fresh to ask again */
    ck_assert_uint_eq(asked, 1);
    age(URI_RETRY_US);
    ck_assert_str_eq(asked_with(next), "taken");
    ck_assert_uint_eq(asked, 2);
    ck_assert_str_eq(asked_with(signer), "kid is not known");
    ck_assert_uint_eq(asked, 2);
}
END_TEST

START_TEST(requests_at_once_share_one_look)
{
    struct ask asks[3];

    until_asked(1);
    body = set_of(next);
    age(URI_RETRY_US);
    for (size_t i = 0; i < LENGTH(asks); i++) {
        asks[i].authorization = token_of(next);
        ck_assert_ptr_null(co_start("ask", ask_run, &asks[i]));
    }
    while (co_live() > 0)
        event_base_loop(loop_base(l), EVLOOP_ONCE);
    for (size_t i = 0; i < LENGTH(asks); i++)
        ck_assert_msg(asks[i].e == NULL, "%s", asks[i].e->cause);
    ck_assert_uint_eq(asked, 2);
}
END_TEST

static const struct {
    int status;
    const char *body;
} failures[] = {
    {500, "{\"keys\":[]}"}, {404, ""},       {302, ""},
    {200, "{\"keys\":[]}"}, {200, "<html>"}, {200, NULL /* too large */},
};

START_TEST(the_last_good_set_serves_while_the_uri_fails)
{
    until_asked(1);
    status = failures[_i].status;
    body = failures[_i].body
               ?: arena_printf(a, "{\"keys\":[%s],\"x\":\"%070000d\"}", auth_signer_jwk(a, next), 0);
    age(URI_REFRESH_US);
    keysets_tick(au);
    until_asked(2);
    ck_assert(auth_ready(au));
    ck_assert_str_eq(asked_with(signer), "taken");

    age(KEYS_KEEP_US);
    keysets_tick(au);
    until_asked(3);
    ck_assert(!auth_ready(au));
    ck_assert_str_eq(asked_with(signer), "kid is not known");
}
END_TEST

/* ---- the feed ---- */

static const char *feed_token(struct ctx *x, void *arg)
{
    (void)x;
    return arg;
}

static void until_feed(unsigned n)
{
    unsigned before = asked;
    int64_t until = clock_mono_us() + PATIENCE_US;

    while (asked < before + n || au->feed_busy) {
        ck_assert(clock_mono_us() < until);
        event_base_loop(loop_base(l), EVLOOP_ONCE);
    }
}

START_TEST(the_feed_is_read_with_a_service_token_and_from_where_it_was)
{
    char path[64];

    until_asked(1);
    ck_assert_str_eq(asked_with(signer), "taken");
    snprintf(path, sizeof(path), "%s/identity.sock", folder);
    body = "{\"items\":[],\"last\":4}";
    ck_assert_ptr_null(auth_follow_revocations(au, path, feed_token, (void *)(uintptr_t) "tok"));
    ck_assert(!auth_ready(au)); /* nothing is known yet of what was revoked */
    until_feed(1);
    ck_assert(auth_ready(au));
    ck_assert_str_eq(last_target, "/identity/v1/revocations?after=0");
    ck_assert_str_eq(last_token, "Bearer tok");
    ck_assert_str_eq(asked_with(signer), "taken");

    au->feed_after = 4;
    body = "{\"items\":[],\"last\":4}";
    until_feed(1);
    ck_assert_str_eq(last_target, "/identity/v1/revocations?after=4");
}
END_TEST

START_TEST(what_the_feed_says_is_refused)
{
    char path[64];

    until_asked(1);
    ck_assert_str_eq(asked_with(signer), "taken");
    snprintf(path, sizeof(path), "%s/identity.sock", folder);
    body = "{\"items\":[{\"sequence\":1,\"organisation\":\"iom\",\"kind\":\"client\",\"value\":\"c\","
           "\"revokedAt\":\"2026-09-21T14:13:"
           "20Z\"}],\"last\":1}";
    ck_assert_ptr_null(auth_follow_revocations(au, path, feed_token, (void *)(uintptr_t) "tok"));
    while (strstr(last_target, "after=1") == NULL) { /* asked again at once, since there was something */
        event_base_loop(loop_base(l), EVLOOP_ONCE);
        if (asked > 1)
            body = "{\"items\":[],\"last\":1}";
    }
    ck_assert_uint_eq(auth_cached(au), 0);
    ck_assert_str_eq(asked_with(signer), "it has been revoked");
}
END_TEST

START_TEST(a_process_without_the_feed_is_not_ready_after_a_while)
{
    char path[64];

    until_asked(1);
    snprintf(path, sizeof(path), "%s/identity.sock", folder);
    body = "{\"items\":[],\"last\":0}";
    ck_assert_ptr_null(auth_follow_revocations(au, path, feed_token, (void *)(uintptr_t) "tok"));
    until_feed(1);
    ck_assert(auth_ready(au));
    status = 503;
    until_feed(1);
    ck_assert(auth_ready(au));
    au->feed_good_us -= FEED_STALE_US;
    ck_assert(!auth_ready(au));
    status = 200;
    until_feed(1);
    ck_assert(auth_ready(au));
}
END_TEST

START_TEST(closing_waits_for_its_own_coroutines)
{
    struct auth_options ao = {.issuers_dir = folder, .audience = "wayfare"};
    struct auth *other;

    until_asked(1);
    ck_assert_ptr_null(auth_open(l, out, &ao, &other));
    keysets_tick(other); /* a fetch is under way */
    auth_close(other);
    while (co_live() > 0)
        event_base_loop(loop_base(l), EVLOOP_ONCE);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("auth_remote");
    TCase *tc = tcase_create("jwks_uri");

    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, keys_come_from_the_uri);
    tcase_add_test(tc, an_unknown_kid_is_looked_up_but_seldom);
    tcase_add_test(tc, requests_at_once_share_one_look);
    tcase_add_loop_test(tc, the_last_good_set_serves_while_the_uri_fails, 0, LENGTH(failures));
    tcase_add_test(tc, closing_waits_for_its_own_coroutines);
    suite_add_tcase(s, tc);

    tc = tcase_create("feed");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, the_feed_is_read_with_a_service_token_and_from_where_it_was);
    tcase_add_test(tc, what_the_feed_says_is_refused);
    tcase_add_test(tc, a_process_without_the_feed_is_not_ready_after_a_while);
    suite_add_tcase(s, tc);
    return s;
}
