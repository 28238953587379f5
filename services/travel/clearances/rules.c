/* rules.c - see rules.h. */
#include "travel/clearances/rules.h"

#include "base/codes.h"
#include "base/str.h"

static void fault(struct arena *a, struct fault_list *faults, const char *at, const char *code,
                  const char *detail)
{
    fault_add(a, faults, (struct fault){.at = at, .code = code, .detail = detail});
}

err_t rules_clearance(struct arena *a, const struct clearance_terms *t, int64_t now_us)
{
    bool fitness = str_eq(t->kind, "fitness"), pending = str_eq(t->outcome, "pending");
    struct fault_list faults = {0};

    if (fitness && t->country)
        fault(a, &faults, "/country", "clearance.country", "A fitness to travel is of no country.");
    if (!fitness && (!t->country || !codes_country(t->country)))
        fault(a, &faults, "/country", "clearance.country", "The country that decides is asked for.");
    if (pending && t->decided_us.set)
        fault(a, &faults, "/decidedAt", "clearance.decidedAt", "What is pending has not been decided.");
    if (!pending && !t->decided_us.set)
        fault(a, &faults, "/decidedAt", "clearance.decidedAt", "When it was decided is asked for.");
    if (t->decided_us.set && t->decided_us.v > now_us)
        fault(a, &faults, "/decidedAt", "clearance.decidedAt", "A decision does not lie ahead.");
    if (t->valid_from.set && t->valid_until.set && t->valid_until.v < t->valid_from.v)
        fault(a, &faults, "/validUntil", "clearance.dates", "It would end before it begins.");
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The clearance cannot be recorded so.");
}

const char *rules_clearance_class(const char *kind)
{
    return str_eq(kind, "fitness") ? "health" : "document";
}
