/* auth_keys.c - the issuers' key sets: from files that are looked at again, from URIs that are fetched again.
 */
#include "web/auth_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/co.h"
#include "io/loop.h"
#include "io/outcall.h"

#define FETCH_TIMEOUT_US 5000000LL
#define FETCH_POLL_US 20000LL

struct spawned {
    struct auth *au;
    void (*fn)(struct ctx *x, struct auth *au, size_t n);
    size_t n;
    const char *name;
};

static void auth_unref(struct auth *au)
{
    au->running--;
    if (au->closed && au->running == 0)
        auth_close(au);
}

static void spawned_run(void *arg)
{
    struct spawned s = *(struct spawned *)arg;
    const struct principal nobody = {.subject = "auth", .client_id = "auth", .organisation = "", .scope = ""};
    struct arena *a = arena_new();
    struct ctx x = {.arena = a, .who = &nobody, .operation = s.name, .now_us = clock_now_us()};

    free(arg);
    x.deadline_us = clock_mono_us() + 2 * FETCH_TIMEOUT_US;
    co_deadline(x.deadline_us);
    s.fn(&x, s.au, s.n);
    arena_free(a);
    auth_unref(s.au);
}

void auth_spawn(struct auth *au, const char *name, void (*fn)(struct ctx *x, struct auth *au, size_t n),
                size_t n)
{
    struct spawned *s = malloc(sizeof(*s));
    err_t e;

    if (s == NULL)
        abort();
    *s = (struct spawned){.au = au, .fn = fn, .n = n, .name = name};
    au->running++;
    e = co_start(name, spawned_run, s);
    if (e != NULL) {
        log_err(LOG_WARN, NULL, name, e);
        free(s);
        au->running--;
        au->feed_busy = false;
        return;
    }
}

struct kept {
    const struct auth *au;
    size_t issuer;
};

/* Signed by a key that the issuer has no longer. */
static bool key_gone(const struct verified *v, const void *arg)
{
    const struct kept *k = arg;
    const struct jwt_keys *keys = &k->au->issuers[k->issuer].keys.keys;

    if (v->issuer != k->issuer)
        return false;
    for (size_t i = 0; i < keys->n; i++) {
        if (memcmp(keys->v[i].thumb, v->thumb, sizeof(v->thumb)) == 0)
            return false;
    }
    return true;
}

static void keyset_swap(struct auth *au, size_t issuer, struct arena *a, struct jwt_keys keys)
{
    struct keyset *ks = &au->issuers[issuer].keys;
    struct arena *before = ks->arena;

    ks->arena = a;
    ks->keys = keys;
    cache_drop(au->cache, key_gone, &(struct kept){.au = au, .issuer = issuer});
    arena_free(before);
}

err_t keyset_take(struct auth *au, size_t issuer, const char *text, size_t n, int64_t mono_us)
{
    struct issuer *is = &au->issuers[issuer];
    struct arena *a = arena_new();
    struct jwt_keys keys;
    err_t e = jwt_keys_read(a, text, n, is->algs, &keys);

    if (e != NULL) {
        arena_free(a); /* the error is static */
        return e;
    }
    is->keys.good_us = mono_us;
    keyset_swap(au, issuer, a, keys);
    return NULL;
}

