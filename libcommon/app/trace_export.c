/* trace_export.c - see trace_export.h. */
#include "app/trace_export.h"

#include "app/program.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/str.h"
#include "base/trace.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/outcall.h"

#define ROOM 2048 /* spans: about a megabyte */
#define BATCH 256
#define BATCHES 8 /* in a row */
#define TICK_US (1000 * 1000LL)
#define CALL_US (5 * 1000 * 1000LL)
#define LAST_CALL_US (1000 * 1000LL)
#define REST_MIN_US (1000 * 1000LL)
#define REST_MAX_US (60 * 1000 * 1000LL)
#define ANSWER_BYTES 65536

ERR_DEFINE(err_share, ERR_INVALID, "conf.traceShare", "WAYFARE_TRACE_SHARE is a number from 0 to 100.");
ERR_DEFINE(err_url, ERR_INVALID, "conf.otlpUrl", "WAYFARE_OTLP_URL begins with http:// or https://.");
ERR_DEFINE(err_refused, ERR_UPSTREAM, "trace.refused", "The collector did not take the spans.");

static const struct principal nobody = {
    .subject = "traces", .client_id = "", .organisation = "", .scope = ""};

struct trace_export {
    struct program *p;
    const char *url;
    struct loop_timer *timer; /* NULL: it has ended */
    bool sending;
    bool away; /* said in the log */
    int64_t rest_us, rest_until_us;
};

static err_t post(struct ctx *x, const struct trace_export *t, const struct buf *body)
{
    static const char *const headers[] = {"Content-Type: application/json"};
    struct outcall_response rs;

    TRY(outcall_http(x, t->p->outcall,
                     &(struct outcall_request){.method = "POST",
                                               .url = t->url,
                                               .headers = headers,
                                               .nheaders = LENGTH(headers),
                                               .body = body->p,
                                               .body_bytes = body->n,
                                               .timeout_us = t->timer ? CALL_US : LAST_CALL_US,
                                               .max_response_bytes = ANSWER_BYTES},
                     &rs));
    return rs.status >= 200 && rs.status <= 299 ? NULL : err_refused;
}

static void answered(struct trace_export *t, err_t e)
{
    if (!e) {
        t->rest_us = t->rest_until_us = 0;
        if (t->away)
            log_line(LOG_INFO, NULL, "trace collector is back");
        t->away = false;
        return;
    }
    t->rest_us = t->rest_us ? t->rest_us * 2 : REST_MIN_US;
    if (t->rest_us > REST_MAX_US)
        t->rest_us = REST_MAX_US;
    t->rest_until_us = clock_mono_us() + t->rest_us;
    if (!t->away)
        log_err(LOG_WARN, NULL, "trace collector is away", e);
    t->away = true;
}

static err_t send_batch(struct trace_export *t)
{
    CLEANUP(arena_endp) struct arena *a = arena_new();
    struct ctx x = {.arena = a,
                    .who = &nobody,
                    .now_us = clock_now_us(),
                    .deadline_us = clock_mono_us() + CALL_US + TICK_US,
                    .operation = "traces",
                    .purpose = "",
                    .app = t->p};
    struct buf body;
    size_t n;
    err_t e;

    buf_init(&body, a, 65536);
    n = trace_take(&body, BATCH);
    co_deadline(x.deadline_us);
    e = post(&x, t, &body);
    trace_taken(n, !e);
    answered(t, e);
    return e ? err_refused : NULL; /* the other one has ended with its memory */
}

static void send_all(void *arg)
{
    struct trace_export *t = arg;

    for (int i = 0; i < BATCHES && trace_kept() > 0; i++)
        if (send_batch(t))
            break;
    t->sending = false;
}

static void begin(struct trace_export *t)
{
    if (t->sending || trace_kept() == 0 || clock_mono_us() < t->rest_until_us)
        return;
    t->sending = true;
    if (co_start("traces", send_all, t)) /* too much is at work: the next time */
        t->sending = false;
}

static void on_tick(void *arg)
{
    begin(arg);
}

static void drain_begin(void *arg)
{
    struct trace_export *t = arg;

    loop_timer_cancel(t->timer);
    t->timer = NULL;
    begin(t);
}

static bool drain_done(void *arg)
{
    return !((const struct trace_export *)arg)->sending;
}

err_t trace_export_open(struct program *p, const struct trace_conf *conf, const char *service)
{
    struct trace_export *t;

    if (conf->share < 0 || conf->share > 100)
        return err_share;
    if (conf->url[0] == '\0')
        return NULL;
    if (!str_starts(conf->url, "http://") && !str_starts(conf->url, "https://"))
        return err_url;
    t = ARENA_NEW(p->arena, struct trace_export);
    t->p = p;
    t->url = conf->url;
    trace_open(service, WAYFARE_VERSION, (unsigned)conf->share, ROOM);
    t->timer = loop_every(p->loop, TICK_US, on_tick, t);
    loop_on_drain(p->loop, (struct loop_hook){.begin = drain_begin, .done = drain_done, .arg = t});
    return NULL;
}
