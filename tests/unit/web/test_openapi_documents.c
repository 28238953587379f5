/* test_openapi_documents.c - the documents of the services, as bundled: each loads, and its examples are
 * true. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"
#include "unit.h"
#include "web/openapi_internal.h"

static const char *const documents[] = {"identity", "cases", "travel", "diaspora", "notifications"};

static const char *path_of(const char *document, const char *ending)
{
    const char *folder = getenv("OPENAPI_DOCUMENTS");
    ck_assert_msg(folder != NULL, "OPENAPI_DOCUMENTS names the folder of the bundled documents");
    return arena_printf(unit_arena, "%s/%s.%s", folder, document, ending);
}

static void release_api(void *api)
{
    openapi_free(api);
}

static struct openapi *loaded(const char *document)
{
    struct openapi *api;
    err_t err = openapi_load(unit_arena, path_of(document, "json"), NULL, &api);
    ck_assert_msg(err == NULL, "%s: %s", document, err ? err->detail : "");
    arena_own(unit_arena, api, release_api);
    return api;
}

START_TEST(a_services_document_loads)
{
    struct openapi *api = loaded(documents[_i]);
    ck_assert_uint_gt(openapi_noperations(api), 0);
    ck_assert_str_eq(openapi_base_path(api), arena_printf(unit_arena, "/%s/v1", documents[_i]));
}
END_TEST

START_TEST(a_services_operations_are_found_by_their_paths)
{
    struct openapi *api = loaded(documents[_i]);
    for (size_t i = 0; i < openapi_noperations(api); i++) {
        const struct operation *op = openapi_operation(api, i);
        const char *path = arena_printf(unit_arena, "%s%s", openapi_base_path(api), op->template);
        struct openapi_match m;
        ck_assert_msg(openapi_match(api, openapi_method_name(op->method), path, strlen(path), &m) &&
                          m.op == op,
                      "%s", op->id);
    }
}
END_TEST

START_TEST(what_a_service_runs_by_tells_the_same)
{
    const struct openapi *whole = loaded(documents[_i]);
    CLEANUP(openapi_endp) struct openapi *api = NULL;
    size_t n, bytes;
    err_t err =
        openapi_load(unit_arena, path_of(documents[_i], "run.json"), path_of(documents[_i], "json"), &api);

    ck_assert_msg(err == NULL, "%s", err ? err->detail : "");
    ck_assert_str_eq(openapi_base_path(api), openapi_base_path(whole));
    ck_assert_str_eq(openapi_version(api), openapi_version(whole));
    ck_assert_mem_eq(openapi_text(api, &n), openapi_text(whole, &bytes), bytes);
    ck_assert_uint_eq(n, bytes);
    ck_assert_uint_eq(openapi_noperations(api), openapi_noperations(whole));
    for (size_t i = 0; i < openapi_noperations(api); i++) {
        const struct operation *op = openapi_operation(api, i),
                               *other = openapi_operation_by_id(whole, op->id);

        ck_assert_msg(other && str_eq(op->template, other->template) && op->method == other->method, "%s",
                      op->id);
        ck_assert_msg(op->nproduces == other->nproduces && op->nbodies == other->nbodies &&
                          op->nparams == other->nparams && op->public == other->public &&
                          str_eq(op->scope_text, other->scope_text) && str_eq(op->purpose, other->purpose) &&
                          op->needs_idempotency_key == other->needs_idempotency_key &&
                          op->needs_if_match == other->needs_if_match &&
                          op->deadline_ms == other->deadline_ms &&
                          str_eq(op->deprecation, other->deprecation),
                      "%s", op->id);
    }
}
END_TEST

/* Every schema at or below node that has an example: checks it, notes what is wrong. */
static void check_examples(struct schema_set *set, const json_t *node, const char *pointer, struct buf *wrong)
{
    const char *name;
    const json_t *child, *example = json_object_get(node, "example");
    if (example && (json_object_get(node, "type") || json_object_get(node, "$ref"))) {
        const struct schema *s;
        struct schema_result result;
        err_t err = schema_set_compile(unit_arena, set, pointer, &s);
        ck_assert_msg(err == NULL, "%s", err ? err->detail : "");
        if (!schema_valid(unit_arena, s, example, &result))
            buf_printf(wrong, "\n%s/example%s: %s %s", pointer, result.faults[0].instance_pointer,
                       result.faults[0].code, result.faults[0].detail);
    }
    if (json_is_array(node)) {
        for (size_t i = 0; i < json_array_size(node); i++)
            check_examples(set, json_array_get(node, i), arena_printf(unit_arena, "%s/%zu", pointer, i),
                           wrong);
        return;
    }
    json_object_foreach((json_t *)(uintptr_t)node, name, child)
    {
        const char *below = arena_printf(unit_arena, "%s/%s", pointer, json_pointer_token(unit_arena, name));
        if (strcmp(name, "example") != 0 && strcmp(name, "default") != 0 && strcmp(name, "enum") != 0)
            check_examples(set, child, below, wrong);
    }
}

START_TEST(examples_are_valid_by_their_own_schemas)
{
    struct buf wrong;
    json_t *document = json_load_file(path_of(documents[_i], "json"), 0, NULL);
    ck_assert_ptr_nonnull(document);
    arena_own_json(unit_arena, document);
    CLEANUP(schema_set_endp) struct schema_set *set = schema_set_new(document, SCHEMA_ASSERT_FORMATS);
    buf_init(&wrong, unit_arena, 1000);
    const json_t *schemas = json_object_get(json_object_get(document, "components"), "schemas");
    check_examples(set, schemas, "/components/schemas", &wrong);
    ck_assert_msg(wrong.n == 0, "%s:%s", documents[_i], buf_text(&wrong));
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("openapi_documents");
    UNIT_TABLE(s, "openapi_load", documents, a_services_document_loads);
    UNIT_TABLE(s, "openapi_load", documents, what_a_service_runs_by_tells_the_same);
    UNIT_TABLE(s, "openapi_match", documents, a_services_operations_are_found_by_their_paths);
    UNIT_TABLE(s, "examples", documents, examples_are_valid_by_their_own_schemas);
    return s;
}
