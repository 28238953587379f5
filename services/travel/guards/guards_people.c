/* guards_people.c - children with an adult, or with escort and receiver; fitness to travel; the wish. Pure.
 */
#include "base/str.h"
#include "travel/guards/guards_internal.h"
#include "travel/requirements/rules.h"

#define US_PER_HOUR (3600LL * 1000000)

static bool among(const struct uuid_array *list, struct uuid id)
{
    for (size_t i = 0; i < list->n; i++) {
        if (uuid_eq(list->v[i], id))
            return true;
    }
    return false;
}

bool judged_passenger(const struct judging *j, size_t i)
{
    const struct fact_booking *b = j->facts->boarding.booking;

    return !b || among(&b->passenger_ids, j->facts->passengers[i].id);
}

bool judged_segment(const struct judging *j, size_t i)
{
    const struct fact_booking *b = j->facts->boarding.booking;

    return !b || among(&b->segment_ids, j->facts->segments[i].id);
}

/* Travels alone by plan: judged by travel.unaccompaniedMinor. */
static bool alone(const struct fact_passenger *p)
{
    return p->unaccompanied_minor || fact_needs(p, "unaccompaniedMinor");
}

/* The strictest of the carriers. */
static struct carrier_ages ages(const struct judging *j, int32_t on)
{
    struct carrier_ages strict = carrier_ages(j->facts->boarding.requirements, NULL, on);
    bool found = false;

    for (size_t i = 0; i < j->facts->nsegments; i++) {
        struct carrier_ages of =
            carrier_ages(j->facts->boarding.requirements, j->facts->segments[i].carrier, on);

        if (!judged_segment(j, i))
            continue;
        if (!found || of.alone > strict.alone)
            strict.alone = of.alone;
        if (!found || of.companion > strict.companion)
            strict.companion = of.companion;
        found = true;
    }
    return strict;
}

/* Carriers take nobody whose age they are not told. */
void judge_birth_known(struct judging *j)
{
    for (size_t i = 0; i < j->facts->npassengers; i++) {
        if (judged_passenger(j, i) && !j->facts->passengers[i].birth_known)
            guard_unmet(j, passenger_pointer(j, i, "/birthDate"), "Record the birth date of the document.",
                        "The birth date of passenger %zu is not known.", i + 1);
    }
}

void judge_minor_accompanied(struct judging *j)
{
    int32_t on = facts_departure_on(j->facts);
    struct carrier_ages limit = ages(j, on);
    bool adult = false;

    for (size_t i = 0; i < j->facts->npassengers; i++)
        adult |= judged_passenger(j, i) && fact_age(&j->facts->passengers[i], on) >= limit.companion;
    for (size_t i = 0; i < j->facts->npassengers; i++) {
        const struct fact_passenger *p = &j->facts->passengers[i];

        if (judged_passenger(j, i) && !adult && !alone(p) && fact_age(p, on) < limit.alone)
            guard_unmet(
                j, passenger_pointer(j, i, "/birthDate"),
                "Book the child with an adult, or plan the journey as that of an unaccompanied minor.",
                "May be under %d at the departure, and nobody of %d or older is in the booking.", limit.alone,
                limit.companion);
    }
}

void judge_unaccompanied_minor(struct judging *j)
{
    for (size_t i = 0; i < j->facts->npassengers; i++) {
        const struct fact_passenger *p = &j->facts->passengers[i];

        if (!judged_passenger(j, i) || !alone(p))
            continue;
        if (!among(&j->facts->boarding.escorted, p->id))
            guard_unmet(j, passenger_pointer(j, i, "/escort"), "Assign an escort.",
                        "The unaccompanied minor has no escort.");
        if (!among(&j->facts->boarding.received, p->id))
            guard_unmet(j, passenger_pointer(j, i, "/receiver"), "Name who meets the minor at the arrival.",
                        "Nobody is named to receive the unaccompanied minor.");
    }
}

/* The fitness that is on record, or NULL. */
static const struct fact_clearance *fitness_of(const struct judging *j, struct uuid passenger_id)
{
    const struct boarding_facts *b = &j->facts->boarding;

    for (size_t i = 0; i < b->nclearances; i++) {
        if (uuid_eq(b->clearances[i].passenger_id, passenger_id) && str_eq(b->clearances[i].kind, "fitness"))
            return &b->clearances[i];
    }
    return NULL;
}

static const char *not_fit(const struct judging *j, const struct fact_clearance *c)
{
    int64_t departs_us = j->facts->nsegments ? j->facts->segments[0].departs_us : 0;
    int64_t oldest_us = departs_us - j->facts->fitness_max_age_hours * US_PER_HOUR;

    if (!c || str_eq(c->outcome, "pending"))
        return "Fitness to travel has not been checked.";
    if (str_eq(c->outcome, "conditional"))
        return "Fitness to travel is conditional: it counts when the conditions are arranged.";
    if (!str_eq(c->outcome, "granted"))
        return "The passenger is not fit to travel.";
    if (!c->decided_us.set || c->decided_us.v < oldest_us)
        return "The check of fitness will be too old at the departure.";
    if (c->valid_until.set && c->valid_until.v < facts_departure_on(j->facts))
        return "The fitness ends before the departure.";
    return NULL;
}

void judge_fitness(struct judging *j)
{
    bool all = str_eq(j->facts->fitness_applies_to, "all");

    if (!j->facts->fitness_applies_to)
        return;
    for (size_t i = 0; i < j->facts->npassengers; i++) {
        const struct fact_passenger *p = &j->facts->passengers[i];
        const char *why = all || fact_needs(p, "medical") ? not_fit(j, fitness_of(j, p->id)) : NULL;

        if (why && judged_passenger(j, i))
            guard_unmet(j, passenger_pointer(j, i, "/clearances"), "Record the fitness to travel.", "%s",
                        why);
    }
}

void judge_declared(struct judging *j)
{
    const struct fact_declared *d = j->facts->boarding.declared;

    if (!d)
        return;
    if (d->ended)
        guard_unmet(j, "/refs", "Cancel the movement, or take the reference out.",
                    "What the movement is made for has ended.");
    for (size_t i = 0; i < j->facts->npassengers; i++) {
        if (judged_passenger(j, i) && !among(&d->person_ids, j->facts->passengers[i].person_id))
            guard_unmet(j, passenger_pointer(j, i, ""), "Only the signed wish of the person meets this.",
                        "The passenger has no declaration in force.");
    }
}
