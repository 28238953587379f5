/* edge_fixture.c - see edge_fixture.h. */
#include "edge_fixture.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/db.h"
#include "io/loop.h"
#include "unit.h"
#include "web/auth.h"
#include "web/health.h"
#include "web/http.h"
#include "web/openapi.h"

static char folder[] = "/tmp/wf-edge-XXXXXX";
static struct arena *forever;
static struct auth_signer *signer;
static pid_t maker;
const char *edge_database;

static void put(const char *name, const char *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    ck_assert_int_eq(chmod(path, 0644), 0);
}

const char *edge_folder(void)
{
    return folder;
}

static void forget(void)
{
    char command[160];

    if (getpid() != maker)
        return;
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    if (system(command) != 0)
        perror("rm");
    arena_free(forever);
}

void edge_once(void)
{
    const char *pem;

    if (forever)
        return;
    maker = getpid();
    forever = arena_new();
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chmod(folder, 0755), 0);
    ck_assert_ptr_null(auth_key_new(forever, &pem));
    ck_assert_ptr_null(auth_signer_open(forever, pem, NULL, &signer));
    put("sample.jwks.json", arena_printf(forever, "{\"keys\":[%s]}", auth_signer_jwk(forever, signer)));
    put("sample.json",
        "{\"iss\":\"https://sample.test\",\"aud\":\"wayfare\",\"algs\":[\"ES256\"],\"typ\":[\"at+jwt\"],"
        "\"jwks_file\":\"sample.jwks.json\",\"internal\":true,\"user\":\"claim:person\","
        "\"claims\":{\"organisation\":\"org\",\"scope\":\"scope\"}}");
    atexit(forget);
}

void edge_once_with_database(void)
{
    char command[2048];
    const char *root = getenv("SAMPLE_ROOT");

    edge_once();
    if (edge_database)
        return;
    ck_assert_msg(getenv("PGHOST") && root, "run by tests/with-postgres, with SAMPLE_ROOT");
    snprintf(
        command, sizeof(command),
        "set -e; psql -qX -v ON_ERROR_STOP=1 -c 'CREATE ROLE s_owner LOGIN' -c 'CREATE ROLE s_service LOGIN "
        "NOINHERIT'"
        " -c 'CREATE ROLE s_worker LOGIN NOINHERIT' -c 'CREATE DATABASE sample OWNER s_owner' >/dev/null;"
        "(sed 's/{{owner}}/s_owner/g; s/{{service}}/s_service/g; s/{{worker}}/s_worker/g'"
        " %s/libcommon/app/schema/*.sql %s/tests/unit/web/sample_schema.sql)"
        " | psql -qX -v ON_ERROR_STOP=1 -U s_owner -d sample >/dev/null",
        root, root);
    ck_assert_int_eq(system(command), 0);
    edge_database = arena_printf(forever, "host=%s port=%s user=s_service dbname=sample", getenv("PGHOST"),
                                 getenv("PGPORT"));
}

/* ---- the server ---- */

static void must(err_t e)
{
    if (!e)
        return;
    log_err(LOG_ERROR, NULL, "fixture", e);
    abort();
}

static bool db_is_ready(void *arg)
{
    return db_ready(arg);
}

struct ready {
    struct db *db;
    bool wait;
    int fd;
    struct loop_timer *timer;
};

static void tell(void *arg)
{
    struct ready *r = arg;

    if (r->fd < 0 || (r->wait && !db_ready(r->db)))
        return;
    if (write(r->fd, "r", 1) != 1)
        abort();
    close(r->fd);
    r->fd = -1;
}

