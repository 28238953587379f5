/*
 * rules.h - what a schema cannot say about persons. Pure: base only.
 *
 * Each looks at the members that are present, so the same rules serve creation and merge-patch. Faults are
 * added with pointers below `pointer`; none echoes a value.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

/* Names, birth date, nationalities, languages, identifiers, contact points, external references of
 * PersonInput or PersonPatch. */
void rules_person(struct arena *a, const json_t *body, const char *pointer, int32_t today,
                  struct fault_list *faults);
/* A contact point of the kind; the kind of a patch is the row's. */
void rules_contact_point(struct arena *a, const json_t *point, const char *kind, const char *pointer,
                         struct fault_list *faults);
/* ResidenceStatusInput or -Patch. */
void rules_residence_status(struct arena *a, const json_t *body, struct fault_list *faults);

/* True for 8 or 9 digits, dots and spaces aside, that pass the eleven-test of the Dutch citizen service
 * number. */
bool rules_is_bsn(const char *value);
/* True if a partner's key, or a part of it, is shaped like a BSN, a V-number or a document number. */
bool rules_is_personal(const char *value);
/* A document number for comparison: letters and digits only, upper case. */
const char *rules_number_key(struct arena *a, const char *number);
