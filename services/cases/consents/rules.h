/*
 * rules.h - what a consent must say, and what it covers. Pure: base only.
 *
 * A consent is about data; it never stands for the wish to go. One that a partner obtained covers the
 * handover to the addressee and nothing else (domain.md, consent).
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* What coverage is judged by. */
struct consent_terms {
    const char *purpose;
    struct text_array recipients;
    const char *method;
    int64_t given_us;
    struct opt_i64 expires_us, withdrawn_us;
};

/* In force at a moment: given, not withdrawn, not expired. */
bool rules_consent_in_force(const struct consent_terms *c, int64_t now_us);
/* In force, for this purpose, and naming this recipient. */
bool rules_consent_covers(const struct consent_terms *c, const char *purpose, const char *recipient,
                          int64_t now_us);

/* ConsentInput: consent.givenBy, consent.witness, consent.future, consent.expiry. */
void rules_consent_input(struct arena *a, const json_t *body, int64_t now_us, const char *pointer,
                         struct fault_list *faults);
/* HandoverConsent: the same, and consent.coverage when it names anybody but the addressee. */
void rules_consent_handover(struct arena *a, const json_t *consent, const char *to_organisation,
                            int64_t now_us, const char *pointer, struct fault_list *faults);

/* ERR_CONFLICT consent.withdrawn when it is. */
MUST_CHECK err_t rules_consent_withdraw(struct opt_i64 withdrawn_us);
