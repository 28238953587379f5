/* openapi_params.c - loads the parameters of an operation: path, query and header; form and simple style. */
#include <string.h>

#include "base/json.h"
#include "web/openapi_parts.h"

static err_t load_place(const struct loading *l, const struct spot *at, struct openapi_param *p)
{
    const char *in, *style, *name;
    bool explode;
    TRY(spot_text(l, at, "in", true, &in));
    TRY(spot_text(l, at, "style", false, &style));
    TRY(spot_text(l, at, "name", true, &name));
    p->name = arena_strdup(l->api->arena, name);
    if (str_eq(in, "path"))
        p->in = PARAM_PATH;
    else if (str_eq(in, "query"))
        p->in = PARAM_QUERY;
    else if (str_eq(in, "header"))
        p->in = PARAM_HEADER;
    else
        return spot_bad(l, at, "in must be path, query or header");
    const char *usual = p->in == PARAM_QUERY ? "form" : "simple";
    if (style && !str_eq(style, usual))
        return spot_bad(l, at, "this style is not understood");
    TRY(spot_bool(l, at, "explode", p->in == PARAM_QUERY, &explode));
    if (p->type == PARAM_LIST && explode)
        return spot_bad(l, at, "a list needs explode: false (comma-separated)");
    TRY(spot_bool(l, at, "required", false, &p->required));
    if (p->in == PARAM_PATH && !p->required)
        return spot_bad(l, at, "a path parameter must be required");
    return NULL;
}

static err_t load_scalar_type(const struct loading *l, const struct spot *at, enum param_type *ret)
{
    static const struct {
        const char *name;
        enum param_type type;
    } types[] = {{"string", PARAM_TEXT},
                 {"integer", PARAM_INTEGER},
                 {"number", PARAM_NUMBER},
                 {"boolean", PARAM_BOOLEAN},
                 {"array", PARAM_LIST}};
    struct spot schema = *at;
    TRY(spot_resolve(l, &schema));
    const char *name = json_member_text(schema.json, "type");
    for (size_t i = 0; i < LENGTH(types); i++) {
        if (str_eq(name, types[i].name)) {
            *ret = types[i].type;
            return NULL;
        }
    }
    return spot_bad(l, &schema,
                    "the schema of a parameter needs one type: string, integer, number, boolean or array");
}

static err_t load_type(const struct loading *l, const struct spot *at, struct openapi_param *p)
{
    struct spot schema = spot_member(l, at, "schema");
    if (!schema.json)
        return spot_bad(l, at, "schema is missing");
    TRY(load_scalar_type(l, &schema, &p->type));
    if (p->type == PARAM_LIST) {
        struct spot list = schema;
        TRY(spot_resolve(l, &list));
        struct spot items = spot_member(l, &list, "items");
        TRY(load_scalar_type(l, &items, &p->item_type));
        if (p->item_type == PARAM_LIST)
            return spot_bad(l, &items, "a list of lists is not understood");
    }
    return spot_schema(l, &schema, &p->schema);
}

/* A scalar as it stands in a URL; a list with commas. */
static const char *default_text(struct arena *a, const json_t *v)
{
    struct buf b;
    if (json_is_string(v))
        return json_string_value(v);
    if (!json_is_array(v))
        return json_text(a, v);
    buf_init(&b, a, 64);
    for (size_t i = 0; i < json_array_size(v); i++) {
        buf_puts(&b, i ? "," : "");
        buf_puts(&b, default_text(a, json_array_get(v, i)));
    }
    return buf_text(&b);
}

static err_t load_default(const struct loading *l, const struct spot *at, struct openapi_param *p)
{
    struct spot schema = spot_member(l, at, "schema");
    struct schema_result result;
    json_t *value = json_object_get(schema.json, "default");
    if (!value) {
        TRY(spot_resolve(l, &schema));
        value = json_object_get(schema.json, "default");
    }
    if (!value)
        return NULL;
    if (p->required)
        return spot_bad(l, at, "a required parameter can have no default");
    if (!schema_valid(l->errors, p->schema, value, &result))
        return spot_bad(l, &schema, "the default is not valid by its own schema");
    p->default_value = arena_own_json(l->api->arena, json_deep_copy(value));
    p->default_text = default_text(l->api->arena, p->default_value);
    return NULL;
}

