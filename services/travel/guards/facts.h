/* facts.h - what guards look at, read in one round trip; and what a change does to a movement that stood. */
#pragma once

#include "base/ctx.h"
#include "travel/guards/guards.h"

struct tx;
struct movement_facts_rows; /* rows of the areas as they come from the database */

/* Queues the statements; the rows are there after the next wait. */
struct movement_facts_rows *movement_facts_later(struct ctx *x, struct tx *tx, struct uuid movement_id);
/* Facts of the rows. */
void movement_facts_make(struct ctx *x, const struct movement_facts_rows *rows, struct movement_facts *ret);

struct rejudged {
    const char *status; /* where it stands now */
    bool reopened;      /* lower than before */
    bool known; /* others rest on the plan: it is no draft, or was none before a change took it back */
};
/* After a change of schedule, segments, passengers or whatever else guards look at, in the same transaction,
 * the movement locked: tells those anew who were told (abns/abns.h), judges every guard again and moves back
 * what no longer holds (clearedToBoard -> … -> draft), with its row in movement_moves. A draft that a change
 * had taken back is made ready again as soon as the plan holds, and goes on by what was told and answered; to
 * clear it to board stays somebody's decision. ret may be NULL. */
AWAITS MUST_CHECK err_t movement_rejudge(struct ctx *x, struct tx *tx, struct uuid movement_id,
                                         struct rejudged *ret);
