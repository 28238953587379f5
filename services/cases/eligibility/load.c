/* load.c - reads rule sets and lists of nationalities when the process starts. */
#include "base/arena.h"
#include "base/data.h"
#include "cases/eligibility/rules.h"

err_t rulesets_load(struct arena *a, const char *folder, struct rulesets **ret)
{
    json_t *sets, *lists, *paths, *list_paths;

    TRY(data_folder(a, arena_printf(a, "%s/rules", folder), &sets, &paths));
    TRY(data_folder(a, arena_printf(a, "%s/nationalities", folder), &lists, &list_paths));
    return rulesets_make(a, sets, lists, ret);
}