static bool same_param(const struct openapi_param *p, const struct openapi_param *q)
{
    return p->in == q->in &&
           (p->in == PARAM_HEADER ? strcasecmp(p->name, q->name) : strcmp(p->name, q->name)) == 0;
}

/* Its place among the parameters of the template; false if the template does not have it. */
static bool find_in_template(const char *template, struct openapi_param *p)
{
    size_t n = strlen(p->name);
    p->path_index = 0;
    for (const char *brace = strchr(template, '{'); brace; brace = strchr(brace + 1, '{'), p->path_index++) {
        if (strncmp(brace + 1, p->name, n) == 0 && brace[1 + n] == '}')
            return true;
    }
    return false;
}

static err_t load_param(const struct loading *l, const struct spot *given, struct operation *op,
                        struct openapi_param *p)
{
    static const char *const edge_headers[] = {"Accept", "Content-Type", "Authorization"};
    struct spot at = *given;
    TRY(spot_resolve(l, &at));
    TRY(spot_members(l, &at,
                     "name in required description deprecated style explode schema example examples"));
    TRY(load_type(l, &at, p));
    TRY(load_place(l, &at, p));
    if (p->in == PARAM_PATH && !find_in_template(op->template, p))
        return spot_bad(l, &at, "the path has no parameter of this name");
    for (size_t i = 0; p->in == PARAM_HEADER && i < LENGTH(edge_headers); i++) {
        if (strcasecmp(p->name, edge_headers[i]) == 0)
            return spot_bad(l, &at, "this header is not described as a parameter");
    }
    return load_default(l, &at, p);
}

static void note_conventions(struct operation *op, const struct openapi_param *p)
{
    if (p->in != PARAM_HEADER || !p->required)
        return;
    op->needs_idempotency_key |= strcasecmp(p->name, "Idempotency-Key") == 0;
    op->needs_if_match |= strcasecmp(p->name, "If-Match") == 0;
}

/* Those of the path item, then the operation's own, which may take the place of one with the same name. */
err_t params_load(const struct loading *l, const struct spot *shared, const struct spot *own,
                  struct operation *op)
{
    struct arena *a = l->api->arena;
    const struct spot *const lists[] = {shared, own};
    size_t room = json_array_size(shared->json) + json_array_size(own->json), in_path = 0, from = 0;
    struct openapi_param *v = ARENA_ARRAY(a, room + 1, struct openapi_param);
    for (size_t k = 0; k < LENGTH(lists); k++, from = op->nparams) {
        if (lists[k]->json && !json_is_array(lists[k]->json))
            return spot_bad(l, lists[k], "must be a list");
        for (size_t i = 0; i < json_array_size(lists[k]->json); i++) {
            struct spot at = spot_item(l, lists[k], i);
            struct openapi_param p = {0};
            size_t place = 0;
            TRY(load_param(l, &at, op, &p));
            while (place < op->nparams && !same_param(&v[place], &p))
                place++;
            if (place < op->nparams && place >= from)
                return spot_bad(l, &at, "this parameter stands twice");
            v[place] = p;
            op->nparams += place == op->nparams;
        }
    }
    for (size_t i = 0; i < op->nparams; i++) {
        in_path += v[i].in == PARAM_PATH;
        note_conventions(op, &v[i]);
    }
    size_t braces = 0;
    for (const char *p = op->template; *p; p++)
        braces += *p == '{';
    if (braces != in_path || braces > OPENAPI_PATH_PARAMS_MAX)
        return spot_bad(l, own, "a parameter of the path is not described, or they are too many");
    op->params = v;
    return NULL;
}
