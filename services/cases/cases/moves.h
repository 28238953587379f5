/* moves.h - which moves a case has, what each still lacks, and how that is shown. Pure: base only. */
#pragma once

#include "base/str.h"
#include "cases/cases/guards.h"
#include "cases/programmes/pack.h"

struct move {
    const struct pack_transition *transition;
    const char *to;               /* where it leads; for resume the status that was suspended */
    struct unmet_list unmet;      /* what no override covers */
    struct text_array overridden; /* codes that the override covers */
    struct opt_uuid override_id;  /* the override that is used up by the move */
};

/* Judges one move that leaves from the present status. */
void move_judge(struct arena *a, const struct case_facts *facts, const struct pack_transition *t,
                struct move *ret);
/* Judges every move out of the present status, in the order of the pack. */
void moves_judge(struct arena *a, const struct case_facts *facts, struct move **ret, size_t *ret_n);

/* Writes [{code,to,labels,allowed,…}]; sees_protection: the reader holds protection:read. */
void moves_write(struct arena *a, struct buf *out, const struct move *moves, size_t n, bool sees_protection);

/* ---- overrides ---- */

/* May this override be asked for? Faults: transition.unknown, guard.unknown (also for what the asker may not
 * see); ERR_CONFLICT override.never. */
MUST_CHECK err_t override_rules_ask(struct arena *a, const struct pack *pack, const char *transition,
                                    const struct text_array *guards, bool sees_protection);
struct override_decision {
    const char *status;     /* of the override */
    const char *asked_by;   /* subject */
    const char *caseworker; /* of the case; NULL: nobody */
    const char *decider;    /* subject */
    bool decider_is_user;
};
/* May this decider decide it? ERR_DENIED override.users, ERR_CONFLICT override.decided, override.same. */
MUST_CHECK err_t override_rules_decide(struct arena *a, const struct override_decision *d);
