/* deliveries.h - what partners' endpoints are told. Statements stand in
 * "notifications/subscriptions/queries.h". */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct arena;
struct tx;

/*
 * A delivery for each subscription of the partner to the type; at most one per subscription and event. After
 * cases.share.recalled nothing older about the case is sent. delete_by: of a recall, the day by which copies
 * must be gone (YYYY-MM-DD); NULL: none. Runs as the worker, whose policies on these tables reach across
 * organisations.
 */
AWAITS MUST_CHECK err_t deliveries_for(struct ctx *x, struct tx *tx, const char *partner,
                                       const char *event_type, struct uuid subject, struct uuid event_id,
                                       int64_t time_us, const char *delete_by);

/* The body: CloudEvents 1.0 in JSON, ids, types and that day only; the source is the service that the type
 * names. Pure.
 */
const char *delivery_body(struct arena *a, struct uuid id, const char *event_type, struct uuid subject,
                          int64_t time_us, const char *delete_by);
