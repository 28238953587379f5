/*
 * store.h - objects outside the database, each whole or not there: a folder, or a bucket of an S3 API.
 *
 * Objects are written once, under a random name that a row of the database knows. What is stored is sealed
 * already (app/envelope.h): whoever runs the store reads nothing of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/opt.h"
#include "base/uuid.h"

struct aside;
struct ctx;
struct outcall;
struct store; /* opaque */

struct store_options {
    const char *place;   /* "/folder" or "s3://bucket/prefix"; all texts are copied */
    struct aside *aside; /* where the disk is waited for */
    /* of a bucket: */
    struct outcall *outcall;
    const char *endpoint; /* "https://s3.example:9000": the bucket is the first part of the path */
    const char *region;
    const char *id, *secret; /* of the access key */
};
/* ERR_INVALID store.place, store.endpoint: it is none. Whether it can be written shows when it is
 * (store_check). */
MUST_CHECK err_t store_open(const struct store_options *o, struct store **ret);
void store_close(struct store *s);

/* The name of an object that is to be: random, tells nothing. */
struct uuid store_name(void);

/* What did not work since the store was opened, for metrics. */
struct store_stats {
    uint64_t full, missing, away;
};
void store_stats(const struct store *s, struct store_stats *ret);
/* Bytes that the programs may still put; -1: it has no end that is known. ERR_UNAVAILABLE store.away. */
AWAITS MUST_CHECK err_t store_room(struct ctx *x, struct store *s, int64_t *ret_bytes);

/* What lies in the store. */
struct store_entry {
    struct uuid object;
    int64_t bytes;
    bool part; /* what a broken store_put left of it */
};
#define STORE_SHELVES 256 /* by the first byte of the name */

/* NULL, or why nothing can be stored: ERR_UNAVAILABLE store.away, its cause says it. */
AWAITS MUST_CHECK err_t store_check(struct ctx *x, struct store *s);

/* All of it is there for good, or nothing. ERR_UNAVAILABLE store.full, store.away. */
AWAITS MUST_CHECK err_t store_put(struct ctx *x, struct store *s, struct uuid object, struct bytes content);
/* An object of exactly n bytes, new in x->arena: ret->p may be written to. ERR_UNAVAILABLE store.missing:
 * there is no such object, or it has another length; store.away. */
AWAITS MUST_CHECK err_t store_get(struct ctx *x, struct store *s, struct uuid object, size_t n,
                                  struct bytes *ret);
/* With what a broken store_put left of it. One that is not there is fine. ERR_UNAVAILABLE store.away. */
AWAITS MUST_CHECK err_t store_remove(struct ctx *x, struct store *s, struct uuid object);
/* All that lies on a shelf, by name, in x->arena; what bears no object's name is passed over. For comparing
 * with the database, not for requests. ERR_UNAVAILABLE store.away. */
AWAITS MUST_CHECK err_t store_list(struct ctx *x, struct store *s, unsigned shelf, struct store_entry **ret,
                                   size_t *ret_n);
