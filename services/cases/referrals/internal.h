/* internal.h - what the files of this area share. */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "cases/referrals/rules.h"
#include "web/request.h"

struct referral_row;
struct tx;

/* All that is wrong with a ReferralInput, by the principal's organisation. */
void referral_judge(struct ctx *x, const json_t *body, struct fault_list *faults);

struct referral_stored {
    struct uuid id;
    bool found; /* filled at the next wait: the key was free, it is stored */
    const char *handover;
};
/* Seals a valid ReferralInput and stores it; queued with the transaction. */
MUST_CHECK err_t referral_store_later(struct ctx *x, struct tx *tx, const json_t *body,
                                      struct referral_stored **ret);
/* Event and audit of what was stored. */
void referral_created(struct ctx *x, struct tx *tx, const json_t *body, struct uuid id);
/* The handover's bytes, sealed for the row. */
MUST_CHECK err_t referral_seal(struct ctx *x, struct uuid id, const char *handover, struct bytes *ret);
MUST_CHECK err_t referral_unseal(struct ctx *x, const struct referral_row *row, const char **ret_handover);
/* The same, parsed; belongs to the arena. */
MUST_CHECK err_t referral_handover(struct ctx *x, const struct referral_row *row, json_t **ret);

/* ERR_CONFLICT externalRef.taken. */
MUST_CHECK err_t referral_taken(void);

/* Accepts a locked referral that may be accepted: persons, case, consents, share, and what the sender is
 * told. body is a ReferralAcceptance. */
AWAITS MUST_CHECK err_t referral_accept(struct ctx *x, struct tx *tx, const struct referral_row *row,
                                        const json_t *body, struct uuid *ret_case_id);

struct referral_reader referral_reader_of(struct ctx *x, const char *from_organisation,
                                          const char *to_organisation);
/* Answers with the referral as the reader may see it. */
AWAITS MUST_CHECK err_t referral_reply(struct ctx *x, struct tx *tx, struct uuid id, int status,
                                       struct response *rs);
/* Locks the referral of the path for an action: state, side and If-Match are judged. */
AWAITS MUST_CHECK err_t referral_take(struct ctx *x, const struct request *rq, const char *action,
                                      struct tx **ret_tx, struct referral_row *ret);
/* Tells the sender by its changes, and by an event. event: "cases.referral.accepted", … case_id nil: none. */
void referral_tell(struct ctx *x, struct tx *tx, const struct referral_row *row, const char *event,
                   struct uuid case_id);

handler_fn accept_referral, reject_referral, revoke_referral, complete_referral, list_referral_matches,
    batch_referrals, accept_referrals;
