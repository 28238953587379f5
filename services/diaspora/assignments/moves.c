/* moves.c - the moves of an assignment (drawn in schema/0002) and which guards each has; see guards.h. */
#include "base/arena.h"
#include "base/str.h"
#include "diaspora/assignments/guards_internal.h"

static const struct machine_move moves[] = {
    {"clear", {"planned"}, "cleared"},
    {"reopen", {"cleared"}, "planned", .reason_required = true},
    {"start", {"cleared"}, "active"},
    {"switchOnline", {"active"}, "switchedOnline", .reason_required = true},
    {"switchBack", {"switchedOnline"}, "active"},
    {"report", {"active", "switchedOnline"}, "reporting"},
    {"evaluate", {"reporting"}, "evaluated"},
    {"close", {"evaluated"}, "closed"},
    {"abort", {"planned", "cleared", "active", "switchedOnline"}, "aborted", .reason_required = true},
};

#define GUARDS_MAX 13

/* A move without a line has no guards. */
static const struct {
    const char *move;
    judge_fn *guards[GUARDS_MAX]; /* NULL behind the last */
} guarded[] = {
    {"clear",
     {judge_tor, judge_accepted, judge_restriction, judge_phases, judge_limits, judge_clash, judge_country,
      judge_training, judge_insurance, judge_briefing, judge_may_travel, judge_ticketed}},
    {"start", {judge_restriction, judge_begun}},
    {"switchBack",
     {judge_accepted, judge_restriction, judge_country, judge_insurance, judge_briefing, judge_may_travel}},
    {"requestTravel",
     {judge_tor, judge_accepted, judge_clash, judge_country,
      judge_may_travel}}, /* no move: before a journey is asked for */
    {"report", {judge_over}},
    {"evaluate", {judge_report, judge_outcome}},
    {"close", {judge_claims}},
};

struct machine assignment_machine(void)
{
    return MACHINE(moves);
}

/* Residence is told only to who may read it: to others the guard says no more than that the journey is not
 * open. */
static struct unmet_list masked(struct arena *a, const struct unmet_list *list)
{
    static const struct unmet neutral = {
        .code = "travel.notOpen",
        .message = "The journey is not open.",
        .pointer = "/phases",
        .remedy = "Ask the programme's lead, or make the phase an online one.",
    };
    struct unmet_list out = {0};
    bool any = false;

    for (size_t i = 0; i < list->n; i++) {
        if (!list->v[i].sensitive)
            unmet_add(a, &out, list->v[i]);
        any |= list->v[i].sensitive;
    }
    if (any)
        unmet_add(a, &out, neutral);
    return out;
}

/* The facts as they would be: what went on online is travelled to again, unless its days are over. */
static struct assignment_facts switched_back(struct arena *a, const struct assignment_facts *f)
{
    struct fact_phase *phases = ARENA_ARRAY(a, f->nphases + 1, struct fact_phase);
    struct assignment_facts back = *f;

    for (size_t i = 0; i < f->nphases; i++) {
        phases[i] = f->phases[i];
        if (str_eq(phases[i].status, "switchedOnline") && phases[i].ends_on >= f->today)
            phases[i].status = "active";
    }
    back.phases = phases;
    return back;
}

void assignment_judge(struct arena *a, const void *facts, const struct machine_move *move,
                      struct unmet_list *list)
{
    const struct assignment_facts *f = facts;
    struct assignment_facts back;
    struct judging j = {.a = a, .f = f};

    if (str_eq(move->code, "switchBack")) {
        back = switched_back(a, f);
        j.f = &back;
    }
    for (size_t i = 0; i < LENGTH(guarded); i++)
        for (size_t k = 0; str_eq(guarded[i].move, move->code) && guarded[i].guards[k]; k++)
            guarded[i].guards[k](&j);
    *list = f->sees_residence ? j.list : masked(a, &j.list);
}
