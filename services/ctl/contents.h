/*
 * contents.h - the contents of documents, which lie outside the database of cases: taken along by backup,
 * brought back by restore, compared by reconcile, looked at by status.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct admin;
struct arena;
struct backup;
struct contents; /* the store, and what waits for it */
struct ctl;
struct ctx;
struct store;
struct store_entry;

#define CONTENTS_SERVICE "cases"
/* As the programs of cases have them. */
#define CONTENTS_OPTIONS                                                                                     \
    {"contents",                                                                                             \
     "PLACE",                                                                                                \
     "WAYFARE_CONTENTS",                                                                                     \
     "where the contents of documents are: a folder, or s3://bucket/prefix",                                 \
     false,                                                                                                  \
     false},                                                                                                 \
        {"s3-endpoint", "URL", "WAYFARE_S3_ENDPOINT", "of a bucket", false, false},                          \
        {"s3-region", "NAME", "WAYFARE_S3_REGION", "of a bucket; us-east-1", false, false},                  \
        {"s3-id-file", "FILE", "WAYFARE_S3_ID_FILE", "file with the id of its access key", false, false},    \
        {"s3-secret-file", "FILE", "WAYFARE_S3_SECRET_FILE", "file with its secret", false, false},          \
    {                                                                                                        \
        "ca-file", "FILE", "WAYFARE_CA_FILE", "further certificate authority for it", false, false           \
    }

/* An object as the database knows it. */
struct content_row {
    struct uuid object;
    int64_t bytes; /* sealed; -1: no content has it any more, and it may have any length */
    bool live;     /* a document's */
    bool doomed;   /* was one's, and is removed when its days have passed; else: being written */
    const char *document;
};
struct content_rows {
    struct content_row *v; /* by object */
    size_t n;
};

/* The place that --contents names; *ret NULL: it names none. Ends with the arena of c. */
MUST_CHECK err_t contents_open(struct ctl *c, struct contents **ret);
/* Puts an object of its own, reads it and removes it again. ERR_UNAVAILABLE as the store has it. */
MUST_CHECK err_t contents_try(struct contents *k);
/* What a database of cases knows, in a; nothing where it is older than contents. */
MUST_CHECK err_t contents_rows(struct arena *a, const struct admin *ad, struct content_rows *ret);

/* One object: row NULL: the database knows nothing of it; entry NULL: it is not in the store. x->arena is
 * emptied behind each. */
typedef err_t content_fn(struct ctx *x, struct store *s, const struct content_row *row,
                         const struct store_entry *entry, void *arg);
/* Goes through both, in the order of names. */
MUST_CHECK err_t contents_walk(struct contents *k, struct content_rows rows, content_fn *fn, void *arg);
/* It is there as the database says. */
bool content_whole(const struct content_row *row, const struct store_entry *entry);

/* Copies or links (--former) what the rows name into the backup, with its sums; tells what lacks. */
MUST_CHECK err_t contents_keep(struct ctl *c, struct contents *k, struct content_rows rows, struct backup *b);
/* Brings back what the rows name and the store has not, out of --from and --contents-from; tells what is
 * nowhere. A damaged backup is refused before. */
MUST_CHECK err_t contents_bring(struct ctl *c, struct contents *k, struct content_rows rows);

struct contents_compared {
    struct text_array lost;  /* "object document": a document's, and not in the store */
    struct text_array stray; /* "object": in the store, and nobody's */
    int64_t stray_bytes;
    size_t well;
};
/* Only what holds when it is looked at twice: programs may be at work. */
MUST_CHECK err_t contents_compare(struct ctl *c, struct contents *k, const struct admin *ad,
                                  struct contents_compared *ret);
