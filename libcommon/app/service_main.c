/* service_main.c - opens a service's parts in their order, answers until the drain is done, closes them. */
#include "app/service_main.h"

#include <malloc.h>

#include "app/keyguard.h"
#include "app/observe.h"
#include "app/peers.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/db.h"
#include "io/loop.h"
#include "web/auth.h"
#include "web/health.h"
#include "web/http.h"
#include "web/openapi.h"
#include "web/quota.h"

#define DATABASE_US 3000000LL /* how long a start waits for it */
#define DATABASE_TICK_US 100000LL
#define DRAIN_US 30000000LL /* systemd's and Kubernetes' patience, less a little */

/* What only main needs. */
struct parts {
    struct program *program;
    struct openapi *api;
    struct health *health;
    struct loop_timer *opening; /* of the edge; NULL once it is open */
    int64_t until_us;           /* mono; then it opens without a database */
    bool checked;               /* the keys are those of the database */
    err_t error;                /* the edge cannot be opened, or a key lacks */
};

static const char *document_path(struct program *p, const struct service *s, const char *ending)
{
    return program_path(p, p->conf.documents, arena_printf(p->arena, "%s.%s", s->name, ending));
}

static err_t open_document(struct program *p, const struct service *s, struct parts *parts)
{
    size_t n = 0;

    TRY(openapi_load(p->arena, document_path(p, s, "run.json"), document_path(p, s, "json"), &parts->api));
    while (s->handlers[n])
        n++;
    return openapi_bind(p->arena, parts->api, s->handlers, n);
}

/* Identity keeps the list of what is revoked; it tells itself. */
static err_t open_auth(struct program *p, const struct service *s)
{
    struct auth_options o = {.issuers_dir = p->conf.issuers,
                             .audience = p->conf.audience,
                             .production = p->production,
                             .policy_scopes = s->policy_scopes};

    TRY(auth_open(p->loop, p->outcall, &o, &p->auth));
    if (str_eq(p->service, "identity"))
        return NULL;
    return auth_follow_revocations(p->auth, peer_place(p, "identity"), peer_token, p->peers);
}

static err_t open_edge(struct program *p, struct parts *parts)
{
    struct http_options o = {.listen = p->conf.listen,
                             .api = parts->api,
                             .auth = p->auth,
                             .limits = p->limits,
                             .db = p->db,
                             .app = p,
                             .cors_origins = p->conf.cors,
                             .hsts = p->production};

    TRY(conf_secret(p->arena, program_path(p, p->conf.keys, "edge.key"), &o.secret));
    TRY(http_open(p->loop, &o, &p->http));
    http_on_commit(p->http, program_committed);
    return NULL;
}

/*
 * Who can be reached can serve: while this process has no connection to its database another one should be
 * asked, or the gateway say that the service is away. A database that stays away is told of by ourselves.
 */
static void on_opening(void *arg)
{
    struct parts *parts = arg;
    struct program *p = parts->program;

    if (!parts->checked && !loop_draining(p->loop) && clock_mono_us() < parts->until_us)
        return;
    loop_timer_cancel(parts->opening);
    parts->opening = NULL;
    if (loop_draining(p->loop))
        return;
    parts->error = open_edge(p, parts);
    if (parts->error)
        loop_drain(p->loop);
    else
        log_line(LOG_INFO, NULL, "listening", LOG_TEXT("on", p->conf.listen),
                 LOG_TEXT("version", WAYFARE_VERSION));
}

/* Goes on behind an edge that was opened without a database: until the answer nothing is sealed. */
static void check_keys(void *arg)
{
    struct parts *parts = arg;

    parts->error = keyguard_check(parts->program);
    parts->checked = !parts->error;
    if (parts->error)
        loop_drain(parts->program->loop);
    else if (parts->opening)
        co_on_loop_stack(on_opening, parts);
}

/* Ready is who also listens: not while the keys are being compared. */
static bool listening(void *arg)
{
    return ((const struct program *)arg)->http != NULL;
}

static err_t start(struct program *p, const struct service *s, struct parts *parts)
{
    TRY(open_document(p, s, parts));
    TRY(open_auth(p, s));
    p->queue_needed = s->uses_queue;
    p->limits = limits_open(
        p->queue, &(struct limit_policy){
                      .rate = p->conf.rate, .per_s = 1, .burst = p->conf.burst, .daily = p->conf.daily});
    if (s->start)
        TRY(s->start(p));
    TRY(observe_open(p, &parts->health));
    health_part(parts->health, "edge", listening, p);
    malloc_trim(0); /* documents were read, and are gone */
    parts->until_us = clock_mono_us() + DATABASE_US;
    parts->opening = loop_every(p->loop, DATABASE_TICK_US, on_opening, parts);
    TRY(co_start("keyguard", check_keys, parts));
    TRY(loop_run(p->loop, DRAIN_US));
    return parts->error;
}

int service_main(int argc, char **argv, const struct service *s)
{
    unsigned needs = PROGRAM_SERVICE | PROGRAM_KEYS | PROGRAM_QUEUE | s->needs;
    struct program p;
    struct parts parts = {.program = &p};
    err_t e = program_open(&p, s->name, s->about, s->name, needs, s->settings, argc, argv);

    if (!e)
        e = start(&p, s, &parts);
    if (e)
        log_err(LOG_ERROR, NULL, "the service ends", e);
    else
        log_line(LOG_INFO, NULL, "drained");
    loop_timer_cancel(parts.opening);
    http_close(p.http);
    health_close(parts.health);
    limits_close(p.limits);
    auth_close(p.auth);
    openapi_free(parts.api);
    program_close(&p);
    return e ? 1 : 0;
}
