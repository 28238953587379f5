/*
 * main.c - the webhooks daemon: delivers to partners' endpoints, signed (Standard Webhooks), in order per
 * subject.
 *
 * A delivery is claimed with a lease, at most PER_ENDPOINT at a time for a host and port, and those that do
 * not answer share TROUBLED turns, so that dead partners delay nobody else. It is `delivering`, committed,
 * before the call: a crash in between delivers the same webhook-id once more.
 */
#include <string.h>

#include "app/keyring.h"
#include "app/leases.h"
#include "app/worker_main.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/date.h"
#include "base/str.h"
#include "endpoints.h"
#include "io/outcall.h"
#include "notifications/subscriptions/queries.h"
#include "notifications/subscriptions/rules.h"
#include "web/metrics.h"

#define PARALLEL 16
#define TROUBLED (PARALLEL / 2)
#define PER_ENDPOINT 2
#define CALL_TIMEOUT_US (15 * DATE_US_PER_S)
#define ANSWER_BYTES 65536
#define DEGRADED_FROM 3
#define ORDER_PAUSE_US 200000
#define TOLD_MAX 200 /* endpoints in the metrics of what waits */

struct webhooks {
    struct endpoints *endpoints;
    struct metric *seconds, *failures, *waiting, *late;
};

struct job {
    struct uuid id;
    const char *endpoint;
    struct delivery_locked d;
};

struct outcome {
    int32_t status;         /* HTTP; 0: no answer */
    const char *error;      /* code; NULL: none */
    int64_t retry_after_us; /* 0: not said */
    int64_t duration_us;
};

static err_t secret_of(struct ctx *x, const struct job *job, struct bytes sealed, const char **ret)
{
    return keyring_unseal(x->arena, program_of(x)->keyring, "webhook", x->who->organisation,
                          "subscriptions.secret", job->d.subscription_id, sealed, ret);
}

/* One signed call. Only what speaks against our own house is an error; the partner's failures are outcomes.
 */
static err_t call(struct ctx *x, const struct job *job, struct outcome *ret)
{
    struct arena *a = x->arena;
    const char *secret, *previous = NULL, *id = uuid_text(a, job->id);
    int64_t at_s = x->now_us / DATE_US_PER_S;
    TRY(secret_of(x, job, job->d.secret, &secret));
    if (job->d.previous_secret.p && job->d.previous_until.set && job->d.previous_until.v > x->now_us)
        TRY(secret_of(x, job, job->d.previous_secret, &previous));
    size_t bytes = strlen(job->d.body);
    const char *signature = rules_hook_signature(a, secret, previous, id, at_s, job->d.body, bytes);
    if (!signature)
        return err_internal(a, ERR_BUG, "hook.secret", "the secret of a subscription is malformed");
    const char *headers[] = {"Content-Type: application/cloudevents+json", "User-Agent: Wayfare-Webhooks/1",
                             arena_printf(a, "webhook-id: %s", id),
                             arena_printf(a, "webhook-timestamp: %lld", (long long)at_s),
                             arena_printf(a, "webhook-signature: %s", signature)};
    struct outcall_response rs = {0};
    err_t e = outcall_http(x, program_of(x)->outcall,
                           &(struct outcall_request){.method = "POST",
                                                     .url = job->d.url,
                                                     .headers = headers,
                                                     .nheaders = LENGTH(headers),
                                                     .body = job->d.body,
                                                     .body_bytes = bytes,
                                                     .timeout_us = CALL_TIMEOUT_US,
                                                     .max_response_bytes = ANSWER_BYTES,
                                                     .public_only = true},
                           &rs);
    if (e && e->kind == ERR_CANCELLED)
        return e;
    *ret = (struct outcome){.status = e ? 0 : rs.status,
                            .error = e ? e->code : NULL,
                            .retry_after_us = rules_hook_retry_after_us(rs.retry_after),
                            .duration_us = rs.us};
    return NULL;
}

