/*
 * guards.h - the moves of an assignment, and the guards that each has, judged from facts; pure.
 *
 * Decisions have guards, observations never do (domain.md): that an expert departed or returned is recorded
 * by the worker as it was observed. Nobody overrides a guard of an assignment.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/machine.h"
#include "base/opt.h"
#include "diaspora/assignments/travel_rules.h"

struct arena;
struct assignment_terms;
struct programme;

struct fact_phase {
    struct uuid id;
    const char *kind, *status, *travel, *country; /* columns of the table phases */
    int32_t starts_on, ends_on;
    struct opt_i32 hours_per_week;
    bool country_open; /* in the programme, for all of its days */
    bool unavailable;  /* the expert said so for one of its days */
    bool elsewhere;    /* in another phase on one of its days */
};
struct fact_insurance {
    int32_t valid_from, valid_until;
};
struct fact_briefing {
    const char *country;
    int32_t held_on;
};

/* All that guards look at. Arrays may be NULL with their count 0. */
struct assignment_facts {
    int32_t today;       /* in the Netherlands */
    bool sees_residence; /* who asks holds experts.residence:read */
    const char *status;
    bool accepted;     /* the expert's acceptance stands */
    bool restricted;   /* processing of the expert's data is */
    bool tor_approved; /* the version that was accepted is approved */
    struct fact_traveller traveller;
    const struct travel_rules_set *travel_rules;
    const struct programme *programme;
    const struct assignment_terms *terms;
    const struct fact_phase *phases;
    size_t nphases;
    const struct fact_insurance *insurances;
    size_t ninsurances;
    const struct fact_briefing *briefings;
    size_t nbriefings;
    struct text_array trained; /* codes of trainings that were attended */
    int32_t final_reports;     /* accepted */
    int32_t outcomes;
    int32_t open_claims; /* neither paid nor still a draft or returned */
};

/* The machine, and the judge of its moves (facts: struct assignment_facts), for machine_move and
 * machine_write. */
struct machine assignment_machine(void);
void assignment_judge(struct arena *a, const void *facts, const struct machine_move *move,
                      struct unmet_list *list);

/* physical, online or hybrid, of the phases that are not cancelled; NULL without any. */
const char *phases_kind(const struct fact_phase *phases, size_t n);
/* A physical phase that is still to be travelled to or is under way. */
bool phase_is_physical(const struct fact_phase *p);
