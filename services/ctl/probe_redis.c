/* probe_redis.c - Redis and its sentinels, asked by redis-cli; see probes.h */
#include <string.h>

#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"
#include "ctl/findings.h"
#include "ctl/names.h"
#include "ctl/options.h"
#include "ctl/probes.h"
#include "ctl/tool.h"
#include "io/queue.h"

#define WAITING_MAX 5000 /* entries of a stream: more than that is not keeping up */

/* What is asked: Redis itself, wherever it is. */
struct asked {
    struct ctl *c;
    const char *area; /* of findings: "Redis"; of several "Redis 1", as programs number them */
    struct queue_place place;
    const char *password;
};

/* One command; a host that is cut off does not hold us up. */
static err_t say(const struct asked *r, const char *const *words, const char **ret)
{
    const char *argv[16] = {"timeout", "3", "redis-cli"};
    size_t n = 3;

    if (r->place.path != NULL) {
        argv[n++] = "-s";
        argv[n++] = r->place.path;
    } else {
        argv[n++] = "-h";
        argv[n++] = r->place.host;
        argv[n++] = "-p";
        argv[n++] = arena_printf(r->c->arena, "%d", r->place.port);
    }
    while (*words != NULL && n + 1 < LENGTH(argv))
        argv[n++] = *words++;
    argv[n] = NULL;
    return tool_output(r->c->arena, argv, "REDISCLI_AUTH", r->password, ret);
}

#define SAY(r, ret, ...) say((r), (const char *const[]){__VA_ARGS__, NULL}, (ret))

static err_t password_of(struct ctl *c, const char *option, const char **ret)
{
    const char *file = ctl_option(c, option);

    *ret = NULL;
    return file != NULL && *file != '\0' ? conf_secret(c->arena, file, ret) : NULL;
}

/* ---- sentinels ---- */

static const char *name_of(struct ctl *c, const struct queue_place *p)
{
    return arena_printf(c->arena, "%s:%d", p->host, p->port);
}

/* The second line of an answer, a port; 0 if it is none. */
static int port_of(const char *text)
{
    const char *line = strchr(text, '\n');
    int64_t port;

    return line != NULL && str_to_i64(line + 1, 1, 65535, &port) ? (int)port : 0;
}

static void probe_quorum(const struct asked *sentinel, struct findings *f, const char *master,
                         const char *name)
{
    const char *quorum = "";
    err_t e = SAY(sentinel, &quorum, "SENTINEL", "CKQUORUM", master);
    bool well = e == NULL && str_starts(quorum, "OK");

    found(f, well ? FINDING_OK : FINDING_BAD, sentinel->area,
          arena_printf(sentinel->c->arena, "sentinel %s: %s", name, e != NULL ? e->detail : quorum),
          "with too few of them none takes a dead master's place: start the others");
}

/* Each must answer, see enough others, and name the same master: that is where Redis is looked at. */
static bool probe_sentinels(struct findings *f, const struct queue_address *at, const char *password,
                            struct asked *r)
{
    struct ctl *c = r->c;
    const char *master = NULL;

    for (size_t i = 0; i < at->n; i++) {
        struct asked sentinel = {.c = c, .area = r->area, .place = at->v[i], .password = password};
        const char *text = "", *name = name_of(c, &at->v[i]);
        err_t e = SAY(&sentinel, &text, "SENTINEL", "get-master-addr-by-name", at->master);

        if (e != NULL || port_of(text) == 0) {
            found(f, FINDING_BAD, r->area,
                  arena_printf(c->arena, "sentinel %s does not say where %s is: %s", name, at->master,
                               e != NULL ? e->detail : text),
                  "start it; the name and --sentinel-password-file must be right");
            continue;
        }
        if (master == NULL) {
            master = text;
            r->place = (struct queue_place){.host = arena_strndup(c->arena, text, strcspn(text, "\n")),
                                            .port = port_of(text)};
        } else if (!str_eq(master, text)) {
            found(f, FINDING_BAD, r->area,
                  arena_printf(c->arena, "sentinel %s names another master than those before it", name),
                  "is it cut off from the others? it learns of the new master when it sees them again");
        }
        probe_quorum(&sentinel, f, at->master, name);
    }
    return master != NULL;
}

