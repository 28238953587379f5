/*
 * rules.h - how a request for disclosure is decided. Pure: base only.
 *
 *   received ──review──► legalReview ──refuse──► refused
 *                                    ╰─grant───► granted     by another user than the reviewer, on a legal
 * ground
 */
#pragma once

#include <stdbool.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* What is judged. */
struct disclosure_facts {
    const char *status;
    const char *reviewer;     /* who took it into review, or NULL */
    const char *legal_ground; /* or NULL */
    const char *decider;      /* who acts now */
};
/* action: review, refuse, grant. ERR_CONFLICT disclosure.state, disclosure.fourEyes, disclosure.ground.
 * *ret_status is the state that it leads to. */
MUST_CHECK err_t rules_disclosure_step(const struct disclosure_facts *f, const char *action,
                                       const char **ret_status);
struct text_array rules_disclosure_actions(struct arena *a, const struct disclosure_facts *f);
