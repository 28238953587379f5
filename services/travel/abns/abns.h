/* abns.h - advance booking notifications: sent, kept true, answered. All run inside x->tx. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"

struct inbox_event;
struct subject_question;
struct tx;

/*
 * After any change of a movement that an addressee may see (segments, schedule, passengers, assistance,
 * cancelled), with the movement locked: of each notification that stands, and whose view has other bytes now,
 * the next version is sent and the former superseded. Events travel.abn.superseded and travel.abn.sent, and
 * travel.abn.delayed when places or times differ. Where nothing that is shown has changed nothing is told.
 */
AWAITS MUST_CHECK err_t abns_refresh(struct ctx *x, struct tx *tx, struct uuid movement_id);

/* From ready on by what was told, from abnSent on by what was answered; the movement is locked. */
AWAITS MUST_CHECK err_t abn_advance(struct ctx *x, struct tx *tx, struct uuid movement_id);

/* Handler of travel.abn.answered (an inbox_fn): when nobody's answer is missing any more, the movement goes
 * on from abnSent to abnAcknowledged. A problem is told to whatever the movement is made for
 * (travel.abn.problem). */
AWAITS MUST_CHECK err_t abns_answered(struct ctx *x, const struct inbox_event *e);

/* A passenger is about to be erased (subject_question.leaving): every other organisation that was sent a
 * notification of one of their journeys is asked to delete its copies, by a day and to confirm it. Event
 * travel.abn.recalled. */
AWAITS MUST_CHECK err_t abns_recall(struct ctx *x, struct tx *tx, const struct subject_question *q);
