/* addressees.c - see addressees.h. */
#include "travel/abns/addressees.h"

#include <jansson.h>

#include "base/arena.h"
#include "base/data.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"

struct organisation {
    const char *code, *prefix; /* one of them */
    const struct addressee_kind *kind;
};
struct addressees {
    struct addressee_kind *kinds;
    struct organisation *organisations;
    size_t nkinds, norganisations;
};

static const struct addressee_kind *kind_named(const struct addressees *all, const char *kind)
{
    for (size_t i = 0; i < all->nkinds; i++)
        if (str_eq(all->kinds[i].kind, kind))
            return &all->kinds[i];
    return NULL;
}

static err_t load_kinds(struct arena *a, const char *path, const json_t *from, struct addressees *all)
{
    all->kinds = ARENA_ARRAY(a, json_array_size(from) + 1, struct addressee_kind);
    for (size_t i = 0; i < json_array_size(from); i++) {
        const json_t *item = json_array_get(from, i);
        const char *kind = json_member_text(item, "kind");

        if (kind_named(all, kind))
            return err_internal(a, ERR_BUG, "addressee.twice", "%s: /kinds/%zu: %s is there already", path, i,
                                kind);
        all->kinds[all->nkinds++] =
            (struct addressee_kind){.kind = kind, .told = json_member_bool(item, "told", false)};
    }
    return NULL;
}

static err_t load_organisations(struct arena *a, const char *path, const json_t *from, struct addressees *all)
{
    all->organisations = ARENA_ARRAY(a, json_array_size(from) + 1, struct organisation);
    for (size_t i = 0; i < json_array_size(from); i++) {
        const json_t *item = json_array_get(from, i);
        struct organisation o = {.code = json_member_text(item, "code"),
                                 .prefix = json_member_text(item, "prefix"),
                                 .kind = kind_named(all, json_member_text(item, "kind"))};

        if (!o.kind)
            return err_internal(a, ERR_BUG, "addressee.kind",
                                "%s: /organisations/%zu/kind is not among the kinds", path, i);
        all->organisations[all->norganisations++] = o;
    }
    return NULL;
}

err_t addressees_load(struct arena *a, const char *folder, struct addressees **ret)
{
    struct addressees *all = ARENA_NEW(a, struct addressees);
    const char *path = arena_printf(a, "%s/addressees.json", folder);
    json_t *schema_document, *document;
    CLEANUP(schema_endp) struct schema *schema = NULL;
    struct schema_result result;

    TRY(data_file(a, arena_printf(a, "%s/addressees.schema.json", folder), &schema_document));
    TRY(schema_compile(a, schema_document, "", SCHEMA_STRICT, &schema));
    TRY(data_file(a, path, &document));
    if (!schema_valid(a, schema, document, &result))
        return err_internal(a, ERR_BUG, "addressee.invalid", "%s: %s: %s", path,
                            result.faults[0].instance_pointer, result.faults[0].detail);
    TRY(load_kinds(a, path, json_object_get(document, "kinds"), all));
    TRY(load_organisations(a, path, json_object_get(document, "organisations"), all));
    *ret = all;
    return NULL;
}

const struct addressee_kind *addressees_find(const struct addressees *all, const char *organisation)
{
    for (size_t i = 0; i < all->norganisations; i++) {
        const struct organisation *o = &all->organisations[i];

        if (o->code ? str_eq(o->code, organisation) : str_starts(organisation, o->prefix))
            return o->kind;
    }
    return NULL;
}
