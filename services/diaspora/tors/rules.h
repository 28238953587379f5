/*
 * rules.h - terms of reference: their states, and what each move lacks; pure.
 *
 * The machine's status is that of the terms, and while a newer version stands beside the one in force, with
 * that version's own status behind a dot (rules_tor_status): "open.draft" is open, and a revision is written.
 */
#pragma once

#include "base/err.h"
#include "base/machine.h"
#include "base/opt.h"

struct arena;
struct programme;

extern const struct machine tor_machine;

struct tor_facts {
    const char *caller;             /* subject of who asks */
    bool may_approve;               /* holds tors:approve */
    const char *submitted_by;       /* of the newest version; NULL */
    int32_t ends_on, today;         /* last day of the version that the move is about */
    bool institution_active;        /* of the host */
    int32_t accepted;               /* applications */
    const struct fault_list *place; /* what stands against working there (rules_place) */
};

/* "open" or "open.draft"; in the arena. */
const char *rules_tor_status(struct arena *a, const char *status, struct opt_i32 in_force, int32_t newest,
                             const char *newest_status);
/* Guards: those of rules_place (country.…, sector.…), institution.active, version.past, approver.other,
 * approver.scope, application.accepted. */
void rules_tor_judge(struct arena *a, const void *facts, const struct machine_move *move,
                     struct unmet_list *list);

/* What a version asks for, as far as rules look at it. */
struct tor_terms {
    int32_t starts_on, ends_on;
    struct text_array kinds;
    const char *languages, *competences; /* JSON text, arrays */
};
/* Adds dates.order, kind.notInProgramme, language.unknown, competence.twice. */
MUST_CHECK err_t rules_tor_terms(struct arena *a, const struct programme *p, const struct tor_terms *t,
                                 struct fault_list *faults);

/* NULL while a version is a draft, else ERR_CONFLICT tor.fixed. */
err_t rules_tor_draft(const char *newest_status);
/* NULL when a new version may be begun: in force and nothing newer beside it; else ERR_CONFLICT tor.revision.
 */
err_t rules_tor_revisable(const char *status, struct opt_i32 in_force, int32_t newest);
