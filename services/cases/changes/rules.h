/*
 * rules.h - positions in the feed of changes. Pure: base only.
 *
 * A position is a transaction and a row in it. Whatever has a transaction below the horizon (the oldest one
 * still running) is decided, so a position below it never has to be looked at again: nothing that commits
 * late is skipped.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/uuid.h"

struct arena;

struct change_position {
    int64_t xid;
    struct uuid id;     /* nil: before all rows of the transaction */
    int64_t issued_us;  /* when it was given out */
    int64_t generation; /* of the database then: another after each restore; 0: never restored */
};

const char *change_position_text(struct arena *a, const struct change_position *p);
bool change_position_parse(const char *text, struct change_position *ret);

/* NULL, or changes.expired when it is older than what is kept, or of a time that the database has forgotten
 * (a restore): of another generation, or its transaction lies ahead of all that there ever were. */
MUST_CHECK err_t rules_change_position(const struct change_position *p, int64_t ahead, int64_t generation,
                                       int64_t now_us);

/* Where to go on: behind the last row, or at the horizon if that is further. */
struct change_position rules_change_next(const struct change_position *last, int64_t below, int64_t now_us);
