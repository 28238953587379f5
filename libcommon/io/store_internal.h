/* store_internal.h - what the kinds of store have in common; for store*.c alone. */
#pragma once

#include "io/store.h"

/* What a kind does; each member as the function of store.h that has its name. */
struct store_kind {
    err_t (*check)(struct ctx *x, struct store *s);
    err_t (*put)(struct ctx *x, struct store *s, struct uuid object, struct bytes content);
    err_t (*get)(struct ctx *x, struct store *s, struct uuid object, size_t n, struct bytes *ret);
    err_t (*remove)(struct ctx *x, struct store *s, struct uuid object);
    err_t (*list)(struct ctx *x, struct store *s, unsigned shelf, struct store_entry **ret, size_t *ret_n);
    err_t (*room)(struct ctx *x, struct store *s, int64_t *ret_bytes);
    void (*close)(struct store *s);
};

/* The first member of each kind's own. */
struct store {
    const struct store_kind *kind;
    struct store_stats stats;
};

MUST_CHECK err_t store_folder_open(const struct store_options *o, struct store **ret);
/* o->place begins with "s3://". */
MUST_CHECK err_t store_s3_open(const struct store_options *o, struct store **ret);

enum store_trouble {
    STORE_FULL,    /* nothing more can be put */
    STORE_MISSING, /* the object is not there as it was put */
    STORE_AWAY,    /* the store does not do its work */
};
/* The error that callers of every kind see; the cause is for the log. */
err_t store_err(struct ctx *x, enum store_trouble trouble, const char *cause);
