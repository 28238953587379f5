/*
 * rules.h - when an authority may be asked, and how a status is given up. Pure: base only.
 *
 *   notAsked ──ask──► asked ──answer──► noObjection | objection        any ──expire──► expired
 *
 *   explained ──sign──► signed ──handIn──► handedIn ──takeEffect──► effective      before that ──lapse──►
 * lapsed
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "cases/consents/rules.h"

struct arena;

/* A traveller with one consent that might cover the exchange; without any, consent_id is not set. */
struct exchange_consent {
    struct uuid person_id;
    struct opt_uuid consent_id;
    struct consent_terms terms;
};
struct ask_facts {
    const char *status;                      /* of the check */
    const char *authority;                   /* ind, dtv */
    bool applied;                            /* the application of the case has been signed */
    const char *phase;                       /* of the case's status */
    const struct exchange_consent *consents; /* those of a traveller stand together */
    size_t nconsents;
    int64_t now_us;
};
/* ERR_CONFLICT authority.state, or guards.unmet with application.signed, consent.explicit. ret_consents: the
 * consents that the question rests on, one of each traveller. */
MUST_CHECK err_t rules_check_ask(struct arena *a, const struct ask_facts *f, struct uuid_array *ret_consents);
/* action: answer (to noObjection or objection), expire. ERR_CONFLICT authority.state. */
MUST_CHECK err_t rules_check_step(const char *status, const char *action);
/* answeredAt lies between the question and now (authority.answeredAt), expiresOn not before it
 * (authority.expiresOn). */
MUST_CHECK err_t rules_check_answer(struct arena *a, struct opt_i64 asked_us, int64_t answered_us,
                                    struct opt_date expires_on, int64_t now_us);
struct text_array rules_check_actions(struct arena *a, const char *status);

/* action: sign, handIn, lapse. Taking effect is no action of anybody's: the departure does it
 * (authority_departed_for_case). ERR_CONFLICT surrender.state. */
MUST_CHECK err_t rules_surrender_step(const char *status, const char *action, const char **ret_status);
struct text_array rules_surrender_actions(struct arena *a, const char *status);
