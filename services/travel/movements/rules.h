/* rules.h - decisions on movements; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/machine.h"

struct movement_terms {
    const char *programme;            /* NULL: not to be judged */
    const struct text_array *offices; /* NULL: not to be judged */
    const char *origin_country, *destination_country;
    int32_t earliest, latest; /* days since 1970 */
};

/* NULL, or ERR_INVALID request.invalid with a fault for each: programme.notYours, office.notYours (the caller
 * would not see what he makes), country.unknown, dates.order. */
MUST_CHECK err_t rules_movement_terms(struct arena *a, const struct principal *who,
                                      const struct movement_terms *t);
/* The offices of the caller: of a movement for which none are named. */
struct text_array rules_own_offices(struct arena *a, const struct principal *who);

/* Statuses, drawn in schema/0001_movements.sql. */
extern const struct machine movement_machine;
/* The guards of a move; facts is a struct movement_facts (a machine_judge). */
void rules_movement_judge(struct arena *a, const void *facts, const struct machine_move *move,
                          struct unmet_list *list);
/* True for depart, transit, arrive, handOver: what happened, recorded without guards. */
bool rules_movement_observes(const struct machine_move *move);
/* True until the movement departed or was cancelled: its plan may still be changed. */
bool rules_movement_planned(const char *status);
/* True between departure and reconciliation: only what was observed is still added. */
bool rules_movement_under_way(const char *status);
/* NULL while rules_movement_planned, else ERR_CONFLICT movement.fixed. */
MUST_CHECK err_t rules_movement_change(const char *status);
/* What an observation says of when: ERR_INVALID observation.future (more than 5 minutes ahead),
 * observation.unexpected (observedAt or observedBy with a decision), reason.unknown (cancel with a reason
 * that is no code of it). */
MUST_CHECK err_t rules_movement_said(struct arena *a, const struct machine_move *move,
                                     struct opt_i64 observed_at, const char *observed_by, const char *reason,
                                     int64_t now_us);
/* ERR_INVALID observation.future at the pointer, or NULL. */
MUST_CHECK err_t rules_observed(struct arena *a, const char *pointer, int64_t observed_at, int64_t now_us);
