/* rules.h - decisions on ventures; pure. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"
#include "base/machine.h"

/* The machine drawn in schema/0003_cohorts.sql. */
extern const struct machine venture_machine;

/* What a venture's moves are judged by. */
struct venture_facts {
    const char *status, *country;
    const struct venture_mate *team;
    size_t nteam;
    int32_t places, selected;           /* of the country: to be had, taken by others */
    int32_t finalist_places, finalists; /* the same of finalists */
    int32_t jury_seats, seated;
    int32_t min_sessions, sessions_held; /* with the mentor */
    bool running;                        /* the cohort */
    bool has_plan, scored;
    bool mission_planned, mission_held;
};
struct venture_mate {
    bool diaspora;
    const char *origin, *residence; /* origin NULL: a Dutch entrepreneur */
};

/* Domain: at least one diaspora member resides in the Netherlands, or a Dutch entrepreneur has a diaspora
 * partner; the diaspora is that of the venture's country. */
bool rules_team_eligible(const struct venture_mate *team, size_t n, const char *country);
/* Guards: team.eligible, place.free, cohort.running, mentoring.done, plan.present, jury.seated,
 * scores.complete, mission.planned, mission.held. */
void rules_venture_judge(struct arena *a, const void *facts, const struct machine_move *move,
                         struct unmet_list *list);

/* 409 venture.ended on one that was dropped. */
MUST_CHECK err_t rules_venture_editable(const char *status);
/* 409 plan.early before the training, plan.handedIn once the jury has it. */
MUST_CHECK err_t rules_plan_writable(const char *status);
/* Faults of one member at pointer ("/team/0", ""): member.origin, country.unknown. */
void rules_member(struct arena *a, const json_t *member, const char *pointer, struct fault_list *faults);
