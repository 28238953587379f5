/* cases_fixture.c - see cases_fixture.h. */
#include "cases_fixture.h"

#include <check.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/data.h"
#include "base/date.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"

void cases_fixture_open(struct cases_fixture *f)
{
    const char *data = getenv("CASES_DATA");
    json_t *document;

    ck_assert_ptr_nonnull(data);
    f->a = arena_new();
    ck_assert_ptr_null(rulesets_load(f->a, arena_printf(f->a, "%s/eligibility", data), &f->rulesets));
    ck_assert_ptr_null(packs_load(f->a, f->rulesets, arena_printf(f->a, "%s/programmes", data), &f->packs));
    ck_assert_ptr_null(
        data_file(f->a, arena_printf(f->a, "%s/programmes/pack.schema.json", data), &document));
    ck_assert_ptr_null(
        schema_compile(f->a, document, "", SCHEMA_STRICT | SCHEMA_ASSERT_FORMATS, &f->pack_schema));
    f->avrr = packs_version(f->packs, "avrr", 1);
    ck_assert_ptr_nonnull(f->avrr);
}

void cases_fixture_close(struct cases_fixture *f)
{
    schema_free(f->pack_schema);
    arena_free(f->a);
}

int32_t day(const char *text)
{
    int32_t days = 0;

    ck_assert_msg(date_parse(text, &days), "%s", text);
    return days;
}

json_t *json_of(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);
    json_t *json;
    json_error_t why;

    for (char *p = copy; *p; p++) {
        if (*p == '\'')
            *p = '"';
    }
    json = json_loads(copy, JSON_DECODE_ANY, &why);
    ck_assert_msg(json != NULL, "%s: %s", why.text, text);
    return arena_own_json(a, json);
}

const struct fault *fault_at(err_t e, const char *at, const char *code)
{
    for (size_t i = 0; e && i < e->nfaults; i++) {
        if (str_eq(e->faults[i].at, at) && str_eq(e->faults[i].code, code))
            return &e->faults[i];
    }
    return NULL;
}

const struct unmet *unmet_of(const struct unmet_list *list, const char *code)
{
    for (size_t i = 0; i < list->n; i++) {
        if (str_eq(list->v[i].code, code))
            return &list->v[i];
    }
    return NULL;
}
