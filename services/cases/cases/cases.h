/*
 * cases.h - what other areas of this service may ask of cases. All run inside x->tx, none commits. Statements
 * stand in "cases/cases/queries.h"; q_case_brief(id) is what another area reads to know that the reader sees
 * the case, its caseworker and principal.
 */
#pragma once

#include <jansson.h>

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "cases/cases/guards.h"
#include "cases/programmes/pack.h"

struct inbox_event;
struct tx;

struct case_opening {
    const char *programme;       /* "avrr" */
    struct uuid principal_id;    /* a person of this organisation */
    const json_t *members;       /* array of {personId, relation, dependant}, or NULL */
    const json_t *external_refs; /* array of {organisation, value}, or NULL */
    const json_t *offices;       /* array of codes, or NULL: ["nl"] */
    const char *caseworker;      /* subject of a user; NULL: nobody yet */
    const char *confidentiality; /* NULL: normal */
    const char *country_of_return;
    const char *country_of_origin;
    struct opt_date planned_departure_on;
    struct opt_uuid referral_id;
};

/* Opens a case under the newest version of the programme: reference, first status, roles, deadlines and
 * required documents of the pack, event cases.case.opened, timeline, audit. ERR_INVALID programme.unknown,
 * offices.none. */
AWAITS MUST_CHECK err_t case_open(struct ctx *x, struct tx *tx, const struct case_opening *in,
                                  struct uuid *ret_id);

/* The declaration is withdrawn: from any state before boarding to withdrawn, without guards. Cancels planned
 * appointments, open tasks, deadlines and pending authority checks. Harmless on a case that has ended. why: a
 * code, "declarationWithdrawn". */
AWAITS MUST_CHECK err_t case_stop(struct ctx *x, struct tx *tx, struct uuid case_id, const char *why);

/* What the travel service tells moves the case by the pack's `travel` (programmes/pack.h). */

/* Records that it has happened, whatever the status. Harmless when the case has been through it already. */
AWAITS MUST_CHECK err_t case_observe(struct ctx *x, struct tx *tx, struct uuid case_id, enum travel_word word,
                                     int64_t at_us);
struct case_tried {
    bool made;
    bool leaves;             /* the move leaves from the present status */
    bool there;              /* the case is where the move would lead */
    const char *status;      /* of before */
    struct unmet_list unmet; /* why it was not made */
};
/* Makes the move if it leaves from the present status and its guards hold. */
AWAITS MUST_CHECK err_t case_try(struct ctx *x, struct tx *tx, struct uuid case_id, enum travel_word word,
                                 const char *reason, struct case_tried *ret);
/* Judges again what a clearance to board rests on; what no longer holds (or is broken anyway) takes the case
 * back, with a task. */
AWAITS MUST_CHECK err_t case_rejudge(struct ctx *x, struct tx *tx, struct uuid case_id, const char *reason,
                                     bool broken);
/* A task that says what lacks, what is sensitive masked. */
AWAITS MUST_CHECK err_t case_lacks_task(struct ctx *x, struct tx *tx, struct uuid case_id, const char *kind,
                                        const char *title, const struct unmet_list *unmet);

/* Handlers of cases.due.deadline and cases.due.overrideReview for worker.c (an inbox_fn each). */
AWAITS MUST_CHECK err_t case_deadline_due(struct ctx *x, const struct inbox_event *e);
AWAITS MUST_CHECK err_t case_override_review_due(struct ctx *x, const struct inbox_event *e);
