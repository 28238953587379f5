/*
 * rules.h - what may be referred, who decides, and the bytes that are handed over. Pure: base only.
 *
 *   inProgress ──accept──► accepted ──complete──► done
 *      │   ╰─────reject──► rejected    │
 *      ╰──────────revoke───► revoked ◄─┴─ revoke           accept, reject, complete: the addressee; revoke:
 * the sender
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* What a referral is judged with. */
struct referral_facts {
    const char *from_organisation;
    bool programme_known;
    int32_t today;
    int64_t now_us;
};
/* ReferralInput: externalRef.personal, referral.self, programme.unknown, referral.principal (exactly one),
 * consent.* of each person, referral.foreignRef (a person's key of another organisation than the sender), and
 * all rules of a person. */
void rules_referral_input(struct arena *a, const json_t *body, const struct referral_facts *f,
                          struct fault_list *faults);

/* The handover, to the byte: one serializer for the preview, what is stored, and what the addressee reads.
 * Members in a fixed order whatever the sender's; the same content gives the same bytes. */
const char *referral_handover_bytes(struct arena *a, const char *from_organisation, const json_t *body);

/* Who looks at a referral. */
struct referral_reader {
    bool sender, addressee;
    bool creates, decides; /* scopes */
};
/* action: accept, reject, complete, revoke, correct. ERR_DENIED referral.addressee, referral.sender;
 * ERR_CONFLICT referral.state. *ret_status (may be NULL) is the state that it leads to. */
MUST_CHECK err_t rules_referral_step(const char *status, const char *action,
                                     const struct referral_reader *reader, const char **ret_status);
struct text_array rules_referral_actions(struct arena *a, const char *status,
                                         const struct referral_reader *reader);
/* Matches are for the addressee alone. */
MUST_CHECK err_t rules_referral_matches(const struct referral_reader *reader);

/* How likely a candidate is the person handed over, 1 to 100, and why. */
struct match_facts {
    bool identifier, name, birth_date, nationality;
};
int32_t rules_match_score(const struct match_facts *m);
struct text_array rules_match_reasons(struct arena *a, const struct match_facts *m);
