/* test_outcall.c - calls to the outside: which addresses are public, what of HTTP and SMTP becomes which
 * outcome. */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/outcall.h"
#include "io/outcall_internal.h"
#include "unit.h"

#define S 1000000LL

static struct loop *l;
static struct outcall *c;
static struct evhttp *server;
static unsigned port;
static struct ctx x;

/* ---- addresses ---- */

static const struct {
    const char *address;
    bool public;
} addresses[] = {
    {"8.8.8.8", true},
    {"193.0.6.139", true},
    {"0.0.0.0", false},
    {"10.255.255.255", false},
    {"11.0.0.0", true},
    {"100.63.255.255", true},
    {"100.64.0.1", false},
    {"100.127.255.255", false},
    {"100.128.0.1", true},
    {"127.0.0.1", false},
    {"127.255.0.1", false},
    {"169.254.169.254", false},
    {"172.15.0.1", true},
    {"172.16.0.1", false},
    {"172.31.255.255", false},
    {"172.32.0.1", true},
    {"192.0.0.8", false},
    {"192.0.2.1", false},
    {"192.88.99.1", false},
    {"192.168.1.1", false},
    {"198.18.0.1", false},
    {"198.51.100.7", false},
    {"203.0.113.9", false},
    {"224.0.0.1", false},
    {"239.1.1.1", false},
    {"255.255.255.255", false},
    {"2001:67c:2e8::1", true},
    {"2a00:1450:400e::200e", true},
    {"::", false},
    {"::1", false},
    {"::ffff:8.8.8.8", false},
    {"::ffff:127.0.0.1", false},
    {"64:ff9b::808:808", false},
    {"64:ff9b:1::1", false},
    {"100::1", false},
    {"2001::1", false},
    {"2001:db8::1", false},
    {"2002:7f00:1::", false},
    {"3fff::1", false},
    {"fc00::1", false},
    {"fd12:3456::1", false},
    {"fe80::1", false},
    {"ff02::1", false},
};

START_TEST(only_addresses_of_the_public_internet_are_public)
{
    struct sockaddr_storage s = {0};
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

    if (inet_pton(AF_INET, addresses[_i].address, &in.sin_addr) == 1)
        memcpy(&s, &in, sizeof(in));
    else if (inet_pton(AF_INET6, addresses[_i].address, &in6.sin6_addr) == 1)
        memcpy(&s, &in6, sizeof(in6));
    ck_assert_msg(outcall_address_public((struct sockaddr *)&s) == addresses[_i].public, "%s",
                  addresses[_i].address);
}
END_TEST

START_TEST(the_allow_list_names_host_and_port)
{
    const char *list = "localhost:8443, sink.example:443,[::1]:1";

    ck_assert(outcall_allowed(list, "localhost", 8443));
    ck_assert(outcall_allowed(list, "LOCALHOST", 8443));
    ck_assert(outcall_allowed(list, "sink.example", 443));
    ck_assert(outcall_allowed(list, "[::1]", 1));
    ck_assert(!outcall_allowed(list, "localhost", 844));
    ck_assert(!outcall_allowed(list, "example", 443));
    ck_assert(!outcall_allowed("", "localhost", 443));
}
END_TEST

/* ---- a loop, a server on it, calls in a coroutine ---- */

