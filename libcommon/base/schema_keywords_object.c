/* schema_keywords_object.c - the keywords of objects, and the table by which a member's name finds its
 * schema. */
#include "base/schema_internal.h"

#include <string.h>

#include "base/str.h"

static struct object_part *object_part(struct compiling *c, struct node *n)
{
    if (!n->object) {
        n->object = ARENA_NEW(c->set->arena, struct object_part);
        n->object->max = SIZE_MAX;
    }
    return n->object;
}

/* The entry of a name; linear, since it only runs while compiling. The table grows by copies in the arena. */
static struct property *property_of(struct arena *a, struct object_part *o, const char *name)
{
    for (size_t i = 0; i < o->nproperties; i++) {
        if (str_eq(o->properties[i].name, name))
            return &o->properties[i];
    }
    size_t cap = o->nproperties; /* full at 0 and at each power of two from 8 on */
    bool full = cap == 0 || (cap >= 8 && (cap & (cap - 1)) == 0);
    if (full) {
        struct property *larger = ARENA_ARRAY(a, cap ? cap * 2 : 8, struct property);
        if (cap)
            memcpy(larger, o->properties, cap * sizeof *larger);
        o->properties = larger;
    }
    struct property *p = &o->properties[o->nproperties++];
    *p = (struct property){.name = arena_strdup(a, name), .len = strlen(name)};
    return p;
}

static uint32_t name_hash(const char *s, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 16777619u;
    return h ^ h >> 15;
}

void object_finish(struct arena *a, struct node *n)
{
    struct object_part *o = n->object;
    if (o->nproperties == 0 || o->nproperties >= UINT16_MAX)
        return;
    uint32_t size = 4;
    while (size < o->nproperties * 2)
        size *= 2;
    o->slots = ARENA_ARRAY(a, size, uint16_t);
    o->mask = size - 1;
    for (size_t i = 0; i < o->nproperties; i++) {
        const struct property *p = &o->properties[i];
        uint32_t slot = name_hash(p->name, p->len) & o->mask;
        while (o->slots[slot])
            slot = (slot + 1) & o->mask;
        o->slots[slot] = (uint16_t)(i + 1);
        if (p->len > o->longest)
            o->longest = p->len;
    }
}

const struct property *object_find(const struct object_part *o, const char *name, size_t len)
{
    if (!o->slots || len > o->longest)
        return NULL;
    for (uint32_t slot = name_hash(name, len) & o->mask; o->slots[slot]; slot = (slot + 1) & o->mask) {
        const struct property *p = &o->properties[o->slots[slot] - 1];
        if (p->len == len && memcmp(p->name, name, len) == 0)
            return p;
    }
    return NULL;
}

err_t keyword_properties(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    const char *name;
    json_t *value;
    struct object_part *o = object_part(c, n);
    if (!json_is_object(at->value))
        return keyword_bad(c, n, at->keyword, "an object of schemas");
    if (json_object_size(at->value) >= UINT16_MAX / 2)
        return keyword_bad(c, n, at->keyword, "smaller");
    o->has_properties = true;
    json_object_foreach((json_t *)(uintptr_t)at->value, name, value)
    {
        struct node *schema;
        TRY(keyword_member(c, n, at, name, value, &schema));
        property_of(c->set->arena, o, name)->schema = schema;
    }
    return NULL;
}

static err_t name_list(struct compiling *c, struct node *n, const struct keyword_site *at, const json_t *list,
                       const char *const **ret, size_t *ret_n)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count >= UINT16_MAX / 2)
        return keyword_bad(c, n, at->keyword, "a list of property names");
    const char **names = ARENA_ARRAY(c->set->arena, count ? count : 1, const char *);
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name)
            return keyword_bad(c, n, at->keyword, "a list of property names");
        names[i] = arena_strdup(c->set->arena, name);
    }
    *ret = names;
    *ret_n = count;
    return NULL;
}

err_t keyword_required(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    const char *const *names;
    size_t count;
    struct object_part *o = object_part(c, n);
    TRY(name_list(c, n, at, at->value, &names, &count));
    for (size_t i = 0; i < count; i++) {
        struct property *p = property_of(c->set->arena, o, names[i]);
        o->nrequired += !p->required;
        p->required = true;
    }
    return NULL;
}

err_t keyword_pattern_properties(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    const char *name, *why = NULL;
    json_t *value;
    struct object_part *o = object_part(c, n);
    if (!json_is_object(at->value))
        return keyword_bad(c, n, at->keyword, "an object of schemas");
    o->patterns = ARENA_ARRAY(c->set->arena, json_object_size(at->value) + 1, struct pattern_property);
    json_object_foreach((json_t *)(uintptr_t)at->value, name, value)
    {
        struct pattern_property *p = &o->patterns[o->npatterns++];
        p->pattern = pattern_compile(c->set->arena, name, strlen(name), &why);
        if (!p->pattern)
            return err_new(c->errors, ERR_INVALID, "schema.pattern", "At %s: bad pattern: %s.", n->pointer,
                           why);
        TRY(keyword_member(c, n, at, name, value, &p->schema));
    }
    return NULL;
}

err_t keyword_additional_properties(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    return keyword_subschema(c, n, at, &object_part(c, n)->additional);
}

err_t keyword_unevaluated_properties(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    return keyword_subschema(c, n, at, &object_part(c, n)->unevaluated);
}

err_t keyword_property_names(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    return keyword_subschema(c, n, at, &object_part(c, n)->names);
}

err_t keyword_min_properties(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    return keyword_count(c, n, at, &object_part(c, n)->min);
}

err_t keyword_max_properties(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    return keyword_count(c, n, at, &object_part(c, n)->max);
}

/* Adds room for the triggers of one keyword; a trigger of both keywords has two entries. */
static void dependents_reserve(struct compiling *c, struct object_part *o, size_t more)
{
    struct dependent *larger = ARENA_ARRAY(c->set->arena, o->ndependents + more + 1, struct dependent);
    if (o->ndependents)
        memcpy(larger, o->dependents, o->ndependents * sizeof *larger);
    o->dependents = larger;
}

err_t keyword_dependent_required(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    const char *name;
    json_t *value;
    struct object_part *o = object_part(c, n);
    if (!json_is_object(at->value))
        return keyword_bad(c, n, at->keyword, "an object of lists of names");
    dependents_reserve(c, o, json_object_size(at->value));
    json_object_foreach((json_t *)(uintptr_t)at->value, name, value)
    {
        struct dependent *d = &o->dependents[o->ndependents++];
        d->trigger = arena_strdup(c->set->arena, name);
        TRY(name_list(c, n, at, value, &d->required, &d->nrequired));
    }
    return NULL;
}

err_t keyword_dependent_schemas(struct compiling *c, struct node *n, const struct keyword_site *at)
{
    const char *name;
    json_t *value;
    struct object_part *o = object_part(c, n);
    if (!json_is_object(at->value))
        return keyword_bad(c, n, at->keyword, "an object of schemas");
    dependents_reserve(c, o, json_object_size(at->value));
    json_object_foreach((json_t *)(uintptr_t)at->value, name, value)
    {
        struct dependent *d = &o->dependents[o->ndependents++];
        d->trigger = arena_strdup(c->set->arena, name);
        TRY(keyword_member(c, n, at, name, value, &d->schema));
    }
    return NULL;
}
