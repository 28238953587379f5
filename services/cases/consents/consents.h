/* consents.h - what other areas of this service may ask of consents. Statements stand in
 * "cases/consents/queries.h". */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"

struct inbox_event;
struct tx;

/* Stores the consent that a partner obtained when it referred the person: it covers handing over to us, and
 * nothing else. consent: validated shape HandoverConsent (api-spec/cases/referrals.yaml). Queued with the
 * transaction. */
void consent_add_handover(struct ctx *x, struct tx *tx, const json_t *consent, struct uuid person_id,
                          struct uuid case_id, struct uuid referral_id, const char *obtained_by);

/* Handler of cases.due.consentExpiry for worker.c (an inbox_fn): shares that rest on the consent end. */
AWAITS MUST_CHECK err_t consents_expire(struct ctx *x, const struct inbox_event *e);