static void serve(struct evhttp_request *rq, void *arg)
{
    const char *uri = evhttp_request_get_uri(rq);
    struct evbuffer *out = evbuffer_new();
    struct evkeyvalq *head = evhttp_request_get_output_headers(rq);

    if (strcmp(uri, "/silent") == 0) {
        evbuffer_free(out);
        return;
    }
    if (strcmp(uri, "/echo") == 0) {
        const char *said = evhttp_find_header(evhttp_request_get_input_headers(rq), "X-Said");

        evbuffer_add_printf(out, "%d %s ", (int)evhttp_request_get_command(rq), said ? said : "-");
        evbuffer_add_buffer(out, evhttp_request_get_input_buffer(rq));
        evhttp_add_header(head, "Content-Type", "text/plain");
    } else if (strcmp(uri, "/large") == 0) {
        for (int i = 0; i < 3000; i++)
            evbuffer_add_printf(out, "0123456789");
    } else if (strcmp(uri, "/moved") == 0) {
        evhttp_add_header(head, "Location", "/echo");
        evhttp_send_reply(rq, 302, "Found", out);
        evbuffer_free(out);
        return;
    } else if (strcmp(uri, "/later") == 0) {
        evhttp_add_header(head, "Retry-After", " 120 ");
        evhttp_send_reply(rq, 503, "Later", out);
        evbuffer_free(out);
        return;
    }
    evhttp_send_reply(rq, 200, "OK", out);
    evbuffer_free(out);
}

static void set_up_with(const char *ca_file)
{
    struct outcall_options o = {.allow = "localhost:1,127.0.0.1:2", .ca_file = ca_file};
    struct evhttp_bound_socket *bound;
    struct sockaddr_in in;
    socklen_t n = sizeof(in);

    unit_set_up();
    log_init("test", LOG_ERROR);
    ck_assert_ptr_null(loop_new(&l));
    ck_assert_ptr_null(co_init(l, 100));
    ck_assert_ptr_null(outcall_open(l, &o, &c));
    server = evhttp_new(loop_base(l));
    evhttp_set_allowed_methods(server, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_DELETE);
    evhttp_set_gencb(server, serve, NULL);
    bound = evhttp_bind_socket_with_handle(server, "127.0.0.1", 0);
    ck_assert_int_eq(getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&in, &n), 0);
    port = ntohs(in.sin_port);
    x = (struct ctx){.arena = unit_arena};
}

static void set_up(void)
{
    set_up_with(NULL);
}

static void tear_down(void)
{
    outcall_close(c);
    evhttp_free(server);
    co_shutdown();
    loop_free(l);
    unit_tear_down();
}

struct call {
    struct outcall_request rq;
    struct outcall_response rs;
    err_t e;
    struct outcall_mail mail;
    enum mail_outcome outcome;
    const char *answer;
    int64_t deadline_us;
};

static void run_http(void *arg)
{
    struct call *call = arg;

    if (call->deadline_us)
        co_deadline(clock_mono_us() + call->deadline_us);
    call->e = outcall_http(&x, c, &call->rq, &call->rs);
}

static void run_mail(void *arg)
{
    struct call *call = arg;

    call->e = outcall_mail(&x, c, &call->mail, &call->outcome, &call->answer);
}

static void run(void (*fn)(void *arg), struct call *call)
{
    ck_assert_ptr_null(co_start("test", fn, call));
    while (co_live() > 0)
        event_base_loop(loop_base(l), EVLOOP_ONCE);
}

static struct call http(const char *method, const char *path, const char *body)
{
    struct call call = {.rq = {.method = method,
                               .url = arena_printf(unit_arena, "http://127.0.0.1:%u%s", port, path),
                               .body = body,
                               .body_bytes = body ? strlen(body) : 0,
                               .timeout_us = 5 * S,
                               .max_response_bytes = 20000}};

    run(run_http, &call);
    return call;
}

START_TEST(a_call_brings_status_body_and_headers)
{
    const char *headers[] = {"X-Said: hello"};
    struct call call = http("GET", "/echo", NULL);

    ck_assert_ptr_null(call.e);
    ck_assert_int_eq(call.rs.status, 200);
    ck_assert_str_eq(call.rs.body, "1 - ");
    ck_assert_str_eq(call.rs.content_type, "text/plain");
    ck_assert_ptr_null(call.rs.retry_after);
    ck_assert_int_gt(call.rs.us, 0);

    call.rq.method = "POST";
    call.rq.body = "some";
    call.rq.body_bytes = 4;
    call.rq.headers = headers;
    call.rq.nheaders = 1;
    run(run_http, &call);
    ck_assert_ptr_null(call.e);
    ck_assert_str_eq(call.rs.body, "2 hello some");

    call = http("DELETE", "/echo", NULL);
    ck_assert_str_eq(call.rs.body, "16 - ");
    call = http("POST", "/echo", "");
    ck_assert_str_eq(call.rs.body, "2 - ");
}
END_TEST

