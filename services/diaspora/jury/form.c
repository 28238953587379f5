/* form.c - the forms that juries score by; see form.h. */
#include "diaspora/jury/form.h"

#include "base/arena.h"
#include "base/data.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"

struct jury_forms {
    const json_t *all;
};

/* What the schema cannot say; NULL if it is right. */
static const char *form_wrong(const json_t *form)
{
    const json_t *criteria = json_object_get(form, "criteria"), *c;
    int64_t weights = 0;
    size_t i;

    json_array_foreach(criteria, i, c)
    {
        weights += json_member_i64(c, "weight", 0);
        if (json_member_i64(c, "min", 0) >= json_member_i64(c, "max", 0))
            return "min is not below max";
        for (size_t k = 0; k < i; k++) {
            if (str_eq(json_member_text(json_array_get(criteria, k), "code"), json_member_text(c, "code")))
                return "a criterion stands twice";
        }
    }
    return weights == 100 ? NULL : "the weights do not add up to 100";
}

err_t jury_forms_make(struct arena *a, const json_t *documents, const json_t *paths, struct jury_forms **ret)
{
    struct jury_forms *f = ARENA_NEW(a, struct jury_forms);
    const json_t *form;
    size_t i;

    json_array_foreach(documents, i, form)
    {
        const char *wrong = form_wrong(form);

        if (!wrong && json_member_i64(form, "version", 0) != (int64_t)i + 1)
            wrong = "versions count from 1, without gaps";
        if (wrong)
            return err_internal(a, ERR_BUG, "jury.form", "%s: %s",
                                json_string_value(json_array_get(paths, i)), wrong);
    }
    if (json_array_size(documents) == 0)
        return err_internal(a, ERR_BUG, "jury.form", "there is no form");
    f->all = documents;
    *ret = f;
    return NULL;
}

err_t jury_forms_load(struct arena *a, const char *folder, struct jury_forms **ret)
{
    json_t *documents, *paths, *schema_document;
    CLEANUP(schema_endp) struct schema *schema = NULL;
    const json_t *form;
    size_t i;

    TRY(data_file(a, arena_printf(a, "%s/form.schema.json", folder), &schema_document));
    TRY(schema_compile(a, schema_document, "", SCHEMA_STRICT, &schema));
    TRY(data_folder(a, arena_printf(a, "%s/forms", folder), &documents, &paths));
    json_array_foreach(documents, i, form)
    {
        struct schema_result result;

        if (!schema_valid(a, schema, form, &result))
            return err_internal(a, ERR_BUG, "jury.form", "%s: %s: %s",
                                json_string_value(json_array_get(paths, i)),
                                result.faults[0].instance_pointer, result.faults[0].detail);
    }
    return jury_forms_make(a, documents, paths, ret);
}

int32_t jury_forms_newest(const struct jury_forms *f)
{
    return (int32_t)json_array_size(f->all);
}

const json_t *jury_form(const struct jury_forms *f, int32_t version)
{
    return version < 1 ? NULL : json_array_get(f->all, (size_t)version - 1);
}

const json_t *jury_forms_all(const struct jury_forms *f)
{
    return f->all;
}
