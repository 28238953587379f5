/*
 * test_outcall_house.c - calls within the house by mutual TLS: a server of openssl's that asks for a
 * certificate, on a loopback address that no other process's test has.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/log.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/outcall.h"
#include "unit.h"

#define S 1000000LL
#define PORT 17443

/* Two authorities; the house's has given a certificate to the server, and one to us. */
static const char make[] =
    "set -e; cd %s; umask 077; new() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
    "-days 2 \"$@\" 2>/dev/null; }; "
    "new -subj /CN=house -keyout ca.key -out ca.pem; new -subj /CN=other -keyout other.key -out other.pem; "
    "for n in server us; do new -subj /CN=$n -CA ca.pem -CAkey ca.key -addext basicConstraints=CA:FALSE "
    "-addext subjectAltName=IP:%s -keyout $n.key -out $n.pem; done; "
    "mkdir ours theirs; cp ca.pem ours/ca.pem; cp other.pem theirs/ca.pem; "
    "for d in ours theirs; do cp us.pem $d/certificate.pem; cp us.key $d/key.pem; done";

static char folder[32], ip[32];
static pid_t server;
static struct loop *l;
static struct outcall *c;
static struct ctx x;

static void set_up(void)
{
    unsigned pid = (unsigned)getpid();
    char command[1200];

    unit_set_up();
    log_init("test", LOG_ERROR);
    strcpy(folder, "/tmp/wf-house-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(ip, sizeof(ip), "127.%u.%u.%u", 64 + (pid >> 16) % 64, (pid >> 8) & 255, pid & 255);
    snprintf(command, sizeof(command), make, folder, ip);
    ck_assert_int_eq(system(command), 0);
    server = fork();
    if (server == 0) {
        snprintf(
            command, sizeof(command),
            "cd %s && exec openssl s_server -accept %s:%d -cert server.pem -key server.key -CAfile ca.pem "
            "-Verify 1 -verify_return_error -www >/dev/null 2>&1",
            folder, ip, PORT);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    ck_assert_ptr_null(loop_new(&l));
    ck_assert_ptr_null(co_init(l, 10));
    x = (struct ctx){.arena = unit_arena};
}

static void tear_down(void)
{
    char command[80];

    outcall_close(c);
    c = NULL;
    co_shutdown();
    loop_free(l);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    ck_assert_int_eq(system(command), 0);
    unit_tear_down();
}

struct call {
    struct outcall_request rq;
    struct outcall_response rs;
    err_t e;
};

static void run(void *arg)
{
    struct call *call = arg;

    do { /* until the server listens */
        call->e = outcall_http(&x, c, &call->rq, &call->rs);
        if (!call->e || strcmp(call->e->code, "outcall.connect") != 0)
            break;
    } while (!co_sleep(20 * 1000));
    loop_drain(l);
}

static struct call get(const char *house, const char *ca_file, bool within)
{
    const char *at = house ? arena_printf(unit_arena, "%s/%s", folder, house) : NULL;
    struct outcall_options o = {.allow = "", .ca_file = ca_file, .house = at};
    struct call call = {.rq = {.method = "GET",
                               .url = arena_printf(unit_arena, "https://%s:%d/", ip, PORT),
                               .timeout_us = 5 * S,
                               .max_response_bytes = 60000,
                               .house = within}};

    ck_assert_ptr_null(outcall_open(l, &o, &c));
    ck_assert_ptr_null(co_start("test", run, &call));
    ck_assert_ptr_null(loop_run(l, 1 * S));
    return call;
}

START_TEST(a_call_within_the_house_shows_our_certificate)
{
    struct call call = get("ours", NULL, true);

    ck_assert_msg(!call.e, "%s %s", call.e->code, call.e->cause);
    ck_assert_int_eq(call.rs.status, 200);
}
END_TEST

START_TEST(a_call_to_the_outside_does_not_show_it)
{
    struct call call = get("ours", arena_printf(unit_arena, "%s/ca.pem", folder), false);

    ck_assert_ptr_nonnull(call.e);
}
END_TEST

START_TEST(within_the_house_no_other_authority_is_trusted)
{
    struct call call = get("theirs", arena_printf(unit_arena, "%s/ca.pem", folder), true);

    ck_assert_ptr_nonnull(call.e);
    ck_assert_str_eq(call.e->code, "outcall.tls");
}
END_TEST

static void refused(const char *code)
{
    const struct outcall_options o = {.allow = "", .house = arena_printf(unit_arena, "%s/ours", folder)};
    err_t e = outcall_open(l, &o, &c);

    ck_assert_ptr_nonnull(e);
    ck_assert_str_eq(e->code, code);
}

START_TEST(a_key_that_others_can_read_is_refused)
{
    ck_assert_int_eq(chmod(arena_printf(unit_arena, "%s/ours/key.pem", folder), 0644), 0);
    refused("conf.secret");
}
END_TEST

START_TEST(a_folder_without_a_certificate_is_refused)
{
    ck_assert_int_eq(unlink(arena_printf(unit_arena, "%s/ours/certificate.pem", folder)), 0);
    refused("outcall.house");
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("outcall-house");
    TCase *t = tcase_create("house");

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, a_call_within_the_house_shows_our_certificate);
    tcase_add_test(t, a_call_to_the_outside_does_not_show_it);
    tcase_add_test(t, within_the_house_no_other_authority_is_trusted);
    tcase_add_test(t, a_key_that_others_can_read_is_refused);
    tcase_add_test(t, a_folder_without_a_certificate_is_refused);
    suite_add_tcase(s, t);
    return s;
}
