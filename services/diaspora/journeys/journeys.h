/*
 * journeys.h - journeys that the travel service is asked for: of an assignment (for one of its phases) or of
 * a mission.
 *
 * Asked for by event, with a party that is frozen and sealed; what the travel service tells of the movement
 * is kept on the request, for whichever kind it is of.
 */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event;
struct tx;

struct journey_new {
    struct uuid id; /* of the request */
    const char *programme;
    const char *ref_kind; /* assignment or mission */
    struct uuid ref_id;
    struct opt_uuid phase_id; /* of an assignment */
    int32_t earliest, latest;
    const char *party; /* TravelParty (api-spec/common.yaml) as JSON text; its requestId is id */
};
/* Seals the party, adds the request, tells the travel service. ERR_CONFLICT unique.travel_requests_phase when
 * the phase has one. */
MUST_CHECK err_t journey_add(struct ctx *x, struct tx *tx, const struct journey_new *n);
/* Calls one off, with diaspora.travel.cancelled; reason is a code. */
AWAITS MUST_CHECK err_t journey_cancel(struct ctx *x, struct tx *tx, struct uuid id, const char *reason);
/* Cancels what has not departed, each with diaspora.travel.cancelled. of: assignment, mission (both by their
 * id) or phase; reason is a code. */
AWAITS MUST_CHECK err_t journeys_cancel(struct ctx *x, struct tx *tx, const char *of, struct uuid id,
                                        const char *reason);
/* The days of a phase moved: flagged when a journey to it is on its way. */
AWAITS MUST_CHECK err_t journeys_dates_moved(struct ctx *x, struct tx *tx, struct uuid phase_id);
/* The offices of the caller, as JSON array: who may know of the movement. */
const char *journey_offices(struct ctx *x);

/* Handlers of what the travel service tells (inbox_fn). */
AWAITS MUST_CHECK err_t journey_made(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t journey_scheduled(struct ctx *x, const struct inbox_event *e); /* ticketed, delayed */
AWAITS MUST_CHECK err_t journey_observed(
    struct ctx *x,
    const struct inbox_event *e); /* cleared, departed, arrived, noShow, refusedEntry, deniedBoarding */
AWAITS MUST_CHECK err_t journey_boarded(struct ctx *x, const struct inbox_event *e); /* after all */
AWAITS MUST_CHECK err_t journey_problem(struct ctx *x, const struct inbox_event *e); /* of who was told */
AWAITS MUST_CHECK err_t journey_cancelled(struct ctx *x, const struct inbox_event *e);
