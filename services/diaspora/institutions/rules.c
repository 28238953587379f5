/* rules.c - decisions on institutions, links and visits; see rules.h. */
#include "diaspora/institutions/rules.h"

#include "base/arena.h"
#include "base/str.h"
#include "diaspora/programmes/programme.h"

ERR_DEFINE(err_visit_ended, ERR_CONFLICT, "visit.ended", "The visit is no longer planned.");
ERR_DEFINE(err_visit_not_begun, ERR_CONFLICT, "visit.notBegun", "The visit has not begun.");

static void wrong(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                  const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

void rules_institution(struct arena *a, const struct institution_terms *t, struct fault_list *faults)
{
    bool country = false, sector = false;

    for (size_t i = 0; i < t->nprogrammes; i++) {
        country = country || programme_country(t->programmes[i], t->country);
        sector = sector || programme_has_sector(t->programmes[i], t->sector);
    }
    if (str_eq(t->role, "host") && !country)
        wrong(a, faults, "/country", "country.notInProgramme", "No programme of it works there.");
    if (str_eq(t->role, "counterpart") && !str_eq(t->country, "NL"))
        wrong(a, faults, "/country", "institution.notDutch", "A counterpart is a Dutch institution.");
    if (!sector)
        wrong(a, faults, "/sector", "sector.unknown", "No programme of it works in this sector.");
}

static bool takes_part(const struct text_array *programmes, const char *programme)
{
    for (size_t i = 0; i < programmes->n; i++) {
        if (str_eq(programmes->v[i], programme))
            return true;
    }
    return false;
}

void rules_institution_ref(struct arena *a, const struct institution_ref *ref, const char *wanted,
                           const char *programme, const char *pointer, struct fault_list *faults)
{
    if (!ref->found) {
        wrong(a, faults, pointer, "institution.missing", "There is no such institution.");
        return;
    }
    if (wanted && !str_eq(ref->role, wanted))
        wrong(a, faults, pointer, "institution.role", "The institution has the other role.");
    if (!takes_part(&ref->programmes, programme))
        wrong(a, faults, pointer, "institution.notInProgramme",
              "The institution takes no part in the programme.");
    if (!str_eq(ref->status, "active"))
        wrong(a, faults, pointer, "institution.inactive", "The institution is not active.");
}

void rules_days(struct arena *a, int32_t starts_on, struct opt_date ends_on, const char *pointer,
                struct fault_list *faults)
{
    if (ends_on.set && ends_on.v < starts_on)
        wrong(a, faults, pointer, "dates.order", "It would end before it begins.");
}

err_t rules_visit_planned(const char *status)
{
    return str_eq(status, "planned") ? NULL : err_visit_ended;
}

err_t rules_visit_done(int32_t starts_on, int32_t today)
{
    return starts_on <= today ? NULL : err_visit_not_begun;
}
