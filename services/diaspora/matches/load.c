/* load.c - reads the weights when the process starts. */
#include "base/arena.h"
#include "base/data.h"
#include "diaspora/matches/rules.h"

err_t match_weights_load(struct arena *a, const char *folder, const struct match_weights **ret)
{
    struct match_weights *newest = ARENA_NEW(a, struct match_weights), w;
    json_t *documents, *paths;
    struct schema *schema;
    size_t i;
    err_t e;

    TRY(data_schema(a, arena_printf(a, "%s/weights.schema.json", folder), &schema));
    TRY(data_folder(a, arena_printf(a, "%s/weights", folder), &documents, &paths));
    for (i = 0; i < json_array_size(documents); i++) {
        e = match_weights_make(a, schema, json_array_get(documents, i), &w);
        if (e)
            return err_internal(a, ERR_BUG, "weights.invalid", "%s: %s",
                                json_string_value(json_array_get(paths, i)),
                                e->nfaults ? e->faults[0].code : e->code);
        if (w.version > newest->version)
            *newest = w;
    }
    if (newest->version == 0)
        return err_internal(a, ERR_BUG, "weights.invalid", "%s/weights has no version", folder);
    *ret = newest;
    return NULL;
}
