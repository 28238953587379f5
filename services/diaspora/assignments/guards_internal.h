/* guards_internal.h - between the table of moves and the guards behind it. */
#pragma once

#include "base/cleanup.h"
#include "diaspora/assignments/guards.h"

struct judging {
    struct arena *a;
    const struct assignment_facts *f;
    struct unmet_list list;
};

/* One thing that is not met. pointer and remedy are borrowed. */
void guard_unmet(struct judging *j, const char *code, const char *pointer, const char *remedy,
                 const char *fmt, ...) PRINTF_LIKE(5, 6);

typedef void judge_fn(struct judging *j);

void judge_tor(struct judging *j);         /* tor.approved */
void judge_accepted(struct judging *j);    /* acceptance.stands */
void judge_restriction(struct judging *j); /* expert.unrestricted */
void judge_phases(struct judging *j);      /* phases.planned */
void judge_limits(struct judging *j);      /* kind.withinTerms */
void judge_clash(struct judging *j);       /* phases.noClash */
void judge_country(struct judging *j);     /* country.open */
void judge_training(struct judging *j);    /* training.done */
void judge_insurance(struct judging *j);   /* insurance.covers */
void judge_briefing(struct judging *j);    /* briefing.held */
void judge_may_travel(struct judging *j);  /* expert.mayTravel */
void judge_ticketed(struct judging *j);    /* travel.ticketed */
void judge_begun(struct judging *j);       /* phases.begun */
void judge_over(struct judging *j);        /* phases.over */
void judge_report(struct judging *j);      /* report.accepted */
void judge_outcome(struct judging *j);     /* outcome.recorded */
void judge_claims(struct judging *j);      /* claims.settled */
