/* internal.h - between the files of travel. */
#pragma once

#include "app/outbox.h"
#include "base/ctx.h"
#include "base/err.h"
#include "web/request.h"

/* Takes back an active request, and tells the travel service; queued. */
void travel_cancel(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid id, const char *why);

/* party.c: operations for the travel service. */
handler_fn get_travel_party, check_travel;