/* A unix socket on which the server answers too. */
static const char *unix_server(const char *folder, const char *name)
{
    const char *path = arena_printf(unit_arena, "%s/%s", folder, name);
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    strncpy(sa.sun_path, path, sizeof(sa.sun_path) - 1);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&sa, sizeof(sa)), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert_int_eq(evhttp_accept_socket(server, fd), 0);
    return path;
}

START_TEST(a_peer_whose_first_process_is_away_is_reached_by_another)
{
    char folder[] = "/tmp/wf-outcall-XXXXXX";
    struct call call;
    const char *path;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    path = arena_printf(unit_arena, "%s/cases.sock", folder);
    call = (struct call){.rq = {.method = "POST",
                                .url = "http://cases/echo",
                                .unix_socket = path,
                                .body = "some",
                                .body_bytes = 4,
                                .timeout_us = 5 * S,
                                .max_response_bytes = 20000}};
    run(run_http, &call);
    ck_assert_ptr_nonnull(call.e);
    ck_assert_str_eq(call.e->code, "outcall.connect");

    const char *third = unix_server(folder, "cases-3.sock");

    run(run_http, &call);
    ck_assert_ptr_null(call.e);
    ck_assert_str_eq(call.rs.body, "2 - some");
    unlink(third);
    rmdir(folder);
}
END_TEST

START_TEST(a_redirect_is_an_answer_and_not_followed)
{
    struct call call = http("GET", "/moved", NULL);

    ck_assert_ptr_null(call.e);
    ck_assert_int_eq(call.rs.status, 302);
    call = http("GET", "/later", NULL);
    ck_assert_int_eq(call.rs.status, 503);
    ck_assert_str_eq(call.rs.retry_after, "120");
}
END_TEST

START_TEST(an_answer_over_the_limit_is_refused)
{
    struct call call = http("GET", "/large", NULL);

    ck_assert_ptr_nonnull(call.e);
    ck_assert_str_eq(call.e->code, "outcall.tooLarge");
    ck_assert_int_eq(call.e->kind, ERR_UPSTREAM);
}
END_TEST

START_TEST(silence_ends_with_the_call_or_the_coroutine)
{
    struct call call = {.rq = {.method = "GET", .timeout_us = S / 5, .max_response_bytes = 100}};

    call.rq.url = arena_printf(unit_arena, "http://127.0.0.1:%u/silent", port);
    run(run_http, &call);
    ck_assert_str_eq(call.e->code, "outcall.timeout");
    ck_assert_int_eq(call.e->kind, ERR_UNAVAILABLE);
    ck_assert_int_ge(call.rs.us, S / 6); /* curl counts in milliseconds, and not from the same moment */
    ck_assert_int_lt(call.rs.us, 5 * S);
    call.rq.timeout_us = 10 * S;
    call.deadline_us = S / 10;
    run(run_http, &call);
    ck_assert_int_eq(call.e->kind, ERR_CANCELLED);
}
END_TEST

START_TEST(a_closed_port_is_unavailable)
{
    struct call call = {
        .rq = {.method = "GET", .url = "http://127.0.0.1:1/", .timeout_us = S, .max_response_bytes = 9}};

    run(run_http, &call);
    ck_assert_str_eq(call.e->code, "outcall.connect");
    ck_assert_int_eq(call.e->kind, ERR_UNAVAILABLE);
    ck_assert_int_gt(call.rs.us, 0);
}
END_TEST

START_TEST(a_name_is_resolved_without_curl)
{
    struct call call = {.rq = {.method = "GET", .timeout_us = 5 * S, .max_response_bytes = 100}};

    call.rq.url = arena_printf(unit_arena, "http://localhost:%u/echo", port);
    run(run_http, &call);
    ck_assert_msg(!call.e, "%s %s", call.e->code, call.e->cause);
    ck_assert_int_eq(call.rs.status, 200);
}
END_TEST

