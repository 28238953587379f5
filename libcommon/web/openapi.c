/* openapi.c - loads a document whole, binds it to handlers, hands out what stands in it. */
#include "web/openapi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "web/openapi_parts.h"

enum { DOCUMENT_BYTES_MAX = 16 * 1024 * 1024, DOCUMENT_DEPTH_MAX = 64 };

/* Its pages come from the file when somebody reads them, and need not stay. */
static err_t map_file(struct arena *errors, const char *path, struct openapi *ret)
{
    CLEANUP(file_endp) FILE *f = fopen(path, "re");
    struct stat st;
    if (!f || fstat(fileno(f), &st) != 0)
        return err_new(errors, ERR_UNAVAILABLE, "openapi.document", "%s: %s", path, strerror(errno));
    if (st.st_size <= 0 || st.st_size > DOCUMENT_BYTES_MAX)
        return err_new(errors, ERR_UNAVAILABLE, "openapi.document", "%s is empty, or too large.", path);
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fileno(f), 0);
    if (p == MAP_FAILED)
        return err_new(errors, ERR_UNAVAILABLE, "openapi.document", "%s: %s", path, strerror(errno));
    ret->text = p;
    ret->text_bytes = (size_t)st.st_size;
    return NULL;
}

static void unmap(struct openapi *api)
{
    if (api->text)
        munmap((void *)(uintptr_t)api->text, api->text_bytes);
    api->text = NULL;
}

/* As it is to be handed out, the document is hardly ever asked for. */
static err_t read_document(struct loading *l, const char *path, const char *whole)
{
    struct openapi *api = l->api;
    TRY(map_file(l->errors, path, api));
    err_t err = json_parse(l->spots, api->text, api->text_bytes, DOCUMENT_DEPTH_MAX, &l->document);
    if (err)
        return err_new(l->errors, ERR_INVALID, "openapi.document", "%s: %s", path, err->detail);
    if (!whole)
        return NULL;
    unmap(api);
    return map_file(l->errors, whole, api);
}

static err_t load_head(const struct loading *l, const struct spot *root)
{
    struct openapi *api = l->api;
    const char *version, *url;
    TRY(spot_members(l, root, "openapi info servers tags paths components externalDocs webhooks"));
    TRY(spot_text(l, root, "openapi", true, &version));
    if (!str_starts(version, "3.1."))
        return spot_bad(l, root, "only OpenAPI 3.1 is understood");
    struct spot info = spot_member(l, root, "info"), servers = spot_member(l, root, "servers");
    TRY(spot_text(l, &info, "version", true, &version));
    api->version = arena_strdup(api->arena, version);
    if (json_array_size(servers.json) != 1)
        return spot_bad(l, &servers, "must have one server, whose url is the base path");
    struct spot server = spot_item(l, &servers, 0);
    TRY(spot_members(l, &server, "url description"));
    TRY(spot_text(l, &server, "url", true, &url));
    size_t n = strlen(url);
    if (url[0] != '/' || n < 2 || url[n - 1] == '/' || strpbrk(url, "{?#%"))
        return spot_bad(l, &server, "url must be a path such as /cases/v1");
    api->base_path = arena_strdup(api->arena, url);
    api->base_path_bytes = n;
    return NULL;
}

static err_t add_operation(const struct loading *l, const struct spot *at, struct operation *op)
{
    struct openapi *api = l->api;
    size_t n = api->noperations;
    if (openapi_operation_by_id(api, op->id))
        return spot_bad(l, at, "the operationId stands twice");
    if ((n & (n - 1)) == 0) /* full at each power of two */
        api->operations = arena_grow(api->arena, api->operations, n * sizeof(*api->operations),
                                     (n ? n * 2 : 1) * sizeof(*api->operations));
    api->operations[api->noperations++] = op;
    return route_add(l, at, op);
}

static err_t load_path(const struct loading *l, const struct spot *path_item, const char *template)
{
    static const char *const methods[METHOD_COUNT] = {"get", "post", "put", "patch", "delete"};
    TRY(spot_members(l, path_item, "summary description parameters get post put patch delete"));
    for (int m = 0; m < METHOD_COUNT; m++) {
        struct spot at = spot_member(l, path_item, methods[m]);
        struct operation *op;
        if (!at.json)
            continue;
        TRY(operation_load(l, template, path_item, &at, (enum openapi_method)m, &op));
        TRY(add_operation(l, &at, op));
    }
    return NULL;
}

