/* guards_boarding.c - money before tickets; before boarding the hour, the tickets, the manifest, the
 * notification. Pure. */
#include "base/str.h"
#include "travel/guards/guards_internal.h"

#define CLEAR_WITHIN_US (72LL * 3600 * 1000000) /* domain.md: departure decisions are at most 72 h old */

void judge_budget(struct judging *j)
{
    const struct boarding_facts *b = &j->facts->boarding;
    const struct fact_budget *of = NULL;

    if (!b->booking || !b->booking->currency)
        return;
    for (size_t i = 0; i < b->nbudgets; i++) {
        if (str_eq(b->budgets[i].currency, b->booking->currency))
            of = &b->budgets[i];
    }
    if (!of || !of->approved.set)
        guard_unmet(j, "/costs", "Have the estimate approved.", "Nothing is approved to be spent in %s.",
                    b->booking->currency);
    else if (of->spent + b->booking->due > of->approved.v)
        guard_unmet(j, "/costs", "Have more approved, or book cheaper.",
                    "The booking would take the movement beyond what is approved in %s.", of->currency);
}

void judge_departure_within(struct judging *j)
{
    if (j->facts->nsegments && j->facts->segments[0].departs_us - j->facts->now_us > CLEAR_WITHIN_US)
        guard_unmet(j, "/departsAt", "Clear the movement in the last 72 hours.",
                    "The departure is more than 72 hours away.");
}

static bool has_ticket(const struct judging *j, struct uuid passenger_id, struct uuid segment_id)
{
    const struct boarding_facts *b = &j->facts->boarding;

    for (size_t i = 0; i < b->ntickets; i++) {
        const struct fact_ticket *t = &b->tickets[i];

        for (size_t k = 0; uuid_eq(t->passenger_id, passenger_id) && k < t->segment_ids.n; k++) {
            if (uuid_eq(t->segment_ids.v[k], segment_id))
                return true;
        }
    }
    return false;
}

/* A segment by car needs none. */
void judge_ticketed(struct judging *j)
{
    for (size_t i = 0; i < j->facts->npassengers; i++) {
        for (size_t k = 0; k < j->facts->nsegments; k++) {
            if (!str_eq(j->facts->segments[k].mode, "car") &&
                !has_ticket(j, j->facts->passengers[i].id, j->facts->segments[k].id))
                guard_unmet(j, passenger_pointer(j, i, "/tickets"), "Have the ticket issued.",
                            "Passenger %zu has no ticket for segment %zu.", i + 1, k + 1);
        }
    }
}

void judge_manifest(struct judging *j)
{
    if (!j->facts->boarding.manifest_closed)
        guard_unmet(j, "/manifest", "Close the manifest.",
                    "The manifest is not closed, or something changed since.");
}

/* Who is to be at a meeting place must know of the journey; a movement that nobody outside waits for needs no
 * notification. */
void judge_abn_sent(struct judging *j)
{
    const struct text_array *untold = &j->facts->boarding.untold;

    for (size_t i = 0; i < untold->n; i++)
        guard_unmet(j, "/abns", "Send them an advance booking notification.",
                    "%s meets the travellers and was not told of the journey.", untold->v[i]);
}

void judge_abn(struct judging *j)
{
    if (j->facts->boarding.abn_open)
        guard_unmet(j, "/abns", "Wait for the acknowledgement, or record it.",
                    "An advance booking notification is not acknowledged yet.");
}
