/*
 * pack.h - programme packs: a programme's statuses, transitions, guards, deadlines, documents, results as
 * versioned data.
 *
 * programmes/<programme>/<version>.json, conforming to programmes/pack.schema.json and to what a schema
 * cannot say (pack.c). A case keeps the version it was opened under. Everything lives as long as the process.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;
struct guard;
struct packs;
struct rulesets;
struct schema;

enum move_kind {
    MOVE_STEP,    /* from a status to another */
    MOVE_STOP,    /* the wish is withdrawn: everything planned ends */
    MOVE_SUSPEND, /* remembers the status; own deadlines pause */
    MOVE_RESUME,  /* back to what was suspended; has no `to` */
    MOVE_CLOSE,   /* ends the case with a result */
    MOVE_OBSERVE, /* records what has happened: no guards; from is where it was to be expected */
};

struct pack_guard {
    const struct guard *guard;
    const json_t *params;
};
struct pack_status {
    const char *code;
    const char *phase; /* beforeBoarding and afterBoarding of a journey, active without one; ended, closed */
    const char *partner; /* what partners are told: accepted, departed, cancelled, completed; NULL: as the
                            result says */
    const char
        *awaits; /* the area whose guards its transitions need, while no transition reaches it; else NULL */
    const json_t *labels; /* {staff, partner, client: {language: text}} */
};
struct pack_transition {
    const char *code;
    enum move_kind kind;
    struct text_array from;
    const char *to; /* NULL for resume */
    bool reason_required;
    const json_t *labels; /* {language: text} */
    struct pack_guard *guards;
    size_t nguards;
};
struct pack_deadline {
    const char *code, *kind; /* kind own or validity: external ones are set by others */
    int32_t days;
    bool working_days;
    const char *set_on, *met_on; /* statuses */
};
struct pack_document {
    const char *code, *kind;
    bool each_traveller; /* else once for the case */
};
struct pack_result {
    const char *code;
    struct text_array from; /* statuses that it may follow from; empty: any */
    const char *partner;    /* what partners are told */
    const char *retention;  /* class */
    const json_t *labels;
};
struct pack_retention {
    const char *class;
    int32_t years; /* after closing */
};
struct pack_follow_up { /* planned when a status is entered: a task so many months later */
    const char *code;   /* kind of the task too */
    const char *set_on;
    int32_t *months;
    size_t nmonths;
    int32_t lead_days; /* the task is made so many days before its day */
    const char *title, *urgency;
};
/* What the travel service tells, and the transition that it makes: an observation for what has happened, a
 * step by its guards for what was decided. */
#define PACK_TRAVEL_MOVES(X)                                                                                 \
    X(ticketed, "ticketed", MOVE_STEP) /* a ticket is there */                                               \
    X(cleared, "cleared", MOVE_STEP)   /* the movement is cleared to board */                                \
    X(departed, "departed", MOVE_OBSERVE)                                                                    \
    X(arrived, "arrived", MOVE_OBSERVE)                                                                      \
    X(no_show, "noShow", MOVE_OBSERVE)                                                                       \
    X(refused_entry, "refusedEntry", MOVE_OBSERVE)                                                           \
    X(broken, "broken", MOVE_STEP)       /* what the clearance rests on holds no longer */                   \
    X(cancelled, "cancelled", MOVE_STEP) /* there is no movement any more */
struct pack_travel {
    const char *purpose;            /* of the movement; NULL: cases of this version do not travel by us */
    struct text_array request_from; /* statuses from which a journey may be asked for */
#define PACK_TRAVEL_MEMBER(member, name, kind) const char *member;
    PACK_TRAVEL_MOVES(PACK_TRAVEL_MEMBER)
#undef PACK_TRAVEL_MEMBER
};

#define PACK_TRAVEL_WORD(member, name, kind) TRAVEL_##member,
enum travel_word { PACK_TRAVEL_MOVES(PACK_TRAVEL_WORD) };
#undef PACK_TRAVEL_WORD
/* The code of the transition that a word makes; NULL without travel. */
const char *travel_move(const struct pack_travel *t, enum travel_word word);

struct pack {
    const char *programme; /* "avrr" */
    int32_t version;
    const char *prefix; /* of references: "AVRR" */
    const char *initial;
    const char *retention; /* class of open cases */
    const json_t *labels;
    struct text_array sender_fields; /* what the sender of a referral sees of the case unless it is said */
    const json_t *document;          /* the pack as it was read */
    struct pack_status *statuses;
    size_t nstatuses;
    struct pack_transition *transitions;
    size_t ntransitions;
    struct pack_deadline *deadlines;
    size_t ndeadlines;
    struct pack_document *documents;
    size_t ndocuments;
    struct pack_result *results;
    size_t nresults;
    struct pack_retention *retentions;
    size_t nretentions;
    struct pack_follow_up *follow_ups;
    size_t nfollow_ups;
    struct pack_travel travel;
};

/* Reads all packs below the folder, each against pack.schema.json and the rules. A fault names file and JSON
 * pointer. */
MUST_CHECK err_t packs_load(struct arena *a, const struct rulesets *rulesets, const char *folder,
                            struct packs **ret);

/* One pack of a document. All faults at once, ERR_INVALID pack.invalid: schema.*, pack.code (stands twice),
 * status.unknown, status.unreachable, status.reachable (awaits though a transition reaches it),
 * guard.unknown, guard.param, observe.guarded, transition.unknown, transition.kind, … */
MUST_CHECK err_t pack_make(struct arena *a, const struct schema *schema, const struct rulesets *rulesets,
                           const json_t *document, struct pack **ret);

const struct pack *packs_newest(const struct packs *all, const char *programme);
const struct pack *packs_version(const struct packs *all, const char *programme, int32_t version);
/* Every programme's newest, in the order of their codes; NULL beyond the last. */
const struct pack *packs_at(const struct packs *all, size_t i);

/* "step", "observe", … as the packs name it. */
const char *move_kind_text(enum move_kind kind);
const struct pack_status *pack_status(const struct pack *p, const char *code);
const struct pack_transition *pack_transition(const struct pack *p, const char *code);
bool pack_transition_from(const struct pack_transition *t, const char *status);
/* NULL also for code NULL. */
const struct pack_result *pack_result(const struct pack *p, const char *code);
bool pack_result_from(const struct pack_result *r, const char *status);
const struct pack_retention *pack_retention(const struct pack *p, const char *class);
/* The step with guards that leads to a status, which rests on them; NULL when there is none. */
const struct pack_transition *pack_entry(const struct pack *p, const char *status);
/* Params of the first guard of that code in the pack; NULL when no transition has it. */
const json_t *pack_guard_params(const struct pack *p, const char *code);
/* May a case that is at the status move to this version from an older one? to NULL: there is no such version;
 * resumes_to NULL: not suspended. ERR_INVALID version.unknown, ERR_CONFLICT version.older, version.status (a
 * status that does not exist there, or that still awaits something). */
MUST_CHECK err_t pack_rules_migrate(struct arena *a, const struct pack *to, int32_t from_version,
                                    const char *status, const char *resumes_to);
/* Organisations of a kind of recipients (array of codes); NULL for an unknown kind. */
const json_t *pack_recipients(const struct pack *p, const char *kind);
/* A label in the language or English: audience staff, partner or client. */
const char *pack_status_label(const struct pack_status *s, const char *audience, const char *language);
/* What partners are told of a case: accepted, departed, cancelled, completed. result may be NULL. */
const char *pack_partner_status(const struct pack *p, const char *status, const char *result);
