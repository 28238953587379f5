/*
 * leases.h - work on rows that are claimed one at a time, and what this process holds of them.
 *
 * A claim is a row with leased_until a few seconds ahead, committed, so that nobody else takes it meanwhile.
 * The process renews it for as long as it works on it; what a killed process held is free again as soon as
 * the lease has run out, however long the work itself may take.
 *
 *   static const struct leased_work sending = {.claim = claim, .work = send, .renew = q_messages_renew};
 *   static const struct work works[] = {{.name = "send", .run_once = leases_turn, .parallel = 4, …},
 *                                       {.name = "renew", .run_once = leases_renew, .tick_us =
 * LEASE_RENEW_US}}; static const struct worker worker = {…, .leased = &sending};
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "base/uuid.h"

struct arena;
struct ctx;
struct leases; /* opaque; lives with the program */
struct tx;

#define LEASES_MAX 32            /* at work at a time: the work's parallel */
#define LEASE_S 5                /* the database's clock */
#define LEASE_RENEW_US 1000000LL /* tick of the work that renews */

/* A row that is this process's for now. */
struct lease_claim {
    struct uuid id;
    const char *org;
    int64_t at_us; /* the database's clock; counts as now for the work, so that a host whose own is wrong puts
                    * nothing off */
    const char *place; /* where it goes, if the work asks; else NULL */
};

/* What the two turns below do; claim and renew are statements of the service. */
struct leased_work {
    /* Takes one row that is due and none of held for LEASE_S; *ret_found false: there is none. */
    err_t (*claim)(struct ctx *x, struct tx *tx, struct uuid_array held, bool *ret_found,
                   struct lease_claim *ret);
    /* Works on it on behalf of its organisation. What it opened is committed, or rolled back on error. */
    err_t (*work)(struct ctx *x, const struct lease_claim *c);
    void (*renew)(struct tx *tx, int32_t lease_s, struct uuid_array held);
};

struct leases *leases_new(struct arena *a, const struct leased_work *w);

/* run_once of struct work (app/worker_main.h): claims, works, lets go. */
AWAITS MUST_CHECK err_t leases_turn(struct ctx *x, size_t *ret_done);
/* run_once beside it: renews what is held. */
AWAITS MUST_CHECK err_t leases_renew(struct ctx *x, size_t *ret_done);

void lease_hold(struct leases *l, struct uuid id);
void lease_drop(struct leases *l, struct uuid id);
/* A copy in a: what is held changes while one waits. To renew, and to claim none of them a second time after
 * the database was away for longer than a lease. */
struct uuid_array lease_ids(struct arena *a, const struct leases *l);
