/* internal.h - between the files of this area. */
#pragma once

#include "base/ctx.h"
#include "web/request.h"

struct assignment_application;
struct tx;

struct phase_input {
    const char *kind, *country, *place; /* country NULL: the host's */
    int32_t starts_on, ends_on;
    struct opt_i32 hours_per_week;
};

/* Queues diaspora.assignment.planned, cleared or closed. */
void assignment_told(struct ctx *x, struct tx *tx, const char *what, struct uuid id, struct uuid expert_id);

/* The member `phases` of the body, checked; none is fine. */
MUST_CHECK err_t phases_read(struct ctx *x, const struct request *rq, struct phase_input **ret,
                             size_t *ret_n);
void phase_insert(struct ctx *x, struct tx *tx, struct uuid id, struct uuid assignment_id,
                  const struct assignment_application *of, const struct phase_input *in);

handler_fn get_assignment;
handler_fn list_phases, create_phase, get_phase, patch_phase, cancel_phase;
handler_fn list_assignment_transitions, make_assignment_transition, list_assignment_moves;
handler_fn list_safeguards, create_safeguard, list_travel_counsellings, create_travel_counselling;
