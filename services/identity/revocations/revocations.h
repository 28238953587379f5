/* revocations.h - writing into the revocation feed from other areas. */
#pragma once

#include "base/ctx.h"
#include "base/err.h"

struct revocation_row;
struct tx;

/* Takes the order of the feed until the transaction ends; once before the first row that is written. Forgets
 * what is too old to matter. */
AWAITS MUST_CHECK err_t revocations_begin(struct ctx *x, struct tx *tx);
/* One revocation, with revocations_begin. ret may be NULL. */
AWAITS MUST_CHECK err_t revocation_add(struct ctx *x, struct tx *tx, const char *organisation,
                                       const char *kind, const char *value, const char *reason,
                                       struct revocation_row *ret);
