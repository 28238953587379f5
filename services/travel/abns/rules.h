/*
 * rules.h - advance booking notifications: what an addressee sees, to the byte, and who may be told. Pure:
 * base only.
 *
 *   sent ──► acknowledged        by the addressee
 *     ╰───────────┴──► superseded by the next version, as soon as one byte of the addressee's view is
 * different
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"
#include "travel/abns/addressees.h"

struct arena;

/* What there is to show of a journey. Segments and points in their order, passengers in a stable one. */
struct abn_segment {
    const char *mode, *carrier, *number; /* carrier and number may be NULL */
    const char *from_kind, *from_place, *to_kind, *to_place;
    int64_t departs_us, arrives_us;
    const char *departure_zone, *arrival_zone;
};
struct abn_passenger {
    const char *given, *family;
    struct text_array needs;
};
struct abn_point {
    const char *kind, *place, *zone;
    int64_t at_us;
    const char *organisation, *office; /* who meets; NULL: a receiver by name, never shown */
};
struct abn_facts {
    struct uuid movement_id;
    const char *reference; /* NULL: none */
    bool cancelled;
    const struct abn_segment *segments;
    size_t nsegments;
    const struct abn_passenger *passengers;
    size_t npassengers;
    const struct abn_point *points;
    size_t npoints;
};
/* The addressee and what was chosen for it. */
struct abn_terms {
    const char *own;                   /* the organisation that tells */
    const char *organisation, *office; /* office: of our own organisation; else NULL */
    const struct addressee_kind *kind; /* NULL: not named */
    struct text_array fields;          /* of count, needs, names, references, assistance */
    const char *legal_basis;           /* NULL: none */
};

/* The addressee's view: one serializer for preview, row and comparison. Members in a fixed order; times also
 * in the clock of their place; only the chosen fields; only the points at which this addressee meets
 * somebody. */
const char *abn_snapshot(struct arena *a, const struct abn_facts *f, const struct abn_terms *t);
/* Whether two views differ in where and when: what a delay is to an addressee. */
bool abn_rescheduled(const json_t *before, const json_t *after);

/* abn.addressee.unknown, abn.addressee.refused at /toOrganisation; abn.office (exactly when it is our own
 * organisation); abn.basis (names and references only on a legal basis). */
void rules_abn_terms(struct arena *a, const struct abn_terms *t, struct fault_list *faults);
/* ERR_CONFLICT movement.notReady, or movement.fixed when it has departed or does not take place. */
MUST_CHECK err_t rules_abn_movement(const char *status);

/* Who looks at one. */
struct abn_reader {
    bool addressee; /* it was sent to the reader, or to an office of theirs */
    bool answers;   /* holds abns:acknowledge */
};
/* Only the addressee, only what stands: ERR_DENIED abn.addressee, ERR_CONFLICT abn.superseded,
 * abn.acknowledged (again: true when it may be said again, as a problem may). */
MUST_CHECK err_t rules_abn_answer(const char *status, const struct abn_reader *r, bool again);
struct text_array rules_abn_actions(struct arena *a, const char *status, const struct abn_reader *r);

/* Days that an addressee has for deleting its copies, as the recipient of a share has. */
#define ABN_DELETE_DAYS 30
/* Only the addressee says that its copies are deleted, once: ERR_DENIED abn.addressee, ERR_CONFLICT
 * abnRecall.confirmed. */
MUST_CHECK err_t rules_abn_recall_confirm(bool confirmed, const struct abn_reader *r);
struct text_array rules_abn_recall_actions(struct arena *a, bool confirmed, const struct abn_reader *r);
