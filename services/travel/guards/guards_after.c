/* guards_after.c - guards before `reconciled`: what must be known before the books are closed. */
#include "travel/guards/guards_internal.h"

void judge_outcomes(struct judging *j)
{
    for (size_t i = 0; i < j->facts->npassengers; i++) {
        if (j->facts->passengers[i].open_outcomes > 0)
            guard_unmet(j, passenger_pointer(j, i, "/outcomes"), "Record what was observed on every segment.",
                        "Of passenger %zu nothing is recorded on %d of the segments.", i + 1,
                        j->facts->passengers[i].open_outcomes);
    }
}

void judge_incidents(struct judging *j)
{
    if (j->facts->open_incidents > 0)
        guard_unmet(j, "/incidents", "Close the incidents.", "%d incidents are open.",
                    j->facts->open_incidents);
}

void judge_costs(struct judging *j)
{
    if (j->facts->unsettled > 0)
        guard_unmet(j, "/costs", "Enter what it cost, or the refund.",
                    "In %d currencies there is an estimate or a deposit, but no actual cost and no refund.",
                    j->facts->unsettled);
}