static const struct {
    const char *url, *code;
} refused[] = {
    {"http://example.org/", "outcall.url"},
    {"https://example.org:8443/", "outcall.url"},
    {"https://localhost/", "outcall.address"},
    {"https://127.0.0.1/", "outcall.address"},
    {"https://[::1]/", "outcall.address"},
    {"https://0x7f.1/", "outcall.address"},
    {"https://2130706433/", "outcall.address"},
    {"https://169.254.169.254/latest", "outcall.address"},
    {"https://[::ffff:7f00:1]/", "outcall.address"},
    {"ftp://example.org/", "outcall.url"},
    {"no url at all", "outcall.url"},
    {"file:///etc/passwd", "outcall.url"},
    {"https://localhost:1/", "outcall.connect"}, /* on the allow list: goes as far as the closed port */
    {"https://127.0.0.1:2/", "outcall.connect"},
};

START_TEST(a_webhook_reaches_public_addresses_and_the_allow_list_only)
{
    struct call call = {.rq = {.method = "POST",
                               .url = refused[_i].url,
                               .body = "{}",
                               .body_bytes = 2,
                               .timeout_us = 2 * S,
                               .max_response_bytes = 100,
                               .public_only = true}};

    run(run_http, &call);
    ck_assert_msg(call.e != NULL, "%s", refused[_i].url);
    ck_assert_msg(str_eq(call.e->code, refused[_i].code), "%s: %s", refused[_i].url, call.e->code);
}
END_TEST

/* ---- TLS ---- */

static pid_t spawn(const char *command)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* One that nobody has: fixed ones are in use by the stacks that other tests run. */
static unsigned free_port(void)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &n), 0);
    close(fd);
    return ntohs(in.sin_port);
}

static struct call https(unsigned tls_port)
{
    struct call call = {.rq = {.method = "GET", .timeout_us = 5 * S, .max_response_bytes = 60000}};

    call.rq.url = arena_printf(unit_arena, "https://localhost:%u/", tls_port);
    for (int i = 0; i < 600; i++) { /* until the server listens */
        run(run_http, &call);
        if (!call.e || !str_eq(call.e->code, "outcall.connect"))
            break;
        usleep(20 * 1000);
    }
    return call;
}

START_TEST(a_certificate_counts_only_with_its_authority)
{
    char folder[] = "/tmp/wf-tls-XXXXXX";
    unsigned tls_port = free_port();
    struct call call;
    char command[900];
    pid_t pid;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(command, sizeof(command),
             "cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key -out "
             "cert -days 2 "
             "-subj /CN=localhost -addext subjectAltName=DNS:localhost >/dev/null 2>&1",
             folder);
    ck_assert_int_eq(system(command), 0);
    snprintf(command, sizeof(command),
             "exec openssl s_server -accept %u -cert %s/cert -key %s/key -www >/dev/null 2>&1", tls_port,
             folder, folder);
    pid = spawn(command);
    set_up();
    call = https(tls_port);
    ck_assert_ptr_nonnull(call.e);
    ck_assert_str_eq(call.e->code, "outcall.tls");
    tear_down();
    snprintf(command, sizeof(command), "%s/cert", folder);
    set_up_with(command);
    call = https(tls_port);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ck_assert_msg(!call.e, "%s %s", call.e->code, call.e->cause);
    ck_assert_int_eq(call.rs.status, 200);
    tear_down();
}
END_TEST

/* ---- SMTP: a server that follows a script ---- */

/* Each line of a script is sent in answer to one line of the client (the first: at once); "DATA" answers 354,
 * takes the message up to its end, then goes on. "!" closes, "?" stays silent. */
