/* peers.c - calls to other services of the house, and the tokens for them. */
#include "app/peers.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "app/program.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/uuid.h"
#include "io/outcall.h"
#include "web/auth.h"
#include "web/metrics.h"

#define TOKEN_S 600
#define TOKEN_SPARE_S 60
#define PEERS_MAX 16
#define ANSWER_MAX_BYTES (1024 * 1024)
#define ANSWER_DEPTH 32
#define BREAK_AFTER 5
#define BREAK_MIN_US (500 * 1000LL)
#define BREAK_MAX_US (30 * 1000 * 1000LL)

ERR_DEFINE(err_key, ERR_UNAVAILABLE, "peer.key", "This service cannot call its peers.");
ERR_DEFINE(err_places, ERR_INVALID, "conf.peers",
           "WAYFARE_PEERS is a list of name=unix:/path and name=http(s)://host:port.");
ERR_DEFINE(err_open, ERR_UNAVAILABLE, "peer.away", "Another part of the system is away.");
ERR_DEFINE(err_missing, ERR_MISSING, "peer.missing", "Another part of the system does not have it.");

/* Closed until failures in a row; then one call is let through when the pause is over. */
struct peer {
    const char *service, *place;
    unsigned failures;
    int64_t pause_us, until_us; /* mono */
};

struct peers {
    const struct program *p;
    struct arena *arena;
    struct auth_signer *signer; /* NULL: no internal.pem */
    const char *token;
    int64_t token_made_us, token_ends_us;
    struct arena *token_arena;
    struct peer v[PEERS_MAX];
    size_t n;
    struct metric *seconds, *failures, *refused;
};

/* ---- where they are ---- */

/* The n bytes behind "name=" that stand for a place; NULL: no place. */
static const char *place_read(struct arena *a, const char *text, size_t n)
{
    const char *place = arena_strndup(a, text, n);

    if (str_starts(place, "unix:/"))
        return place + strlen("unix:");
    if ((str_starts(place, "http://") || str_starts(place, "https://")) && place[n - 1] != '/')
        return place;
    return NULL;
}

/* name NULL: none is looked for. *ret_sound: every entry is one. */
static const char *place_find(const struct program *p, const char *name, bool *ret_sound)
{
    const char *found = NULL;

    *ret_sound = true;
    for (const char *at = p->conf.peers ? p->conf.peers : ""; *at;) {
        size_t n = strcspn(at, ","), len = strcspn(at, "=,");
        const char *place = len > 0 && len + 1 < n ? place_read(p->arena, at + len + 1, n - len - 1) : NULL;

        *ret_sound = *ret_sound && place;
        if (name && place && strlen(name) == len && strncmp(at, name, len) == 0)
            found = place;
        at += n + (at[n] == ',');
    }
    return found;
}

const char *peer_place(const struct program *p, const char *service)
{
    bool sound;
    const char *place = place_find(p, service, &sound);

    return place ? place : arena_printf(p->arena, "%s/%s.sock", p->conf.run, service);
}

err_t peers_open(const struct program *p, struct peers **ret)
{
    const char *path = program_path(p, p->conf.keys, "internal.pem"), *pem;
    struct peers *peers = ARENA_NEW(p->arena, struct peers);
    bool sound;

    peers->p = p;
    peers->token_arena = arena_new();
    peers->seconds = metric_histogram("wayfare_peer_call_seconds", "Calls to other services.", "peer");
    peers->failures =
        metric_counter("wayfare_peer_failures_total", "Calls that found the service away.", "peer");
    peers->refused =
        metric_counter("wayfare_peer_breaker_total", "Calls not made: the breaker is open.", "peer");
    *ret = peers;
    place_find(p, NULL, &sound);
    if (!sound)
        return err_places;
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        log_line(LOG_WARN, NULL, "peers.nokey", LOG_TEXT("file", "internal.pem"));
        return NULL;
    }
    TRY(conf_secret(p->arena, path, &pem));
    return auth_signer_open(p->arena, pem, NULL, &peers->signer);
}

void peers_close(struct peers *peers)
{
    if (peers)
        arena_free(peers->token_arena);
}

/* ---- the token ---- */

static err_t token_new(struct peers *peers, int64_t now_us)
{
    const struct program *p = peers->p;
    int64_t now_s = now_us / 1000000;
    struct buf b;

    arena_reset(peers->token_arena);
    buf_init(&b, peers->token_arena, 512);
    buf_puts(&b, "{\"iss\":\"wayfare-internal\",\"aud\":");
    json_write_text(&b, p->conf.audience);
    buf_puts(&b, ",\"sub\":");
    json_write_text(&b, p->name);
    buf_puts(&b, ",\"client_id\":");
    json_write_text(&b, p->name);
    buf_printf(&b, ",\"org\":\"iom\",\"scope\":\"internal\",\"iat\":%lld,\"exp\":%lld,\"jti\":\"%s\"}",
               (long long)now_s, (long long)now_s + TOKEN_S, uuid_text(peers->token_arena, uuid_new(now_us)));
    peers->token = NULL;
    TRY(auth_sign(peers->token_arena, peers->signer, "at+jwt", buf_text(&b), &peers->token));
    peers->token_made_us = now_us;
    peers->token_ends_us = now_us + (TOKEN_S - TOKEN_SPARE_S) * 1000000LL;
    return NULL;
}

