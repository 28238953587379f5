/* occupations.c - see occupations.h. */
#include "cases/profiles/occupations.h"

#include <string.h>

#include "base/arena.h"
#include "base/data.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"

#define DIGITS 4

struct occupations {
    struct text_array units; /* in rising order */
};

err_t occupations_load(struct arena *a, const char *folder, struct occupations **ret)
{
    const char *path = arena_printf(a, "%s/occupations/isco08.json", folder);
    struct occupations *o = ARENA_NEW(a, struct occupations);
    json_t *document;
    struct schema *schema;
    err_t e;

    TRY(data_schema(a, arena_printf(a, "%s/occupations.schema.json", folder), &schema));
    TRY(data_file(a, path, &document));
    e = schema_check(a, schema, document);
    if (e)
        return err_internal(a, ERR_BUG, "occupations.invalid", "%s: %s %s", path,
                            e->nfaults ? e->faults[0].at : "", e->nfaults ? e->faults[0].detail : e->code);
    o->units = json_member_texts(a, document, "unitGroups");
    for (size_t i = 1; i < o->units.n; i++) {
        if (strcmp(o->units.v[i - 1], o->units.v[i]) >= 0)
            return err_internal(a, ERR_BUG, "occupations.invalid", "%s: %s is out of order", path,
                                o->units.v[i]);
    }
    *ret = o;
    return NULL;
}

bool occupation_known(const struct occupations *o, const char *code)
{
    size_t n = strlen(code), low = 0, high = o->units.n;

    if (n < 1 || n > DIGITS)
        return false;
    while (low < high) { /* the first that does not come before the code */
        size_t middle = low + (high - low) / 2;

        if (strncmp(o->units.v[middle], code, n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < o->units.n && strncmp(o->units.v[low], code, n) == 0;
}

size_t occupations_count(const struct occupations *o, size_t digits)
{
    size_t n = 0;

    for (size_t i = 0; i < o->units.n; i++)
        n += i == 0 || strncmp(o->units.v[i - 1], o->units.v[i], digits) != 0;
    return n;
}
