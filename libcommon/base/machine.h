/*
 * machine.h - a state machine as one table of moves, and how a resource shows and makes them. Pure.
 *
 * A service's rules.c holds the table and a function that judges a move's guards; its handlers are three
 * lines: machine_move finds the move that is asked for, unmet_err says what it lacks, machine_write shows
 * what is possible next. (Programme packs of the cases service are machines as data and have their own
 * loader.)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/opt.h"
#include "base/unmet.h"
#include "base/uuid.h"

#define MACHINE_FROM_MAX 12

struct machine_move {
    const char *code;                   /* "approve" */
    const char *from[MACHINE_FROM_MAX]; /* statuses that it leaves from, ended by NULL unless full */
    const char *to;
    bool reason_required;
};
struct machine {
    const struct machine_move *moves;
    size_t n;
};
#define MACHINE(table) ((struct machine){.moves = (table), .n = sizeof(table) / sizeof((table)[0])})

/* Adds to the list what the move still lacks, by the facts of the resource. */
typedef void machine_judge(struct arena *a, const void *facts, const struct machine_move *move,
                           struct unmet_list *list);

bool machine_leaves(const struct machine_move *move, const char *status);
/* The move of that code from the present status. ERR_INVALID transition.unknown, reason.required (reason NULL
 * or empty); ERR_CONFLICT transition.unavailable. */
MUST_CHECK err_t machine_find(struct arena *a, struct machine m, const char *status, const char *code,
                              const char *reason, const struct machine_move **ret);
/* machine_find, then its guards: ERR_CONFLICT guards.unmet. judge NULL: it has none. */
MUST_CHECK err_t machine_move(struct arena *a, struct machine m, const char *status, const char *code,
                              const char *reason, machine_judge *judge, const void *facts,
                              const struct machine_move **ret);
/* [{"code","to","allowed","reasonRequired","unmet":[…]}]: every move out of the status, schema Transition of
 * api-spec/common.yaml. */
void machine_write(struct arena *a, struct buf *out, struct machine m, const char *status,
                   machine_judge *judge, const void *facts);
/* What is shown with the moves. */
struct machine_shown {
    struct uuid id;
    const char *status;
    int32_t version;
    bool dry_run; /* the move that was asked for would be made; nothing changed */
};
/* {"id","status","version","dryRun","transitions":[…]}: schema Transitions of api-spec/common.yaml. */
void machine_write_transitions(struct arena *a, struct buf *out, const struct machine_shown *shown,
                               struct machine m, machine_judge *judge, const void *facts);
/* The codes of the moves out of a status, for allowedActions. */
void machine_actions(struct arena *a, struct machine m, const char *status, struct text_array *actions);
