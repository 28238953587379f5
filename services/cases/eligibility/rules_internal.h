/* rules_internal.h - what rules.c and load.c share. */
#pragma once

#include "cases/eligibility/rules.h"

struct rulesets {
    struct ruleset *sets;
    size_t nsets;
    struct nationality_list *lists;
    size_t nlists;
};
