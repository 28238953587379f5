/* store.h - what the handlers of cases share. */
#pragma once

#include "base/ctx.h"
#include "base/err.h"
#include "cases/cases/moves.h"
#include "cases/cases/queries.h"
#include "web/request.h"

struct tx;

extern const struct err case_closed_value; /* ERR_CONFLICT case.closed */

/* Answers with the case as the reader may see it; created: 201 with Location. */
AWAITS MUST_CHECK err_t case_reply(struct ctx *x, struct tx *tx, struct uuid id, int status,
                                   struct response *rs);
/* Fills labels and allowedActions from the pack; writes the case without expand. */
MUST_CHECK err_t case_complete(struct ctx *x, struct case_row *row);
/* Locks the case, refuses a stale If-Match and a closed case. */
AWAITS MUST_CHECK err_t case_lock_open(struct tx *tx, const struct request *rq, struct uuid id,
                                       struct case_locked *ret);
/* Adds a person to the case, with the documents that the pack requires of each traveller. */
void case_person_join(struct ctx *x, struct tx *tx, const struct pack *pack, struct uuid case_id,
                      struct uuid person_id, const char *role, const char *relation, bool dependant);
/* The person of {personId} or {person}: the id of one that exists, or of one registered now. pointer is that
 * of the object. */
AWAITS MUST_CHECK err_t person_of(struct ctx *x, struct tx *tx, const json_t *id, const json_t *person,
                                  const char *pointer, struct uuid *ret);

/* transitions.c: a move that is wished. */
struct move_wish {
    const char *transition;
    const char *reason;         /* NULL: none given */
    const char *result;         /* of the move that closes; NULL: none given */
    struct opt_i64 observed_us; /* of an observation: when it happened; absent: now */
};
/* The move is allowed: makes it, and what hangs on it. */
AWAITS MUST_CHECK err_t move_make(struct ctx *x, struct tx *tx, const struct case_facts *facts,
                                  const struct case_locked *c, const struct move *m,
                                  const struct move_wish *w);

/* observe.c: may it be recorded? Not what the case has been through already, nor of a closed case. */
bool observation_open(const struct case_facts *facts, const struct pack_transition *t);
/* Records what has happened. Where it was not to be expected, or a guard of what went before was unmet, the
 * record stands: an incident in the timeline and a review task tell of it. */
AWAITS MUST_CHECK err_t observation_make(struct ctx *x, struct tx *tx, const struct case_facts *facts,
                                         const struct case_locked *c, const struct pack_transition *t,
                                         const struct move_wish *w);

/* readers.c: tells who may know of the case, by the event of that name; after a patch, if it concerns them.
 */
void case_readers_tell(struct ctx *x, struct tx *tx, const char *event, struct uuid id,
                       const struct case_readers *r);
AWAITS MUST_CHECK err_t case_readers_changed(struct ctx *x, struct tx *tx, struct uuid id,
                                             const json_t *patch);

/* deadlines.c: what entering a status sets and meets; what a suspension and an end do to deadlines. */
AWAITS MUST_CHECK err_t deadlines_enter(struct ctx *x, struct tx *tx, const struct pack *pack,
                                        struct uuid case_id, const char *status);
AWAITS MUST_CHECK err_t deadlines_pause(struct ctx *x, struct tx *tx, struct uuid case_id);
AWAITS MUST_CHECK err_t deadlines_resume(struct ctx *x, struct tx *tx, struct uuid case_id);
AWAITS MUST_CHECK err_t deadlines_cancel(struct ctx *x, struct tx *tx, struct uuid case_id);

handler_fn list_transitions, make_transition, list_case_moves;
handler_fn change_programme_version;
handler_fn list_overrides, request_override, get_override, grant_override, refuse_override;
handler_fn list_deadlines, create_deadline, get_deadline, update_deadline;
handler_fn list_case_roles, assign_case_role, get_case_role, end_case_role;
handler_fn get_protection_clearance, decide_protection_clearance;
handler_fn create_family, get_family, add_family_member, remove_family_member, split_family, merge_family;
handler_fn get_case;
