/*
 * rights.h - the rights of persons on their data: what is held on them is given to them, or erased.
 *
 * This service coordinates. It keeps the request, finds which cases are nobody else's, asks the other
 * services by event and takes their answers over their sockets (app/subjects.h). The others erase first, each
 * in one transaction; this service last, in the transaction of the last answer. Whatever is killed in
 * between, the events bring it to its end.
 */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"

struct inbox_event;
struct tx;

/* A case has been closed: when its retention is over, the erasure of its persons is proposed. */
void retention_schedule(struct ctx *x, struct tx *tx, struct uuid case_id, int32_t retain_until);

/* Handlers for worker.c (inbox_fn). */
AWAITS MUST_CHECK err_t rights_requested(struct ctx *x,
                                         const struct inbox_event *e); /* cases.subject.requested */
AWAITS MUST_CHECK err_t rights_answered(struct ctx *x, const struct inbox_event *e); /* *.subject.answered */
AWAITS MUST_CHECK err_t rights_addressee_asked(struct ctx *x,
                                               const struct inbox_event *e); /* travel.abn.recalled */
AWAITS MUST_CHECK err_t
rights_addressee_confirmed(struct ctx *x, const struct inbox_event *e); /* travel.abn.deletionConfirmed */
AWAITS MUST_CHECK err_t rights_expire(struct ctx *x,
                                      const struct inbox_event *e); /* cases.due.subjectExpiry */
AWAITS MUST_CHECK err_t retention_due(struct ctx *x, const struct inbox_event *e); /* cases.due.retention */