const char *peer_token(struct ctx *x, void *arg)
{
    struct peers *peers = arg;
    int64_t now_us = clock_now_us();
    err_t e;

    if (!peers || !peers->signer)
        return NULL;
    if (!peers->token || now_us >= peers->token_ends_us ||
        now_us < peers->token_made_us) { /* a clock may go back */
        e = token_new(peers, now_us);
        if (e) {
            log_err(LOG_ERROR, x, "peers.token", e);
            return NULL;
        }
    }
    return arena_strdup(x->arena, peers->token);
}

/* ---- the breaker ---- */

static struct peer *peer_of(struct peers *peers, const char *service)
{
    for (size_t i = 0; i < peers->n; i++)
        if (str_eq(peers->v[i].service, service))
            return &peers->v[i];
    assert(peers->n < PEERS_MAX);
    peers->v[peers->n] = (struct peer){.service = arena_strdup(peers->p->arena, service),
                                       .place = peer_place(peers->p, service)};
    return &peers->v[peers->n++];
}

static bool peer_may_call(struct peer *peer)
{
    int64_t now_us = clock_mono_us();

    if (peer->failures < BREAK_AFTER)
        return true;
    if (now_us < peer->until_us)
        return false;
    peer->until_us = now_us + peer->pause_us; /* this one tries; the others go on waiting */
    return true;
}

static void peer_answered(struct peer *peer, bool there)
{
    if (there) {
        peer->failures = 0;
        peer->pause_us = 0;
        return;
    }
    if (++peer->failures < BREAK_AFTER)
        return;
    peer->pause_us = peer->pause_us ? peer->pause_us * 2 : BREAK_MIN_US;
    if (peer->pause_us > BREAK_MAX_US)
        peer->pause_us = BREAK_MAX_US;
    peer->until_us = clock_mono_us() + peer->pause_us;
}

/* ---- the call ---- */

static err_t send(struct ctx *x, const struct peer *peer, const char *path, const char *organisation,
                  const char *body, int64_t timeout_us, const char *token, struct outcall_response *ret)
{
    const struct program *p = program_of(x);
    bool local = peer->place[0] == '/';
    const char *headers[4] = {
        arena_printf(x->arena, "Authorization: Bearer %s", token),
        arena_printf(x->arena, "X-Wayfare-Organisation: %s", organisation),
        "Accept: application/json",
    };
    size_t n = 3;

    if (body)
        headers[n++] = "Content-Type: application/json";
    return outcall_http(x, p->outcall,
                        &(struct outcall_request){
                            .method = body ? "POST" : "GET",
                            .url = local ? arena_printf(x->arena, "http://%s%s", peer->service, path)
                                         : arena_printf(x->arena, "%s%s", peer->place, path),
                            .unix_socket = local ? peer->place : NULL,
                            .house = true,
                            .headers = headers,
                            .nheaders = n,
                            .traceparent = x->traceparent,
                            .body = body,
                            .body_bytes = body ? strlen(body) : 0,
                            .timeout_us = timeout_us,
                            .max_response_bytes = ANSWER_MAX_BYTES,
                        },
                        ret);
}

err_t peer_call(struct ctx *x, const char *service, const char *path, const char *organisation,
                const char *body, int64_t timeout_us, json_t **ret)
{
    struct peers *peers = program_of(x)->peers;
    const char *token = peer_token(x, peers);
    struct outcall_response rs;
    struct peer *peer;
    int64_t begun_us;
    err_t e;

    if (!token)
        return err_key;
    peer = peer_of(peers, service);
    if (!peer_may_call(peer)) {
        metric_add(peers->refused, service, 1);
        return err_open;
    }
    begun_us = clock_mono_us();
    e = send(x, peer, path, organisation, body, timeout_us, token, &rs);
    if (e && e->kind == ERR_CANCELLED)
        return e;
    metric_observe_us(peers->seconds, service, clock_mono_us() - begun_us);
    if (e || rs.status == 503)
        metric_add(peers->failures, service, 1);
    peer_answered(peer, !e && rs.status != 503);
    if (e)
        return e;
    if (rs.status == 404)
        return err_missing;
    if (rs.status == 503 || rs.status == 429)
        return err_internal(x->arena, ERR_UNAVAILABLE, "peer.away", "%s%s: %d", service, path, rs.status);
    if (rs.status < 200 || rs.status > 299)
        return err_internal(x->arena, ERR_UPSTREAM, "peer.refused", "%s%s: %d", service, path, rs.status);
    return json_parse(x->arena, rs.body, rs.body_bytes, ANSWER_DEPTH, ret);
}
