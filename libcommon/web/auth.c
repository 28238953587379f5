/* auth.c - bearer tokens: the issuer by the key that signed, the claims by the issuer's profile, the cache in
 * front. */
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
#define ID_MAX_BYTES 255
#define NAME_MAX_BYTES 200
#define SCOPE_MAX_BYTES 4096
#define ROLES_MAX 100
#define LIMIT_MAX 1000000000

ERR_DEFINE(err_token_missing, ERR_UNAUTHENTICATED, "token.missing", "A bearer token is needed.");
static const struct err err_kid_unknown = {.kind = ERR_UNAUTHENTICATED,
                                           .code = "token.invalid",
                                           .detail = "The token is not valid.",
                                           .cause = "kid is not known"};

/* ---- claims ---- */

/* Codes of organisations: ^[a-z][a-z0-9-]{1,31}$. */
static bool organisation_ok(const char *s)
{
    size_t n = s == NULL ? 0 : strlen(s);

    if (n < 2 || n > ORGANISATION_MAX_BYTES || s[0] < 'a' || s[0] > 'z')
        return false;
    return strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

/* RFC 6749 section 3.3: visible ASCII without quote and backslash. */
static bool scope_word_ok(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] < 0x21 || s[i] > 0x7e || s[i] == '"' || s[i] == '\\')
            return false;
    }
    return n > 0;
}

/* Adds the space-separated words of s; "internal" only from issuers that may say it. False if malformed or
 * too long. */
static bool scope_add(struct buf *out, const struct issuer *is, const char *s)
{
    while (*s != '\0') {
        size_t n = strcspn(s, " ");
        if (n > 0 && !scope_word_ok(s, n))
            return false;
        if (n > 0 && (is->internal || !(n == 8 && memcmp(s, "internal", 8) == 0))) {
            if (out->n + n + 1 > SCOPE_MAX_BYTES)
                return false;
            if (out->n > 0)
                buf_putc(out, ' ');
            buf_put(out, s, n);
        }
        s += n;
        s += *s == ' ';
    }
    return true;
}

/* A claim that is a text or an array of texts, handed on one by one. False if it is neither. */
static bool each_text(const json_t *v, size_t max, bool (*fn)(const char *s, void *arg), void *arg)
{
    const json_t *item;
    size_t i;

    if (v == NULL)
        return true;
    if (json_is_string(v))
        return fn(json_string_value(v), arg);
    if (!json_is_array(v) || json_array_size(v) > max)
        return false;
    json_array_foreach(v, i, item)
    {
        if (!json_is_string(item) || !fn(json_string_value(item), arg))
            return false;
    }
    return true;
}

struct scopes {
    struct buf out;
    const struct issuer *is;
};

static bool add_scope(const char *s, void *arg)
{
    struct scopes *sc = arg;
    return scope_add(&sc->out, sc->is, s);
}

/* A role that the profile does not know gives nothing. */
static bool add_role(const char *s, void *arg)
{
    struct scopes *sc = arg;
    const char *scopes = json_member_text(sc->is->role_scopes, s);
    return scopes == NULL || scope_add(&sc->out, sc->is, scopes);
}

static bool read_scope(struct arena *a, const struct issuer *is, const json_t *claims, const char **ret)
{
    struct scopes sc = {.is = is};

    buf_init(&sc.out, a, 512);
    if (!each_text(jwt_member(claims, is->c_scope), ROLES_MAX, add_scope, &sc))
        return false;
    if (is->c_roles != NULL && !each_text(jwt_member(claims, is->c_roles), ROLES_MAX, add_role, &sc))
        return false;
    *ret = buf_text(&sc.out);
    return true;
}

/* Each word costs every statement under row-level security: only those that a policy can ask for go there. */
static const char *scope_for_policies(struct arena *a, const char *policy_scopes, const char *scope)
{
    struct buf out;

    buf_init(&out, a, 128);
    for (const char *s = scope; *s;) {
        size_t n = strcspn(s, " ");
        const char *word = arena_printf(a, "%.*s", (int)n, s);

        if (str_starts(word, "programme:") || str_starts(word, "office:") || str_eq(word, "internal") ||
            str_has_word(policy_scopes, word))
            buf_printf(&out, "%s%s", out.n > 0 ? " " : "", word);
        s += n;
        s += strspn(s, " ");
    }
    return buf_text(&out);
}

