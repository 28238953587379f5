/* load.c - reads accepted documents and carriers when the process starts. */
#include "base/arena.h"
#include "base/data.h"
#include "base/schema.h"
#include "base/str.h"
#include "travel/requirements/rules.h"

/* The first faults with their places, for the log: data that are not valid stop the start. */
static err_t with_place(struct arena *a, const char *path, err_t e)
{
    struct buf out;

    buf_init(&out, a, 512);
    buf_printf(&out, "%s: %s", path, e->detail ? e->detail : e->code);
    for (size_t i = 0; i < e->nfaults && i < 20; i++)
        buf_printf(&out, "; %s %s: %s", e->faults[i].at, e->faults[i].code, e->faults[i].detail);
    return err_internal(a, ERR_BUG, "requirements.invalid", "%s", buf_text(&out));
}

/* All versions in <folder>/<kind>, each against <folder>/<kind>.schema.json. */
static err_t read_kind(struct arena *a, const char *folder, const char *kind, json_t **ret,
                       json_t **ret_paths)
{
    struct schema *schema;

    TRY(data_schema(a, arena_printf(a, "%s/%s.schema.json", folder, kind), &schema));
    TRY(data_folder(a, arena_printf(a, "%s/%s", folder, kind), ret, ret_paths));
    for (size_t i = 0; i < json_array_size(*ret); i++) {
        err_t e = schema_check(a, schema, json_array_get(*ret, i));

        if (e)
            return with_place(a, json_string_value(json_array_get(*ret_paths, i)), e);
    }
    return NULL;
}

err_t requirements_load(struct arena *a, const char *folder, struct requirements **ret)
{
    json_t *accepted, *accepted_paths, *carriers, *carrier_paths;

    TRY(read_kind(a, folder, "accepted", &accepted, &accepted_paths));
    TRY(read_kind(a, folder, "carriers", &carriers, &carrier_paths));
    return requirements_make(a, accepted, accepted_paths, carriers, carrier_paths, ret);
}