static void serve(const struct edge *e, const struct edge_setting *o, int ready_fd)
{
    struct auth_options ao = {.issuers_dir = folder, .audience = "wayfare"};
    struct db_options dbo = {.conninfo = o->conninfo ? o->conninfo : "host=/nowhere",
                             .shared = 2,
                             .pool = 4,
                             .point_timeout_us = 250000,
                             .own_timeout_us = 5000000};
    const struct handler *tables[] = {sample_handlers};
    struct loop *l;
    struct db *db;
    struct auth *au;
    struct openapi *api;
    struct http *h;
    struct health *health;
    char listen[80], metrics[80];

    log_init("sample", getenv("SAMPLE_LOG") ? LOG_DEBUG : LOG_ERROR);
    snprintf(listen, sizeof(listen), "unix:%s", e->socket);
    snprintf(metrics, sizeof(metrics), "unix:%s", e->metrics);
    must(loop_new(&l));
    must(co_init(l, 100));
    must(db_open(l, &dbo, &db));
    must(openapi_load(forever, getenv("SAMPLE_DOCUMENT"), NULL, &api));
    must(openapi_bind(forever, api, tables, 1));
    must(auth_open(l, NULL, &ao, &au));
    struct http_options ho = {.listen = listen,
                              .api = api,
                              .auth = au,
                              .db = db,
                              .secret = "0123456789abcdef0123456789abcdef",
                              .cors_origins = o->cors,
                              .hsts = o->hsts,
                              .patience_us = o->patience_ms * 1000,
                              .drain_idle_us = o->drain_idle_ms ? o->drain_idle_ms * 1000 : 1};
    must(http_open(l, &ho, &h));
    must(health_open(l, metrics, &health));
    health_part(health, "database", db_is_ready, db);
    if (o->files)
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){(rlim_t)o->files, (rlim_t)o->files});
    struct ready r = {.db = db, .wait = o->conninfo != NULL, .fd = ready_fd};

    r.timer = loop_every(l, 5000, tell, &r);
    must(loop_run(l, 10000000));
    loop_timer_cancel(r.timer);
    http_close(h);
    health_close(health);
    auth_close(au);
    openapi_free(api);
    db_close(db);
    co_shutdown();
    loop_free(l);
}

void edge_start(struct edge *e, const struct edge_setting *o)
{
    static int serial;
    int fds[2];
    char c;

    snprintf(e->socket, sizeof(e->socket), "%s/%d-%d.s", folder, (int)getpid(), ++serial);
    snprintf(e->metrics, sizeof(e->metrics), "%s/%d-%d.m", folder, (int)getpid(), serial);
    ck_assert_int_eq(pipe(fds), 0);
    e->pid = fork();
    ck_assert_int_ge(e->pid, 0);
    if (e->pid == 0) {
        close(fds[0]);
        serve(e, o, fds[1]);
        arena_free(unit_arena);
        unit_arena = NULL;
        exit(0);
    }
    close(fds[1]);
    ck_assert_msg(read(fds[0], &c, 1) == 1, "the sample service has not started");
    close(fds[0]);
}

void edge_terminate(struct edge *e)
{
    ck_assert_int_eq(kill(e->pid, SIGTERM), 0);
}

void edge_join(struct edge *e)
{
    int status = 0;

    ck_assert_int_eq(waitpid(e->pid, &status, 0), e->pid);
    e->pid = 0;
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the sample service ended with status %x",
                  status);
}

void edge_stop(struct edge *e)
{
    edge_terminate(e);
    edge_join(e);
}

/* ---- tokens ---- */

static const char *mint(const char *scope, const char *organisation, const char *client, const char *user,
                        int seconds)
{
    long long now = clock_now_us() / 1000000;
    const char *token,
        *claims = arena_printf(
            unit_arena,
            "{\"iss\":\"https://"
            "sample.test\",\"aud\":\"wayfare\",\"sub\":\"%s\",\"client_id\":\"%s\",\"org\":\"%s\","
            "\"scope\":\"%s\",\"iat\":%lld,\"exp\":%lld,\"jti\":\"%s-%lld\"%s}",
            user ? user : client, client, organisation, scope, now - 60, now + seconds, client,
            (long long)clock_mono_us(), user ? ",\"person\":\"yes\"" : "");

    ck_assert_ptr_null(auth_sign(unit_arena, signer, "at+jwt", claims, &token));
    return token;
}

const char *edge_token(const char *scope, const char *organisation, const char *client, const char *user)
{
    return mint(scope, organisation, client, user, 600);
}

const char *edge_token_for(const char *scope, int seconds)
{
    return mint(scope, "iom", "short", NULL, seconds);
}

/* ---- the client ---- */

int edge_connect(const char *socket_path)
{
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = 10};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    memcpy(sa.sun_path, socket_path, strlen(socket_path) + 1);
    ck_assert_int_ge(fd, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    ck_assert_msg(connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0, "connect: %s", strerror(errno));
    return fd;
}

