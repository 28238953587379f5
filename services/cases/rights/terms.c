/* terms.c - see terms.h. */
#include "cases/rights/terms.h"

#include "base/arena.h"
#include "base/data.h"
#include "base/json.h"
#include "base/schema.h"

err_t rights_terms_load(struct arena *a, const char *folder, struct rights_terms *ret)
{
    const char *path = arena_printf(a, "%s/terms.json", folder);
    json_t *document;
    struct schema *schema;
    err_t e;

    TRY(data_schema(a, arena_printf(a, "%s/terms.schema.json", folder), &schema));
    TRY(data_file(a, path, &document));
    e = schema_check(a, schema, document);
    if (e)
        return err_internal(a, ERR_BUG, "terms.invalid", "%s: %s %s", path, e->nfaults ? e->faults[0].at : "",
                            e->nfaults ? e->faults[0].detail : e->code);
    *ret = (struct rights_terms){
        .backup_days = (int32_t)json_integer_value(json_object_get(document, "backupDays")),
        .export_days = (int32_t)json_integer_value(json_object_get(document, "exportDays")),
        .held_again_days = (int32_t)json_integer_value(json_object_get(document, "heldAgainDays")),
    };
    return NULL;
}
