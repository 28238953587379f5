/* followup.h - tasks that follow from what is recorded, also by a partner, whose own tasks they are not. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event;
struct tx;

struct followup {
    struct uuid case_id;
    const char *organisation; /* whose case it is, when the caller is a partner; NULL: the caller's own */
    const char *kind;         /* coachingFollowUp, evaluationQuestions, evaluationDocuments */
    struct uuid item_id;      /* what it follows from */
    int32_t due_on;
};
/* Adds the task: at once in the own organisation, by cases.followUp.planned in another's. */
AWAITS MUST_CHECK err_t followup_plan(struct ctx *x, struct tx *tx, const struct followup *f);
/* What it asked for was done (kind and due_on are not read): its open tasks are done, in another organisation
 * by cases.followUp.settled. */
AWAITS MUST_CHECK err_t followup_settle(struct ctx *x, struct tx *tx, const struct followup *f);
/* Handler of cases.followUp.settled for worker.c (an inbox_fn). */
AWAITS MUST_CHECK err_t followup_settled(struct ctx *x, const struct inbox_event *e);
/* Handler of cases.followUp.planned for worker.c (an inbox_fn). */
AWAITS MUST_CHECK err_t followup_planned(struct ctx *x, const struct inbox_event *e);
