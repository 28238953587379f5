/* guards_travel.c - guards about the journey: its ticket, its day, whether the travellers may enter and are
 * fit. All are judged at the departure as it stands, so a change of schedule is judged anew. */
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/cases/guards_internal.h"

#define US_PER_HOUR (3600 * DATE_US_PER_S)

void judge_ticketed(struct judging *j)
{
    if (!j->facts->journey.there)
        guard_unmet(j, "/journey", "Ask for a journey; the travel officer books it.",
                    "No journey is planned.");
    else if (!j->facts->journey.ticketed)
        guard_unmet(j, "/journey/ticketedAt", "The travel officer has the booking ticketed.",
                    "The journey has no ticket.");
}

/* At most so many hours lie before the departure. */
void judge_departure(struct judging *j)
{
    int64_t hours = json_member_i64(j->params, "hours", 0);
    struct opt_i64 departs = j->facts->journey.departs_us;

    if (!departs.set)
        guard_unmet(j, "/journey/departsAt", "The travel officer has the booking ticketed.",
                    "The time of departure is not known.");
    else if (departs.v - j->facts->now_us > hours * US_PER_HOUR)
        guard_unmet(j, "/journey/departsAt", "Decide nearer to the departure.",
                    "The departure is more than %lld hours away.", (long long)hours);
}

static bool national(const struct fact_person *p, const char *country)
{
    for (size_t i = 0; i < p->nationalities.n; i++) {
        if (str_eq(p->nationalities.v[i], country))
            return true;
    }
    return false;
}

static bool may_enter(const struct judging *j, const struct fact_person *p, int32_t on)
{
    const json_t *kinds = json_object_get(j->params, "kinds");
    const char *destination = j->facts->journey.destination;

    for (size_t i = 0; i < j->facts->ndocuments; i++) {
        const struct fact_document *d = &j->facts->documents[i];

        if (d->person_id.set && uuid_eq(d->person_id.v, p->id) && str_eq(d->status, "verified") &&
            guard_of_kinds(kinds, d->kind) && d->valid_until.set && d->valid_until.v >= on &&
            (!d->country || str_eq(d->country, destination)))
            return true;
    }
    return false;
}

/* Each traveller is a national of the country of destination, or has a verified document of one of the kinds
 * that is valid on the day of arrival. */
void judge_visa(struct judging *j)
{
    const struct fact_journey *journey = &j->facts->journey;
    struct opt_date on = journey->arrives_on.set ? journey->arrives_on : j->facts->departure_on;

    if (!journey->destination || !on.set) {
        guard_unmet(j, "/journey", "Have the journey planned, with its destination and its day.",
                    "Without destination and day nobody's entry can be judged.");
        return;
    }
    for (size_t i = 0; i < j->facts->npersons; i++) {
        const struct fact_person *p = &j->facts->persons[i];

        if (!national(p, journey->destination) && !may_enter(j, p, on.v))
            guard_unmet(j, person_pointer(j, i, "/documents"),
                        "Obtain what allows entry, and verify it; or record the nationality.",
                        "A traveller is no national of the destination and has nothing that allows entry.");
    }
}

/* Everybody, or who has a medical need, was found fit at most so many hours before the departure. The message
 * is the same for not checked, found unfit and checked too long ago. */
void judge_fitness(struct judging *j)
{
    int64_t hours = json_member_i64(j->params, "maxAgeHours", 0);
    bool all = str_eq(json_member_text(j->params, "appliesTo"), "all");
    struct opt_i64 departs = j->facts->journey.departs_us;

    for (size_t i = 0; i < j->facts->ntravellers; i++) {
        const struct fact_traveller *t = &j->facts->travellers[i];

        if (!all && !t->medical)
            continue;
        if (!departs.set || !str_eq(t->fitness, "granted") || departs.v - t->fitness_us > hours * US_PER_HOUR)
            guard_unmet(j, person_pointer(j, i, "/fitness"),
                        "Have the fitness to travel checked near to the departure.",
                        "A traveller has no check of fitness to travel that holds at the departure.");
    }
}
