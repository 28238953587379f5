/* quota.c - see quota.h; the bucket itself is quota.lua. */
#include "web/quota.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/uuid.h"
#include "io/co.h"
#include "io/queue.h"
#include "web/metrics.h"
#include "web/quota_lua.h"

#define SLOTS 1024
#define LEASE_US 1000000LL
#define RENEW_US 800000LL    /* an older lease is handed back with the next */
#define PATIENCE_US 300000LL /* Redis counts as away when it has not answered by then, */
#define AWAY_US 1000000LL    /* and is asked again after that, by one request, */
#define EMPTY_US 1000000LL   /* as is an empty bucket, whose limits may have been raised */
#define SWEEP_AT 4096        /* buckets; those not used for a minute go */
#define IDLE_US 60000000LL
#define LEASE_MAX 1000
#define KEY_MAX_BYTES 600

ERR_DEFINE(err_limited, ERR_LIMIT, "rate.limited", "Too many requests; see Retry-After.");
ERR_DEFINE(err_unconnected, ERR_UNAVAILABLE, "rate.alone", "Redis is not connected.");
ERR_DEFINE(err_quota, ERR_LIMIT, "rate.quota", "The requests of this day are used up; see Retry-After.");

/* Who waits for a bucket whose lease is on its way. */
struct waiter {
    struct waiter *next;
    struct co_wait wait;
};

/* What this process knows of a bucket. */
struct bucket {
    struct bucket *next;
    int64_t used_us; /* mono, the last time */
    int64_t tokens, taken, block;
    int64_t begun_us; /* mono, when the lease was asked for */
    int64_t level, daily_left, day_ends_us;
    int64_t next_at_us;             /* mono; Redis has said that there is none before, */
    int64_t empty_until_us;         /* and is not asked again before */
    int64_t own_level_u, own_at_us; /* the process's own, in millionths, while Redis is away */
    bool asking;
    struct waiter *waiters;
    char name[];
};

struct limits {
    struct queue *queue;
    struct limit_policy usual;
    struct bucket *slots[SLOTS];
    size_t n;
    int64_t away_until_us; /* mono; 0: the last answer came in time */
    bool alone;            /* judging without Redis, and it has been logged */
    char who[37];          /* this process */
    struct metric *refused, *leases, *away;
};

struct limits *limits_open(struct queue *q, const struct limit_policy *usual)
{
    struct limits *ls = calloc(1, sizeof(*ls));

    if (!ls)
        abort();
    ls->queue = q;
    ls->usual = *usual;
    uuid_format(uuid_new(clock_now_us()), ls->who);
    ls->refused = metric_counter("wayfare_rate_refused_total", "Requests over a limit.", "kind");
    ls->leases = metric_counter("wayfare_rate_leases_total", "Leases of requests asked of Redis.", NULL);
    ls->away = metric_counter("wayfare_rate_away_total", "Requests judged without Redis.", NULL);
    return ls;
}

void limits_close(struct limits *ls)
{
    if (!ls)
        return;
    for (size_t i = 0; i < SLOTS; i++) {
        for (struct bucket *b = ls->slots[i], *next; b; b = next) {
            next = b->next;
            free(b);
        }
    }
    free(ls);
}

/* ---- buckets of this process ---- */

static size_t slot_of(const char *name)
{
    uint32_t h = 2166136261U;

    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 16777619U;
    return h % SLOTS;
}

/* A lease that nobody spends is void soon; Redis has the rest. */
static void sweep(struct limits *ls, int64_t now_us)
{
    for (size_t i = 0; i < SLOTS; i++) {
        struct bucket **at = &ls->slots[i];
        while (*at) {
            struct bucket *b = *at;
            if (b->asking || b->waiters || b->used_us > now_us - IDLE_US) {
                at = &b->next;
                continue;
            }
            *at = b->next;
            free(b);
            ls->n--;
        }
    }
}

static struct bucket *bucket_of(struct limits *ls, const char *name, int64_t now_us)
{
    size_t slot = slot_of(name);
    struct bucket *b = ls->slots[slot];

    while (b && strcmp(b->name, name) != 0)
        b = b->next;
    if (!b) {
        if (ls->n >= SWEEP_AT && ls->n % 256 == 0)
            sweep(ls, now_us);
        b = calloc(1, sizeof(*b) + strlen(name) + 1);
        if (!b)
            abort();
        memcpy(b->name, name, strlen(name) + 1);
        b->next = ls->slots[slot];
        b->own_at_us = 0;
        b->daily_left = -1;
        ls->slots[slot] = b;
        ls->n++;
    }
    b->used_us = now_us;
    return b;
}

static void wake_all(struct bucket *b)
{
    while (b->waiters) {
        struct waiter *w = b->waiters;
        b->waiters = w->next;
        co_wake(&w->wait);
    }
}

