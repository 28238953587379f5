/* observe.c - see observe.h. */
#include "app/observe.h"

#include "app/program.h"
#include "io/co.h"
#include "io/db.h"
#include "io/loop.h"
#include "io/queue.h"
#include "web/auth.h"
#include "web/health.h"
#include "web/metrics.h"

static bool database_ready(void *arg)
{
    return db_ready(((const struct program *)arg)->db);
}

static bool queue_is_ready(void *arg)
{
    return queue_ready(((const struct program *)arg)->queue);
}

static bool tokens_ready(void *arg)
{
    return auth_ready(((const struct program *)arg)->auth);
}

static void database_scrape(const struct program *p)
{
    struct db_stats s;

    db_stats(p->db, &s);
    metric_set(metric_gauge("wayfare_db_connections", "Connections to PostgreSQL.", NULL), NULL,
               (double)s.connections);
    metric_set(metric_gauge("wayfare_db_busy", "Connections at work.", NULL), NULL, (double)s.busy);
    metric_set(metric_gauge("wayfare_db_waiters", "Waiting for a connection.", NULL), NULL,
               (double)s.waiters);
    metric_set(metric_counter("wayfare_db_reconnects_total", "Connections made again.", NULL), NULL,
               (double)s.reconnects);
    metric_set(metric_counter("wayfare_db_statements_total", "Statements sent.", NULL), NULL,
               (double)s.statements);
    metric_set(metric_counter("wayfare_db_round_trips_total", "Segments sent.", NULL), NULL,
               (double)s.round_trips);
    metric_set(metric_counter("wayfare_db_errors_total", "Statements refused.", NULL), NULL,
               (double)s.errors);
}

static void tokens_scrape(const struct program *p)
{
    uint64_t hits, misses, refused;

    auth_counters(p->auth, &hits, &misses, &refused);
    metric_set(metric_gauge("wayfare_tokens_cached", "Tokens remembered.", NULL), NULL,
               (double)auth_cached(p->auth));
    metric_set(metric_counter("wayfare_token_hits_total", "Tokens found remembered.", NULL), NULL,
               (double)hits);
    metric_set(metric_counter("wayfare_token_misses_total", "Tokens verified.", NULL), NULL, (double)misses);
    metric_set(metric_counter("wayfare_token_refusals_total", "Tokens refused.", NULL), NULL,
               (double)refused);
}

static void on_scrape(void *arg)
{
    const struct program *p = arg;

    database_scrape(p);
    if (p->auth)
        tokens_scrape(p);
    metric_set(metric_gauge("wayfare_coroutines", "Requests and jobs at work.", NULL), NULL,
               (double)co_live());
    metric_set(metric_gauge("wayfare_stack_high_water_bytes", "Deepest stack use of a coroutine.", NULL),
               NULL, (double)co_high_water_bytes());
    metric_set(metric_gauge("wayfare_loop_lag_seconds", "Longest delay of a timer in the last minute.", NULL),
               NULL, (double)loop_lag_us(p->loop) / 1e6);
}

err_t observe_open(struct program *p, struct health **ret)
{
    TRY(health_open(p->loop, p->conf.metrics, ret));
    health_part(*ret, "database", database_ready, p);
    if (p->queue_needed)
        health_part(*ret, "queue", queue_is_ready, p);
    if (p->auth)
        health_part(*ret, "tokens", tokens_ready, p);
    metrics_on_scrape(on_scrape, p);
    return NULL;
}