static const struct {
    const char *script;
    enum mail_outcome outcome;
    const char *answer;
} scripts[] = {
    {"220 hi|250 ok|250 sender|250 recipient|DATA|250 2.0.0 taken|221 bye", MAIL_ACCEPTED, NULL},
    {"220 hi|250 ok|250 sender|550 5.1.1 <amina@example.org> unknown", MAIL_PERMANENT, "550 5.1.1"},
    {"220 hi|250 ok|250 sender|450 4.2.1 busy", MAIL_TEMPORARY, "450 4.2.1"},
    {"220 hi|250 ok|553 5.1.8 bad sender", MAIL_PERMANENT, "553 5.1.8"},
    {"220 hi|250 ok|250 sender|250 recipient|DATA|554 5.7.1 spam", MAIL_PERMANENT, "554 5.7.1"},
    {"220 hi|250 ok|250 sender|250 recipient|DATA|451 later", MAIL_TEMPORARY, "451"},
    {"220 hi|250 ok|250 sender|250 recipient|554 no data from you", MAIL_PERMANENT, "554"},
    {"554 5.3.2 not today", MAIL_TEMPORARY, "554 5.3.2"},
    {"421 4.3.2 closing", MAIL_TEMPORARY, "421 4.3.2"},
    {"220 hi|250 ok|250 sender|250 recipient|DATA|!", MAIL_UNKNOWN, "354"},
    {"220 hi|250 ok|250 sender|250 recipient|DATA|?", MAIL_UNKNOWN, "354"},
    {"220 hi|250 ok|250 sender|!", MAIL_TEMPORARY, NULL},
    {"220 hi|250 ok|250 sender|250 recipient|!", MAIL_TEMPORARY, NULL},
    {"220 hi|?", MAIL_TEMPORARY, NULL},
    {"!", MAIL_TEMPORARY, ""},
};

static void say(FILE *f, const char *s, size_t n)
{
    fprintf(f, "%.*s\r\n", (int)n, s);
    fflush(f);
}

static void smtp_child(int listener, const char *script)
{
    int fd = accept(listener, NULL, NULL);
    FILE *f = fdopen(fd, "r+");
    char line[2000];

    setvbuf(f, NULL, _IONBF, 0);
    for (bool first = true; *script; first = false) {
        size_t n = strcspn(script, "|");

        if (!first && !fgets(line, sizeof(line), f))
            _exit(0);
        if (*script == '!')
            _exit(0);
        if (*script == '?') {
            sleep(20);
            _exit(0);
        }
        if (n == 4 && strncmp(script, "DATA", 4) == 0) {
            say(f, "354 go", 6);
            while (fgets(line, sizeof(line), f) && strcmp(line, ".\r\n") != 0)
                ;
            script += 5;
            first = true;
            n = strcspn(script, "|");
            if (*script == '!') /* at once: nothing more is asked before the answer */
                _exit(0);
            if (*script == '?')
                continue;
        }
        say(f, script, n);
        script += n + (script[n] == '|');
    }
    while (fgets(line, sizeof(line), f)) /* QUIT */
        ;
    _exit(0);
}

static unsigned smtp_server(const char *script, pid_t *ret_pid)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
    ck_assert_int_eq(listen(fd, 4), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &n), 0);
    *ret_pid = fork();
    if (*ret_pid == 0)
        smtp_child(fd, script);
    close(fd);
    return ntohs(in.sin_port);
}

static struct call mail_to(unsigned smtp_port, const char *to)
{
    static const char message[] = "Subject: Update\r\n\r\nA line\r\n.dotted\r\n";

    return (struct call){.mail = {.server = arena_printf(unit_arena, "smtp://127.0.0.1:%u", smtp_port),
                                  .from = "no-reply@example.org",
                                  .to = to,
                                  .message = message,
                                  .message_bytes = sizeof(message) - 1,
                                  .timeout_us = S}};
}

