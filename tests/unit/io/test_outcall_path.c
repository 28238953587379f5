/* test_outcall_path.c - a name with two addresses, of which one does not answer. */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <event2/http.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/log.h"
#include "io/loop.h"
#include "io/outcall_internal.h"
#include "unit.h"

#define DEAD "127.0.0.2"
#define ALIVE "127.0.0.1"
enum { QUEUED = 8 };

static struct loop *l;
static struct outcall *c;
static struct evhttp *server;
static struct evdns_server_port *names;
static struct ctx x;
static int deaf, queued[QUEUED];
static unsigned port, served;

static struct sockaddr_in at(const char *address, unsigned number)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};

    ck_assert_int_eq(inet_pton(AF_INET, address, &in.sin_addr), 1);
    return in;
}

static unsigned port_of(int fd)
{
    struct sockaddr_in in;
    socklen_t n = sizeof(in);

    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &n), 0);
    return ntohs(in.sin_port);
}

static void serve(struct evhttp_request *rq, void *arg)
{
    struct evbuffer *out = evbuffer_new();

    served++;
    if (strcmp(evhttp_request_get_uri(rq), "/silent") != 0)
        evhttp_send_reply(rq, 200, "OK", out);
    evbuffer_free(out);
}

/* Both addresses, the deaf one first. */
static void name_asked(struct evdns_server_request *rq, void *arg)
{
    struct sockaddr_in both[] = {at(DEAD, 0), at(ALIVE, 0)};
    uint32_t v[] = {both[0].sin_addr.s_addr, both[1].sin_addr.s_addr};

    for (int i = 0; i < rq->nquestions; i++)
        if (rq->questions[i]->type == EVDNS_TYPE_A)
            evdns_server_request_add_a_reply(rq, rq->questions[i]->name, 2, v, 60);
    evdns_server_request_respond(rq, 0);
}

/* Its queue is full and nobody takes from it: the kernel drops who comes. */
static void listen_deaf(void)
{
    struct sockaddr_in in = at(DEAD, port);

    deaf = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(deaf, (struct sockaddr *)&in, sizeof(in)), 0);
    ck_assert_int_eq(listen(deaf, 0), 0);
    for (int i = 0; i < QUEUED; i++) {
        queued[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)!connect(queued[i], (struct sockaddr *)&in, sizeof(in));
    }
}

static void set_up(void)
{
    struct sockaddr_in in = at(ALIVE, 0);
    struct outcall_options o = {.allow = ""};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    unit_set_up();
    log_init("test", LOG_ERROR);
    ck_assert_ptr_null(loop_new(&l));
    ck_assert_ptr_null(co_init(l, 100));
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
    names = evdns_add_server_port_with_base(loop_base(l), fd, 0, name_asked, NULL);
    o.nameserver = arena_printf(unit_arena, ALIVE ":%u", port_of(fd));
    ck_assert_ptr_null(outcall_open(l, &o, &c));
    server = evhttp_new(loop_base(l));
    evhttp_set_gencb(server, serve, NULL);
    port = port_of(evhttp_bound_socket_get_fd(evhttp_bind_socket_with_handle(server, ALIVE, 0)));
    served = 0;
    listen_deaf();
    x = (struct ctx){.arena = unit_arena};
}

static void tear_down(void)
{
    for (int i = 0; i < QUEUED; i++)
        close(queued[i]);
    close(deaf);
    outcall_close(c);
    evhttp_free(server);
    evdns_close_server_port(names);
    co_shutdown();
    loop_free(l);
    unit_tear_down();
}

struct call {
    const char *path;
    int64_t timeout_us;
    err_t e;
    bool done;
};

static void run(void *arg)
{
    struct call *call = arg;
    struct outcall_request rq = {.method = "GET",
                                 .url = arena_printf(unit_arena, "http://twins.test:%u%s", port, call->path),
                                 .timeout_us = call->timeout_us,
                                 .max_response_bytes = 1000};
    struct outcall_response rs;

    call->e = outcall_http(&x, c, &rq, &rs);
    call->done = true;
}

static err_t ask(const char *path, int64_t timeout_us)
{
    struct call call = {.path = path, .timeout_us = timeout_us};

    ck_assert_ptr_null(co_start("test", run, &call));
    while (!call.done)
        event_base_loop(loop_base(l), EVLOOP_ONCE);
    return call.e;
}

static unsigned kept(void)
{
    unsigned n = 0;

    for (const struct outcall_opened *o = c->opened; o; o = o->next)
        n += !o->call;
    return n;
}

START_TEST(an_address_that_does_not_answer_comes_last_from_then_on)
{
    ck_assert_ptr_null(ask("/", 2000000));
    ck_assert_int_eq(served, 1);
    ck_assert(outcall_suspected(c, DEAD));
    ck_assert(!outcall_suspected(c, ALIVE));
    /* A call that leaves no time for two comes through. */
    curl_multi_setopt(c->multi, CURLMOPT_MAXCONNECTS, 1L);
    for (struct outcall_opened *o = c->opened; o; o = o->next)
        shutdown(o->fd, SHUT_RDWR);
    ck_assert_ptr_null(ask("/", 2000000));
    ck_assert_int_eq(served, 2);
    ck_assert_int_eq(kept(), 1);
    ck_assert_str_eq(c->opened->address, ALIVE);
    ck_assert_ptr_null(c->opened->next);
}
END_TEST

START_TEST(a_connection_kept_to_it_is_given_up)
{
    ck_assert_ptr_null(ask("/", 2000000));
    ck_assert_int_eq(kept(), 1);
    ck_assert_str_eq(ask("/silent", 100000)->code, "outcall.timeout");
    ck_assert(outcall_suspected(c, ALIVE));
    /* It is all there is, and is believed again when it answers. */
    ck_assert_ptr_null(ask("/", 2000000));
    ck_assert(!outcall_suspected(c, ALIVE));
    ck_assert_int_eq(served, 3);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("outcall_path");
    TCase *t = tcase_create("addresses");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, an_address_that_does_not_answer_comes_last_from_then_on);
    tcase_add_test(t, a_connection_kept_to_it_is_given_up);
    suite_add_tcase(s, t);
    return s;
}
