/* guards_journey.c - guards before `ready`: somebody travels, and the segments make one journey to where it
 * is meant to go, on days that were asked for. */
#include <strings.h>

#include "base/date.h"
#include "base/str.h"
#include "travel/guards/guards_internal.h"

void judge_passengers(struct judging *j)
{
    if (j->facts->npassengers == 0)
        guard_unmet(j, "/passengers", "Add a passenger.", "Nobody travels.");
}

void judge_segments(struct judging *j)
{
    if (j->facts->nsegments == 0)
        guard_unmet(j, "/segments", "Add the segments of the journey.", "There is no segment.");
}

static bool same_place(const struct fact_segment *from, const struct fact_segment *to)
{
    return str_eq(from->to_kind, to->from_kind) && strcasecmp(from->to_place, to->from_place) == 0;
}

/* Each arrives before the next departs, and where the next departs. */
void judge_connections(struct judging *j)
{
    for (size_t i = 1; i < j->facts->nsegments; i++) {
        const struct fact_segment *before = &j->facts->segments[i - 1], *next = &j->facts->segments[i];

        if (before->arrives_us > next->departs_us)
            guard_unmet(j, segment_pointer(j, i, "/departsAt"), "Book a connection that is reached.",
                        "Segment %zu departs before segment %zu arrives.", i + 1, i);
        if (!same_place(before, next))
            guard_unmet(j, segment_pointer(j, i, "/from"), "Add the segment between the two places.",
                        "Segment %zu departs from %s, but segment %zu arrives at %s.", i + 1,
                        next->from_place, i, before->to_place);
    }
}

void judge_window(struct judging *j)
{
    int32_t on = facts_departure_on(j->facts);

    if (j->facts->nsegments == 0)
        return;
    if (on < j->facts->earliest)
        guard_unmet(j, "/earliest", "Move the segments, or the dates that are asked for.",
                    "The journey begins before the earliest day.");
    if (on > j->facts->latest)
        guard_unmet(j, "/latest", "Move the segments, or the dates that are asked for.",
                    "The journey begins after the latest day.");
}

static bool is_code(const char *place)
{
    size_t n = 0;

    while (place[n] >= 'A' && place[n] <= 'Z')
        n++;
    return n == 3 && place[n] == '\0';
}

/* The country of the last arrival where it is known, and the airport where the destination names one. */
void judge_destination(struct judging *j)
{
    const struct movement_facts *f = j->facts;
    const struct fact_segment *last = f->nsegments ? &f->segments[f->nsegments - 1] : NULL;
    bool reached = !f->destination_place || !is_code(f->destination_place);

    if (!last)
        return;
    for (size_t i = 0; i < f->nsegments; i++)
        reached |= str_eq(f->segments[i].to_kind, "airport") &&
                   str_eq(f->segments[i].to_place, f->destination_place);
    if (!reached)
        guard_unmet(j, "/destination/place", "Correct the destination or the segments.",
                    "No segment arrives at %s.", f->destination_place);
    if (last->to_country && !str_eq(last->to_country, f->destination_country))
        guard_unmet(j, segment_pointer(j, f->nsegments - 1, "/to"),
                    "Correct the destination or the segments.", "The last segment arrives in %s, not in %s.",
                    last->to_country, f->destination_country);
}
