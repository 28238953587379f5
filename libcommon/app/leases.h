/*
 * leases.h - what this process has claimed and still works on.
 *
 * A claim is a row with leased_until a few seconds ahead, committed, so that nobody else takes it meanwhile.
 * The process renews it for as long as it works on it; what a killed process held is free again as soon as
 * the lease has run out, however long the work itself may take.
 */
#pragma once

#include <stddef.h>

#include "base/opt.h"
#include "base/uuid.h"

struct arena;

#define LEASES_MAX 32            /* at work at a time: the work's parallel */
#define LEASE_S 5                /* the database's clock */
#define LEASE_RENEW_US 1000000LL /* tick of the work that renews */

struct leases {
    struct uuid v[LEASES_MAX];
    size_t n;
};

void lease_hold(struct leases *l, struct uuid id);
void lease_drop(struct leases *l, struct uuid id);
/* A copy in a: what is held changes while one waits. To renew, and to claim none of them a second time after
 * the database was away for longer than a lease. */
struct uuid_array lease_ids(struct arena *a, const struct leases *l);
