/* rules.c - decisions on assistance points; see rules.h. */
#include "travel/assistance/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"

static const struct machine_move moves[] = {
    {"confirm", {"planned"}, "confirmed", false},
    {"complete", {"planned", "confirmed"}, "done", false},
    {"miss", {"planned", "confirmed"}, "missed", false},
};
const struct machine rules_assistance_machine = {.moves = moves, .n = LENGTH(moves)};

static void who_unclear(struct arena *a, struct fault_list *faults, const char *at, const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = "assistance.who", .detail = detail});
}

void rules_assistance_terms(struct arena *a, const struct assistance_terms *t, struct fault_list *faults)
{
    if (!date_zone_ok(t->zone))
        fault_add(a, faults,
                  (struct fault){.at = "/zone", .code = "zone.unknown", .detail = "No such IANA time zone."});
    if (!t->organisation && !t->receiver_name)
        who_unclear(a, faults, "/organisation", "An organisation or a receiver meets them.");
    if (t->office && !t->organisation)
        who_unclear(a, faults, "/office", "An office belongs to an organisation.");
    if (t->receiver_phone && !t->receiver_name)
        who_unclear(a, faults, "/receiverPhone", "A telephone belongs to a receiver.");
}

struct text_array rules_assistance_actions(struct arena *a, const char *status, bool writes)
{
    struct text_array actions = {0};

    action_add(a, &actions, writes && (str_eq(status, "planned") || str_eq(status, "confirmed")), "patch");
    if (writes)
        machine_actions(a, rules_assistance_machine, status, &actions);
    return actions;
}
