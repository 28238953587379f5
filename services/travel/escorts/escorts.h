/* escorts.h - what the guards and the needs of a movement ask of those who go with the travellers, who meets
 * them and who was told. Runs inside x->tx. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "travel/escorts/queries.h" /* struct telling_facts */

struct tx;

/* Queued: filled at the next wait. escorted and received are passengers; manifest_closed only while nothing
 * has changed since. */
void telling_facts_later(struct tx *tx, struct uuid movement_id, struct telling_facts *ret);

/* What names a person outside the house: sealed in the class document. place is "table.column"; NULL stays
 * none. */
MUST_CHECK err_t told_seal(struct ctx *x, const char *place, struct uuid id, const char *plain,
                           struct bytes *ret);
MUST_CHECK err_t told_unseal(struct ctx *x, const char *place, struct uuid id, struct bytes sealed,
                             const char **ret);

/* For who adds or changes something of a movement: locks it (order: the movement first, then what belongs to
 * it). ERR_CONFLICT movement.fixed once it has departed or was cancelled. */
AWAITS MUST_CHECK err_t told_movement_open(struct ctx *x, struct tx *tx, struct uuid movement_id);
/* Adds passenger.unknown at /passengerIds unless all are planned passengers of the movement. */
AWAITS MUST_CHECK err_t told_passengers_judge(struct ctx *x, struct tx *tx, struct uuid movement_id,
                                              struct uuid_array ids, struct fault_list *faults);
