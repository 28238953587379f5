/* guards_internal.h - between the table of guards and the functions behind it. */
#pragma once

#include "cases/cases/guards.h"

enum param_type {
    PARAM_TEXT,       /* one text; of values where they are given */
    PARAM_TEXTS,      /* array of texts, not empty */
    PARAM_INT,        /* integer from 0 */
    PARAM_RECIPIENTS, /* array of names of the pack's recipientKinds */
    PARAM_RULE_SET,   /* a rule set that is loaded */
};

struct guard_param {
    const char *name;
    enum param_type type;
    bool required;
    const char *const *values; /* NULL: any */
};

#define GUARD_PARAMS_MAX 3

struct judging;
struct guard {
    const char *code;
    void (*judge)(struct judging *j);
    bool never;     /* never overridable */
    bool sensitive; /* class protection */
    struct guard_param params[GUARD_PARAMS_MAX];
};

struct judging {
    struct arena *a;
    const struct guard *guard;
    const json_t *params;
    const struct case_facts *facts;
    struct unmet_list *list;
};

/* One thing that is not met. pointer and remedy are borrowed. */
void guard_unmet(struct judging *j, const char *pointer, const char *remedy, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* The day that rules about the journey look at: the planned departure, or today while there is none. */
int32_t facts_journey_on(const struct case_facts *f);
/* "/members/2/birthDate" */
const char *person_pointer(struct judging *j, size_t i, const char *rest);

/* guards_wish.c: what the person wishes and allows. */
void judge_voluntary(struct judging *j);
void judge_consent(struct judging *j);
/* guards_case.c: what was done. */
void judge_eligibility(struct judging *j);
void judge_authority(struct judging *j);
void judge_appointment(struct judging *j);
void judge_document(struct judging *j);
void judge_role(struct judging *j);
void judge_tasks(struct judging *j);
void judge_result(struct judging *j);
/* guards_labour.c: the way to work. */
void judge_profile(struct judging *j);
void judge_training(struct judging *j);
/* guards_travel.c: the journey. */
void judge_ticketed(struct judging *j);
void judge_departure(struct judging *j);
void judge_visa(struct judging *j);
void judge_fitness(struct judging *j);
/* guards_protection.c: who must be protected. */
void judge_minor(struct judging *j);
void judge_parental_authority(struct judging *j);
void judge_trafficking(struct judging *j);
void judge_protection(struct judging *j);

/* Facts that several ask for. */
bool facts_role(const struct case_facts *f, const char *role);
bool guard_of_kinds(const json_t *kinds, const char *kind);
bool facts_decided(const struct case_facts *f, const char *subject);
