/* pack_internal.h - between reading a pack and judging it. */
#pragma once

#include "cases/programmes/pack.h"

void pack_fault(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                const char *detail);
/* What a schema cannot say: names that must exist or be unique, statuses that must be reachable, ways out
 * that must be there. */
void pack_check(struct arena *a, const struct pack *p, struct fault_list *faults);
