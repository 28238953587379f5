/*
 * auth_revoked.c - clients, users and tokens that identity has revoked, and the feed that tells of them.
 *
 * That of a client or user reaches the tokens of its organisation only: what a partner says of a name that it
 * gave to somebody says nothing of the same name elsewhere. A jti is nobody's choice. A revocation matters as
 * long as a token from before it can live, JWT_MAX_LIFE_US; then it is forgotten.
 */
#include "web/auth_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/outcall.h"

#define BUCKETS 1024
#define FEED_TIMEOUT_US 5000000LL
#define FEED_MAX_BYTES 1048576

struct revocation {
    struct revocation *next;
    int64_t before_us;
    int64_t keep_us; /* wall clock after which no token from before it can still be valid */
    char kind;       /* c, u, t */
    char organisation[ORGANISATION_MAX_BYTES + 1]; /* t: none */
    char value[];
};

struct revoked {
    struct revocation *buckets[BUCKETS];
    size_t count;
};

struct revoked *revoked_new(void)
{
    struct revoked *r = calloc(1, sizeof(*r));

    if (r == NULL)
        abort();
    return r;
}

/* FNV-1a; the values come from our own identity service. The organisation is left to the comparison. */
static size_t bucket_of(char kind, const char *value)
{
    uint32_t h = 2166136261U ^ (uint8_t)kind;

    for (; *value != '\0'; value++)
        h = (h ^ (uint8_t)*value) * 16777619U;
    return h % BUCKETS;
}

static struct revocation *find(const struct revoked *r, char kind, const char *organisation,
                               const char *value)
{
    struct revocation *v = value == NULL ? NULL : r->buckets[bucket_of(kind, value)];

    while (v != NULL &&
           !(v->kind == kind && strcmp(v->value, value) == 0 && str_eq(v->organisation, organisation)))
        v = v->next;
    return v;
}

/* Takes away what no longer matters. */
static void purge(struct revoked *r, int64_t now_us)
{
    for (size_t i = 0; i < BUCKETS; i++) {
        struct revocation **at = &r->buckets[i];
        while (*at != NULL) {
            struct revocation *v = *at;
            if (v->keep_us > now_us) {
                at = &v->next;
                continue;
            }
            *at = v->next;
            free(v);
            r->count--;
        }
    }
}

void revoked_free(struct revoked *r)
{
    if (r == NULL)
        return;
    purge(r, INT64_MAX);
    free(r);
}

void revoked_add(struct revoked *r, char kind, const char *organisation, const char *value, int64_t before_us,
                 int64_t now_us)
{
    struct revocation *v = find(r, kind, organisation, value);
    size_t at = bucket_of(kind, value);
    int64_t from_us = before_us > now_us ? before_us : now_us;

    if (v == NULL) {
        if (r->count % 256 == 255)
            purge(r, now_us);
        v = calloc(1, sizeof(*v) + strlen(value) + 1);
        if (v == NULL)
            abort();
        v->kind = kind;
        strncpy(v->organisation, organisation, ORGANISATION_MAX_BYTES);
        memcpy(v->value, value, strlen(value) + 1);
        v->before_us = before_us;
        v->next = r->buckets[at];
        r->buckets[at] = v;
        r->count++;
    }
    if (before_us > v->before_us)
        v->before_us = before_us;
    v->keep_us = from_us + JWT_MAX_LIFE_US + 2 * JWT_LEEWAY_US;
}

bool revoked_has(const struct revoked *r, const struct principal *who, int64_t issued_us)
{
    const struct revocation *client = find(r, 'c', who->organisation, who->client_id);
    const struct revocation *user = find(r, 'u', who->organisation, who->subject);

    /* iat has whole seconds: of the second of the revocation itself all are refused */
    return find(r, 't', "", who->token_id) != NULL || (client != NULL && issued_us <= client->before_us) ||
           (user != NULL && issued_us <= user->before_us);
}

size_t revoked_count(const struct revoked *r)
{
    return r->count;
}

struct target {
    char kind;
    const char *organisation, *value;
};

static bool is_of(const struct verified *v, const void *arg)
{
    const struct target *t = arg;

    if (t->kind == 't')
        return str_eq(v->who.token_id, t->value);
    return str_eq(v->who.organisation, t->organisation) &&
           str_eq(t->kind == 'c' ? v->who.client_id : v->who.subject, t->value);
}

