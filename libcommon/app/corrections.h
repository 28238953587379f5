/*
 * corrections.h - rectification with history: what stood in a record before it was corrected is kept sealed,
 * a row for each member, read under a scope of its own, given out and erased with the person
 * (schema/0013_corrections.sql).
 */
#pragma once

#include <jansson.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/json.h"
#include "base/opt.h"
#include "web/request.h"

struct page;
struct tx;

/* A record and whom it is about. */
struct correction {
    struct uuid subject; /* as this database knows the person */
    const char *kind;    /* person, contactPoint, … */
    struct uuid object;  /* the record; the subject itself for the person's own */
    const char *reason;  /* NULL: none was given */
};

/* A row as the API shows it, to be compared. */
MUST_CHECK err_t correction_view(struct ctx *x, const struct json_shape *shape, const void *row,
                                 json_t **ret);
/* Keeps what `was` says of each member of `named` of which `is` says something else; members that `was` does
 * not have are passed by, and what is lacking is null. Queued. */
MUST_CHECK err_t corrections_keep(struct ctx *x, struct tx *tx, const struct correction *c,
                                  const json_t *named, const json_t *was, const json_t *is);
/* The same with the row as it is to be. */
MUST_CHECK err_t correction_keep_row(struct ctx *x, struct tx *tx, const struct correction *c,
                                     const json_t *named, const json_t *was, const struct json_shape *shape,
                                     const void *row);

/* All of it for a row that the request's body (its members, and `reason`) corrects: reads the body into it
 * and keeps what it said. */
MUST_CHECK err_t correction_read(struct ctx *x, struct tx *tx, const struct request *rq,
                                 const struct correction *c, const struct json_shape *shape, void *row);

/* A member that is shown only with a scope; ended by a NULL scope. */
struct correction_scope {
    const char *kind, *field, *scope;
};
/* What the query asks for, before anything else is: limit, sort, cursor. */
MUST_CHECK err_t corrections_page(struct ctx *x, const struct request *rq, struct page *ret);
/* Answers with the page of the subject's corrections: the query says of which kind and record, unless object
 * does; scopes NULL: all that the policies show. The caller has read that the subject is there and leaves the
 * row in the trail. */
AWAITS MUST_CHECK err_t corrections_reply(struct ctx *x, const struct request *rq, struct tx *tx,
                                          struct page *page, struct uuid subject, struct opt_uuid object,
                                          const struct correction_scope *scopes, struct response *rs);
