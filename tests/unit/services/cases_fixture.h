/* cases_fixture.h - what tests of the cases service share: code lists, rule sets, packs, as the service loads
 * them. */
#pragma once

#include <jansson.h>

#include "base/codes.h"
#include "cases/cases/guards.h"
#include "cases/eligibility/rules.h"
#include "cases/programmes/pack.h"

struct arena;
struct schema;

struct cases_fixture {
    struct arena *a;
    struct rulesets *rulesets;
    struct packs *packs;
    struct schema *pack_schema;
    const struct pack *avrr; /* version 1 */
};

/* Loaded from $CASES_DATA. */
void cases_fixture_open(struct cases_fixture *f);
void cases_fixture_close(struct cases_fixture *f);

int32_t day(const char *text);
json_t *json_of(struct arena *a, const char *text); /* ' for " */
/* The fault with the code at the place, or NULL. */
const struct fault *fault_at(err_t e, const char *at, const char *code);
/* The unmet guard of that code, or NULL. */
const struct unmet *unmet_of(const struct unmet_list *list, const char *code);
