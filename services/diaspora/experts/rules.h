/* rules.h - decisions on experts; pure. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* What a schema cannot say of the members of a profile that the body has (creation and merge-patch alike):
 * date.missing, birth.future, language.unknown, language.twice, country.unknown, zone.unknown,
 * safeHours.empty, contact.value (no address or number of its kind), names.document (none as on the
 * document). */
void rules_expert(struct arena *a, const json_t *body, int32_t today, struct fault_list *faults);

/* How anybody is reached, of the members `languages` and `contactPoints` of a body at pointer ("",
 * "/team/0"): language.unknown, language.twice, contact.value, zone.unknown, safeHours.empty. */
void rules_reach(struct arena *a, const json_t *body, const char *pointer, struct fault_list *faults);

/* Of the residence: nationality.unknown, country.unknown, residence.dutch (a Dutch person has Dutch
 * nationality), residence.basis (a permit has a basis, nothing else has one; of an asylum permit it is
 * asylum). */
void rules_residence(struct arena *a, const json_t *body, struct fault_list *faults);

/* What the sealed record of residence says. */
struct expert_residence {
    bool recorded, verified;
    struct text_array nationalities;
    const char *country;         /* of residence */
    const char *permit;          /* dutch, euCitizen, regularPermit, asylumPermit, none */
    const char *basis;           /* of the permit: work, study, family, asylum, other; NULL */
    const char *travel_document; /* passport, conventionTravelDocument, alienPassport; NULL */
    struct opt_date valid_until; /* of the permit; not set: for good */
};

/* Evidence above declared names its source, else evidence.source at pointer. */
void rules_evidence(struct arena *a, const char *evidence, const char *source, const char *pointer,
                    struct fault_list *faults);
/* 0 declared … 3 confirmed. */
int rules_evidence_level(const char *evidence);
