/* guards_wish.c - guards about what the person wishes (declaration) and allows (consent). The two never stand
 * for each other. */
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/cases/guards_internal.h"
#include "cases/programmes/pack.h"

static bool declared(const struct case_facts *f, struct uuid person_id, const char *kind)
{
    for (size_t i = 0; i < f->ndeclarations; i++) {
        const struct fact_declaration *d = &f->declarations[i];

        if (uuid_eq(d->person_id, person_id) && str_eq(d->kind, kind) && !d->withdrawn)
            return true;
    }
    return false;
}

bool fact_wishes(const struct case_facts *f, const struct fact_person *p)
{
    bool withdrawn = false;

    if (declared(f, p->id, "return") || declared(f, p->id, "travel"))
        return true;
    for (size_t i = 0; i < f->ndeclarations; i++)
        withdrawn |= uuid_eq(f->declarations[i].person_id, p->id) && f->declarations[i].withdrawn;
    if (withdrawn || p->principal || !fact_maybe_minor(p, facts_journey_on(f)))
        return false;
    for (size_t i = 0; i < f->npersons; i++) {
        const struct fact_person *other = &f->persons[i];

        if (other->principal && (declared(f, other->id, "return") || declared(f, other->id, "travel")))
            return true;
    }
    return false;
}

/* The principal and everyone who is certainly of age declares in person; a minor's wish is heard under
 * minor.protected, and whoever speaks for the minor declares for the family. */
void judge_voluntary(struct judging *j)
{
    const char *kind = json_member_text(j->params, "kind");
    int32_t on = facts_journey_on(j->facts);

    for (size_t i = 0; i < j->facts->npersons; i++) {
        const struct fact_person *p = &j->facts->persons[i];

        if ((p->principal || !fact_maybe_minor(p, on)) && !declared(j->facts, p->id, kind))
            guard_unmet(j, person_pointer(j, i, "/declarations"),
                        "Record the signed declaration of the wish to go.", "%s has no declaration in force.",
                        p->principal ? "The principal" : "A member of age");
    }
}

static bool names_any(const struct text_array *recipients, const json_t *organisations)
{
    const json_t *organisation;
    size_t i;

    json_array_foreach(organisations, i, organisation)
    {
        for (size_t k = 0; k < recipients->n; k++) {
            if (str_eq(recipients->v[k], json_string_value(organisation)))
                return true;
        }
    }
    return false;
}

/* Given by the person, or by the guardian of one who may be under age; a proxy's word is not explicit. */
static bool is_explicit(const struct case_facts *f, const struct fact_consent *c, const struct fact_person *p)
{
    if (str_eq(c->given, "guardian"))
        return fact_maybe_minor(p, f->today);
    return str_eq(c->given, "explicit");
}

static bool consented(const struct case_facts *f, const struct fact_person *p, const char *purpose,
                      const json_t *organisations)
{
    for (size_t i = 0; i < f->nconsents; i++) {
        const struct fact_consent *c = &f->consents[i];

        if (uuid_eq(c->person_id, p->id) && str_eq(c->purpose, purpose) && !c->withdrawn &&
            (!c->expires_us.set || c->expires_us.v > f->now_us) && is_explicit(f, c, p) &&
            names_any(&c->recipients, organisations))
            return true;
    }
    return false;
}

/* For the principal and every member of age; the consent of the others is their guardian's, and
 * minor.protected asks for it. */
void judge_consent(struct judging *j)
{
    const char *purpose = json_member_text(j->params, "purpose");
    const json_t *kinds = json_object_get(j->params, "recipientKinds"), *kind;
    size_t k;

    for (size_t i = 0; i < j->facts->npersons; i++) {
        const struct fact_person *p = &j->facts->persons[i];

        if (!p->principal && fact_maybe_minor(p, j->facts->today))
            continue;
        json_array_foreach(kinds, k, kind)
        {
            const char *name = json_string_value(kind);

            if (!consented(j->facts, p, purpose, pack_recipients(j->facts->pack, name)))
                guard_unmet(j, person_pointer(j, i, "/consents"), "Ask for the consent and record it.",
                            "%s has given no explicit consent in force for %s towards %s.",
                            p->principal ? "The principal" : "A member of age", purpose, name);
        }
    }
}
