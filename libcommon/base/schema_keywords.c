/* schema_keywords.c - one function per keyword, from its JSON into the node; and the table of all keywords.
 */
#include "base/schema_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

/* The part of a node, made when first needed. */
#define PART(c, n, member)                                                                                   \
    ((n)->member ? (n)->member : ((n)->member = arena_alloc((c)->set->arena, sizeof *(n)->member)))

err_t keyword_bad(struct compiling *c, const struct node *n, const char *keyword, const char *must)
{
    return err_new(c->errors, ERR_INVALID, "schema.value", "At %s: %s must be %s.", n->pointer, keyword,
                   must);
}

static const char *below(struct compiling *c, const struct node *n, const char *keyword)
{
    return arena_printf(c->set->work, "%s/%s", n->pointer, keyword);
}

/* A value that the schema keeps, of a document that goes. */
static const json_t *kept(struct compiling *c, const json_t *v)
{
    return arena_own_json(c->set->arena, json_deep_copy(v));
}

err_t keyword_count(struct compiling *c, struct node *n, const struct keyword_site *at, size_t *ret)
{
    if (!(value_types(at->value) & TYPE_INTEGER) || json_number_value(at->value) < 0)
        return keyword_bad(c, n, at->keyword, "a whole number from 0");
    double d = json_number_value(at->value);
    *ret = d >= 1e15 ? SIZE_MAX : (size_t)d;
    return NULL;
}

err_t keyword_subschema(struct compiling *c, struct node *n, const struct keyword_site *at, struct node **ret)
{
    return node_compile(c, at->value, below(c, n, at->keyword), at->keyword, at->base, ret);
}

err_t keyword_member(struct compiling *c, struct node *n, const struct keyword_site *at, const char *name,
                     const json_t *value, struct node **ret)
{
    struct arena *a = c->set->work;
    const char *pointer = arena_printf(a, "%s/%s/%s", n->pointer, at->keyword, json_pointer_token(a, name));
    return node_compile(c, value, pointer, at->keyword, at->base, ret);
}

static err_t subschema_list(struct compiling *c, struct node *n, const struct keyword_site *at,
                            struct node_list *ret)
{
    size_t count = json_array_size(at->value);
    if (count == 0)
        return keyword_bad(c, n, at->keyword, "an array of schemas");
    ret->v = ARENA_ARRAY(c->set->arena, count, struct node *);
    for (ret->n = 0; ret->n < count; ret->n++) {
        const char *pointer = arena_printf(c->set->work, "%s/%s/%zu", n->pointer, at->keyword, ret->n);
        TRY(node_compile(c, json_array_get(at->value, ret->n), pointer, at->keyword, at->base,
                         &ret->v[ret->n]));
    }
    return NULL;
}

/* $dynamicRef, $vocabulary. */
static err_t keyword_unsupported(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    return err_new(c->errors, ERR_INVALID, "schema.unsupported", "At %s: %s is not supported.", n->pointer,
                   at->keyword);
}

static err_t keyword_dialect(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    const char *uri = json_string_value(at->value);
    if (str_eq(uri, "https://json-schema.org/draft/2020-12/schema") ||
        str_eq(uri, "https://json-schema.org/draft/2020-12/schema#"))
        return NULL;
    return err_new(c->errors, ERR_INVALID, "schema.unsupported",
                   "At %s: $schema names another vocabulary or dialect than draft 2020-12.", n->pointer);
}

static err_t keyword_ref(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    struct schema_place place;
    if (!json_is_string(at->value))
        return keyword_bad(c, n, at->keyword, "a URI reference");
    TRY(reference_find(c, at->base, json_string_value(at->value), &place));
    return node_compile(c, place.json, place.pointer, "false", place.base, &PART(c, n, combined)->ref);
}

static err_t keyword_identifier(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    return json_is_string(at->value) ? NULL : keyword_bad(c, n, at->keyword, "a text");
}

