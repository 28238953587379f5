/* terms.h - how long things take in the rights of persons: data of whoever runs the service (terms.json). */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct arena;

struct rights_terms {
    int32_t backup_days;     /* backups hold what was erased for so long; the certificate says so */
    int32_t export_days;     /* an export can be fetched for so long */
    int32_t held_again_days; /* after these a retention that was held is looked at again */
};

/* Reads terms.json in the folder, conforming to terms.schema.json. ERR_BUG terms.invalid with the file when
 * it does not. */
MUST_CHECK err_t rights_terms_load(struct arena *a, const char *folder, struct rights_terms *ret);