void edge_send(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k <= 0)
            return; /* it has refused and closed: the answer tells */
        p += k;
        n -= (size_t)k;
    }
}

static bool one(int fd, char *c)
{
    return recv(fd, c, 1, 0) == 1;
}

static bool line(int fd, struct buf *out)
{
    size_t start = out->n;
    char c;

    while (one(fd, &c)) {
        buf_putc(out, c);
        if (c == '\n')
            return out->n - start > 2;
    }
    return false;
}

static void bytes(int fd, struct buf *out, size_t n)
{
    ssize_t got;

    for (buf_reserve(out, n); n > 0; n -= (size_t)got) {
        got = recv(fd, out->p + out->n, n, 0);
        if (got <= 0)
            return;
        out->n += (size_t)got;
    }
}

static void chunks(int fd, struct buf *out)
{
    for (;;) {
        struct buf size;
        buf_init(&size, unit_arena, 16);
        if (!line(fd, &size))
            return;
        size_t n = strtoul(buf_text(&size), NULL, 16);
        bytes(fd, out, n);
        buf_init(&size, unit_arena, 4);
        line(fd, &size);
        if (n == 0)
            return;
    }
}

struct answer edge_receive(int fd, bool is_head)
{
    struct answer a = {0};
    struct buf head, body;
    char c;

    buf_init(&head, unit_arena, 1024);
    buf_init(&body, unit_arena, 4096);
    while (line(fd, &head))
        ;
    a.head = arena_strdup(unit_arena, buf_text(&head));
    if (head.n > 12 && str_starts(a.head, "HTTP/1."))
        a.status = atoi(a.head + 9);
    const char *length = edge_header(&a, "Content-Length");

    if (a.status && !is_head && str_eq(edge_header(&a, "Transfer-Encoding"), "chunked"))
        chunks(fd, &body);
    else if (a.status && !is_head && length[0])
        bytes(fd, &body, strtoul(length, NULL, 10));
    a.body_bytes = body.n;
    a.body = arena_strdup(unit_arena, buf_text(&body));
    if (str_eq(edge_header(&a, "Connection"), "close") || !a.status)
        a.closed = !one(fd, &c);
    return a;
}

struct answer edge_raw(const struct edge *e, const char *text)
{
    int fd = edge_connect(e->socket);

    edge_send(fd, text, strlen(text));
    struct answer a = edge_receive(fd, str_starts(text, "HEAD "));

    close(fd);
    return a;
}

struct answer edge_ask(const struct edge *e, const char *method, const char *target, const char *token,
                       const char *headers, const char *body)
{
    struct buf out;

    buf_init(&out, unit_arena, 1024);
    buf_printf(&out, "%s %s HTTP/1.1\r\nHost: sample\r\n%s", method, target, headers);
    if (token)
        buf_printf(&out, "Authorization: Bearer %s\r\n", token);
    if (body && !strcasestr(headers, "content-type:"))
        buf_puts(&out, "Content-Type: application/json\r\n");
    if (body)
        buf_printf(&out, "Content-Length: %zu\r\n", strlen(body));
    buf_printf(&out, "\r\n%s", body ? body : "");
    return edge_raw(e, buf_text(&out));
}

const char *edge_header(const struct answer *a, const char *name)
{
    size_t n = strlen(name);

    for (const char *at = strstr(a->head, "\r\n"); at && at[2]; at = strstr(at + 2, "\r\n")) {
        if (strncasecmp(at + 2, name, n) == 0 && at[2 + n] == ':') {
            const char *v = at + 3 + n + strspn(at + 3 + n, " ");
            return arena_strndup(unit_arena, v, strcspn(v, "\r"));
        }
    }
    return "";
}

static json_t *parsed(const struct answer *a)
{
    json_error_t error;
    json_t *j = json_loadb(a->body, a->body_bytes, 0, &error);

    ck_assert_msg(j != NULL, "%d, not JSON: %s", a->status, a->body);
    return arena_own_json(unit_arena, j);
}

const char *edge_text(const struct answer *a, const char *name)
{
    const char *s = json_string_value(json_object_get(parsed(a), name));

    return s ? s : "";
}

const char *edge_fault(const struct answer *a, size_t i, const char *member)
{
    const char *s =
        json_string_value(json_object_get(json_array_get(json_object_get(parsed(a), "errors"), i), member));

    return s ? s : "";
}