static struct opt_i32 status_of(const struct outcome *o)
{
    return (struct opt_i32){.set = o->status != 0, .v = o->status};
}

static void end(struct ctx *x, struct tx *tx, const struct job *job, const char *status,
                struct opt_i64 next_at, const struct outcome *o)
{
    bool done = str_eq(status, "done");
    q_delivery_end(tx, &(struct q_delivery_end_in){.id = job->id,
                                                   .status = status,
                                                   .next_at = next_at,
                                                   .last_status = status_of(o),
                                                   .last_error = o->error,
                                                   .done_at = {.set = done, .v = x->now_us},
                                                   .now = x->now_us});
    if (next_at.set)
        q_delivery_due_at(tx, job->id, next_at.v);
    else
        q_delivery_due_drop(tx, job->id);
}

static err_t record(struct ctx *x, const struct job *job, const struct outcome *o)
{
    struct tx *tx;
    uint64_t seed;
    memcpy(&seed, job->id.b + 8, sizeof seed);
    TRY(db_begin(x, &tx));
    q_delivery_attempt_add(tx, &(struct q_delivery_attempt_add_in){.id = job->id,
                                                                   .status = status_of(o),
                                                                   .error = o->error,
                                                                   .duration_us = o->duration_us,
                                                                   .now = x->now_us});
    if (o->status >= 200 && o->status < 300) {
        end(x, tx, job, "done", (struct opt_i64){0}, o);
        q_subscription_succeeded(tx, job->d.subscription_id, x->now_us);
        return NULL;
    }
    int64_t pause = rules_hook_pause_us(job->d.attempts, seed);
    bool gone = o->status == 410, dead = gone || pause == 0;
    if (o->retry_after_us > pause && (o->status == 429 || o->status == 503))
        pause = o->retry_after_us;
    end(x, tx, job, dead ? "dead" : "retry", (struct opt_i64){.set = !dead, .v = x->now_us + pause}, o);
    q_subscription_failed(tx, &(struct q_subscription_failed_in){.id = job->d.subscription_id,
                                                                 .degraded_from = DEGRADED_FROM,
                                                                 .disable = dead,
                                                                 .reason = gone ? "gone" : "unreachable",
                                                                 .now = x->now_us});
    if (dead)
        q_deliveries_give_up(tx, job->d.subscription_id, x->now_us);
    return NULL;
}

/* Nothing is sent for an ended or disabled subscription, nor before an earlier delivery on the same subject.
 */
static err_t may_go(struct ctx *x, struct tx *tx, struct job *job, bool *ret_go)
{
    struct delivery_before before;
    bool found = false;
    *ret_go = false;
    TRY(q_delivery_lock(tx, job->id, &found, &job->d));
    if (!found || str_eq(job->d.status, "done") || str_eq(job->d.status, "dead")) {
        q_delivery_due_drop(tx, job->id);
        return tx_sync(tx);
    }
    if (job->d.recalled) {
        end(x, tx, job, "dead", (struct opt_i64){0}, &(struct outcome){.error = "recalled"});
        return tx_sync(tx);
    }
    if (str_eq(job->d.subscription_status, "disabled")) {
        end(x, tx, job, "dead", (struct opt_i64){0}, &(struct outcome){.error = "subscription.disabled"});
        return tx_sync(tx);
    }
    TRY(q_delivery_before(tx, job->d.subscription_id, job->d.subject, job->d.created_at, job->id, &found,
                          &before));
    if (found) {
        q_delivery_due_at(tx, job->id, x->now_us + ORDER_PAUSE_US);
        return tx_sync(tx);
    }
    q_delivery_begin(tx, job->id, x->now_us);
    job->d.attempts++;
    *ret_go = true;
    return tx_sync(tx);
}

