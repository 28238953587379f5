/* occupations.h - the classification of occupations that codes are checked against: ISCO-08, as versioned
 * data. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct arena;
struct occupations;

/* Reads occupations/isco08.json below the folder, conforming to occupations.schema.json. Lives as long as the
 * arena. ERR_BUG with the file when it does not. */
MUST_CHECK err_t occupations_load(struct arena *a, const char *folder, struct occupations **ret);

/* A unit group (4 digits), or one of the major (1), sub-major (2) and minor groups (3) above it. */
bool occupation_known(const struct occupations *o, const char *code);
/* How many groups of so many digits there are. */
size_t occupations_count(const struct occupations *o, size_t digits);
