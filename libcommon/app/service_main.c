/* service_main.c - opens a service's parts in their order, answers until the drain is done, closes them. */
#include "app/service_main.h"

#include "app/observe.h"
#include "app/peers.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "io/loop.h"
#include "web/auth.h"
#include "web/health.h"
#include "web/http.h"
#include "web/openapi.h"

#define DRAIN_US 30000000LL /* systemd's and Kubernetes' patience, less a little */

/* What only main needs. */
struct parts {
    struct openapi *api;
    struct health *health;
};

static err_t open_document(struct program *p, const struct service *s, struct parts *parts)
{
    size_t n = 0;

    TRY(openapi_load(p->arena, program_path(p, p->conf.documents, arena_printf(p->arena, "%s.json", s->name)),
                     &parts->api));
    while (s->handlers[n])
        n++;
    return openapi_bind(p->arena, parts->api, s->handlers, n);
}

/* Identity keeps the list of what is revoked; it tells itself. */
static err_t open_auth(struct program *p)
{
    struct auth_options o = {
        .issuers_dir = p->conf.issuers, .audience = p->conf.audience, .production = p->production};

    TRY(auth_open(p->loop, p->outcall, &o, &p->auth));
    if (str_eq(p->service, "identity"))
        return NULL;
    return auth_follow_revocations(p->auth, program_path(p, p->conf.run, "identity.sock"), peer_token,
                                   p->peers);
}

static err_t open_edge(struct program *p, struct parts *parts)
{
    struct http_options o = {.listen = p->conf.listen,
                             .api = parts->api,
                             .auth = p->auth,
                             .db = p->db,
                             .app = p,
                             .cors_origins = p->conf.cors,
                             .hsts = p->production};

    TRY(conf_secret(p->arena, program_path(p, p->conf.keys, "edge.key"), &o.secret));
    TRY(http_open(p->loop, &o, &p->http));
    http_on_commit(p->http, program_committed);
    return NULL;
}

static err_t start(struct program *p, const struct service *s, struct parts *parts)
{
    TRY(open_document(p, s, parts));
    TRY(open_auth(p));
    if (s->start)
        TRY(s->start(p));
    TRY(observe_open(p, &parts->health));
    TRY(open_edge(p, parts));
    log_line(LOG_INFO, NULL, "listening", LOG_TEXT("on", p->conf.listen),
             LOG_TEXT("version", WAYFARE_VERSION));
    return loop_run(p->loop, DRAIN_US);
}

int service_main(int argc, char **argv, const struct service *s)
{
    unsigned needs = PROGRAM_SERVICE | PROGRAM_KEYS | (s->uses_queue ? PROGRAM_QUEUE : 0) | s->needs;
    struct parts parts = {0};
    struct program p;
    err_t e = program_open(&p, s->name, s->about, s->name, needs, s->settings, argc, argv);

    if (!e)
        e = start(&p, s, &parts);
    if (e)
        log_err(LOG_ERROR, NULL, "the service ends", e);
    else
        log_line(LOG_INFO, NULL, "drained");
    http_close(p.http);
    health_close(parts.health);
    auth_close(p.auth);
    openapi_free(parts.api);
    program_close(&p);
    return e ? 1 : 0;
}
