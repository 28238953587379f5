/* assignments.h - what other areas of this service may ask of assignments. Statements stand in
 * "diaspora/assignments/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct assignment_facts;
struct assignment_locked;
struct assignment_terms;
struct inbox_event;
struct machine_move;
struct tx;

/* What the programme says of its assignments; ERR_CONFLICT programme.ended when it is loaded no longer. */
MUST_CHECK err_t assignment_terms_of(struct ctx *x, const char *programme, struct assignment_terms *ret);
/* Everything that guards look at, in one round trip; the assignment was read or locked before. */
AWAITS MUST_CHECK err_t assignment_facts_read(struct ctx *x, struct tx *tx,
                                              const struct assignment_locked *of,
                                              struct assignment_facts *ret);
/* Makes a move that is allowed, or one that was observed: status, history, what hangs on it, event, audit. */
AWAITS MUST_CHECK err_t assignment_move_make(struct ctx *x, struct tx *tx, const struct assignment_locked *of,
                                             const struct machine_move *move, const char *reason);
/* After a change of what guards look at: one that is cleared and should not be goes back to planned; one that
 * is planned and lacks nothing is cleared when `clears` says so. */
AWAITS MUST_CHECK err_t assignment_rejudge(struct ctx *x, struct tx *tx, struct uuid id, bool clears);
/* A journey to a phase has begun: observed, so without guards. */
AWAITS MUST_CHECK err_t assignment_departed(struct ctx *x, struct tx *tx, struct uuid id,
                                            struct uuid phase_id);
/* Days or phases changed: kind and days of the assignment follow, and the survey waves with them. */
AWAITS MUST_CHECK err_t assignment_refresh(struct ctx *x, struct tx *tx, struct uuid id);

/* Handler of diaspora.country.closed (an inbox_fn). */
AWAITS MUST_CHECK err_t assignments_country_closed(struct ctx *x, const struct inbox_event *e);
