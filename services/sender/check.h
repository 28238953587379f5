/* check.h - the send-time check: asks the services that know of a message (rules.h names them). */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct job; /* outcome.h */

/* Asks them one after the other until one says other than send; job->answer is what they say together.
 * ERR_UNAVAILABLE, ERR_UPSTREAM: one is away, ask again later. */
AWAITS MUST_CHECK err_t check_message(struct ctx *x, struct job *job);
