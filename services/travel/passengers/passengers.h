/* passengers.h - what other areas of this service may ask of passengers. Statements stand in
 * "travel/passengers/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct passenger_data;
struct passenger_locked;
struct tx;

/* Freezes travel data into a passenger of the movement; queued. The document's number is sealed. */
MUST_CHECK err_t passenger_add(struct ctx *x, struct tx *tx, struct uuid movement_id, struct opt_uuid ref_id,
                               const struct passenger_data *p, struct uuid *ret_id);
/* Freezes them again into the row that is locked; what was frozen before is kept (app/corrections.h). reason:
 * why, or NULL. */
MUST_CHECK err_t passenger_save(struct ctx *x, struct tx *tx, const struct passenger_locked *before,
                                const struct passenger_data *p, const char *reason);
/* The travel data of a row, the document's number unsealed: the caller audits it (field set "document"). */
MUST_CHECK err_t passenger_data_of(struct ctx *x, const struct passenger_locked *row,
                                   struct passenger_data *ret);
/* The document's number, or NULL. */
MUST_CHECK err_t passenger_number(struct ctx *x, struct uuid id, struct bytes sealed, const char **ret);
