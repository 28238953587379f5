/* openapi_operation.c - loads one operation: security, parameters, request bodies, responses. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/date.h"
#include "base/json.h"
#include "web/frame.h"
#include "web/openapi_parts.h"

enum { DEADLINE_MS = 5000, DEADLINE_MS_MAX = 600000 };

/* A security scheme that a bearer token satisfies. */
static err_t check_scheme(const struct loading *l, const struct spot *at, const char *name)
{
    struct spot root = {l->document, ""}, components = spot_member(l, &root, "components");
    struct spot schemes = spot_member(l, &components, "securitySchemes"),
                scheme = spot_member(l, &schemes, name);
    const char *type, *http;
    if (!scheme.json)
        return spot_bad(l, at, "the security scheme is not described");
    TRY(spot_resolve(l, &scheme));
    TRY(spot_text(l, &scheme, "type", true, &type));
    TRY(spot_text(l, &scheme, "scheme", false, &http));
    if (!str_eq(type, "oauth2") && !str_eq(type, "openIdConnect") &&
        !(str_eq(type, "http") && http && strcasecmp(http, "bearer") == 0))
        return spot_bad(l, &scheme, "only oauth2, openIdConnect and http bearer are understood");
    return NULL;
}

/* One item of security: the scopes of all its schemes together. */
static err_t load_alternative(const struct loading *l, const struct spot *at, struct openapi_alternative *ret)
{
    const char *name;
    const json_t *list;
    size_t room = 0;
    if (!json_is_object(at->json))
        return spot_bad(l, at, "must be an object");
    json_object_foreach((json_t *)(uintptr_t)at->json, name, list) room += json_array_size(list);
    const char **scopes = ARENA_ARRAY(l->api->arena, room + 1, const char *);
    json_object_foreach((json_t *)(uintptr_t)at->json, name, list)
    {
        TRY(check_scheme(l, at, name));
        if (!json_is_array(list))
            return spot_bad(l, at, "scopes must be a list");
        for (size_t i = 0; i < json_array_size(list); i++) {
            const char *scope = json_string_value(json_array_get(list, i));
            if (!scope || !*scope || strchr(scope, ' '))
                return spot_bad(l, at, "a scope must be one word");
            scopes[ret->n++] = arena_strdup(l->api->arena, scope);
        }
    }
    ret->scopes = scopes;
    return NULL;
}

static err_t load_security(const struct loading *l, const struct spot *operation, struct operation *op)
{
    struct arena *a = l->api->arena;
    struct spot at = spot_member(l, operation, "security");
    size_t n = json_array_size(at.json);
    struct buf text;
    if (n == 0)
        return spot_bad(l, operation, "security is missing; [{}] says that the operation is public");
    struct openapi_alternative *v = ARENA_ARRAY(a, n, struct openapi_alternative);
    for (size_t i = 0; i < n; i++) {
        struct spot item = spot_item(l, &at, i);
        TRY(load_alternative(l, &item, &v[op->nalternatives]));
        if (json_object_size(item.json) == 0)
            op->public = true;
        else
            op->nalternatives++;
    }
    op->alternatives = v;
    buf_init(&text, a, 64);
    for (size_t i = 0; op->nalternatives > 0 && i < v[0].n; i++)
        buf_printf(&text, "%s%s", i ? " " : "", v[0].scopes[i]);
    op->scope_text = buf_text(&text);
    return NULL;
}

/* Bytes have no schema (OpenAPI 3.1, 4.8.14.2): what they are the handler looks at. */
static err_t load_body(const struct loading *l, const struct spot *one, const char *type, bool large,
                       struct openapi_body *ret)
{
    static const struct {
        const char *type;
        enum openapi_media media;
    } known[] = {{"application/json", MEDIA_JSON},
                 {"application/merge-patch+json", MEDIA_MERGE_PATCH},
                 {"application/x-www-form-urlencoded", MEDIA_FORM}};
    struct spot schema = spot_member(l, one, "schema");

    for (size_t i = 0; i < LENGTH(known); i++) {
        if (str_eq(type, known[i].type))
            *ret = (struct openapi_body){.media = known[i].media, .content_type = known[i].type};
    }
    if (ret->media == MEDIA_NONE && large && !schema.json)
        *ret = (struct openapi_body){.media = MEDIA_BYTES, .content_type = arena_strdup(l->api->arena, type)};
    if (ret->media == MEDIA_NONE)
        return spot_bad(l, one, "this request content type is not understood");
    TRY(spot_members(l, one, "schema example examples"));
    if (ret->media == MEDIA_BYTES)
        return NULL;
    if (!schema.json)
        return spot_bad(l, one, "schema is missing");
    return spot_schema(l, &schema, &ret->schema);
}

static err_t load_bodies(const struct loading *l, const struct spot *operation, struct operation *op)
{
    struct spot at = spot_member(l, operation, "requestBody"), content;
    const char *type;
    const json_t *media;
    if (!at.json)
        return NULL;
    if (op->method == METHOD_GET)
        return spot_bad(l, &at, "GET takes no body");
    TRY(spot_resolve(l, &at));
    TRY(spot_members(l, &at, "description content required"));
    TRY(spot_bool(l, &at, "required", false, &op->body_required));
    content = spot_member(l, &at, "content");
    if (json_object_size(content.json) == 0)
        return spot_bad(l, &at, "content is missing");
    struct openapi_body *v = ARENA_ARRAY(l->api->arena, json_object_size(content.json), struct openapi_body);
    json_object_foreach((json_t *)(uintptr_t)content.json, type, media)
    {
        struct spot one = spot_member(l, &content, type);
        TRY(load_body(l, &one, type, op->body_max > FRAME_BODY_BYTES, &v[op->nbodies++]));
    }
    op->bodies = v;
    return NULL;
}

