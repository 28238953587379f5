/*
 * page.h - lists: limit, sort, filters and the sealed keyset cursor.
 *
 * A cursor is opaque base64url text: the last row's key, sealed with AES-256-GCM (the key may be a name),
 * bound to operation, client, sort and every filter. One of another client, operation or set of filters, or a
 * changed one, is refused (400 cursor.invalid).
 *
 * count=true adds `total`. changedSince gives only rows that a transaction has written which had not ended
 * when the token was given (so a late commit is never skipped; a row may come twice), and a new
 * `changedSince` for the next time; on every page of one walk the same. 410 changes.expired when the database
 * has forgotten. Handlers have nothing to do for either.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "io/db.h"

struct ctx;
struct request;
struct response;
struct tx;

struct page_changes; /* page.c */

struct page {
    uint32_t limit; /* 1…200 as asked; the statement fetches one more */
    struct db_list_choice choice;
    int64_t *total;               /* filled with the rows, when it was asked for; else NULL */
    struct page_changes *changes; /* likewise */
    /* Queues what is asked for beside the rows, NULL if nothing is; the statement calls it with its own
     * parameters and the statement that counts. */
    void (*queue)(struct tx *tx, const struct page *page, const struct db_statement *count,
                  const void *params);
};

/* What a list offers; made by sqlgen as q_x_page beside each list statement. */
struct page_kind {
    const struct db_statement *statement;
};

/*
 * Reads limit, sort, cursor and which filters are present (a filter's query parameter has the camelCase name
 * of its marked line). Filters that the handler sets itself (not from the query) are added with page_filter.
 */
MUST_CHECK err_t page_read(struct ctx *x, const struct request *rq, const struct page_kind *kind,
                           struct page *ret);
void page_filter(struct page *page, const struct page_kind *kind, const char *filter);

/* Writes {"items":[…],"next":…} and the Link header from the rows that the statement gave (at most limit +
 * 1). */
err_t reply_page(struct ctx *x, const struct request *rq, struct response *rs, const struct page_kind *kind,
                 const struct page *page, const struct json_shape *shape, const void *rows, size_t n);

/* A sealed opaque token, bound to the client, for other purposes (changedSince): text in, token out; and
 * back, or 400. */
const char *page_token(struct ctx *x, const char *purpose, const char *text);
MUST_CHECK err_t page_token_read(struct ctx *x, const char *purpose, const char *token,
                                 const char **ret_text);