/* Until the lease that another request has asked for is there. */
static err_t wait_for_lease(struct bucket *b)
{
    struct waiter w = {.next = b->waiters};
    err_t e;

    b->waiters = &w;
    e = co_wait(&w.wait);
    if (!e)
        return NULL;
    for (struct waiter **at = &b->waiters; *at; at = &(*at)->next) {
        if (*at == &w) {
            *at = w.next;
            break;
        }
    }
    return e;
}

/* ---- Redis ---- */

/* Said once until it answers again. */
static void note_away(const struct ctx *x, struct limits *ls, err_t why)
{
    if (!ls->alone)
        log_err(LOG_WARN, x, "limits are judged without Redis", why);
    ls->alone = true;
}

static bool away(const struct ctx *x, struct limits *ls)
{
    if (!ls->queue)
        return true;
    if (!queue_ready(ls->queue))
        note_away(x, ls, err_unconnected);
    return !queue_ready(ls->queue) || clock_mono_us() < ls->away_until_us;
}

struct grant {
    int64_t granted, level, daily_left, wait_us, day_left_us;
};

/* False: Redis is away, or the request itself is over (*ret_e). */
static bool ask(struct ctx *x, struct limits *ls, const char *name, const struct limit_policy *p,
                int64_t want, int64_t back, int64_t lease_us, struct grant *ret, err_t *ret_e)
{
    int64_t args[] = {p->rate, p->per_s * 1000000, p->burst, p->daily, want, back, lease_us};
    int64_t due_us = clock_mono_us() + PATIENCE_US, out[5];
    bool ours = !x->deadline_us || due_us < x->deadline_us;
    char key[KEY_MAX_BYTES + 8];
    err_t e;

    snprintf(key, sizeof(key), "limit:%s", name);
    if (ls->away_until_us)
        ls->away_until_us = due_us; /* the others do not wait for what this one finds out */
    co_deadline(ours ? due_us : x->deadline_us);
    e = queue_script(x, ls->queue, embed_quota_lua, key, ls->who, args, LENGTH(args), out, LENGTH(out));
    co_deadline(x->deadline_us);
    *ret_e = NULL;
    if (!e) {
        ls->away_until_us = 0;
        ls->alone = false;
        *ret = (struct grant){out[0], out[1], out[2], out[3], out[4]};
        return true;
    }
    if (e->kind == ERR_CANCELLED && !(ours && str_eq(e->code, "co.deadline"))) {
        *ret_e = e;
        return false;
    }
    note_away(x, ls, e);
    ls->away_until_us = clock_mono_us() + AWAY_US;
    return false;
}

/* How many to ask for: twice as many as before if they were gone before their time, else as many as were
 * used. */
static int64_t block_of(const struct bucket *b, const struct limit_policy *p, int64_t now_us)
{
    int64_t most = p->burst / 16, want = 1;

    if (now_us < b->begun_us + 2 * LEASE_US)
        want = b->tokens == 0 && now_us < b->begun_us + RENEW_US ? b->block * 2 : b->taken;
    if (most > LEASE_MAX)
        most = LEASE_MAX;
    return want > most ? (most ? most : 1) : (want < 1 ? 1 : want);
}

static bool lease(struct ctx *x, struct limits *ls, struct bucket *b, const struct limit_policy *p,
                  err_t *ret_e)
{
    int64_t begun_us = clock_mono_us(), want = block_of(b, p, begun_us);
    int64_t back = begun_us < b->begun_us + LEASE_US ? b->tokens : 0;
    struct grant g;
    bool there;

    b->asking = true;
    b->tokens = 0;
    there = ask(x, ls, b->name, p, want, back, LEASE_US, &g, ret_e);
    b->asking = false;
    metric_add(ls->leases, NULL, 1);
    if (there) {
        b->begun_us = begun_us; /* before Redis's own clock began to count */
        b->tokens = b->block = g.granted;
        b->taken = 0;
        b->level = g.level;
        b->daily_left = g.daily_left;
        b->day_ends_us = clock_mono_us() + g.day_left_us;
        b->next_at_us = clock_mono_us() + g.wait_us;
        b->empty_until_us =
            g.granted > 0 ? 0 : clock_mono_us() + (g.wait_us < EMPTY_US ? g.wait_us : EMPTY_US);
    }
    wake_all(b);
    return there;
}

/* ---- one request ---- */