static bool has_text(const char *const *v, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(v[i], text))
            return true;
    }
    return false;
}

/* The schemas of a response are compiled too, so that a keyword that nobody knows is found at start. */
static err_t load_response(const struct loading *l, const struct spot *given, bool success,
                           struct operation *op)
{
    struct spot at = *given, content;
    const char *type;
    const json_t *media;
    TRY(spot_resolve(l, &at));
    TRY(spot_members(l, &at, "description headers content links"));
    content = spot_member(l, &at, "content");
    if (content.json && !json_is_object(content.json))
        return spot_bad(l, &content, "must be an object");
    const char **produces =
        ARENA_ARRAY(l->api->arena, op->nproduces + json_object_size(content.json) + 1, const char *);
    if (op->nproduces)
        memcpy(produces, op->produces, op->nproduces * sizeof(*produces));
    json_object_foreach((json_t *)(uintptr_t)content.json, type, media)
    {
        struct spot one = spot_member(l, &content, type), schema = spot_member(l, &one, "schema");
        const struct schema *ignored;
        TRY(spot_members(l, &one, "schema example examples"));
        if (schema.json)
            TRY(spot_schema(l, &schema, &ignored));
        if (success && !has_text(produces, op->nproduces, type))
            produces[op->nproduces++] = arena_strdup(l->api->arena, type);
    }
    op->produces = produces;
    return NULL;
}

static err_t load_responses(const struct loading *l, const struct spot *operation, struct operation *op)
{
    struct spot at = spot_member(l, operation, "responses");
    const char *status;
    const json_t *response;
    bool success = false;
    json_object_foreach((json_t *)(uintptr_t)at.json, status, response)
    {
        struct spot one = spot_member(l, &at, status);
        bool code = strlen(status) == 3 && strspn(status, "0123456789") == 3;
        if (!code && !str_eq(status, "default"))
            return spot_bad(l, &one, "a response has a status of three digits, or is the default");
        success |= *status == '2' || *status == '3';
        TRY(load_response(l, &one, *status == '2', op));
    }
    return success ? NULL : spot_bad(l, operation, "no response says success");
}

/* x-deprecated: {since, sunset}, instants. */
static err_t load_deprecation(const struct loading *l, const struct spot *operation, struct operation *op)
{
    struct spot at = spot_member(l, operation, "x-deprecated");
    const char *since, *sunset;
    int64_t us;
    struct tm tm;
    char text[40];

    if (!at.json)
        return NULL;
    TRY(spot_members(l, &at, "since sunset"));
    TRY(spot_text(l, &at, "since", true, &since));
    TRY(spot_text(l, &at, "sunset", false, &sunset));
    if (!date_parse_instant(since, &us))
        return spot_bad(l, &at, "since must be an instant");
    op->deprecation = arena_printf(l->api->arena, "@%" PRId64, us / 1000000);
    if (!sunset)
        return NULL;
    if (!date_parse_instant(sunset, &us))
        return spot_bad(l, &at, "sunset must be an instant");
    time_t second = (time_t)(us / 1000000);
    gmtime_r(&second, &tm);
    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    op->sunset = arena_strdup(l->api->arena, text);
    return NULL;
}

static err_t load_extensions(const struct loading *l, const struct spot *at, struct operation *op)
{
    const json_t *deadline = json_object_get(at->json, "x-deadline-ms");
    const json_t *most = json_object_get(at->json, "x-max-body");
    const char *etag, *purpose;

    op->body_max = FRAME_BODY_BYTES;
    if (most) {
        json_int_t bytes = json_integer_value(most);
        if (bytes <= FRAME_BODY_BYTES || bytes > FRAME_LARGE_BYTES)
            return spot_bad(l, at, "x-max-body must be a number of bytes above 1 MiB up to 16 MiB");
        op->body_max = (size_t)bytes;
    }
    op->deadline_ms = DEADLINE_MS;
    if (deadline) {
        json_int_t ms = json_integer_value(deadline);
        if (ms < 1 || ms > DEADLINE_MS_MAX)
            return spot_bad(l, at, "x-deadline-ms must be a number of milliseconds up to 600000");
        op->deadline_ms = (unsigned)ms;
    }
    TRY(spot_text(l, at, "x-etag", false, &etag));
    if (etag && strcmp(etag, "body") != 0)
        return spot_bad(l, at, "x-etag must be body");
    op->etag_of_body = etag != NULL;
    TRY(load_deprecation(l, at, op));
    TRY(spot_text(l, at, "x-purpose", false, &purpose));
    op->purpose = purpose ? arena_strdup(l->api->arena, purpose) : NULL;
    return NULL;
}

err_t operation_load(const struct loading *l, const char *template, const struct spot *path_item,
                     const struct spot *at, enum openapi_method method, struct operation **ret)
{
    struct operation *op = ARENA_NEW(l->api->arena, struct operation);
    struct spot shared = spot_member(l, path_item, "parameters"), own = spot_member(l, at, "parameters");
    const char *id;
    *op = (struct operation){.template = template, .method = method};
    TRY(spot_members(
        l, at,
        "operationId summary description tags security parameters requestBody responses deprecated "
        "externalDocs"));
    TRY(spot_text(l, at, "operationId", true, &id));
    op->id = arena_strdup(l->api->arena, id);
    TRY(load_extensions(l, at, op));
    TRY(load_security(l, at, op));
    TRY(params_load(l, &shared, &own, op));
    TRY(load_bodies(l, at, op));
    TRY(load_responses(l, at, op));
    *ret = op;
    return NULL;
}