/* $defs are compiled even when nothing refers to them, so that a fault in one is seen. */
static err_t keyword_defs(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    const char *name;
    json_t *value;
    struct node *ignored;
    if (!json_is_object(at->value))
        return keyword_bad(c, n, at->keyword, "an object of schemas");
    if (!(c->set->flags & SCHEMA_STRICT))
        return NULL;
    json_object_foreach((json_t *)(uintptr_t)at->value, name, value)
        TRY(keyword_member(c, n, at, name, value, &ignored));
    return NULL;
}

static err_t keyword_type(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    static const struct {
        const char *name;
        unsigned bits;
    } types[] = {{"null", TYPE_NULL},     {"boolean", TYPE_BOOLEAN}, {"integer", TYPE_INTEGER},
                 {"number", TYPE_NUMBER}, {"string", TYPE_STRING},   {"array", TYPE_ARRAY},
                 {"object", TYPE_OBJECT}};
    bool many = json_is_array(at->value);
    size_t count = many ? json_array_size(at->value) : 1;
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(many ? json_array_get(at->value, i) : at->value);
        unsigned bits = 0;
        for (size_t t = 0; t < LENGTH(types); t++) {
            if (str_eq(name, types[t].name))
                bits = types[t].bits;
        }
        if (!bits)
            return keyword_bad(c, n, at->keyword, "one of the seven types, or a list of them");
        n->types |= bits;
    }
    return n->types ? NULL : keyword_bad(c, n, at->keyword, "one of the seven types, or a list of them");
}

static err_t keyword_enum(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    if (!json_is_array(at->value))
        return keyword_bad(c, n, at->keyword, "an array");
    n->enum_ = kept(c, at->value);
    return NULL;
}

static err_t keyword_const(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    n->const_ = kept(c, at->value);
    return NULL;
}

static err_t keyword_number(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    struct number_part *p = PART(c, n, number);
    if (!json_is_number(at->value))
        return keyword_bad(c, n, at->keyword, "a number");
    if (str_eq(at->keyword, "minimum"))
        p->minimum = kept(c, at->value);
    else if (str_eq(at->keyword, "maximum"))
        p->maximum = kept(c, at->value);
    else if (str_eq(at->keyword, "exclusiveMinimum"))
        p->exclusive_minimum = kept(c, at->value);
    else
        p->exclusive_maximum = kept(c, at->value);
    return NULL;
}

static err_t keyword_multiple_of(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    struct number_part *p = PART(c, n, number);
    if (!(json_number_value(at->value) > 0))
        return keyword_bad(c, n, at->keyword, "a number above 0");
    p->has_multiple = true;
    p->multiple_of = value_decimal(at->value);
    return NULL;
}

static struct string_part *string_part(struct compiling *c, struct node *n)
{
    if (!n->string) {
        n->string = ARENA_NEW(c->set->arena, struct string_part);
        n->string->max = SIZE_MAX;
    }
    return n->string;
}

static err_t keyword_min_length(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    return keyword_count(c, n, at, &string_part(c, n)->min);
}

static err_t keyword_max_length(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    return keyword_count(c, n, at, &string_part(c, n)->max);
}

static err_t keyword_pattern(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    const char *why = NULL;
    if (!json_is_string(at->value))
        return keyword_bad(c, n, at->keyword, "a regular expression");
    struct string_part *p = string_part(c, n);
    p->pattern =
        pattern_compile(c->set->arena, json_string_value(at->value), json_string_length(at->value), &why);
    return p->pattern ? NULL
                      : err_new(c->errors, ERR_INVALID, "schema.pattern", "At %s: bad pattern: %s.",
                                n->pointer, why);
}