static void probe_replicas(const struct asked *r, struct findings *f)
{
    static const char key[] = "connected_slaves:";
    const char *text, *at;

    if (SAY(r, &text, "INFO", "replication") != NULL || (at = strstr(text, key)) == NULL)
        return;
    at += strlen(key);
    found(f, *at == '0' ? FINDING_BAD : FINDING_OK, r->area,
          arena_printf(r->c->arena, "the master at %s has %.*s replicas", name_of(r->c, &r->place),
                       (int)strspn(at, "0123456789"), at),
          "nothing can take its place: start the other Redis");
}

/* ---- Redis ---- */

/* The second line of the answer to CONFIG GET; "" if there is none. */
static const char *setting(const struct asked *r, const char *name)
{
    const char *text, *line;

    if (SAY(r, &text, "CONFIG", "GET", name) != NULL)
        return "";
    line = strchr(text, '\n');
    return line != NULL ? line + 1 : "";
}

static void probe_policy(const struct asked *r, struct findings *f)
{
    const char *policy = setting(r, "maxmemory-policy"), *append = setting(r, "appendonly");
    bool right = str_eq(policy, "noeviction");

    found(f, right ? FINDING_OK : FINDING_BAD, r->area,
          arena_printf(r->c->arena, "maxmemory-policy %s%s", policy,
                       right ? "" : ": under pressure it would throw away events that are on their way"),
          "redis-cli CONFIG SET maxmemory-policy noeviction, and the same in its configuration");
    found(f, str_eq(append, "yes") ? FINDING_OK : FINDING_NOTE, r->area,
          arena_printf(r->c->arena, "appendonly %s", append),
          "without it each restart of Redis publishes anew what is not confirmed; nothing is lost");
}

static void probe_stream(const struct asked *r, struct findings *f, const char *service)
{
    const char *text;
    int64_t n;

    if (SAY(r, &text, "XLEN", arena_printf(r->c->arena, "events:%s", service)) != NULL ||
        !str_to_i64(text, 0, INT64_MAX, &n) || n == 0)
        return;
    found(f, n > WAITING_MAX ? FINDING_BAD : FINDING_OK, r->area,
          arena_printf(r->c->arena, "%s has %s events to read", service, text),
          arena_printf(r->c->arena, "does %s-worker run? start more of it", service));
}

static void probe_one(struct asked *r, struct findings *f)
{
    struct text_array all = names_services();
    const char *text;
    err_t e = SAY(r, &text, "PING");

    if (e != NULL || !str_eq(text, "PONG")) {
        found(f, FINDING_BAD, r->area,
              arena_printf(r->c->arena, "does not answer: %s", e != NULL ? e->detail : text),
              "start it; nothing is lost, events wait in the databases");
        return;
    }
    probe_policy(r, f);
    for (size_t i = 0; i < all.n; i++)
        probe_stream(r, f, all.v[i]);
}

/* One of them: a Redis, or what its sentinels say is one. */
static void probe_node(struct asked *r, struct findings *f, const struct queue_address *at,
                       const char *sentinels)
{
    r->place = at->v[0];
    if (at->master == NULL) {
        probe_one(r, f);
    } else if (probe_sentinels(f, at, sentinels, r)) {
        probe_one(r, f);
        probe_replicas(r, f);
    }
}

void probe_redis(struct ctl *c, struct findings *f)
{
    const char *sentinels = NULL, *password = NULL;
    struct queue_nodes nodes;
    err_t e;

    if (ctl_option(c, "redis") == NULL) {
        found(f, FINDING_NOTE, "Redis", "was not looked at", "--redis");
        return;
    }
    e = queue_nodes_read(c->arena, ctl_option(c, "redis"), &nodes);
    if (e == NULL)
        e = password_of(c, "redis-password-file", &password);
    if (e == NULL)
        e = password_of(c, "sentinel-password-file", &sentinels);
    if (e != NULL) {
        found(f, FINDING_BAD, "Redis", arena_printf(c->arena, "does not answer: %s", e->detail),
              "is --redis right, are the password files readable?");
        return;
    }
    for (size_t i = 0; i < nodes.n; i++) {
        struct asked r = {.c = c,
                          .area = nodes.n == 1 ? "Redis" : arena_printf(c->arena, "Redis %zu", i + 1),
                          .password = password};

        probe_node(&r, f, &nodes.at[i], sentinels);
    }
}
