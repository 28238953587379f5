/* common.h - what several areas of this service need. */
#pragma once

#include <jansson.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/json.h"
#include "base/opt.h"

struct grant;
struct request;
struct tx;

/* The organisation that the body names, else the caller's own. Another than one's own is ERR_DENIED
 * (organisation.foreign) unless the caller acts for all; one that does not exist ERR_INVALID, a disabled one
 * ERR_CONFLICT. */
AWAITS MUST_CHECK err_t organisation_target(struct ctx *x, struct tx *tx, const struct request *rq,
                                            const char **ret);
/* Roles and scopes that may be given, offices that are there and open (or held already); ERR_INVALID with a
 * fault for each that is not. Fills g->may_give_all. */
AWAITS MUST_CHECK err_t grant_check(struct ctx *x, struct tx *tx, struct grant *g, struct text_array held);
/* 409 account.status unless the status is the other one. */
MUST_CHECK err_t status_change(const char *before, const char *after);