static err_t keyword_format(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    if (!json_is_string(at->value))
        return keyword_bad(c, n, at->keyword, "a text");
    if (!(c->set->flags & SCHEMA_ASSERT_FORMATS))
        return NULL;
    const struct format *f = format_find(json_string_value(at->value));
    if (!f)
        return err_new(c->errors, ERR_INVALID, "schema.format", "At %s: the format %s is not supported.",
                       n->pointer, json_string_value(at->value));
    if (f->idna && !c->set->matcher.idna && !idna_init(&c->set->matcher, c->set->arena))
        return err_new(c->errors, ERR_BUG, "schema.format", "PCRE2 lacks the Unicode properties of IDNA.");
    string_part(c, n)->format = f;
    return NULL;
}

static struct array_part *array_part(struct compiling *c, struct node *n)
{
    if (!n->array) {
        n->array = ARENA_NEW(c->set->arena, struct array_part);
        n->array->max = n->array->max_contains = SIZE_MAX;
        n->array->min_contains = 1;
    }
    return n->array;
}

static err_t keyword_array_count(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    struct array_part *p = array_part(c, n);
    if (str_eq(at->keyword, "minItems"))
        return keyword_count(c, n, at, &p->min);
    if (str_eq(at->keyword, "maxItems"))
        return keyword_count(c, n, at, &p->max);
    if (str_eq(at->keyword, "maxContains"))
        return keyword_count(c, n, at, &p->max_contains);
    p->has_min_contains = true;
    return keyword_count(c, n, at, &p->min_contains);
}

static err_t keyword_unique_items(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    if (!json_is_boolean(at->value))
        return keyword_bad(c, n, at->keyword, "true or false");
    array_part(c, n)->unique = json_is_true(at->value);
    return NULL;
}

static err_t keyword_array_schema(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    struct array_part *p = array_part(c, n);
    if (str_eq(at->keyword, "items"))
        return keyword_subschema(c, n, at, &p->items);
    if (str_eq(at->keyword, "contains"))
        return keyword_subschema(c, n, at, &p->contains);
    return keyword_subschema(c, n, at, &p->unevaluated);
}

static err_t keyword_prefix_items(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    struct array_part *p = array_part(c, n);
    struct node_list list;
    TRY(subschema_list(c, n, at, &list));
    p->prefix = list.v;
    p->nprefix = list.n;
    return NULL;
}

static err_t keyword_combined_list(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    struct combined_part *p = PART(c, n, combined);
    if (str_eq(at->keyword, "allOf"))
        return subschema_list(c, n, at, &p->all_of);
    return subschema_list(c, n, at, str_eq(at->keyword, "anyOf") ? &p->any_of : &p->one_of);
}

static err_t keyword_combined(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    struct combined_part *p = PART(c, n, combined);
    if (str_eq(at->keyword, "not"))
        return keyword_subschema(c, n, at, &p->not_);
    if (str_eq(at->keyword, "if"))
        return keyword_subschema(c, n, at, &p->if_);
    return keyword_subschema(c, n, at, str_eq(at->keyword, "then") ? &p->then_ : &p->else_);
}

/* OpenAPI 3.1: only a hint for readers; the alternatives decide. */
static err_t keyword_discriminator(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    bool strict = c->set->flags & SCHEMA_STRICT;
    return !strict || json_member_text(at->value, "propertyName")
               ? NULL
               : keyword_bad(c, n, at->keyword, "an object with propertyName");
}

