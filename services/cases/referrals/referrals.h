/* referrals.h - what the worker and other areas ask of referrals. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event;

/* Handler of cases.referral.revoked for worker.c (an inbox_fn): the addressee's part after the sender took an
 * accepted referral back: the timeline tells the caseworker. The share has ended already, in the sender's own
 * transaction. */
AWAITS MUST_CHECK err_t referral_revoked(struct ctx *x, const struct inbox_event *e);
