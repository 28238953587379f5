/* requests.h - handlers for worker.c (an inbox_fn each): who asks for a journey, and who no longer does. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event;

/* cases.travel.requested, diaspora.travel.requested: a draft with its passengers; the same request makes one.
 */
AWAITS MUST_CHECK err_t travel_requested(struct ctx *x, const struct inbox_event *e);
/* cases.travel.cancelled, diaspora.travel.cancelled: who travels for it does not, the movement ends with its
 * last passenger. Harmless after the departure. */
AWAITS MUST_CHECK err_t travel_cancelled(struct ctx *x, const struct inbox_event *e);
/* cases.travel.stopped: the same of every movement that refers to the case, also one that an officer made
 * without a request. */
AWAITS MUST_CHECK err_t travel_stopped(struct ctx *x, const struct inbox_event *e);
/* cases.declaration.withdrawn: the same for one person. */
AWAITS MUST_CHECK err_t travel_wish_withdrawn(struct ctx *x, const struct inbox_event *e);
