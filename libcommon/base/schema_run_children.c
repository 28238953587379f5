/* schema_run_children.c - what applies to the members of an object and the items of an array. */
#include "base/schema_internal.h"

#include <string.h>

/* propertyNames: the name as an instance. Only a schema of texts alone does without a Jansson object. */
static bool run_name(struct run *r, const struct node *n, const char *name, size_t len,
                     const struct path *path)
{
    if (n->always == NODE_DEPENDS && n->string && !n->types && !n->const_ && !n->enum_ && !n->combined)
        return run_string(r, n, name, len, path);
    json_t *text = arena_own_json(r->arena, json_stringn_nocheck(name, len));
    return run_node(r, n, text, path, NULL);
}

static bool run_member(struct run *r, const struct node *n, const struct property *p, const json_t *member,
                       const struct path *path, bool *ret_evaluated)
{
    const struct object_part *o = n->object;
    bool ok = true;
    if (p && p->schema) {
        *ret_evaluated = true;
        ok = run_node(r, p->schema, member, path, NULL);
    }
    for (size_t i = 0; i < o->npatterns && (ok || run_goes_on(r)); i++) {
        if (pattern_match(&r->set->matcher, o->patterns[i].pattern, path->key, path->key_len)) {
            *ret_evaluated = true;
            ok &= run_node(r, o->patterns[i].schema, member, path, NULL);
        }
    }
    if (!*ret_evaluated && o->additional && (ok || run_goes_on(r))) {
        *ret_evaluated = true;
        ok &= run_node(r, o->additional, member, path, NULL);
    }
    if (o->names && (ok || run_goes_on(r)))
        ok &= run_name(r, o->names, path->key, path->key_len, path);
    return ok;
}

static bool fault_missing(struct run *r, const struct node *n, const char *keyword, const char *name,
                          size_t len, const struct path *path)
{
    return fault(r, n, keyword, &(struct path){.up = path, .key = name, .key_len = len}, "Is required.");
}

static bool run_dependents(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                           struct marks *marks)
{
    bool ok = true;
    for (size_t i = 0; i < n->object->ndependents && (ok || run_goes_on(r)); i++) {
        const struct dependent *d = &n->object->dependents[i];
        if (!json_object_get(v, d->trigger))
            continue;
        for (size_t k = 0; k < d->nrequired; k++) {
            const char *name = d->required[k];
            if (!json_object_get(v, name))
                ok = fault(r, n, "dependentRequired", &(struct path){path, name, strlen(name), 0},
                           "Is required together with %s.", d->trigger);
        }
        if (d->schema)
            ok &= run_node(r, d->schema, v, path, marks);
    }
    return ok;
}

bool run_object(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                struct marks *marks)
{
    const struct object_part *o = n->object;
    size_t count = json_object_size(v), i = 0, required = 0, len;
    bool ok = true;
    const char *key;
    const json_t *member;
    if (count < o->min)
        ok = fault(r, n, "minProperties", path, "Must have at least %zu members.", o->min);
    if (count > o->max)
        ok = fault(r, n, "maxProperties", path, "Must have at most %zu members.", o->max);
    /* Jansson's iterators take a mutable object but do not change it. */
    json_object_keylen_foreach((json_t *)(uintptr_t)v, key, len, member)
    {
        const struct property *p = object_find(o, key, len);
        bool evaluated = false;
        if (!ok && !run_goes_on(r))
            return false;
        ok &= run_member(r, n, p, member, &(struct path){path, key, len, 0}, &evaluated);
        required += p && p->required;
        if (evaluated && marks)
            marks_set(marks, i);
        i++;
    }
    for (i = 0; required < o->nrequired && i < o->nproperties && (ok || run_goes_on(r)); i++) {
        const struct property *p = &o->properties[i];
        if (p->required && !json_object_getn(v, p->name, p->len))
            ok = fault_missing(r, n, "required", p->name, p->len, path);
    }
    return (ok || run_goes_on(r)) && run_dependents(r, n, v, path, marks) && ok;
}

static bool run_contains(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                         struct marks *marks)
{
    const struct array_part *p = n->array;
    size_t found = 0;
    for (size_t i = 0; i < json_array_size(v); i++) {
        struct path at = {.up = path, .index = i};
        if (run_quietly(r, p->contains, json_array_get(v, i), &at, NULL)) {
            found++;
            if (marks)
                marks_set(marks, i);
        }
    }
    bool ok = true;
    if (found < p->min_contains)
        ok = fault(r, n, p->has_min_contains ? "minContains" : "contains", path,
                   "Must contain at least %zu item%s of the form that is documented.", p->min_contains,
                   p->min_contains == 1 ? "" : "s");
    if (found > p->max_contains)
        ok = fault(r, n, "maxContains", path,
                   "Must contain at most %zu item%s of the form that is documented.", p->max_contains,
                   p->max_contains == 1 ? "" : "s");
    return ok;
}

static bool run_items(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                      struct marks *marks)
{
    const struct array_part *p = n->array;
    size_t count = json_array_size(v), end = p->items ? count : count < p->nprefix ? count : p->nprefix;
    bool ok = true;
    for (size_t i = 0; i < end && (ok || run_goes_on(r)); i++) {
        struct path at = {.up = path, .index = i};
        ok &= run_node(r, i < p->nprefix ? p->prefix[i] : p->items, json_array_get(v, i), &at, NULL);
    }
    for (size_t i = 0; marks && i < end; i++)
        marks_set(marks, i);
    return ok;
}

bool run_array(struct run *r, const struct node *n, const json_t *v, const struct path *path,
               struct marks *marks)
{
    const struct array_part *p = n->array;
    size_t count = json_array_size(v), first, second;
    bool ok = true;
    if (count < p->min)
        ok = fault(r, n, "minItems", path, "Must have at least %zu item%s.", p->min, p->min == 1 ? "" : "s");
    if (count > p->max)
        ok = fault(r, n, "maxItems", path, "Must have at most %zu item%s.", p->max, p->max == 1 ? "" : "s");
    if (ok || run_goes_on(r))
        ok &= run_items(r, n, v, path, marks);
    if (p->contains && (ok || run_goes_on(r)))
        ok &= run_contains(r, n, v, path, marks);
    if (p->unique && (ok || run_goes_on(r)) && !value_unique(r->arena, v, r->set->seed, &first, &second))
        ok = fault(r, n, "uniqueItems", &(struct path){.up = path, .index = second},
                   "Must not repeat an item: is the same as item %zu.", first);
    return ok;
}

bool run_unevaluated(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                     struct marks *marks)
{
    bool ok = true;
    size_t i = 0, len;
    const char *key;
    const json_t *member;
    if (json_is_array(v)) {
        for (; i < json_array_size(v) && (ok || run_goes_on(r)); i++) {
            struct path at = {.up = path, .index = i};
            if (!marks_has(marks, i))
                ok &= run_node(r, n->array->unevaluated, json_array_get(v, i), &at, NULL);
        }
        return ok;
    }
    json_object_keylen_foreach((json_t *)(uintptr_t)v, key, len, member)
    {
        if (!ok && !run_goes_on(r))
            return false;
        if (!marks_has(marks, i++))
            ok &= run_node(r, n->object->unevaluated, member, &(struct path){path, key, len, 0}, NULL);
    }
    return ok;
}
