/*
 * rules.h - the states of a document; pure.
 *
 *   needed ──► requested ──► received ──► verified ──► expired
 *      └──────────────────────►│             │            │
 *                              ▼             ▼            ▼
 *                           rejected ◄───────┘         requested, received
 *                              └──► requested, received
 */
#pragma once

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* NULL if the document may go from the status to the other, else ERR_CONFLICT document.state. */
err_t rules_document_step(const char *from, const char *to);

/* NULL if it may be corrected by hand, else ERR_CONFLICT document.verified. */
err_t rules_document_editable(const char *status);

/* NULL, or ERR_INVALID document.dates when it would end before it begins. */
err_t rules_document_dates(struct arena *a, struct opt_date from, struct opt_date until);

/* NULL, or ERR_CONFLICT document.validity when a document that has ended on the day would be verified. */
err_t rules_document_verifiable(struct opt_date until, int32_t today);