static bool same_stamp(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

err_t keyset_read_file(struct auth *au, size_t issuer, int64_t mono_us)
{
    struct issuer *is = &au->issuers[issuer];
    struct keyset *ks = &is->keys;
    struct arena *a;
    struct stat st;
    char *text;
    size_t n;
    err_t e;

    ks->tried_us = mono_us;
    if (stat(is->jwks_file, &st) != 0) {
        if (ks->missing)
            return NULL; /* said already */
        ks->missing = true;
        return err_new(au->arena, ERR_INVALID, "issuer.file", "%s: %s", is->jwks_file, strerror(errno));
    }
    if (!ks->missing && same_stamp(&st, &ks->stamp)) {
        if (!ks->bad)
            ks->good_us = mono_us;
        return NULL;
    }
    ks->missing = false;
    ks->stamp = st;

    a = arena_new();
    e = auth_read_file(a, is->jwks_file, JWKS_MAX_BYTES, &text, &n);
    if (e == NULL)
        e = keyset_take(au, issuer, text, n, mono_us);
    ks->bad = e != NULL;
    if (e != NULL)
        e = err_new(au->arena, ERR_INVALID, "issuer.keys", "%s: %s", is->jwks_file, e->cause ?: e->detail);
    arena_free(a);
    return e;
}

err_t keyset_fetch(struct ctx *x, struct auth *au, size_t issuer)
{
    static const char *const headers[] = {"Accept: application/json"};
    struct issuer *is = &au->issuers[issuer];
    struct outcall_request rq = {.method = "GET",
                                 .url = is->jwks_uri,
                                 .headers = headers,
                                 .nheaders = LENGTH(headers),
                                 .timeout_us = FETCH_TIMEOUT_US,
                                 .max_response_bytes = JWKS_MAX_BYTES};
    struct outcall_response rs;
    err_t e;

    is->keys.tried_us = clock_mono_us();
    is->keys.fetching = true;
    e = outcall_http(x, au->out, &rq, &rs);
    is->keys.fetching = false;
    TRY(e);
    if (rs.status != 200)
        return err_internal(x->arena, ERR_UPSTREAM, "jwks.answer", "%s: status %d", is->jwks_uri, rs.status);
    return keyset_take(au, issuer, rs.body, rs.body_bytes, clock_mono_us());
}

void keyset_expire(struct auth *au, size_t issuer, int64_t mono_us)
{
    struct keyset *ks = &au->issuers[issuer].keys;

    if (ks->arena != NULL && mono_us - ks->good_us > KEYS_KEEP_US)
        keyset_swap(au, issuer, NULL, (struct jwt_keys){0});
}

static void fetch_run(struct ctx *x, struct auth *au, size_t issuer)
{
    err_t e = keyset_fetch(x, au, issuer);

    if (e != NULL)
        log_err(LOG_WARN, NULL, "key set cannot be fetched", e);
}

static void file_round(struct auth *au, size_t issuer, int64_t mono_us)
{
    err_t e;

    if (mono_us - au->issuers[issuer].keys.tried_us < FILE_CHECK_US)
        return;
    e = keyset_read_file(au, issuer, mono_us);
    if (e != NULL)
        log_err(LOG_WARN, NULL, "key file is kept as it was", e);
}

static bool uri_due(const struct keyset *ks, int64_t mono_us, int64_t after_us)
{
    return !ks->fetching && (ks->tried_us == 0 || mono_us - ks->tried_us >= after_us);
}

void keysets_tick(void *arg)
{
    struct auth *au = arg;
    int64_t mono_us = clock_mono_us();

    for (size_t i = 0; i < au->nissuers; i++) {
        struct keyset *ks = &au->issuers[i].keys;
        bool failed = ks->arena == NULL || ks->good_us < ks->tried_us;
        if (au->issuers[i].jwks_file != NULL)
            file_round(au, i, mono_us);
        else if (uri_due(ks, mono_us, failed ? URI_RETRY_US : URI_REFRESH_US))
            auth_spawn(au, "jwks", fetch_run, i);
        keyset_expire(au, i, mono_us);
    }
}

/* Another request is fetching: its answer is ours too. */
AWAITS static void fetch_wait(const struct keyset *ks)
{
    while (ks->fetching) {
        if (co_sleep(FETCH_POLL_US) != NULL)
            return;
    }
}

bool keysets_refresh(struct ctx *x, struct auth *au)
{
    bool changed = false;

    for (size_t i = 0; i < au->nissuers; i++) {
        struct keyset *ks = &au->issuers[i].keys;
        const struct arena *before = ks->arena;
        if (au->issuers[i].jwks_file != NULL)
            file_round(au, i, clock_mono_us());
        else if (ks->fetching)
            fetch_wait(ks);
        else if (uri_due(ks, clock_mono_us(), URI_RETRY_US))
            fetch_run(x, au, i);
        changed |= ks->arena != before;
    }
    return changed;
}
