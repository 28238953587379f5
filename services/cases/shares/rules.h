/*
 * rules.h - what may be shared, and the bytes that a partner sees. Pure: base only.
 *
 *              recall, give up, the consent withdrawn ──► recalled ─┐
 *   active ────┤                                                    ├──► the recipient confirms the deletion,
 * once the last day is over, the consent expired ► expired ─┘
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* Days that a recipient has for deleting its copies, unless the recall names the day. */
#define SHARE_DELETE_DAYS 30

/* What there is to show of a case. */
struct view_facts {
    struct uuid case_id;
    const char *reference;
    const char *told;  /* accepted, departed, cancelled: what the programme pack tells partners */
    const char *label; /* the status in words for a partner */
    struct opt_date planned_departure_on;
};
/* The partner's view, to the byte: one serializer for the read, the list and the question whether anything
 * changed. Members in a fixed order, only the fields of the share; refs are the partner's own keys. */
const char *shares_view_bytes(struct arena *a, const struct view_facts *f, const struct text_array *fields,
                              const struct text_array *refs);

/* A share as asked for. */
struct share_terms {
    const char *owner, *to_organisation;
    const char *legal_basis;
    bool consent; /* a consent is named */
    struct opt_date until_on;
};
/* share.self, share.consent (one exactly when it is the ground), share.until (a day that is over). */
void rules_share_terms(struct arena *a, const struct share_terms *t, int32_t today,
                       struct fault_list *faults);
/* How far a consent goes: the fields that its categories cover, its last day. */
struct share_ground {
    struct text_array fields;
    struct opt_date last_on;
};
/* consent.categories (each field that the consent does not cover), consent.lastDay (a day after the
 * consent's). The faults are guards: with another consent it could be shared. */
void rules_share_ground(struct arena *a, const struct share_ground *ground, const struct text_array *fields,
                        struct opt_date until_on, struct fault_list *faults);
/* ERR_CONFLICT share.ended unless it is active. */
MUST_CHECK err_t rules_share_active(const char *status);
/* share.deleteBy: a day that is over. */
MUST_CHECK err_t rules_share_delete_by(struct arena *a, struct opt_date delete_by, int32_t today,
                                       int32_t *ret);
/* ERR_DENIED share.recipient, ERR_CONFLICT share.active, share.confirmed. */
MUST_CHECK err_t rules_share_confirm(bool recipient, const char *status, bool confirmed);

/* level: of the share that a partner writes by; NULL for the owner. ERR_DENIED share.level, ERR_CONFLICT
 * case.ended. */
MUST_CHECK err_t rules_access_write(bool owner, const char *level, bool closed);

/* Who looks at a share. */
struct share_reader {
    bool owner, recipient, writes;
};
struct text_array rules_share_actions(struct arena *a, const char *status, bool confirmed,
                                      const struct share_reader *reader);
