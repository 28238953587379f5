/*
 * rules.h - rule sets and how a check against one comes out. Pure: base only; load.c reads the files.
 *
 * A rule set is effective-dated data: eligibility/rules/<set>/<day it came into force>.json. A case is judged
 * by the version in force on its reference day, and keeps it. A rule asks a question (pass says which answer
 * passes), or looks at the nationalities of the travellers and a list in force.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct rulesets;

enum rule_outcome { RULE_UNKNOWN, RULE_PASS, RULE_FAIL };

struct nationality_row {
    const char *nationality;
    int32_t from;
    struct opt_date until;
};
struct nationality_list {
    const char *code;
    struct nationality_row *rows;
    size_t nrows;
};

struct rule {
    const char *code;
    const json_t *question; /* {language: text}, "en" always there */
    bool at_application;    /* judged before the application is signed; else only before departure */
    const char *pass;       /* the answer that passes, "yes" or "no"; NULL: judged by nationality */
    const struct nationality_list *list;
    bool must_be_listed; /* else: must not be */
};

struct ruleset {
    const char *code; /* "return" */
    int32_t from;     /* the day it came into force: its version */
    const json_t *title;
    struct rule *rules;
    size_t nrules;
};

/* Who is judged: all nationalities of all travellers. */
struct applicants {
    struct text_array nationalities;
    bool incomplete; /* the nationality of one of them is unknown */
};

/* Reads eligibility/rules and eligibility/nationalities below the folder. Any fault with file and place. */
MUST_CHECK err_t rulesets_load(struct arena *a, const char *folder, struct rulesets **ret);
/* Made of documents that were read: rules and lists are arrays of objects; for rulesets_load and tests. */
MUST_CHECK err_t rulesets_make(struct arena *a, const json_t *sets, const json_t *lists,
                               struct rulesets **ret);

/* The version in force on a day; NULL when there is none. */
const struct ruleset *rulesets_in_force(const struct rulesets *all, const char *code, int32_t on);
/* The version that came into force on that very day. */
const struct ruleset *rulesets_version(const struct rulesets *all, const char *code, int32_t from);
/* True when any version of it exists. */
bool rulesets_known(const struct rulesets *all, const char *code);

const struct rule *ruleset_rule(const struct ruleset *set, const char *code);

/* How one rule comes out on a day. answer: yes, no, unknown, or NULL when nobody has answered. */
enum rule_outcome rule_judge(const struct rule *rule, const char *answer, const struct applicants *who,
                             int32_t on);
/* Of many: fail when one fails, else unknown when one is unknown, else pass. */
enum rule_outcome rule_outcome_all(enum rule_outcome so_far, enum rule_outcome next);
/* "unknown", "pass", "fail" */
const char *rule_outcome_text(enum rule_outcome outcome);