void auth_revoke(struct auth *au, const char *kind, const char *organisation, const char *value,
                 int64_t before_us)
{
    struct target t = {.organisation = organisation, .value = value};

    if (str_eq(kind, "client"))
        t.kind = 'c';
    else if (str_eq(kind, "user"))
        t.kind = 'u';
    else if (str_eq(kind, "token"))
        t.kind = 't';
    else
        return;
    if (t.kind == 't')
        t.organisation = "";
    revoked_add(au->revoked, t.kind, t.organisation, value, before_us, clock_now_us());
    cache_drop(au->cache, is_of, &t); /* those issued later are verified again */
}

bool feed_apply(struct auth *au, const json_t *answer)
{
    const json_t *items = json_object_get(answer, "items"), *item;
    const json_t *last = json_object_get(answer, "last");
    int64_t revoked_us;
    size_t i;

    if (!json_is_array(items) || !json_is_integer(last))
        return false;
    json_array_foreach(items, i, item)
    {
        const char *kind = json_member_text(item, "kind"), *value = json_member_text(item, "value");
        const char *at = json_member_text(item, "revokedAt"),
                   *organisation = json_member_text(item, "organisation");
        int64_t sequence = json_member_i64(item, "sequence", -1);

        if (kind == NULL || organisation == NULL || value == NULL || at == NULL ||
            !date_parse_instant(at, &revoked_us) || sequence < 0)
            return false;
        auth_revoke(au, kind, organisation, value, revoked_us);
        if (sequence > au->feed_after)
            au->feed_after = sequence;
    }
    /* identity's database was restored to an earlier state: its numbers begin again */
    if (json_integer_value(last) < au->feed_after)
        au->feed_after = 0;
    return true;
}

static err_t feed_read(struct ctx *x, struct auth *au, bool *ret_more)
{
    const char *token = au->feed_token(x, au->feed_arg);
    const char *headers[2] = {"Accept: application/json", NULL};
    struct outcall_request rq = {.method = "GET",
                                 .unix_socket = au->feed_place[0] == '/' ? au->feed_place : NULL,
                                 .house = true,
                                 .headers = headers,
                                 .nheaders = 2,
                                 .timeout_us = FEED_TIMEOUT_US,
                                 .max_response_bytes = FEED_MAX_BYTES};
    struct outcall_response rs;
    json_t *answer;

    if (token == NULL)
        return err_internal(x->arena, ERR_UNAVAILABLE, "revocations.token", "no service token");
    headers[1] = arena_printf(x->arena, "Authorization: Bearer %s", token);
    rq.url = arena_printf(x->arena, "%s/identity/v1/revocations?after=%lld",
                          rq.unix_socket ? "http://identity" : au->feed_place, (long long)au->feed_after);
    TRY(outcall_http(x, au->out, &rq, &rs));
    if (rs.status != 200)
        return err_internal(x->arena, ERR_UPSTREAM, "revocations.answer", "status %d", rs.status);
    TRY(json_parse(x->arena, rs.body, rs.body_bytes, 8, &answer));
    if (!feed_apply(au, answer))
        return err_internal(x->arena, ERR_UPSTREAM, "revocations.answer", "not a revocation feed");
    *ret_more = json_array_size(json_object_get(answer, "items")) > 0;
    return NULL;
}

static void feed_run(struct ctx *x, struct auth *au, size_t unused)
{
    bool more = true;
    err_t e = NULL;

    (void)unused;
    while (more && e == NULL && !au->closed)
        e = feed_read(x, au, &more);
    if (e == NULL)
        au->feed_good_us = clock_mono_us();
    if (e != NULL && !au->feed_away && !au->closed && !loop_draining(au->loop))
        log_err(LOG_WARN, NULL, "revocation feed is away", e);
    else if (e == NULL && au->feed_away)
        log_line(LOG_INFO, NULL, "revocation feed is back");
    au->feed_away = e != NULL;
    au->feed_busy = false;
}

static void feed_tick(void *arg)
{
    struct auth *au = arg;

    if (au->feed_busy)
        return;
    au->feed_busy = true;
    auth_spawn(au, "revocations", feed_run, 0);
}

err_t auth_follow_revocations(struct auth *au, const char *identity,
                              const char *(*service_token)(struct ctx *x, void *arg), void *arg)
{
    if (au->loop == NULL || au->out == NULL)
        return err_internal(au->arena, ERR_BUG, "revocations.loop", "no loop or no outcall");
    au->feed_place = arena_strdup(au->arena, identity);
    au->feed_token = service_token;
    au->feed_arg = arg;
    au->feed_good_us = clock_mono_us() - FEED_STALE_US - 1; /* not ready before the first answer */
    au->feed_timer = loop_every(au->loop, FEED_PERIOD_US, feed_tick, au);
    return NULL;
}
