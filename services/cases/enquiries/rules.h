/* rules.h - what an enquiry must say. Pure: base only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

/* About a programme: it must exist (programme.unknown) and be one that the writer works in (ERR_DENIED
 * enquiry.programme); not later than now (enquiry.future). programme may be NULL. */
MUST_CHECK err_t rules_enquiry(struct arena *a, const char *programme, bool known, bool works_in,
                               int64_t happened_us, int64_t now_us);