static err_t load_paths(const struct loading *l, const struct spot *root)
{
    struct spot paths = spot_member(l, root, "paths");
    const char *template;
    const json_t *item;
    if (json_object_size(paths.json) == 0)
        return spot_bad(l, &paths, "there are no paths");
    json_object_foreach((json_t *)(uintptr_t)paths.json, template, item)
    {
        struct spot at = spot_member(l, &paths, template);
        TRY(load_path(l, &at, arena_strdup(l->api->arena, template)));
    }
    routes_finish(l->api);
    return NULL;
}

/* Also the schemas that no operation reaches by itself, so that nothing in the document is left unread. */
static err_t load_schemas(const struct loading *l, const struct spot *root)
{
    struct spot components = spot_member(l, root, "components"),
                schemas = spot_member(l, &components, "schemas");
    const char *name;
    const json_t *json;
    const struct schema *ignored;
    if (!components.json)
        return NULL;
    TRY(spot_members(l, &components,
                     "schemas responses parameters examples requestBodies headers securitySchemes links"));
    json_object_foreach((json_t *)(uintptr_t)schemas.json, name, json)
    {
        struct spot at = spot_member(l, &schemas, name);
        TRY(spot_schema(l, &at, &ignored));
    }
    return NULL;
}

err_t openapi_load(struct arena *a, const char *path, const char *whole, struct openapi **ret)
{
    struct arena *own = arena_new();
    CLEANUP(openapi_endp) struct openapi *api = ARENA_NEW(own, struct openapi);
    CLEANUP(arena_endp) struct arena *spots = arena_new();
    struct loading l = {.api = api, .errors = a, .spots = spots};
    api->arena = own;
    TRY(read_document(&l, path, whole));
    api->schemas = schema_set_new(l.document, SCHEMA_ASSERT_FORMATS | SCHEMA_STRICT);
    struct spot root = {l.document, ""};
    TRY(load_head(&l, &root));
    TRY(load_schemas(&l, &root));
    TRY(load_paths(&l, &root));
    schema_set_seal(api->schemas);
    *ret = api;
    api = NULL;
    return NULL;
}

void openapi_free(struct openapi *api)
{
    if (!api)
        return;
    schema_set_free(api->schemas);
    unmap(api);
    arena_free(api->arena);
}

void openapi_endp(struct openapi **api)
{
    openapi_free(*api);
}

static void bind_table(struct openapi *api, const struct handler *table, struct buf *wrong)
{
    for (const struct handler *h = table; h->operation_id; h++) {
        struct operation *op = openapi_operation_by_id(api, h->operation_id);
        if (!op)
            buf_printf(wrong, " %s (a handler without operation)", h->operation_id);
        else if (op->handler)
            buf_printf(wrong, " %s (two handlers)", h->operation_id);
        else
            op->handler = h;
    }
}

err_t openapi_bind(struct arena *a, struct openapi *api, const struct handler *const *tables, size_t n)
{
    struct buf wrong;
    buf_init(&wrong, a, 256);
    for (size_t i = 0; i < n; i++)
        bind_table(api, tables[i], &wrong);
    for (size_t i = 0; i < api->noperations; i++) {
        if (!api->operations[i]->handler)
            buf_printf(&wrong, " %s (an operation without handler)", api->operations[i]->id);
    }
    return wrong.n
               ? err_new(a, ERR_BUG, "openapi.binding", "Document and handlers differ:%s.", buf_text(&wrong))
               : NULL;
}

const char *openapi_base_path(const struct openapi *api)
{
    return api->base_path;
}

const char *openapi_version(const struct openapi *api)
{
    return api->version;
}

const char *openapi_text(const struct openapi *api, size_t *ret_bytes)
{
    *ret_bytes = api->text_bytes;
    return api->text;
}

size_t openapi_noperations(const struct openapi *api)
{
    return api->noperations;
}

struct operation *openapi_operation(const struct openapi *api, size_t i)
{
    return api->operations[i];
}

struct operation *openapi_operation_by_id(const struct openapi *api, const char *id)
{
    for (size_t i = 0; i < api->noperations; i++) {
        if (str_eq(api->operations[i]->id, id))
            return api->operations[i];
    }
    return NULL;
}
