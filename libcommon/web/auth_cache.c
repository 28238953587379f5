/*
 * auth_cache.c - tokens that were verified: found by their SHA-256, then compared as a whole.
 *
 * Bounded in number and bytes; the least recently used goes first. A principal that is still held when its
 * entry goes is freed by the last release.
 */
#include "web/auth_parts.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/str.h"

#define BYTES_PER_ENTRY 2048 /* share of each entry in the bound on bytes; a token of ours has about 800 */

struct entry {
    struct verified v; /* its texts stand behind the entry, in the same allocation */
    struct entry *next_in_bucket;
    struct entry *newer, *older; /* by use */
    uint8_t hash[32];
    size_t bytes;
    unsigned refs;
    bool listed; /* in the table; else freed at the last release */
    size_t ntoken;
    char text[]; /* the token, then the principal's texts */
};

struct cache {
    EVP_MD *sha256; /* fetched once: a fetch costs more than the digest */
    EVP_MD_CTX *ctx;
    struct entry **buckets;
    size_t nbuckets; /* a power of two */
    size_t count, max, bytes, max_bytes;
    struct entry *newest, *oldest;
};

static void *need(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

struct cache *cache_new(size_t max)
{
    struct cache *c = need(calloc(1, sizeof(*c)));

    c->sha256 = need(EVP_MD_fetch(NULL, "SHA256", NULL));
    c->ctx = need(EVP_MD_CTX_new());
    c->max = max;
    c->max_bytes = max * BYTES_PER_ENTRY;
    c->nbuckets = 64;
    while (c->nbuckets < max)
        c->nbuckets *= 2;
    c->buckets = need(calloc(c->nbuckets, sizeof(*c->buckets)));
    return c;
}

static void hash_token(struct cache *c, const char *token, size_t n, uint8_t hash[32])
{
    if (EVP_DigestInit_ex2(c->ctx, c->sha256, NULL) != 1 || EVP_DigestUpdate(c->ctx, token, n) != 1 ||
        EVP_DigestFinal_ex(c->ctx, hash, NULL) != 1)
        abort();
}

static struct entry **bucket_of(const struct cache *c, const uint8_t hash[32])
{
    uint64_t at;

    memcpy(&at, hash, sizeof(at));
    return &c->buckets[at & (c->nbuckets - 1)];
}

static void unlink_use(struct cache *c, struct entry *e)
{
    *(e->newer ? &e->newer->older : &c->newest) = e->older;
    *(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_newest(struct cache *c, struct entry *e)
{
    e->newer = NULL;
    e->older = c->newest;
    *(c->newest ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

static void forget(struct cache *c, struct entry *e)
{
    struct entry **at = bucket_of(c, e->hash);

    while (*at != e)
        at = &(*at)->next_in_bucket;
    *at = e->next_in_bucket;
    unlink_use(c, e);
    c->count--;
    c->bytes -= e->bytes;
    e->listed = false;
    if (e->refs == 0)
        free(e);
}

void cache_free(struct cache *c)
{
    if (c == NULL)
        return;
    while (c->oldest != NULL)
        forget(c, c->oldest);
    free(c->buckets);
    EVP_MD_CTX_free(c->ctx);
    EVP_MD_free(c->sha256);
    free(c);
}

static struct entry *lookup(struct cache *c, const uint8_t hash[32], const char *token, size_t n)
{
    struct entry *e = *bucket_of(c, hash);

    while (e != NULL && !(e->ntoken == n && memcmp(e->hash, hash, 32) == 0 && memcmp(e->text, token, n) == 0))
        e = e->next_in_bucket;
    return e;
}

const struct principal *cache_find(struct cache *c, const char *token, size_t n, int64_t now_us)
{
    uint8_t hash[32];
    struct entry *e;

    hash_token(c, token, n, hash);
    e = lookup(c, hash, token, n);
    if (e == NULL)
        return NULL;
    if (e->v.who.expires_us + JWT_LEEWAY_US <= now_us) {
        forget(c, e);
        return NULL;
    }
    if (c->newest != e) {
        unlink_use(c, e);
        link_newest(c, e);
    }
    e->refs++;
    return &e->v.who;
}

static size_t text_bytes(const char *s)
{
    return s == NULL ? 0 : strlen(s) + 1;
}

/* Moves a text of the principal behind the entry. */
static void keep(const char **text, char **at)
{
    size_t n = text_bytes(*text);

    if (n == 0)
        return;
    memcpy(*at, *text, n);
    *text = *at;
    *at += n;
}

const struct principal *cache_add(struct cache *c, const char *token, size_t n, const struct verified *v)
{
    const struct principal *w = &v->who;
    size_t bytes = sizeof(struct entry) + n + text_bytes(w->subject) + text_bytes(w->client_id) +
                   text_bytes(w->organisation) + text_bytes(w->scope) + text_bytes(w->policy_scope) +
                   text_bytes(w->name) + text_bytes(w->token_id);
    struct entry *e = need(malloc(bytes)), *same;
    char *at = e->text + n;

    memset(e, 0, sizeof(*e));
    e->v = *v;
    e->bytes = bytes;
    e->ntoken = n;
    memcpy(e->text, token, n);
    keep(&e->v.who.subject, &at);
    keep(&e->v.who.client_id, &at);
    keep(&e->v.who.organisation, &at);
    keep(&e->v.who.scope, &at);
    keep(&e->v.who.policy_scope, &at);
    keep(&e->v.who.name, &at);
    keep(&e->v.who.token_id, &at);

    hash_token(c, token, n, e->hash);
    same = lookup(c, e->hash, token, n); /* two requests verified it side by side */
    if (same != NULL)
        forget(c, same);
    while (c->oldest != NULL && (c->count >= c->max || c->bytes + bytes > c->max_bytes))
        forget(c, c->oldest);
    e->next_in_bucket = *bucket_of(c, e->hash);
    *bucket_of(c, e->hash) = e;
    link_newest(c, e);
    c->count++;
    c->bytes += bytes;
    e->listed = true;
    e->refs = 1;
    return &e->v.who;
}

const struct limit_own *auth_limits(const struct principal *who)
{
    return &((const struct entry *)(const void *)who)->v.limits;
}

void cache_release(struct cache *c, const struct principal *who)
{
    /* who is the first member of v, which is the first of entry */
    struct entry *e = (struct entry *)(uintptr_t)who;

    _Static_assert(offsetof(struct entry, v) == 0 && offsetof(struct verified, who) == 0,
                   "principal comes first");
    if (e == NULL)
        return;
    e->refs--;
    if (e->refs == 0 && !e->listed)
        free(e);
}

void cache_drop(struct cache *c, bool (*drop)(const struct verified *v, const void *arg), const void *arg)
{
    struct entry *e = c->oldest, *newer;

    for (; e != NULL; e = newer) {
        newer = e->newer;
        if (drop(&e->v, arg))
            forget(c, e);
    }
}

size_t cache_count(const struct cache *c)
{
    return c->count;
}
