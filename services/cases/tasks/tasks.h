/* tasks.h - what other areas of this service may ask of tasks. Statements stand in "cases/tasks/queries.h".
 */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"

struct inbox_event;
struct tx;

struct task_new {
    struct opt_uuid case_id;
    const char *kind;        /* code: "review", "call", "protectionReview" … */
    const char *title;       /* one line in English, no personal data */
    const char *details;     /* NULL: none */
    const char *urgency;     /* low, normal, high, immediate */
    struct opt_date due_on;  /* absent: from the urgency, in Dutch working days */
    const char *assignee;    /* subject of a user; NULL: the case's caseworker, nobody when sensitive */
    const char *sensitivity; /* "" (or NULL), or "protection": seen with protection:read only */
    struct opt_uuid about;   /* what it follows from */
};

/* Adds it with its event cases.task.assigned (when it has an assignee), the due row taskOverdue, timeline and
 * audit. */
AWAITS MUST_CHECK err_t task_add(struct ctx *x, struct tx *tx, const struct task_new *t, struct uuid *ret_id);
/* The same, unless an open task of the case and of that kind follows from the same thing. */
AWAITS MUST_CHECK err_t task_add_once(struct ctx *x, struct tx *tx, const struct task_new *t);
/* What they follow from is settled: the open tasks of the case about it are done, with this outcome (a code).
 */
AWAITS MUST_CHECK err_t tasks_end_about(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid about,
                                        const char *outcome);
/* What is told of a task by events. */
struct task_telling {
    struct opt_uuid case_id;
    const char *assignee; /* NULL: nobody is told */
    int32_t due_on;
    const char *sensitivity;
};
/* Sets the due row of an open task and tells its assignee, if it has one; queued. */
void task_assigned(struct ctx *x, struct tx *tx, struct uuid id, const struct task_telling *t);
/* Cancels the open tasks of a case that the caller sees (those of the protection officers stay theirs to
 * end); queued with the transaction. */
void tasks_cancel_for_case(struct tx *tx, struct uuid case_id, int64_t now_us);
/* Handler of cases.due.taskOverdue for worker.c (an inbox_fn). */
AWAITS MUST_CHECK err_t task_overdue_due(struct ctx *x, const struct inbox_event *e);
