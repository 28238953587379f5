/* rules.c - decisions on escorts; see rules.h. */
#include "travel/escorts/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/str.h"

static const struct machine_move moves[] = {
    {"confirm", {"proposed"}, "confirmed", false},
    {"release", {"proposed", "confirmed"}, "released", true},
};
const struct machine rules_escort_machine = {.moves = moves, .n = LENGTH(moves)};

void rules_escort_terms(struct arena *a, const struct escort_terms *t, struct fault_list *faults)
{
    if (!t->user_id == !t->name)
        fault_add(a, faults,
                  (struct fault){.at = "/name",
                                 .code = "escort.who",
                                 .detail = "Either a member of the staff, or the name of somebody else."});
    else if (t->phone && !t->name)
        fault_add(a, faults,
                  (struct fault){.at = "/phone",
                                 .code = "escort.who",
                                 .detail = "The telephone of the staff is not kept here."});
    if (!t->first.set)
        fault_add(a, faults,
                  (struct fault){.at = "/fromSegmentId",
                                 .code = "segment.unknown",
                                 .detail = "No planned segment of this movement."});
    if (!t->last.set)
        fault_add(a, faults,
                  (struct fault){.at = "/toSegmentId",
                                 .code = "segment.unknown",
                                 .detail = "No planned segment of this movement."});
    if (t->first.set && t->last.set && t->first.v > t->last.v)
        fault_add(a, faults,
                  (struct fault){.at = "/toSegmentId",
                                 .code = "segment.order",
                                 .detail = "The escort would end before it begins."});
}

struct text_array rules_escort_actions(struct arena *a, const char *status, bool writes)
{
    struct text_array actions = {0};

    action_add(a, &actions, writes && !str_eq(status, "released"), "patch");
    if (writes)
        machine_actions(a, rules_escort_machine, status, &actions);
    return actions;
}
