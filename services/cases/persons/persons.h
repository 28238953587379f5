/* persons.h - what other areas of this service may ask of persons. Statements stand in "cases/persons/queries.h". */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct tx;

/*
 * Makes a person of the transaction's organisation from a body of the shape PersonInput (api-spec/cases/persons.yaml), which the caller
 * has validated by schema. Rules that a schema cannot say are judged here: ERR_INVALID with a fault for each, pointers
 * below pointer ("" or "/person"): country.unknown, nationality.unknown, language.unknown, identifier.personal, externalRef.personal, …
 * ERR_CONFLICT externalRef.taken is reported at the next wait. Writes audit; commits nothing.
 */
AWAITS MUST_CHECK err_t person_create(struct ctx *x, struct tx *tx, const json_t *person, const char *pointer,
                                      struct uuid *ret_id);

/* NULL, or a fault for each value that is shaped like personal data (externalRef.personal) or repeated. refs: array of
 * {organisation, value}; may be NULL. */
void external_refs_check(struct arena *a, const json_t *refs, const char *pointer, struct fault_list *faults);
/* Stores them for a row: kind "person", "case" or "referral". A taken value is ERR_CONFLICT externalRef.taken at the next wait. */
void external_refs_add(struct tx *tx, const char *kind, struct uuid subject, const json_t *refs);