static const struct keyword keywords[] = {
    {"$anchor", keyword_identifier, HOLDS_VALUE},
    {"$comment", NULL, HOLDS_VALUE},
    {"$defs", keyword_defs, HOLDS_SCHEMA_MAP},
    {"$dynamicAnchor", keyword_identifier, HOLDS_VALUE},
    {"$dynamicRef", keyword_unsupported, HOLDS_VALUE},
    {"$id", keyword_identifier, HOLDS_VALUE},
    {"$ref", keyword_ref, HOLDS_VALUE},
    {"$schema", keyword_dialect, HOLDS_VALUE},
    {"$vocabulary", keyword_unsupported, HOLDS_VALUE},
    {"additionalProperties", keyword_additional_properties, HOLDS_SCHEMA},
    {"allOf", keyword_combined_list, HOLDS_SCHEMAS},
    {"anyOf", keyword_combined_list, HOLDS_SCHEMAS},
    {"const", keyword_const, HOLDS_VALUE},
    {"contains", keyword_array_schema, HOLDS_SCHEMA},
    {"contentEncoding", NULL, HOLDS_VALUE},
    {"contentMediaType", NULL, HOLDS_VALUE},
    {"contentSchema", NULL, HOLDS_SCHEMA},
    {"default", NULL, HOLDS_VALUE},
    {"dependentRequired", keyword_dependent_required, HOLDS_VALUE},
    {"dependentSchemas", keyword_dependent_schemas, HOLDS_SCHEMA_MAP},
    {"deprecated", NULL, HOLDS_VALUE},
    {"description", NULL, HOLDS_VALUE},
    {"discriminator", keyword_discriminator, HOLDS_VALUE},
    {"else", keyword_combined, HOLDS_SCHEMA},
    {"enum", keyword_enum, HOLDS_VALUE},
    {"example", NULL, HOLDS_VALUE},
    {"examples", NULL, HOLDS_VALUE},
    {"exclusiveMaximum", keyword_number, HOLDS_VALUE},
    {"exclusiveMinimum", keyword_number, HOLDS_VALUE},
    {"externalDocs", NULL, HOLDS_VALUE},
    {"format", keyword_format, HOLDS_VALUE},
    {"if", keyword_combined, HOLDS_SCHEMA},
    {"items", keyword_array_schema, HOLDS_SCHEMA},
    {"maxContains", keyword_array_count, HOLDS_VALUE},
    {"maxItems", keyword_array_count, HOLDS_VALUE},
    {"maxLength", keyword_max_length, HOLDS_VALUE},
    {"maxProperties", keyword_max_properties, HOLDS_VALUE},
    {"maximum", keyword_number, HOLDS_VALUE},
    {"minContains", keyword_array_count, HOLDS_VALUE},
    {"minItems", keyword_array_count, HOLDS_VALUE},
    {"minLength", keyword_min_length, HOLDS_VALUE},
    {"minProperties", keyword_min_properties, HOLDS_VALUE},
    {"minimum", keyword_number, HOLDS_VALUE},
    {"multipleOf", keyword_multiple_of, HOLDS_VALUE},
    {"not", keyword_combined, HOLDS_SCHEMA},
    {"oneOf", keyword_combined_list, HOLDS_SCHEMAS},
    {"pattern", keyword_pattern, HOLDS_VALUE},
    {"patternProperties", keyword_pattern_properties, HOLDS_SCHEMA_MAP},
    {"prefixItems", keyword_prefix_items, HOLDS_SCHEMAS},
    {"properties", keyword_properties, HOLDS_SCHEMA_MAP},
    {"propertyNames", keyword_property_names, HOLDS_SCHEMA},
    {"readOnly", NULL, HOLDS_VALUE},
    {"required", keyword_required, HOLDS_VALUE},
    {"then", keyword_combined, HOLDS_SCHEMA},
    {"title", NULL, HOLDS_VALUE},
    {"type", keyword_type, HOLDS_VALUE},
    {"unevaluatedItems", keyword_array_schema, HOLDS_SCHEMA},
    {"unevaluatedProperties", keyword_unevaluated_properties, HOLDS_SCHEMA},
    {"uniqueItems", keyword_unique_items, HOLDS_VALUE},
    {"writeOnly", NULL, HOLDS_VALUE},
};

static int keyword_order(const void *name, const void *k)
{
    return strcmp(name, ((const struct keyword *)k)->name);
}

const struct keyword *keyword_find(const char *name)
{
    return bsearch(name, keywords, LENGTH(keywords), sizeof keywords[0], keyword_order);
}
