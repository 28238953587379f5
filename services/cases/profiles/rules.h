/*
 * rules.h - what a claim of the profile may say, who changes it, and what makes it certain. Pure: base only.
 * The levels are drawn in schema/0020_profiles.sql.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct occupations;

#define CLAIM_KINDS(X) X("education") X("employment") X("skill") X("language")

/* What a claim is judged with. */
struct claim_facts {
    const struct occupations *occupations;
    int32_t today;
};
/* claim.kind: a member of another kind than the claim's; missing says that its own must be there. */
void rules_claim_kind(struct arena *a, const char *kind, const json_t *body, bool missing,
                      struct fault_list *faults);
/* The details of a kind: claim.incomplete, claim.period (ends before it begins), claim.future, isco.unknown,
 * esco.version (an ESCO address comes with the version that it is of), country.unknown, language.unknown. */
void rules_claim_details(struct arena *a, const struct claim_facts *f, const char *kind,
                         const json_t *details, struct fault_list *faults);

/* Who does something with a claim. */
struct claim_actor {
    bool owner;  /* of the case */
    bool author; /* of the claim: the same organisation */
    bool writes; /* holds the scope */
};
struct claim_state {
    const char *level; /* declared, documented, tested, confirmed */
    bool withdrawn;
};
/* facts_changed: what is claimed, or the person's own words; else staff's wording alone. ERR_CONFLICT
 * claim.withdrawn, claim.verified (tested or confirmed: what it says stands); ERR_DENIED claim.author. */
MUST_CHECK err_t rules_claim_change(const struct claim_state *c, const struct claim_actor *who,
                                    bool details_changed, bool words_changed);
/* ERR_CONFLICT claim.withdrawn, ERR_DENIED claim.author. */
MUST_CHECK err_t rules_claim_withdraw(const struct claim_state *c, const struct claim_actor *who);

/* What is put beside a claim. */
struct evidence_terms {
    const char *level; /* documented, tested */
    bool document;     /* refers to one of the case's documents */
    struct opt_date dated_on;
};
/* ERR_CONFLICT claim.withdrawn; ERR_DENIED evidence.level (tests are recorded by the case's organisation);
 * ERR_INVALID with evidence.document, evidence.future. */
MUST_CHECK err_t rules_evidence(struct arena *a, const struct claim_state *c, const struct claim_actor *who,
                                const struct evidence_terms *t, int32_t today);
/* evidence_owner: whose evidence it rests on. ERR_CONFLICT claim.withdrawn, claim.confirmed; ERR_DENIED
 * claim.confirmer (neither the case's organisation, nor the evidence's owner of another's claim). */
MUST_CHECK err_t rules_claim_confirm(const struct claim_state *c, const struct claim_actor *who,
                                     bool evidence_owner);

/* confirm is named for who may confirm with the right evidence. */
struct text_array rules_claim_actions(struct arena *a, const struct claim_state *c,
                                      const struct claim_actor *who);
