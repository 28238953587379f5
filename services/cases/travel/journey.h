/* journey.h - a word of the travel service about a case, and the journey that it is about; between journey.c,
 * which keeps the journey, and events.c, which moves the case. */
#pragma once

#include "app/inbox.h"
#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/opt.h"
#include "cases/travel/queries.h"

struct told {
    struct tx *tx;
    struct uuid case_id, movement_id;
    int64_t at_us;         /* `at` of the word, else when it was told */
    struct journey_case c; /* locked */
    struct journey_row j;  /* locked */
    bool counts;           /* it is about a case, and a movement of it that counts */
    bool cancelled;        /* and was cancelled: only what is seen of it still counts */
};

/* Opens the inbox's transaction, locks case and journey. */
AWAITS MUST_CHECK err_t told_read(struct ctx *x, const struct inbox_event *e, struct told *ret);
/* The case alone is locked: for the word that begins a journey. */
AWAITS MUST_CHECK err_t told_case(struct ctx *x, const struct inbox_event *e, struct told *ret);
/* The same for a word that corrects one of before: it counts for any journey of the case. ret_other: the case
 * has a journey or a request besides. */
AWAITS MUST_CHECK err_t told_correction(struct ctx *x, const struct inbox_event *e, struct told *ret,
                                        bool *ret_other);
/* Keeps the word ("ready", "cleared", "departed", …) in the journey; false: it came late, and nothing was
 * kept. */
bool journey_mark(struct ctx *x, struct told *t, const char *word, const char *reason);
/* Keeps the times of the schedule, and the day of departure in the case. ticketed: the word came with the
 * ticket. */
void journey_times(struct ctx *x, struct told *t, const struct inbox_event *e, bool ticketed);
/* The travel service has taken its clearance to board back. */
void journey_reopen(struct ctx *x, struct told *t);
/* No traveller of the case is on it any more: what is told of it from now on is passed by. */
void journey_end(struct ctx *x, struct told *t);
/* It has not ended after all: journey and request go on as they were, with the movement in this status. */
void journey_resume(struct ctx *x, struct told *t, const char *movement_status);
/* Sets the case's planned day of departure; nothing where it is that day already. */
void journey_departure(struct ctx *x, struct told *t, struct opt_date day);
/* A line of the timeline: {"movementId":…} and further members, which begin with a comma. */
void journey_tell(struct ctx *x, const struct told *t, const char *kind, const char *more);
