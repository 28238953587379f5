/* contents.h - what was uploaded for documents; parts of http.c that have a file of their own, and the
 * worker's. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "web/request.h"

handler_fn put_document_content, get_document_content, delete_document_content;

/* The worker's settings. */
struct contents_conf {
    int64_t keep_days; /* WAYFARE_KEEP_CONTENTS_DAYS: so long stays what no document has any more */
};

/* run_once of struct work (app/worker_main.h): removes objects of the store that no content has any more. */
AWAITS MUST_CHECK err_t contents_sweep(struct ctx *x, size_t *ret_done);
/* Registers what contents_count tells. */
void contents_metrics(void);
/* The same: counts them for the metrics, and asks the store for its room. */
AWAITS MUST_CHECK err_t contents_count(struct ctx *x, size_t *ret_done);
