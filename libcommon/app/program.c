/* program.c - opens and closes a program's parts in their order. */
#include "app/program.h"

#include <malloc.h>
#include <stdlib.h>

#include "app/events.h"
#include "app/keyring.h"
#include "app/peers.h"
#include "app/poke.h"
#include "app/program_conf.h"
#include "app/trace_export.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "base/trace.h"
#include "io/aside.h"
#include "io/co.h"
#include "io/db.h"
#include "io/loop.h"
#include "io/outcall.h"
#include "io/queue.h"
#include "io/store.h"
#include "web/health.h"

/*
 * glibc gives the heap's top back above 128 kB and takes it again for the next request: for a list of fifty a
 * brk and some page faults each way. What a program has needed once it keeps, up to a bound.
 */
enum { HEAP_KEPT_BYTES = 8 * 1024 * 1024 };

/*
 * libpq brings OpenLDAP, and that GnuTLS, which makes itself ready wherever it is loaded: a megabyte and a
 * half for what no program here uses. Asked so (GnuTLS manual, "Initialization") it waits until it is called.
 */
int _gnutls_global_init_skip(void);
int _gnutls_global_init_skip(void)
{
    return 1;
}

static enum log_level level_of(const char *name)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    for (size_t i = 0; i < LENGTH(names); i++)
        if (str_eq(name, names[i]))
            return (enum log_level)i;
    return LOG_INFO;
}

/* NULL for a setting that is not there. */
static const char *given(const char *setting)
{
    return setting && setting[0] ? setting : NULL;
}

/* So many serve a service best: two pipelined ones each for reads by key and for lists; a worker has few jobs
 * at a time, and there are many workers. */
static err_t open_db(struct program *p, unsigned needs)
{
    bool service = needs & PROGRAM_SERVICE, mechanism = needs & PROGRAM_ANY;
    unsigned pool = service ? 8 : mechanism ? 3 : 5;
    struct db_options o = {
        .conninfo = p->conf.db,
        .password = given(p->conf.db_password),
        .standby = service ? given(p->conf.db_read) : NULL,
        .shared = service ? 2 : 1,
        .lists = service ? 2 : 0,
        .pool = pool,
        .standbys = pool,
        .point_timeout_us = 250 * 1000,
        .list_timeout_us = 100 * 1000,
        .own_timeout_us = 5 * 1000 * 1000,
    };

    return db_open(p->loop, &o, &p->db);
}

/* Streams are on all servers; what names one key is on the first, and who needs no more opens no more. */
static err_t open_queues(struct program *p, unsigned needs)
{
    struct queue_options options = {.password = given(p->conf.redis_password),
                                    .sentinel_password = given(p->conf.sentinel_password)};
    struct queue_nodes nodes;

    TRY(queue_nodes_read(p->arena, p->conf.redis, &nodes));
    if (!(needs & (PROGRAM_CONSUMER | PROGRAM_RELAY)))
        nodes.n = 1;
    p->queues = ARENA_ARRAY(p->arena, nodes.n, struct queue *);
    while (p->nqueues < nodes.n) {
        options.address = nodes.v[p->nqueues];
        TRY(queue_open(p->loop, &options, &p->queues[p->nqueues++]));
    }
    p->queue = p->queues[0];
    p->queue_needed = true;
    return NULL;
}

static err_t open_parts(struct program *p, unsigned needs)
{
    struct outcall_options calls = {.allow = p->conf.allow,
                                    .nameserver = given(p->conf.nameserver),
                                    .ca_file = given(p->conf.ca_file),
                                    .house = given(p->conf.peer_tls)};

    TRY(loop_new(&p->loop));
    TRY(co_init(p->loop, PROGRAM_COROUTINES_MAX));
    TRY(open_db(p, needs));
    if (needs & PROGRAM_QUEUE)
        TRY(open_queues(p, needs));
    TRY(outcall_open(p->loop, &calls, &p->outcall));
    if (needs & PROGRAM_STORE) {
        TRY(aside_open(p->loop, &p->aside));
        TRY(store_open(&(struct store_options){.place = p->conf.contents,
                                               .aside = p->aside,
                                               .outcall = p->outcall,
                                               .endpoint = p->conf.s3_endpoint,
                                               .region = p->conf.s3_region,
                                               .id = p->conf.s3_id,
                                               .secret = p->conf.s3_secret},
                       &p->store));
    }
    TRY(events_open(p->arena, program_path(p, p->conf.documents, "events.json"), &p->events));
    TRY(pokes_open(p, &p->pokes));
    if (needs & PROGRAM_KEYS) {
        TRY(keyring_open(p->arena, p->conf.keys, p->conf.kek, &p->keyring));
        keyring_trust(p->keyring, false); /* keyguard_check */
        TRY(peers_open(p, &p->peers));
    }
    return NULL;
}

/* The path to ask for, if an argument is --check-health or --check-health=live: it is taken out of argv. */
static const char *asked_health(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        const char *path = str_eq(argv[i], "--check-health")        ? "/health/ready"
                           : str_eq(argv[i], "--check-health=live") ? "/health/live"
                                                                    : NULL;

        if (!path)
            continue;
        for (int k = i; k < *argc; k++)
            argv[k] = argv[k + 1];
        --*argc;
        return path;
    }
    return NULL;
}

err_t program_open(struct program *p, const char *name, const char *about, const char *service,
                   unsigned needs, const struct program_settings *own, int argc, char **argv)
{
    const char *asked = asked_health(&argc, argv);
    struct trace_conf traces = {0};

    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT_BYTES);
    *p = (struct program){.name = name, .service = service, .arena = arena_new()};
    log_init(name, LOG_INFO);
    TRY(program_conf_load(p, about, needs, own, argc, argv, &traces));
    if (asked)
        exit(health_ask(p->conf.metrics, asked) ? EXIT_SUCCESS : EXIT_FAILURE);
    if (!service)
        p->service = p->conf.service;
    log_init(name, level_of(p->conf.log_level));
    clock_offset_s(p->conf.clock_offset_s);
    TRY(open_parts(p, needs));
    return trace_export_open(p, &traces, service ? name : arena_printf(p->arena, "%s-%s", name, p->service));
}

void program_close(struct program *p)
{
    store_close(p->store);
    aside_close(p->aside);
    peers_close(p->peers);
    pokes_close(p->pokes);
    outcall_close(p->outcall);
    for (size_t i = 0; i < p->nqueues; i++)
        queue_close(p->queues[i]);
    db_close(p->db);
    co_shutdown();
    loop_free(p->loop);
    trace_close();
    arena_free(p->arena);
    *p = (struct program){0};
}

struct program *program_of(const struct ctx *x)
{
    return x->app;
}

const char *program_path(const struct program *p, const char *folder, const char *name)
{
    return arena_printf(p->arena, "%s/%s", folder, name);
}
