/* observe.h - what every program tells about itself on WAYFARE_METRICS: /health/live, /health/ready,
 * /metrics. */
#pragma once

#include "base/err.h"

struct health;
struct program;

/* Opens it with the parts that the program has: database, queue, tokens. "" as address: *ret is NULL. */
MUST_CHECK err_t observe_open(struct program *p, struct health **ret);
