/*
 * rules.h - how well an expert fits terms of reference; pure.
 *
 * Hard filters are kept apart from the score: they say whether, the score says how well. Neither knows
 * nationality, sex, age or mother tongue: the struct that is judged has no place for them. The right to stay
 * abroad and required languages are hard filters; nothing of the basis of residence shows.
 */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct schema;

#define MATCH_CRITERIA 3
#define MATCH_FILTERS 4

struct match_weights {
    int32_t version;
    int32_t weight[MATCH_CRITERIA]; /* by criterion; 0: does not count. Together 100 */
};

/* ERR_INVALID weights.invalid with every fault: criterion.unknown (only what rules.c can judge may be named),
 * criterion.twice, weights.sum (not 100); or the schema's. */
MUST_CHECK err_t match_weights_make(struct arena *a, const struct schema *schema, const json_t *document,
                                    struct match_weights *ret);
/* The newest of the files below folder. ERR_BUG weights.invalid with the file. */
MUST_CHECK err_t match_weights_load(struct arena *a, const char *folder, const struct match_weights **ret);

struct match_wish {
    const json_t *competences; /* [{uri, label, required, evidence}] */
    const json_t *languages;   /* [{language, listening, reading, speaking, writing}] */
    int32_t starts_on, ends_on;
    bool travels; /* can only be done there */
};
struct match_expert {
    const json_t *competences; /* [{uri, evidence}] */
    const json_t *languages;   /* as above */
    const json_t *windows;     /* [{kind, startsOn, endsOn}] */
    bool may_stay;             /* residence allows a stay abroad until the end */
};

struct match_filter {
    const char *code; /* language.required, competence.required, availability.possible, work.right */
    bool passed;
    const char *detail;
};
struct match_reason {
    const char *code; /* competence.coverage, competence.evidence, availability.share */
    int32_t weight;   /* hundredths of the score */
    int32_t points;   /* 0…100 */
    const char *detail;
};
struct match {
    struct match_filter filters[MATCH_FILTERS];
    struct match_reason reasons[MATCH_CRITERIA];
    bool passed;   /* every filter */
    int32_t score; /* 0…100 */
};

void rules_match(struct arena *a, const struct match_weights *w, const struct match_wish *wish,
                 const struct match_expert *expert, struct match *ret);
/* Order of candidates: who passes first, then the higher score; else 0. */
int rules_match_order(const struct match *one, const struct match *other);
