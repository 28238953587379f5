/* form.h - the forms that juries score by: data, one file a version (jury/forms). */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"

struct arena;
struct jury_forms;

/* Reads <folder>/forms against <folder>/form.schema.json: ERR_BUG jury.form with the file and the place;
 * versions are unique, criteria too, weights add up to 100, min below max. */
MUST_CHECK err_t jury_forms_load(struct arena *a, const char *folder, struct jury_forms **ret);
/* The same from documents (for tests). */
MUST_CHECK err_t jury_forms_make(struct arena *a, const json_t *documents, const json_t *paths,
                                 struct jury_forms **ret);
/* The newest version, for a new cohort. */
int32_t jury_forms_newest(const struct jury_forms *f);
/* The form of a version; NULL if there is none. */
const json_t *jury_form(const struct jury_forms *f, int32_t version);
/* All of them, an array by version. */
const json_t *jury_forms_all(const struct jury_forms *f);
