/* compare.h - which ids that one database lists another one does not have. */
#pragma once

#include <stdbool.h>

#include "base/opt.h"

#include "ctl/admin.h"

struct compared {
    struct text_array missing; /* the lines whose id is not there: "id what …" */
    struct text_array present;
};

/* Reads the lines of `list` (a query; a line begins with a uuid and a space) in portions and looks each
 * portion up in to's table. */
MUST_CHECK err_t compare(struct arena *a, const struct admin *from, const char *list, const struct admin *to,
                         const char *table, const char *column, struct compared *ret);
/* "cases.case.opened 3, travel.movement.made 1": how many there are of each second word. */
const char *counted(struct arena *a, struct text_array lines);
/* Runs a script for all lines' ids, a portion at a time; {{ids}} and {{group}} are filled. */
MUST_CHECK err_t for_ids(struct arena *a, const struct admin *ad, const char *name, const char *script,
                         const char *group, struct text_array lines);
/* The same, and adds the rows that it answers. */
MUST_CHECK err_t ask_ids(struct arena *a, const struct admin *ad, const char *name, const char *script,
                         const char *group, struct text_array lines, struct text_array *ret);
