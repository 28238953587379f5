/* applications.h - the way to a document; parts of http.c that have a file of their own. */
#pragma once

#include "base/cleanup.h"
#include "web/request.h"

struct document_locked;
struct tx;

/* Answers with the document, its ETag and status. */
AWAITS MUST_CHECK err_t document_reply(struct tx *tx, struct uuid id, struct response *rs, int status);
/* Locks the document of the path; the caller's ETag must hold. */
AWAITS MUST_CHECK err_t document_lock(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                                      struct uuid *ret_id, struct document_locked *ret);

handler_fn create_document_application;
handler_fn patch_document_application;
