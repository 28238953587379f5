/* rules.h - who may ask who saw a person, and of which time. Pure: base only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* ERR_DENIED trail.users: a machine client does not ask. ERR_INVALID trail.window: [from, until) has no
 * length, or more than 92 days. */
MUST_CHECK err_t rules_trail(bool is_user, int64_t from_us, int64_t until_us);
