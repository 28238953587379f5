/* rules.h - applications: their states, and what each move lacks; pure. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "base/machine.h"
#include "base/opt.h"

struct arena;

extern const struct machine application_machine;

struct application_facts {
    bool tor_open, expert_active, expert_restricted;
    bool may_offer;           /* the caller holds applications:offer */
    int32_t places, accepted; /* of the terms of reference */
    const char *interview;    /* outcome as it stands or as the move brings it: positive, negative; NULL */
    const char *host;         /* the host's decision, likewise: accepted, refused; NULL */
};

/* Guards: tor.open, expert.active, expert.unrestricted, interview.recorded, interview.positive, host.decided,
 * host.accepted, offer.scope, places.free. What ends an application (decline, withdraw) has none. */
void rules_application_judge(struct arena *a, const void *facts, const struct machine_move *move,
                             struct unmet_list *list);

/* The facts that a move brings: adds interview.future, decision.future (they lie ahead of today). */
void rules_application_brought(struct arena *a, const json_t *body, int32_t today, struct fault_list *faults);
