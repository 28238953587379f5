/* documents.h - what other areas of this service may ask of documents. Statements stand in
 * "cases/documents/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event;
struct tx;

/* A requirement of the programme pack at the opening of a case: status needed. person absent: of the case as
 * a whole. Queued. */
void document_require(struct ctx *x, struct tx *tx, struct uuid case_id, struct opt_uuid person_id,
                      const char *kind, const char *required_by);
/* A document that something refers to must be one of the case and for the caller to see; absent is fine. Else
 * ERR_INVALID with document.unknown at /documentId: the same for one of another case and for none. */
AWAITS MUST_CHECK err_t document_of_case(struct ctx *x, struct tx *tx, struct uuid case_id,
                                         struct opt_uuid id);
/* Handler of cases.due.documentExpiry for worker.c (an inbox_fn): verified → expired, with a task. */
AWAITS MUST_CHECK err_t document_expiry_due(struct ctx *x, const struct inbox_event *e);

/* The data of a timeline entry on a document: its id and kind. */
const char *document_entry(struct ctx *x, struct uuid id, const char *kind);
