/* persons.h - what other areas of this service may ask of persons. Statements stand in
 * "cases/persons/queries.h". */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct tx;

/*
 * Makes a person of the transaction's organisation from a body of the shape PersonInput
 * (api-spec/cases/persons.yaml), which the caller has validated by schema. Rules that a schema cannot say are
 * judged here: ERR_INVALID with a fault for each, pointers below pointer ("" or "/person"): country.unknown,
 * nationality.unknown, language.unknown, identifier.personal, externalRef.personal, … ERR_CONFLICT
 * externalRef.taken. Writes audit; commits nothing.
 */
AWAITS MUST_CHECK err_t person_create(struct ctx *x, struct tx *tx, const json_t *person, const char *pointer,
                                      struct uuid *ret_id);

/* Article 18 GDPR: nothing is added to what is restricted. ERR_MISSING when the reader's organisation has no
 * such person, ERR_CONFLICT person.restricted. */
AWAITS MUST_CHECK err_t person_changeable(struct tx *tx, struct uuid person_id);
/* The same for the persons of a case: what would hand on data of all of them. */
AWAITS MUST_CHECK err_t persons_unrestricted(struct tx *tx, struct uuid case_id);
extern const struct err person_restricted_value;

/* Adds a fault for each reference that is shaped like personal data (externalRef.personal) or repeated. refs:
 * array of {organisation, value}; may be NULL. Pure. */
void external_refs_check(struct arena *a, const json_t *refs, const char *pointer, struct fault_list *faults);
/* Stores them for a row: kind "person", "case" or "referral". ERR_CONFLICT externalRef.taken when another row
 * has one. No round trip when there are none. */
AWAITS MUST_CHECK err_t external_refs_add(struct ctx *x, struct tx *tx, const char *kind, struct uuid subject,
                                          const json_t *refs);
/* Replaces those of a row. */
AWAITS MUST_CHECK err_t external_refs_replace(struct ctx *x, struct tx *tx, const char *kind,
                                              struct uuid subject, const json_t *refs);

/* The number of a row of person_identifiers, opened. The caller commits to the trail that it was read. */
MUST_CHECK err_t identifier_number(struct ctx *x, struct uuid id, struct bytes sealed, const char **ret);
