/* rules.h - decisions on institutions, links and visits; pure. */
#pragma once

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct programme;

struct institution_terms {
    const char *role; /* host, counterpart */
    const char *country, *sector;
    const struct programme *const *programmes; /* those that it takes part in */
    size_t nprogrammes;
};

/* Adds what is wrong: country.notInProgramme (no programme works there), institution.notDutch (a counterpart
 * is Dutch), sector.unknown (no programme names it). */
void rules_institution(struct arena *a, const struct institution_terms *t, struct fault_list *faults);

/* What is known of an institution that something refers to; programmes and status as in its row. */
struct institution_ref {
    bool found;
    const char *role, *status;
    struct text_array programmes;
};
/* Adds, at pointer: institution.missing, institution.role (not as wanted; wanted NULL: any),
 * institution.notInProgramme, institution.inactive. */
void rules_institution_ref(struct arena *a, const struct institution_ref *ref, const char *wanted,
                           const char *programme, const char *pointer, struct fault_list *faults);

/* Adds dates.order at pointer when it would end before it begins. */
void rules_days(struct arena *a, int32_t starts_on, struct opt_date ends_on, const char *pointer,
                struct fault_list *faults);

/* NULL while the visit is planned, else ERR_CONFLICT visit.ended. */
err_t rules_visit_planned(const char *status);
/* NULL once it has begun, else ERR_CONFLICT visit.notBegun: what has not begun is not done. */
err_t rules_visit_done(int32_t starts_on, int32_t today);
