/*
 * guards.h - the guards that a programme pack may name, judged from facts. Pure: base and eligibility's rules
 * only.
 *
 * A guard is a C function with a code and typed parameters (table in guards.c). The pack loader refuses a
 * guard that is not in the table, or a parameter that it does not take, with its place. Facts are read by
 * cases/facts.c in one round trip.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "base/unmet.h"

struct arena;
struct pack;
struct rulesets;

struct fact_person {
    struct uuid id;
    bool principal;
    bool birth_known;
    int32_t birth_first, birth_last; /* the days that the birth date can mean */
    struct text_array nationalities;
};
struct fact_declaration {
    struct uuid person_id;
    const char *kind;
    bool withdrawn;
};
struct fact_consent {
    struct uuid person_id;
    const char *purpose;
    struct text_array recipients;
    const char *given; /* explicit, proxy, guardian */
    struct opt_i64 expires_us;
    bool withdrawn;
};
struct fact_authority {
    const char *authority, *status;
    struct opt_date expires_on;
};
struct fact_appointment {
    const char *kind, *status;
};
struct fact_task {
    const char *kind, *status;
    int32_t due_on;
};
struct fact_document {
    struct opt_uuid person_id; /* absent: of the case as a whole */
    const char *kind, *status;
    const char *country; /* that issued it; NULL: not recorded */
    struct opt_date valid_until;
};
/* The movement as the travel service has told it. */
struct fact_journey {
    bool there, ticketed;
    struct opt_i64 departs_us;
    struct opt_date departs_on, arrives_on; /* where they leave from, and where they arrive */
    const char *destination; /* country; the case's country of return while none is planned; or NULL */
};
struct fact_traveller {
    struct uuid person_id;
    bool medical;        /* has the need `medical` */
    const char *fitness; /* outcome of the last check for the present movement; NULL: none */
    int64_t fitness_us;  /* when it was checked */
};
struct fact_decision {
    const char *subject, *outcome;
};
struct fact_role {
    const char *role;
    int32_t valid_from;
    struct opt_date valid_until;
};
struct fact_override {
    struct uuid id;
    const char *transition;
    struct text_array guards;
    int64_t valid_until_us;
};
struct fact_answer { /* of the present check against a rule set; rule NULL: the check alone, nothing answered
                        yet */
    const char *rule_set;
    int32_t rules_from, reference_on;
    const char *rule, *answer;
};

/* All that guards look at. Arrays may be NULL with their count 0. */
struct case_facts {
    int64_t now_us;
    int32_t today; /* in the Netherlands */
    const char *status;
    const char *resumes_to;       /* set while suspended */
    const char *result;           /* asked for with the move; NULL: none */
    struct opt_date departure_on; /* of the journey where there is one, else as planned */
    struct fact_journey journey;
    const struct fact_traveller *travellers; /* one for each person */
    size_t ntravellers;
    bool cleared, risk_assessed; /* protection clearance */
    const struct fact_person *persons;
    size_t npersons;
    const struct fact_declaration *declarations;
    size_t ndeclarations;
    const struct fact_consent *consents;
    size_t nconsents;
    const struct fact_authority *authorities;
    size_t nauthorities;
    const struct fact_appointment *appointments;
    size_t nappointments;
    const struct fact_task *tasks;
    size_t ntasks;
    const struct fact_document *documents;
    size_t ndocuments;
    const struct fact_decision *decisions;
    size_t ndecisions;
    const struct fact_role *roles; /* the case's caseworker counts as one */
    size_t nroles;
    const struct fact_answer *answers;
    size_t nanswers;
    size_t claims;                         /* of the profile, none withdrawn */
    int32_t sessions_attended;             /* of trainings */
    const struct fact_override *overrides; /* granted and not used */
    size_t noverrides;
    const struct pack *pack;
    const struct rulesets *rulesets;
};

struct guard; /* one line of the table */

/* NULL for a code that no function stands behind. */
const struct guard *guard_find(const char *code);
const char *guard_code(const struct guard *g);
/* Adds a fault for each parameter that is unknown, missing or of another type or value; pointer is that of
 * the params object. */
void guard_check_params(struct arena *a, const struct guard *g, const json_t *params,
                        const struct rulesets *rulesets, const json_t *recipient_kinds, const char *pointer,
                        struct fault_list *faults);
/* False for those that no two users may override (domain.md). */
bool guard_overridable(const struct guard *g, const json_t *params);
/* True for those that are masked without protection:read. */
bool guard_sensitive(const struct guard *g);
/* Judges it: adds to the list what is not met. */
void guard_judge(struct arena *a, const struct guard *g, const json_t *params, const struct case_facts *facts,
                 struct unmet_list *list);
/* The table, for documentation and tests: NULL beyond the last. */
const struct guard *guard_at(size_t i);

/* The person's wish to return or to travel is in force. That of a child is with whoever speaks for it, the
 * principal, unless it has withdrawn its own. */
bool fact_wishes(const struct case_facts *f, const struct fact_person *p);
/* True when the person may be under age on the day: by the youngest age that the birth date can mean, or when
 * it is unknown. */
bool fact_maybe_minor(const struct fact_person *p, int32_t on);
