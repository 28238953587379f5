/*
 * readers.h - who may know of a case, in the databases of services that keep something of it (schema/0002).
 *
 * Row-level security on wf.case_readers decides; a service only keeps it up to date.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event;
struct tx;

/* What says who may know of a case: programme, confidentiality, offices[], team[], as the events and the
 * travel party have them. */
void readers_set(struct ctx *x, struct tx *tx, struct uuid case_id, const json_t *readers);
/* Handler of cases.case.opened and cases.case.readersChanged (an inbox_fn). */
AWAITS MUST_CHECK err_t readers_told(struct ctx *x, const struct inbox_event *e);
/* Whether the caller may know of the case. */
AWAITS MUST_CHECK err_t readers_know(struct tx *tx, struct uuid case_id, bool *ret);
