/* internal.h - what the files of this area share. */
#pragma once

#include "base/ctx.h"
#include "base/err.h"
#include "cases/profiles/queries.h"
#include "cases/profiles/rules.h"
#include "cases/shares/shares.h"
#include "web/request.h"

/* A claim that is about to be changed: as it is shown, by whom, and its case held. */
struct claim_open {
    struct claim_row row;
    struct case_access access;
    struct claim_state state;
    struct claim_actor who;
};
/* Opens the claim of the path for a write. ERR_MISSING, share.level, case.ended. */
AWAITS MUST_CHECK err_t claim_open(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                                   struct claim_open *ret);
AWAITS MUST_CHECK err_t claim_reply(struct ctx *x, struct tx *tx, struct uuid id, int status,
                                    struct response *rs);

handler_fn add_claim_evidence, confirm_profile_claim;
