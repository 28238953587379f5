/* rules.h - decisions on needs; pure. */
#pragma once

#include "base/err.h"

/* NULL while it is open, else ERR_CONFLICT need.ended. */
err_t rules_need_open(const char *status);