/* ID tokens (OpenID Connect Core 2, 3.3.2.11), logout tokens and tokens bound to a key that we do not check.
 */
static err_t refuse_other_kinds(const json_t *claims)
{
    static const char *const marks[] = {"nonce", "at_hash", "c_hash", "s_hash", "events"};

    for (size_t i = 0; i < LENGTH(marks); i++) {
        if (json_object_get(claims, marks[i]) != NULL)
            return TOKEN_REFUSED("it is not an access token");
    }
    if (json_object_get(claims, "typ") != NULL &&
        strcasecmp(json_member_text(claims, "typ") ?: "", "Bearer") != 0) /* Keycloak marks its kinds here */
        return TOKEN_REFUSED("its typ claim is not Bearer");
    if (json_object_get(claims, "token_use") != NULL &&
        !str_eq(json_member_text(claims, "token_use"), "access"))
        return TOKEN_REFUSED("its token_use claim is not access");
    if (json_object_get(claims, "cnf") != NULL)
        return TOKEN_REFUSED("it is bound to a key of its client");
    return NULL;
}

static bool is_user(const struct issuer *is, const json_t *claims)
{
    const json_t *v;

    if (is->user != USER_CLAIM)
        return is->user == USER_ALWAYS;
    v = jwt_member(claims, is->user_claim);
    return v != NULL && !json_is_null(v) && !json_is_false(v) &&
           !(json_is_string(v) && json_string_length(v) == 0);
}

/* A list of rate, burst and daily quota, each 0 for the usual. */
static bool read_limits(const struct issuer *is, const json_t *claims, struct limit_own *ret)
{
    const json_t *v = is->c_limits == NULL ? NULL : jwt_member(claims, is->c_limits);
    int64_t *const to[] = {&ret->rate, &ret->burst, &ret->daily};

    if (v == NULL)
        return true;
    if (!json_is_array(v) || json_array_size(v) != LENGTH(to))
        return false;
    for (size_t i = 0; i < LENGTH(to); i++) {
        const json_t *n = json_array_get(v, i);
        if (!json_is_integer(n) || json_integer_value(n) < 0 || json_integer_value(n) > LIMIT_MAX)
            return false;
        *to[i] = json_integer_value(n);
    }
    return true;
}

static err_t read_principal(struct arena *a, const struct issuer *is, const json_t *claims,
                            struct principal *who)
{
    who->subject = jwt_text(claims, is->c_subject, ID_MAX_BYTES);
    who->client_id = jwt_text(claims, is->c_client, ID_MAX_BYTES);
    who->organisation = is->organisation ?: jwt_text(claims, is->c_organisation, ORGANISATION_MAX_BYTES);
    who->token_id = jwt_text(claims, "jti", ID_MAX_BYTES);
    who->is_user = is_user(is, claims);
    who->name = who->is_user ? jwt_text(claims, is->c_name, NAME_MAX_BYTES) : NULL;

    if (who->subject == NULL)
        return TOKEN_REFUSED("subject is missing or malformed");
    if (who->client_id == NULL)
        return TOKEN_REFUSED("client is missing or malformed");
    if (!organisation_ok(who->organisation))
        return TOKEN_REFUSED("organisation is missing or malformed");
    if (json_object_get(claims, "jti") != NULL && who->token_id == NULL)
        return TOKEN_REFUSED("jti is malformed");
    if (!read_scope(a, is, claims, &who->scope))
        return TOKEN_REFUSED("scope is malformed");
    return NULL;
}

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
    TRY(refuse_other_kinds(claims));
    TRY(read_principal(a, is, claims, &v.who));
    if (au->policy_scopes != NULL)
        v.who.policy_scope = scope_for_policies(a, au->policy_scopes, v.who.scope);
    if (!read_limits(is, claims, &v.limits))
        return TOKEN_REFUSED("limits are malformed");
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
