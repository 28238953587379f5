/*
 * shares.h - what a partner sees of a case, and who is told when it changes.
 *
 * A share says which fields an organisation sees; the partner view is the bytes made of it, stored in
 * partner_views under the viewer's organisation. A partner reads these rows and never the case, so that what
 * is hidden leaves no trace in them: not in the body, the ETag, the time or the feed of changes.
 */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"

struct inbox_event;
struct request;
struct response;
struct tx;

/* Recomputes the view of each organisation that the case is shared with. Only where the bytes have changed:
 * stores them, adds to that organisation's changes, and an event cases.share.changed. Call it after every
 * change of a case, its status, dates or external references; it costs one round trip when nothing changed.
 */
AWAITS MUST_CHECK err_t partner_view_refresh(struct ctx *x, struct tx *tx, struct uuid case_id);

/* Answers GET /cases/{caseId} for a partner (scope shared-cases:read): its stored view with its ETag, or
 * ERR_MISSING. Opens its own read. */
AWAITS MUST_CHECK err_t partner_view_reply(struct ctx *x, struct uuid case_id, struct response *rs);

/* A new share; the caller has judged that it may be. */
struct share_new {
    struct uuid case_id;
    const char *to_organisation;
    struct text_array fields; /* of the enum SharedField in api-spec/cases/shares.yaml */
    const char *level;        /* view, edit */
    struct opt_date until_on;
    const char *legal_basis, *regime, *document;
    struct opt_uuid consent_id;  /* legal basis consent: which one */
    struct opt_uuid referral_id; /* it came of accepting this referral */
};
/* Grants it: row, view, feed, event cases.share.granted, timeline, audit. ERR_INVALID case.unknown;
 * ERR_CONFLICT share.exists when the organisation has one. */
AWAITS MUST_CHECK err_t share_grant(struct ctx *x, struct tx *tx, const struct share_new *in,
                                    struct uuid *ret_id);

/* Ends all active shares that rest on a consent, at once. reason: consentWithdrawn or consentExpired. */
AWAITS MUST_CHECK err_t shares_end_for_consent(struct ctx *x, struct tx *tx, struct uuid consent_id,
                                               const char *reason, size_t *ret_ended);
/* The persons of these cases are being erased: active shares are recalled, and who sees or saw the cases
 * reads `erased` in its changes. */
AWAITS MUST_CHECK err_t shares_end_for_erasure(struct ctx *x, struct tx *tx, struct uuid_array cases);
/* The sender of a referral gives up the share that came of it; runs as the sender. */
AWAITS MUST_CHECK err_t share_give_up(struct ctx *x, struct tx *tx, struct uuid referral_id);

/*
 * Who asks about something of a case that a share may name as a field: the case's own organisation, or a
 * partner. Row-level security decides the same once more (share_field in schema/0005): this says it before,
 * in words.
 *
 * An area of shared rows: its table gets share_field; rows are written with org = access.org and author_org,
 * author of the principal; what it answers shows authorOrganisation to all and the author to its own only.
 */
struct case_access {
    struct uuid case_id;
    const char *org; /* of the case: the org of the rows */
    bool partner;    /* the reader is another organisation, by a share */
};
/* For a read. ERR_MISSING where the reader neither sees the case nor has an active share with the field. */
AWAITS MUST_CHECK err_t case_access_read(struct ctx *x, struct tx *tx, struct uuid case_id, const char *field,
                                         struct case_access *ret);
/* For a write; needs db_begin, and holds case or share as it is until the transaction ends, so that a recall
 * comes before or after. Also ERR_DENIED share.level (the share is for viewing), ERR_CONFLICT case.ended. */
AWAITS MUST_CHECK err_t case_access_write(struct ctx *x, struct tx *tx, struct uuid case_id,
                                          const char *field, struct case_access *ret);
/* Tells the story of the case what was written: by its own organisation at once, by a partner through
 * cases.partner.wrote. kind is of timeline/kinds.h; its data are {"id", "organisation"}. */
void case_access_wrote(struct ctx *x, struct tx *tx, const struct case_access *access, const char *kind,
                       struct uuid id);
/* Handler of cases.partner.wrote for worker.c (an inbox_fn). */
AWAITS MUST_CHECK err_t partner_wrote(struct ctx *x, const struct inbox_event *e);

/* Handler of cases.due.shareExpiry for worker.c (an inbox_fn). */
AWAITS MUST_CHECK err_t shares_expire(struct ctx *x, const struct inbox_event *e);
