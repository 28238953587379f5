/* auth.c - bearer tokens: the issuer by the key that signed, the cache in front. */
#include "web/auth.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "io/loop.h"
#include "web/auth_parts.h"

#define CACHE_MAX 10000

ERR_DEFINE(err_token_missing, ERR_UNAUTHENTICATED, "token.missing", "A bearer token is needed.");
static const struct err err_kid_unknown = {.kind = ERR_UNAUTHENTICATED,
                                           .code = "token.invalid",
                                           .detail = "The token is not valid.",
                                           .cause = "kid is not known"};

/* ---- one token ---- */

/* RFC 9068 section 2.1: "application/" may be left out; media types know no case. */
static bool typ_ok(const struct issuer *is, const char *typ)
{
    if (strncasecmp(typ, "application/", 12) == 0)
        typ += 12;
    for (size_t i = 0; i < is->ntyps; i++) {
        if (strcasecmp(is->typs[i], typ) == 0)
            return true;
    }
    return false;
}

/* The issuer is whose key verifies; its claims are not read before. Two issuers may have keys of one kid. */
static err_t find_issuer(const struct auth *au, const struct jwt *t, struct verified *v)
{
    err_t e = &err_kid_unknown;

    for (size_t i = 0; i < au->nissuers; i++) {
        const struct issuer *is = &au->issuers[i];
        const struct jwt_key *key = jwt_keys_find(&is->keys.keys, t->kid);
        if (key == NULL)
            continue;
        if (!typ_ok(is, t->typ)) {
            e = TOKEN_REFUSED("typ is not one of the issuer's");
            continue;
        }
        e = jwt_verify(t, key);
        if (e == NULL) {
            v->issuer = i;
            memcpy(v->thumb, key->thumb, sizeof(v->thumb));
            return NULL;
        }
    }
    return e;
}

static err_t verify(struct auth *au, struct arena *a, const char *token, size_t n, int64_t now_us,
                    struct verified *ret)
{
    struct verified v = {0};
    const struct issuer *is;
    struct jwt t;
    json_t *claims;
    int64_t iat_us;

    TRY(jwt_split(a, token, n, true, &t));
    TRY(find_issuer(au, &t, &v));
    is = &au->issuers[v.issuer];

    TRY(jwt_claims(a, &t, &claims));
    if (!str_eq(json_member_text(claims, "iss"), is->iss))
        return TOKEN_REFUSED("iss is not the key's issuer");
    if (!jwt_audience(claims, is->aud))
        return TOKEN_REFUSED("aud is not ours");
    TRY(jwt_times(claims, now_us, &v.who.expires_us, &iat_us));
    TRY(claims_read(a, is, claims, &v));
    if (au->policy_scopes != NULL)
        v.who.policy_scope = claims_policy_scope(a, au->policy_scopes, v.who.scope);
    if (revoked_has(au->revoked, &v.who, iat_us))
        return TOKEN_REFUSED("it has been revoked");

    *ret = v;
    return NULL;
}

err_t auth_verify(struct auth *au, struct arena *a, const char *token, size_t n, int64_t now_us,
                  struct principal *ret)
{
    struct verified v;

    TRY(verify(au, a, token, n, now_us, &v));
    *ret = v.who;
    return NULL;
}