static void meets_its_script(int i, const char *message)
{
    pid_t pid;
    struct call call = mail_to(smtp_server(scripts[i].script, &pid), "amina@example.org");

    call.mail.message = message;
    call.mail.message_bytes = strlen(message);
    call.mail.timeout_us = strchr(scripts[i].script, '?') ? 2 * S : 15 * S;
    run(run_mail, &call);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ck_assert_ptr_null(call.e);
    ck_assert_msg(call.outcome == scripts[i].outcome, "%s: outcome %d, answer %s", scripts[i].script,
                  (int)call.outcome, call.answer);
    if (scripts[i].answer)
        ck_assert_str_eq(call.answer, scripts[i].answer);
    ck_assert_ptr_null(strstr(call.answer, "amina"));
}

/* With a line that begins with a dot, and without: curl takes them by different ways. */
START_TEST(the_fate_of_a_mail_follows_from_the_phase_that_it_reached)
{
    meets_its_script(_i, "Subject: Update\r\n\r\nA line\r\n.dotted\r\n");
    meets_its_script(_i, "Subject: Update\r\n\r\nA line\r\n");
}
END_TEST

START_TEST(no_server_is_temporary)
{
    struct call call = mail_to(1, "amina@example.org");

    run(run_mail, &call);
    ck_assert_ptr_null(call.e);
    ck_assert_int_eq(call.outcome, MAIL_TEMPORARY);
}
END_TEST

START_TEST(tls_that_is_required_and_not_offered_is_temporary)
{
    pid_t pid;
    struct call call = mail_to(smtp_server("220 hi|250 ok|221 bye", &pid), "amina@example.org");

    call.mail.require_tls = true;
    run(run_mail, &call);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ck_assert_ptr_null(call.e);
    ck_assert_int_eq(call.outcome, MAIL_TEMPORARY);
}
END_TEST

static const char *const bad_addresses[] = {"", "a@b\r\nRCPT TO:<c@d>", "a@b>", "<a@b", "a b@c", "a@b\x7f"};

START_TEST(an_address_that_could_be_another_command_is_refused)
{
    struct call call = mail_to(1, bad_addresses[_i]);

    run(run_mail, &call);
    ck_assert_ptr_nonnull(call.e);
    ck_assert_str_eq(call.e->code, "mail.address");
    ck_assert_int_eq(call.outcome, MAIL_TEMPORARY);
}
END_TEST

/* ---- */

static void add(Suite *s, const char *name, const TTest *test, int rows)
{
    TCase *t = tcase_create(name);

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_loop_test(t, test, 0, rows);
    suite_add_tcase(s, t);
}

Suite *unit_suite(void)
{
    Suite *s = suite_create("outcall");
    TCase *tls = tcase_create("TLS");

    UNIT_TABLE(s, "outcall_address_public", addresses, only_addresses_of_the_public_internet_are_public);
    UNIT_CASE(s, "outcall_allowed", the_allow_list_names_host_and_port);
    add(s, "outcall_http", a_call_brings_status_body_and_headers, 1);
    add(s, "outcall_http, processes", a_peer_whose_first_process_is_away_is_reached_by_another, 1);
    add(s, "outcall_http, redirects", a_redirect_is_an_answer_and_not_followed, 1);
    add(s, "outcall_http, limit", an_answer_over_the_limit_is_refused, 1);
    add(s, "outcall_http, time", silence_ends_with_the_call_or_the_coroutine, 1);
    add(s, "outcall_http, closed", a_closed_port_is_unavailable, 1);
    add(s, "outcall_http, names", a_name_is_resolved_without_curl, 1);
    add(s, "outcall_http, public_only", a_webhook_reaches_public_addresses_and_the_allow_list_only,
        LENGTH(refused));
    tcase_add_test(tls, a_certificate_counts_only_with_its_authority);
    suite_add_tcase(s, tls);
    add(s, "outcall_mail", the_fate_of_a_mail_follows_from_the_phase_that_it_reached, LENGTH(scripts));
    add(s, "outcall_mail, away", no_server_is_temporary, 1);
    add(s, "outcall_mail, TLS", tls_that_is_required_and_not_offered_is_temporary, 1);
    add(s, "outcall_mail, addresses", an_address_that_could_be_another_command_is_refused,
        LENGTH(bad_addresses));
    return s;
}