/* One delivery, claimed by this turn. */
static err_t deliver(struct ctx *x, struct job *job)
{
    const struct webhooks *w = PROGRAM_STATE(x, struct webhooks);
    struct outcome outcome = {0};
    struct tx *tx;
    bool go = false;
    TRY(db_begin(x, &tx));
    TRY(may_go(x, tx, job, &go));
    TRY(tx_commit(x));
    if (!go)
        return NULL;
    endpoints_begin(w->endpoints, job->endpoint, clock_mono_us());
    err_t e = call(x, job, &outcome);
    endpoints_end(w->endpoints, job->endpoint, e || outcome.status != 0, clock_mono_us());
    TRY(e);
    metric_observe_us(w->seconds, job->endpoint, outcome.duration_us);
    if (outcome.status < 200 || outcome.status > 299)
        metric_add(w->failures, job->endpoint, 1);
    return record(x, job, &outcome);
}

static err_t claim(struct ctx *x, struct tx *tx, struct uuid_array held, bool *ret_found,
                   struct lease_claim *ret)
{
    struct delivery_claim c;
    TRY(q_delivery_claim(
        tx, LEASE_S, PER_ENDPOINT, held,
        endpoints_avoid(x->arena, PROGRAM_STATE(x, struct webhooks)->endpoints, clock_mono_us()), ret_found,
        &c));
    if (*ret_found)
        *ret = (struct lease_claim){.id = c.delivery_id, .org = c.org, .at_us = c.at, .place = c.endpoint};
    return NULL;
}

static err_t work(struct ctx *x, const struct lease_claim *c)
{
    return deliver(x, &(struct job){.id = c->id, .endpoint = c->place});
}

/* For the metrics. */
static err_t count_once(struct ctx *x, size_t *ret_done)
{
    const struct webhooks *w = PROGRAM_STATE(x, struct webhooks);
    struct deliveries_waiting *v;
    struct tx *tx;
    size_t n;
    TRY(db_begin_read(x, &tx));
    TRY(q_deliveries_waiting(tx, TOLD_MAX, &v, &n));
    metric_reset(w->waiting);
    metric_reset(w->late);
    for (size_t i = 0; i < n; i++) {
        metric_set(w->waiting, v[i].endpoint, (double)v[i].n);
        metric_set(w->late, v[i].endpoint, v[i].late_s);
    }
    return NULL;
}

static err_t start(struct program *p)
{
    struct webhooks *w = ARENA_NEW(p->arena, struct webhooks);
    *w = (struct webhooks){
        .endpoints = endpoints_new(p->arena, TROUBLED),
        .seconds = metric_histogram("wayfare_webhook_seconds", "Calls of partners' endpoints.", "endpoint"),
        .failures = metric_counter("wayfare_webhook_failures_total", "Calls without an answer of status 2xx.",
                                   "endpoint"),
        .waiting = metric_gauge("wayfare_webhook_waiting", "Deliveries that are not done.", "endpoint"),
        .late = metric_gauge("wayfare_webhook_late_seconds", "Since the first of them was due.", "endpoint"),
    };
    p->state = w;
    return keyring_need(p->arena, p->keyring, "webhook");
}

int main(int argc, char **argv)
{
    static const struct leased_work delivering = {.claim = claim, .work = work, .renew = q_deliveries_renew};
    static const struct work works[] = {
        {.name = "deliver",
         .run_once = leases_turn,
         .tick_us = 500000,
         .poke = "webhooks",
         .parallel = PARALLEL},
        {.name = "renew", .run_once = leases_renew, .tick_us = LEASE_RENEW_US},
        {.name = "count", .run_once = count_once, .tick_us = 5000000}};
    static const struct worker worker = {.name = "webhooks",
                                         .about = "delivers to partners' endpoints, signed",
                                         .service = "notifications",
                                         .works = works,
                                         .nworks = LENGTH(works),
                                         .needs = PROGRAM_KEYS,
                                         .leased = &delivering,
                                         .start = start};
    return worker_main(argc, argv, &worker);
}
