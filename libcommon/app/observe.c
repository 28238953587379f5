/* observe.c - see observe.h. */
#include "app/observe.h"

#include "app/observe_internal.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/trace.h"
#include "io/co.h"
#include "io/db.h"
#include "io/loop.h"
#include "io/queue.h"
#include "io/store.h"
#include "web/auth.h"
#include "web/health.h"
#include "web/metrics.h"

struct observed {
    const struct program *program;
    int64_t started_us;
};

static bool database_ready(void *arg)
{
    return db_ready(((const struct program *)arg)->db);
}

static bool queue_is_ready(void *arg)
{
    return queue_ready(arg);
}

static bool tokens_ready(void *arg)
{
    return auth_ready(((const struct program *)arg)->auth);
}

void observe_gauge(const char *name, const char *help, double v)
{
    metric_set(metric_gauge(name, help, NULL), NULL, v);
}

static void counter(const char *name, const char *help, uint64_t v)
{
    metric_set(metric_counter(name, help, NULL), NULL, (double)v);
}

static void lane_scrape(const char *lane, const struct db_lane_stats *s)
{
    metric_set(metric_gauge("wayfare_db_connections", "Connections to PostgreSQL.", "lane"), lane,
               (double)s->connections);
    metric_set(metric_gauge("wayfare_db_busy", "Connections that a transaction holds.", "lane"), lane,
               (double)s->busy);
    metric_set(metric_gauge("wayfare_db_waiters", "Waiting for a connection.", "lane"), lane,
               (double)s->waiters);
    metric_set(metric_counter("wayfare_db_waits_total", "Times a connection was waited for.", "lane"), lane,
               (double)s->waits);
    metric_set(metric_counter("wayfare_db_wait_seconds_total", "Waited for connections.", "lane"), lane,
               (double)s->waited_us / 1e6);
}

static void database_scrape(const struct program *p)
{
    struct metric *lists;
    struct db_stats s;

    db_stats(p->db, &s);
    lane_scrape("shared", &s.shared);
    lane_scrape("lists", &s.lists);
    lane_scrape("own", &s.own);
    lane_scrape("standby", &s.standby);
    lists = metric_counter("wayfare_db_standby_total", "Lists that a standby was asked for.", "outcome");
    metric_set(lists, "taken", (double)s.standby_taken);
    metric_set(lists, "behind", (double)s.standby_behind);
    metric_set(lists, "failed", (double)s.standby_failed);
    counter("wayfare_db_reconnects_total", "Connections made again.", s.reconnects);
    counter("wayfare_db_statements_total", "Statements sent.", s.statements);
    counter("wayfare_db_round_trips_total", "Segments sent.", s.round_trips);
    counter("wayfare_db_errors_total", "Statements refused.", s.errors);
}

static void tokens_scrape(const struct program *p)
{
    uint64_t hits, misses, refused;
    int64_t feed_us, keys_us;

    auth_counters(p->auth, &hits, &misses, &refused);
    auth_ages(p->auth, &feed_us, &keys_us);
    observe_gauge("wayfare_tokens_cached", "Tokens remembered.", (double)auth_cached(p->auth));
    counter("wayfare_token_hits_total", "Tokens found remembered.", hits);
    counter("wayfare_token_misses_total", "Tokens verified.", misses);
    counter("wayfare_token_refusals_total", "Tokens refused.", refused);
    observe_gauge("wayfare_revocations_age_seconds", "Since the feed of revocations answered.",
                  (double)feed_us / 1e6);
    observe_gauge("wayfare_issuer_keys_age_seconds", "Since the oldest keys fetched of an issuer were good.",
                  (double)keys_us / 1e6);
}

static void store_scrape(const struct program *p)
{
    struct metric *failures =
        metric_counter("wayfare_contents_failures_total", "Contents that could not be put or read.", "kind");
    struct store_stats s;

    store_stats(p->store, &s);
    metric_set(failures, "full", (double)s.full);
    metric_set(failures, "missing", (double)s.missing);
    metric_set(failures, "away", (double)s.away);
}

static void log_scrape(void)
{
    struct metric *lines = metric_counter("wayfare_log_lines_total", "Lines of the log.", "level");

    metric_set(lines, "info", (double)log_count(LOG_INFO));
    metric_set(lines, "warn", (double)log_count(LOG_WARN));
    metric_set(lines, "error", (double)log_count(LOG_ERROR));
}

static void traces_scrape(void)
{
    struct metric *spans = metric_counter("wayfare_spans_total", "Spans of sampled traces.", "outcome");
    struct trace_counts c = trace_counts();

    metric_set(spans, "kept", (double)c.kept);
    metric_set(spans, "sent", (double)c.sent);
    metric_set(spans, "dropped", (double)c.dropped);
}

static void on_scrape(void *arg)
{
    const struct observed *o = arg;
    const struct program *p = o->program;

    metric_set(metric_gauge("wayfare_build_info", "1, of this version.", "version"), WAYFARE_VERSION, 1);
    observe_process(o->started_us);
    observe_files(p);
    database_scrape(p);
    if (p->auth)
        tokens_scrape(p);
    if (p->store)
        store_scrape(p);
    log_scrape();
    traces_scrape();
    observe_gauge("wayfare_coroutines", "Requests and jobs at work.", (double)co_live());
    observe_gauge("wayfare_coroutines_max", "More than so many are refused.", PROGRAM_COROUTINES_MAX);
    observe_gauge("wayfare_stack_high_water_bytes", "Deepest stack use of a coroutine.",
                  (double)co_high_water_bytes());
    observe_gauge("wayfare_loop_lag_seconds", "Longest delay of a timer in the last minute.",
                  (double)loop_lag_us(p->loop) / 1e6);
}

err_t observe_open(struct program *p, struct health **ret)
{
    struct observed *o = ARENA_NEW(p->arena, struct observed);

    *o = (struct observed){.program = p, .started_us = clock_now_us()};
    TRY(health_open(p->loop, p->conf.metrics, ret));
    health_part(*ret, "database", database_ready, p);
    for (size_t i = 0; p->queue_needed && i < p->nqueues; i++)
        health_part_spare(*ret, i == 0 ? "queue" : arena_printf(p->arena, "queue-%zu", i + 1), queue_is_ready,
                          p->queues[i]);
    if (p->auth)
        health_part(*ret, "tokens", tokens_ready, p);
    metrics_on_scrape(on_scrape, o);
    return NULL;
}
