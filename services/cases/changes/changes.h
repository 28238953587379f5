/* changes.h - telling an organisation that what it sees has changed. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"

struct inbox_event;
struct tx;

/* How long the feed goes back (domain.md, changes). */
#define CHANGES_KEPT_DAYS 90

struct change_new {
    const char *viewer; /* organisation that is told */
    const char *owner;  /* organisation whose object it is */
    const char *kind;   /* case, referral */
    struct uuid subject;
    const char *external_ref; /* the viewer's own key, or NULL */
    const char *change;       /* granted, changed, recalled, merged, erased */
    struct opt_uuid merged_into;
    struct opt_date delete_by; /* recalled: by when the viewer's copies must be gone */
};
/* Adds an entry and takes away those of the same subject that are too old. Queued with the transaction. */
void change_add(struct ctx *x, struct tx *tx, const struct change_new *c);

/* Handler of cases.due.changesPrune for worker.c (an inbox_fn): 90 days have passed since the last entry. */
AWAITS MUST_CHECK err_t changes_prune(struct ctx *x, const struct inbox_event *e);
