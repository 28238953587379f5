/*
 * queue.h - Redis Streams on hiredis (async): the exchange between workers. PostgreSQL is the truth; whatever
 * is here may be lost at any moment and is published again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;
struct ctx;
struct loop;
struct queue;

#define QUEUE_PLACES_MAX 9

struct queue_place {
    const char *path; /* unix socket, or NULL */
    const char *host;
    int port;
};

struct queue_address {
    struct queue_place v[QUEUE_PLACES_MAX]; /* Redis; or its sentinels, if master is set */
    size_t n;
    const char *master; /* the name by which the sentinels know the master; NULL: no sentinels */
};

/* "unix:/path", "host:port" or "sentinel://host:port,host/name" (port 26379 if none is said). ERR_INVALID
 * queue.address. */
MUST_CHECK err_t queue_address_read(struct arena *a, const char *text, struct queue_address *ret);

#define QUEUE_NODES_MAX 16

/* The Redis servers that share the streams. */
struct queue_nodes {
    const char *v[QUEUE_NODES_MAX];           /* the address of each, as queue_open takes it, */
    struct queue_address at[QUEUE_NODES_MAX]; /* and read */
    size_t n;
};

/* One address or several of one kind, comma-separated, such as "host:port,host:port" or
 * "sentinel://host,host/one,sentinel://host,host/two". ERR_INVALID queue.address, or queue.nodes: not of one
 * kind, one twice, too many. */
MUST_CHECK err_t queue_nodes_read(struct arena *a, const char *text, struct queue_nodes *ret);

struct queue_options {
    const char *address;           /* of queue_address_read */
    const char *password;          /* Redis'; NULL none */
    const char *sentinel_password; /* the sentinels'; NULL none */
};

/* Connects and reconnects in the background, by sentinels to whatever is master then. Refuses (in the log,
 * not ready) a Redis whose maxmemory-policy is not noeviction, and one that is a replica. */
MUST_CHECK err_t queue_open(struct loop *l, const struct queue_options *options, struct queue **ret);
void queue_close(struct queue *q);
bool queue_ready(const struct queue *q);
/* Changes whenever Redis may have lost its memory (run id or replication id changed, epoch key missing). */
AWAITS MUST_CHECK err_t queue_epoch(struct ctx *x, struct queue *q, uint64_t *ret);

struct queue_message {
    const char *id;   /* the stream's entry id */
    const char *body; /* JSON text */
    size_t body_bytes;
    uint32_t deliveries; /* 1 the first time; 2 when claimed, however often */
};

/* Pipelined XADD of n bodies to one stream; all or an error (then some may be there: consumers tell
 * duplicates). */
AWAITS MUST_CHECK err_t queue_add(struct ctx *x, struct queue *q, const char *stream,
                                  const char *const *bodies, size_t n);

/* Bodies for one stream of one Redis. */
struct queue_adding {
    struct queue *queue;
    const char *stream;
    const char **bodies;
    size_t n;
    err_t err; /* out: as queue_add's */
};

/* queue_add of each, all sent before any is waited for. Who has not answered after patience_us (0: as long as
 * x may wait) has an error, as one that is away. Fails itself only when x's own time is over. */
AWAITS MUST_CHECK err_t queue_add_all(struct ctx *x, struct queue_adding *v, size_t n, int64_t patience_us);
/* XREADGROUP, waiting at most block_us for the first. Creates stream and group at 0 if missing. Messages live
 * in x->arena. */
AWAITS MUST_CHECK err_t queue_read(struct ctx *x, struct queue *q, const char *stream, const char *group,
                                   const char *consumer, size_t max, int64_t block_us,
                                   struct queue_message **ret, size_t *ret_n);
/* XAUTOCLAIM of what another consumer has held for longer than idle_us. */
AWAITS MUST_CHECK err_t queue_claim(struct ctx *x, struct queue *q, const char *stream, const char *group,
                                    const char *consumer, int64_t idle_us, size_t max,
                                    struct queue_message **ret, size_t *ret_n);
/* XACK and XDEL of n entries. */
AWAITS MUST_CHECK err_t queue_ack(struct ctx *x, struct queue *q, const char *stream, const char *group,
                                  const char *const *ids, size_t n);
/* Entries added and not yet read, and read but not acknowledged. */
AWAITS MUST_CHECK err_t queue_lag(struct ctx *x, struct queue *q, const char *stream, const char *group,
                                  uint64_t *ret_unread, uint64_t *ret_pending);

/* Takes consumers out of a group that hold nothing and have not been heard of for idle_us. */
AWAITS MUST_CHECK err_t queue_forget(struct ctx *x, struct queue *q, const char *stream, const char *group,
                                     int64_t idle_us);

/* Runs a Lua script on one key: KEYS[1] is key, ARGV[1] is who, ARGV[2…] are args (at most 12); it answers a
 * list of nret whole numbers. ret is written by the time of a NULL only. */
AWAITS MUST_CHECK err_t queue_script(struct ctx *x, struct queue *q, const char *script, const char *key,
                                     const char *who, const int64_t *args, size_t nargs, int64_t *ret,
                                     size_t nret);

/* Publish/subscribe pokes (live inbox). Lost when Redis is away: every listener also polls. */
void queue_poke(struct queue *q, const char *channel);
void queue_listen(struct queue *q, const char *channel, void (*fn)(void *arg), void *arg);
