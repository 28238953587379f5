/* experts.h - what other areas ask of experts, inside the transaction they are in. */
#pragma once

#include "base/cleanup.h"
#include "base/err.h"
#include "base/uuid.h"
#include "diaspora/experts/rules.h"

struct ctx;
struct tx;

/* What a sealed record of residence says (sealed.p NULL: nothing is recorded). The caller has audit_read of
 * it, in db_begin. It is for decisions of the house: never for a host. */
MUST_CHECK err_t expert_residence_unseal(struct ctx *x, struct uuid expert_id, struct bytes sealed,
                                         bool verified, struct expert_residence *ret);
/* Adds at pointer expert.missing (also when hidden), expert.notInProgramme, expert.inactive; ERR_CONFLICT
 * expert.restricted. */
AWAITS MUST_CHECK err_t expert_check(struct ctx *x, struct tx *tx, struct uuid expert_id,
                                     const char *programme, const char *pointer, struct fault_list *faults);
/* Article 18 GDPR: nothing is added to what is restricted. ERR_CONFLICT expert.restricted; no fault of an
 * expert who is hidden or not there. */
AWAITS MUST_CHECK err_t expert_unrestricted(struct tx *tx, struct uuid expert_id);
/* For the worker: an erasure of this id was approved. An expert is restricted, unless that is so already. */
AWAITS MUST_CHECK err_t expert_erasure_approved(struct ctx *x, struct uuid id);
/* Whether the expert is there and active, and whether processing of their data is restricted. */
AWAITS MUST_CHECK err_t expert_active(struct tx *tx, struct uuid expert_id, bool *ret, bool *ret_restricted);