/* Redis is away: a bucket of this process alone. */
static err_t spend_own(struct limits *ls, struct bucket *b, const struct limit_policy *p, int n,
                       int64_t *ret_retry_s)
{
    int64_t now_us = clock_mono_us(), most_u = p->burst * 1000000;
    int64_t per_us = p->per_s * 1000000; /* of rate requests */

    if (b->own_at_us == 0 || now_us - b->own_at_us > per_us * (p->burst + 1))
        b->own_level_u = most_u;
    else
        b->own_level_u += (int64_t)((double)(now_us - b->own_at_us) * (double)p->rate * 1e6 / (double)per_us);
    if (b->own_level_u > most_u)
        b->own_level_u = most_u;
    b->own_at_us = now_us;
    b->daily_left = -1;
    metric_add(ls->away, NULL, 1);
    if (b->own_level_u < (n ? n : 1) * 1000000LL) {
        b->level = 0;
        *ret_retry_s = 1 + per_us / p->rate / 1000000;
        return err_limited;
    }
    b->own_level_u -= n * 1000000LL;
    b->level = b->own_level_u / 1000000;
    return NULL;
}

static err_t refuse(struct limits *ls, struct bucket *b, struct limit_state *ret)
{
    int64_t wait_us = b->next_at_us - clock_mono_us();

    ret->retry_s = wait_us > 0 ? (wait_us + 999999) / 1000000 : 1;
    ret->left = 0;
    metric_add(ls->refused, "request", 1);
    return b->daily_left == 0 ? err_quota : err_limited;
}

static err_t spend(struct ctx *x, struct limits *ls, struct bucket *b, struct limit_state *ret)
{
    const struct limit_policy *p = &ret->policy;
    err_t e = NULL;

    for (;;) {
        int64_t now_us = clock_mono_us(), age_us = now_us - b->begun_us;

        if (b->tokens > 0 && age_us < RENEW_US) {
            b->tokens--;
            b->taken++;
            return NULL;
        }
        if (now_us < b->empty_until_us)
            return refuse(ls, b, ret);
        if (b->asking) {
            TRY(wait_for_lease(b));
            continue;
        }
        if (away(x, ls) || !lease(x, ls, b, p, &e)) {
            if (e)
                return e;
            e = spend_own(ls, b, p, 1, &ret->retry_s);
            if (e)
                metric_add(ls->refused, "request", 1);
            return e;
        }
    }
}

static struct limit_policy policy_of(const struct limits *ls, const struct limit_own *own)
{
    struct limit_policy p = ls->usual;

    if (own && own->rate > 0)
        p.rate = own->rate;
    if (own && own->burst > 0)
        p.burst = own->burst;
    if (own && own->daily > 0)
        p.daily = own->daily;
    if (p.per_s < 1)
        p.per_s = 1;
    if (p.rate > 0 && p.burst < 1)
        p.burst = p.rate;
    return p;
}

err_t limits_request(struct ctx *x, struct limits *ls, const struct principal *who,
                     const struct limit_own *own, struct limit_state *ret)
{
    char name[KEY_MAX_BYTES];
    struct bucket *b;
    err_t e;

    *ret = (struct limit_state){.daily_left = -1};
    if (principal_has(who, "internal"))
        return NULL;
    ret->policy = policy_of(ls, own);
    if (ret->policy.rate < 1)
        return NULL;
    /* A frontend's client is shared by all of its users; each has a bucket of their own. */
    if (snprintf(name, sizeof(name), "%s:%c:%s", who->organisation, who->is_user ? 'u' : 'c',
                 who->is_user ? who->subject : who->client_id) >= (int)sizeof(name))
        return err_internal(x->arena, ERR_BUG, "rate.name", "a name of over %d bytes", KEY_MAX_BYTES);
    b = bucket_of(ls, name, clock_mono_us());
    e = spend(x, ls, b, ret);
    ret->left = e ? 0 : b->tokens + b->level;
    if (ret->left > ret->policy.burst) /* it was judged by an older token with higher limits */
        ret->left = ret->policy.burst;
    ret->daily_left = b->daily_left < 0 ? -1 : b->daily_left + b->tokens;
    ret->day_left_s = (b->day_ends_us - clock_mono_us()) / 1000000 + 1;
    return e;
}

err_t limits_spend(struct ctx *x, struct limits *ls, const char *name, const struct limit_policy *p, int n,
                   int64_t *ret_retry_s)
{
    struct grant g;
    err_t e = NULL;

    *ret_retry_s = 0;
    if (strlen(name) >= KEY_MAX_BYTES)
        return err_internal(x->arena, ERR_BUG, "rate.name", "a name of over %d bytes", KEY_MAX_BYTES);
    if (away(x, ls) || !ask(x, ls, name, p, n, 0, 0, &g, &e)) {
        if (!e)
            e = spend_own(ls, bucket_of(ls, name, clock_mono_us()), p, n, ret_retry_s);
    } else if (n > 0 ? g.granted < n : g.level < 1) {
        *ret_retry_s = (g.wait_us + 999999) / 1000000;
        e = err_limited;
    }
    if (e && e->kind == ERR_LIMIT)
        metric_add(ls->refused, "attempt", 1);
    return e;
}
