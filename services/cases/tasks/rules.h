/* rules.h - decisions on tasks; pure. */
#pragma once

#include <stdint.h>

#include "base/err.h"

/* The day a task is due when nobody says: immediate today, high 1, normal 5, low 20 Dutch working days after
 * today. */
int32_t rules_task_due(const char *urgency, int32_t today);

/* NULL while the task is open, else ERR_CONFLICT task.ended. */
err_t rules_task_open(const char *status);