/* RFC 6750 section 2.1: "Bearer" 1*SP b64token. */
static const char *bearer_token(const char *authorization)
{
    if (strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    authorization += 7;
    return authorization + strspn(authorization, " ");
}

err_t auth_bearer(struct ctx *x, struct auth *au, const char *authorization, const struct principal **ret)
{
    const struct principal *who;
    struct verified v;
    const char *token;
    size_t n;
    err_t e;

    if (authorization == NULL)
        return err_token_missing;
    token = bearer_token(authorization);
    n = token == NULL ? 0 : strlen(token);
    if (n == 0 || n > JWT_MAX_BYTES) {
        au->refused++;
        return TOKEN_REFUSED("no bearer token of at most 8192 bytes");
    }

    who = cache_find(au->cache, token, n, clock_now_us());
    if (who != NULL) {
        au->hits++;
        *ret = who;
        return NULL;
    }
    e = verify(au, x->arena, token, n, clock_now_us(), &v);
    if (e == &err_kid_unknown && keysets_refresh(x, au))
        e = verify(au, x->arena, token, n, clock_now_us(), &v);
    if (e != NULL) {
        au->refused++;
        return e;
    }
    au->misses++;
    *ret = cache_add(au->cache, token, n, &v);
    return NULL;
}

void auth_release(struct auth *au, const struct principal *who)
{
    cache_release(au->cache, who);
}

/* ---- life ---- */

static void first_tick(void *arg)
{
    struct auth *au = arg;

    au->first_tick = NULL; /* it frees itself */
    keysets_tick(au);
}

err_t auth_open(struct loop *l, struct outcall *out, const struct auth_options *o, struct auth **ret)
{
    struct auth *au = calloc(1, sizeof(*au));
    err_t e;

    if (au == NULL)
        abort();
    au->arena = arena_new();
    au->loop = l;
    au->out = out;
    au->policy_scopes = o->policy_scopes;
    au->cache = cache_new(o->cache_max > 0 ? o->cache_max : CACHE_MAX);
    au->revoked = revoked_new();

    e = profiles_load(au, o);
    for (size_t i = 0; e == NULL && i < au->nissuers; i++) {
        if (au->issuers[i].jwks_file != NULL)
            e = keyset_read_file(au, i, clock_mono_us());
    }
    if (e != NULL) {
        static struct err kept; /* the auth's arena goes; a program opens one auth and ends if it cannot */
        static char detail[512];
        strncpy(detail, e->detail, sizeof(detail) - 1);
        kept = (struct err){.kind = e->kind, .code = e->code, .detail = detail};
        auth_close(au);
        return &kept;
    }
    if (l != NULL) {
        au->tick = loop_every(l, KEYS_TICK_US, keysets_tick, au);
        au->first_tick = loop_after(l, 0, first_tick, au);
    }
    *ret = au;
    return NULL;
}

void auth_close(struct auth *au)
{
    if (au == NULL)
        return;
    if (!au->closed) {
        loop_timer_cancel(au->tick);
        loop_timer_cancel(au->first_tick);
        loop_timer_cancel(au->feed_timer);
    }
    au->closed = true;
    if (au->running > 0)
        return; /* the last coroutine closes */
    for (size_t i = 0; i < au->nissuers; i++)
        arena_free(au->issuers[i].keys.arena);
    cache_free(au->cache);
    revoked_free(au->revoked);
    arena_free(au->arena);
    free(au);
}

bool auth_ready(const struct auth *au)
{
    for (size_t i = 0; i < au->nissuers; i++) {
        if (au->issuers[i].keys.keys.n == 0)
            return false;
    }
    return au->feed_timer == NULL || clock_mono_us() - au->feed_good_us <= FEED_STALE_US;
}

void auth_ages(const struct auth *au, int64_t *ret_feed_us, int64_t *ret_keys_us)
{
    int64_t now_us = clock_mono_us();

    *ret_feed_us = au->feed_timer ? now_us - au->feed_good_us : 0;
    *ret_keys_us = 0;
    for (size_t i = 0; i < au->nissuers; i++) {
        const struct issuer *is = &au->issuers[i];

        if (is->jwks_uri && is->keys.arena && now_us - is->keys.good_us > *ret_keys_us)
            *ret_keys_us = now_us - is->keys.good_us;
    }
}

size_t auth_cached(const struct auth *au)
{
    return cache_count(au->cache);
}

void auth_counters(const struct auth *au, uint64_t *ret_hits, uint64_t *ret_misses, uint64_t *ret_refused)
{
    *ret_hits = au->hits;
    *ret_misses = au->misses;
    *ret_refused = au->refused;
}
