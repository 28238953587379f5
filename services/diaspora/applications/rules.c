/* rules.c - applications; see rules.h. */
#include "diaspora/applications/rules.h"

#include "base/json.h"
#include "base/str.h"

/* clang-format off */
#define OPEN "applied", "invited", "requested", "shortlisted", "interviewed", "hostAccepted", "offered"
static const struct machine_move moves[] = {
    {"shortlist", {"applied", "invited", "requested"}, "shortlisted", false},
    {"interview", {"shortlisted"}, "interviewed", false},
    {"hostAccept", {"interviewed"}, "hostAccepted", false},
    {"offer", {"hostAccepted"}, "offered", false},
    {"accept", {"offered"}, "accepted", false},
    {"decline", {OPEN}, "declined", true},
    {"withdraw", {OPEN}, "withdrawn", true},
};
/* clang-format on */
const struct machine application_machine = MACHINE(moves);

static void lacks(struct arena *a, struct unmet_list *list, bool when, const char *code, const char *pointer,
                  const char *message, const char *remedy)
{
    if (when)
        unmet_add(a, list,
                  (struct unmet){.code = code, .pointer = pointer, .message = message, .remedy = remedy});
}

void rules_application_judge(struct arena *a, const void *facts, const struct machine_move *move,
                             struct unmet_list *list)
{
    const struct application_facts *f = facts;
    const char *code = move->code;
    bool ends = str_eq(code, "decline") || str_eq(code, "withdraw");
    bool host = str_eq(code, "hostAccept"), offer = str_eq(code, "offer");

    if (ends)
        return;
    lacks(a, list, !f->tor_open, "tor.open", "/torId", "The terms of reference are not open.",
          "Open or resume them.");
    lacks(a, list, !f->expert_active, "expert.active", "/expertId", "The expert is not active.",
          "Make the profile active.");
    lacks(a, list, f->expert_restricted, "expert.unrestricted", "/expertId",
          "Processing of the expert's data is restricted.", "Wait until the restriction is lifted.");
    lacks(a, list, str_eq(code, "interview") && !f->interview, "interview.recorded", "/interview",
          "The interview is not recorded.", "Send its day and outcome with the move.");
    lacks(a, list, host && !str_eq(f->interview, "positive"), "interview.positive", "/interview/outcome",
          "The interview was not positive.", "Decline the application.");
    lacks(a, list, host && !f->host, "host.decided", "/hostDecision", "The host has not decided.",
          "Send the host's decision with the move.");
    lacks(a, list, host && f->host && !str_eq(f->host, "accepted"), "host.accepted", "/hostDecision/outcome",
          "The host has refused.", "Decline the application.");
    lacks(a, list, offer && !f->may_offer, "offer.scope", "/status", "You do not make offers.",
          "Ask a project manager.");
    lacks(a, list, (offer || str_eq(code, "accept")) && f->accepted >= f->places, "places.free", "/torId",
          "Every place is taken.", "Decline the application, or ask for more places.");
}

void rules_application_brought(struct arena *a, const json_t *body, int32_t today, struct fault_list *faults)
{
    struct opt_date held = json_member_date(json_object_get(body, "interview"), "heldOn");
    struct opt_date decided = json_member_date(json_object_get(body, "hostDecision"), "decidedOn");

    if (held.set && held.v > today)
        fault_add(a, faults,
                  (struct fault){.at = "/interview/heldOn",
                                 .code = "interview.future",
                                 .detail = "The interview lies ahead."});
    if (decided.set && decided.v > today)
        fault_add(a, faults,
                  (struct fault){.at = "/hostDecision/decidedOn",
                                 .code = "decision.future",
                                 .detail = "The decision lies ahead."});
}
