/* internal.h - what the files of this area share. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"
#include "web/request.h"

struct arena;
struct share_ending;
struct tx;

/* A change of what an organisation sees: an entry in its changes and an event. */
struct share_told {
    const char *event, *change;
    struct uuid share_id, case_id;
    const char *owner, *to_organisation;
    struct text_array refs;    /* the viewer's own keys */
    struct opt_date delete_by; /* recalled: by when its copies must be gone */
};
void share_tell(struct ctx *x, struct tx *tx, const struct share_told *t);

/* partner_view_refresh; the share granted just now is told as such. */
AWAITS MUST_CHECK err_t views_sync(struct ctx *x, struct tx *tx, struct uuid case_id,
                                   const struct uuid *granted);

/* The bytes that the organisation would see of the case by a share of these fields. ERR_INVALID case.unknown.
 */
AWAITS MUST_CHECK err_t view_preview(struct ctx *x, struct tx *tx, struct uuid case_id,
                                     const char *to_organisation, const struct text_array *fields,
                                     const char **ret_bytes);
/* ERR_INVALID: a case that the reader does not see is a case that is not there. */
err_t share_case_unknown(struct arena *a);

/* Ends an active, locked share: row, view, feed, event, and for its owner the timeline. status: recalled,
 * expired. Queued with the transaction. */
void share_end(struct ctx *x, struct tx *tx, const struct share_ending *s, const char *status,
               const char *reason, int32_t delete_by);
/* At the end of the last day in the Netherlands; without a last day, never. */
void share_schedule(struct ctx *x, struct tx *tx, struct uuid id, struct opt_date until_on);

handler_fn list_shared_cases;
