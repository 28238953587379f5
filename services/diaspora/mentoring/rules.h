/* rules.h - decisions on mentor sessions; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* 409 venture.notInTraining unless the venture is selected or in training. */
MUST_CHECK err_t rules_mentoring_open(const char *venture_status);
/* 409 session.ended unless it is planned. */
MUST_CHECK err_t rules_session_planned(const char *status);
/* 409 session.ended; session.future while it has not begun. */
MUST_CHECK err_t rules_session_hold(const char *status, int64_t starts_us, int64_t now_us);
