/* rules.c - where a programme may work; see rules.h. */
#include "diaspora/programmes/rules.h"

#include "base/arena.h"
#include "base/str.h"

static void against(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                    const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

static const struct programme_sector *sector_of(const struct programme_country *c, const char *sector)
{
    for (size_t i = 0; i < c->nsectors; i++) {
        if (str_eq(c->sectors[i].sector, sector))
            return &c->sectors[i];
    }
    return NULL;
}

void rules_place(struct arena *a, const struct place *at, struct fault_list *faults)
{
    const struct programme_country *c = programme_country(at->programme, at->country);
    const struct programme_sector *s = c ? sector_of(c, at->sector) : NULL;

    if (!c) {
        against(a, faults, "/country", "country.notInProgramme", "The programme does not work there.");
        return;
    }
    if (!programme_period_holds(&c->in, at->day))
        against(a, faults, "/country", "country.notInForce",
                "The programme does not work there on that day.");
    for (size_t i = 0; i < at->nclosures; i++) {
        const struct programme_period closed = {at->closures[i].from, at->closures[i].until};

        if (programme_period_holds(&closed, at->day)) {
            against(a, faults, "/country", "country.closed", "The country is closed on that day.");
            break;
        }
    }
    if (!s)
        against(a, faults, "/sector", "sector.notInProgramme",
                "The programme does not work in this sector there.");
    else if (!programme_period_holds(&s->in, at->day))
        against(a, faults, "/sector", "sector.notInForce",
                "The programme does not work in this sector there on that day.");
}

err_t rules_closure(struct arena *a, const struct programme *p, const char *country, int32_t from,
                    struct opt_date until)
{
    struct fault_list faults = {0};

    if (!programme_country(p, country))
        against(a, &faults, "/country", "country.notInProgramme", "The programme does not work there.");
    if (until.set && until.v < from)
        against(a, &faults, "/untilOn", "closure.order", "It would end before it begins.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The closure is not valid.");
}
