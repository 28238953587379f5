/* auth_parts.h - what the files auth*.c share; nobody else includes it, except their tests. */
#pragma once

#include <sys/stat.h>

#include <jansson.h>

#include "base/ctx.h"
#include "base/err.h"
#include "web/auth.h"
#include "web/auth_jwt.h"
#include "web/quota.h"

#define KEYS_TICK_US 1000000LL     /* what is due is looked for this often */
#define FILE_CHECK_US 10000000LL   /* a key file is looked at this often at most */
#define URI_REFRESH_US 600000000LL /* a good set from a URI is fetched again after 10 min */
#define URI_RETRY_US 30000000LL    /* after a failure, or for an unknown kid, once in 30 s */
#define KEYS_KEEP_US 86400000000LL /* a set that can no longer be refreshed is used for 24 h */
#define ORGANISATION_MAX_BYTES 32
#define FEED_STALE_US 30000000LL /* an older revocation feed makes the process not ready */
#define FEED_PERIOD_US 500000LL
#define TYPS_MAX 4

/* The keys of one issuer, swapped as a whole. Times are of clock_mono_us. */
struct keyset {
    struct arena *arena; /* of the present set; NULL before the first */
    struct jwt_keys keys;
    int64_t good_us;   /* last success */
    int64_t tried_us;  /* last try; 0 never */
    struct stat stamp; /* of the file that was read last */
    bool bad;          /* that file was refused */
    bool missing;
    bool fetching;
};

enum user_rule { USER_NEVER, USER_ALWAYS, USER_CLAIM };

/* One issuer profile. All texts live in the auth's arena. */
struct issuer {
    const char *file; /* of the profile */
    const char *iss, *aud;
    unsigned algs;              /* mask of 1 << enum jwt_alg */
    const char *typs[TYPS_MAX]; /* without "application/" */
    size_t ntyps;
    const char *jwks_file; /* absolute or relative to the working folder; one of the two is set */
    const char *jwks_uri;
    bool development, internal;
    const char *organisation;                                             /* fixed, or NULL: from the claim */
    const char *c_organisation, *c_scope, *c_subject, *c_client, *c_name; /* claims' names */
    const char *c_roles;                                                  /* NULL: none */
    const char *c_limits;                                                 /* NULL: none */
    json_t *role_scopes;                                                  /* object role → scopes */
    enum user_rule user;
    const char *user_claim;
    struct keyset keys;
};

/* What a verified token says, before it is remembered. */
struct verified {
    struct principal who;
    size_t issuer;
    uint8_t thumb[32]; /* of the key that signed it */
    struct limit_own limits;
};

struct cache;
struct revoked;

struct auth {
    struct arena *arena; /* profiles; as long as the auth */
    struct loop *loop;
    struct outcall *out;
    const char *policy_scopes;
    struct issuer *issuers;
    size_t nissuers;
    struct cache *cache;
    struct revoked *revoked;
    struct loop_timer *tick, *first_tick;
    uint64_t hits, misses, refused;
    /* revocation feed */
    struct loop_timer *feed_timer;
    const char *feed_place; /* a socket's path, or http(s)://host:port */
    const char *(*feed_token)(struct ctx *x, void *arg);
    void *feed_arg;
    int64_t feed_after, feed_good_us;
    bool feed_busy, feed_away;
    unsigned running; /* coroutines of ours that still use this struct */
    bool closed;      /* freed when the last of them ends */
};

/* auth_profile.c */
/* A file of at most max bytes that not everybody may write: who writes it decides who gets in. */
MUST_CHECK err_t auth_read_file(struct arena *a, const char *path, size_t max, char **ret, size_t *ret_n);
/* Loads every profile of the colon-separated folders into au. */
MUST_CHECK err_t profiles_load(struct auth *au, const struct auth_options *o);

/* auth_claims.c */
/* Who it is (but for its end), its scopes and limits; refuses what is no access token. */
MUST_CHECK err_t claims_read(struct arena *a, const struct issuer *is, const json_t *claims,
                             struct verified *ret);
/* The words of scope that a policy can ask for, as "programmes  offices  others": of the others those among
 * policy_scopes, and "internal". */
const char *claims_policy_scope(struct arena *a, const char *policy_scopes, const char *scope);

/* auth_keys.c */
/* Reads the key file if it has changed (or force); the last good set stays if the new one is bad, and the
 * error is returned. */
MUST_CHECK err_t keyset_read_file(struct auth *au, size_t issuer, int64_t mono_us);
/* Takes the text of a JWK set as the issuer's keys. */
MUST_CHECK err_t keyset_take(struct auth *au, size_t issuer, const char *text, size_t n, int64_t mono_us);
/* Fetches the set of an issuer with jwks_uri. */
AWAITS MUST_CHECK err_t keyset_fetch(struct ctx *x, struct auth *au, size_t issuer);
/* Drops a set that was last good more than 24 h ago. */
void keyset_expire(struct auth *au, size_t issuer, int64_t mono_us);
/* A kid that nobody knows: looks again where that is due. True if some set may have changed. */
AWAITS bool keysets_refresh(struct ctx *x, struct auth *au);
/* The regular round: files changed, URIs due. Runs on the loop. */
void keysets_tick(void *arg);
/* Runs fn(x, au) in a coroutine with a context of its own; fn must not outlive au, see auth_unref. */
void auth_spawn(struct auth *au, const char *name, void (*fn)(struct ctx *x, struct auth *au, size_t n),
                size_t n);

/* auth_cache.c: remembered tokens. */
struct cache *cache_new(size_t max);
void cache_free(struct cache *c);
/* The principal of a remembered token that has not ended, with a reference, or NULL. */
const struct principal *cache_find(struct cache *c, const char *token, size_t n, int64_t now_us);
/* Remembers; the answer has a reference. */
const struct principal *cache_add(struct cache *c, const char *token, size_t n, const struct verified *v);
void cache_release(struct cache *c, const struct principal *who);
/* Forgets all for which drop answers true. */
void cache_drop(struct cache *c, bool (*drop)(const struct verified *v, const void *arg), const void *arg);
size_t cache_count(const struct cache *c);

/* auth_revoked.c: what has been revoked. */
struct revoked *revoked_new(void);
void revoked_free(struct revoked *r);
void revoked_add(struct revoked *r, char kind, const char *organisation, const char *value, int64_t before_us,
                 int64_t now_us);
bool revoked_has(const struct revoked *r, const struct principal *who, int64_t issued_us);
size_t revoked_count(const struct revoked *r);
/* One answer of the feed: applies its items; false if it is not one. */
bool feed_apply(struct auth *au, const json_t *answer);
