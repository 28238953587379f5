/* schema_compile.c - from a document to nodes: each subschema once, references and recursion resolved, cycles
 * refused. */
#include "base/schema_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/json.h"
#include "base/str.h"

void *grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return v;
    size_t more = *cap ? *cap * 2 : 16;
    void *larger = arena_array(a, more, size);
    if (n)
        memcpy(larger, v, n * size);
    *cap = more;
    return larger;
}

static size_t entry_slot(const struct node_entry *nodes, size_t cap, const json_t *json)
{
    size_t i = (size_t)(((uintptr_t)json >> 4) * 0x9E3779B97F4A7C15u) & (cap - 1);
    while (nodes[i].json && nodes[i].json != json)
        i = (i + 1) & (cap - 1);
    return i;
}

static void entries_add(struct schema_set *set, const json_t *json, struct node *n)
{
    if (set->nnodes * 2 >= set->cap_nodes) {
        size_t cap = set->cap_nodes ? set->cap_nodes * 2 : 64;
        struct node_entry *larger = ARENA_ARRAY(set->work, cap, struct node_entry);
        for (size_t i = 0; i < set->cap_nodes; i++) {
            if (set->nodes[i].json)
                larger[entry_slot(larger, cap, set->nodes[i].json)] = set->nodes[i];
        }
        set->nodes = larger;
        set->cap_nodes = cap;
    }
    set->nodes[entry_slot(set->nodes, set->cap_nodes, json)] = (struct node_entry){json, n};
    set->nnodes++;
}

static struct node *node_new(struct schema_set *set, const char *pointer)
{
    struct node *n = ARENA_NEW(set->arena, struct node);
    n->pointer = arena_strdup(set->arena, pointer);
    set->all = grow(set->work, set->all, set->nall, &set->cap_all, sizeof *set->all);
    set->all[set->nall++] = n;
    return n;
}

static err_t compile_keywords(struct compiling *c, struct node *n, const json_t *json, const char *base)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)json, name, value)
    {
        const struct keyword *k = keyword_find(name);
        if (!k && (c->set->flags & SCHEMA_STRICT) && !str_starts(name, "x-"))
            return err_new(c->errors, ERR_INVALID, "schema.keyword", "At %s: unknown keyword %s.", n->pointer,
                           name);
        if (k && k->compile)
            TRY(k->compile(c, n, &(struct keyword_site){json, value, k->name, base}));
    }
    if (n->object)
        object_finish(c->set->arena, n);
    return NULL;
}

err_t node_compile(struct compiling *c, const json_t *json, const char *pointer, const char *keyword,
                   const char *base, struct node **ret)
{
    struct schema_set *set = c->set;
    if (json_is_boolean(json)) { /* Jansson has one object for all of them, so they are not looked up */
        *ret = node_new(set, pointer);
        (*ret)->always = json_is_true(json) ? NODE_TRUE : NODE_FALSE;
        (*ret)->keyword = keyword;
        return NULL;
    }
    if (!json_is_object(json))
        return err_new(c->errors, ERR_INVALID, "schema.value", "At %s: a schema is an object or a boolean.",
                       pointer);
    if (set->cap_nodes) {
        struct node *there = set->nodes[entry_slot(set->nodes, set->cap_nodes, json)].node;
        if (there) {
            *ret = there;
            return NULL;
        }
    }
    if (++c->depth > SCHEMA_COMPILE_DEPTH_MAX)
        return err_new(c->errors, ERR_INVALID, "schema.depth", "At %s: schemas are nested too deeply.",
                       pointer);
    base = place_base(set, json, base);
    struct node *n = node_new(set, pointer);
    entries_add(set, json, n);
    TRY(compile_keywords(c, n, json, base));
    c->depth--;
    *ret = n;
    return NULL;
}

/* A cycle of schemas that all apply to the same instance would never end. */
static err_t find_cycle(struct compiling *c, struct node *n);

static err_t find_cycle_in(struct compiling *c, const struct node_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        TRY(find_cycle(c, list->v[i]));
    return NULL;
}

static err_t find_cycle(struct compiling *c, struct node *n)
{
    if (!n || n->mark == 2)
        return NULL;
    if (n->mark == 1)
        return err_new(c->errors, ERR_INVALID, "schema.cycle",
                       "At %s: the schema refers to itself without descending in the instance.", n->pointer);
    n->mark = 1;
    if (n->combined) {
        const struct combined_part *p = n->combined;
        struct node *const single[] = {p->ref, p->not_, p->if_, p->then_, p->else_};
        for (size_t i = 0; i < LENGTH(single); i++)
            TRY(find_cycle(c, single[i]));
        TRY(find_cycle_in(c, &p->all_of));
        TRY(find_cycle_in(c, &p->any_of));
        TRY(find_cycle_in(c, &p->one_of));
    }
    for (size_t i = 0; n->object && i < n->object->ndependents; i++)
        TRY(find_cycle(c, n->object->dependents[i].schema));
    n->mark = 2;
    return NULL;
}

struct schema_set *schema_set_new(const json_t *document, unsigned flags)
{
    struct arena *a = arena_new();
    struct schema_set *set = ARENA_NEW(a, struct schema_set);
    set->arena = a;
    set->work = arena_new();
    set->document = document;
    set->flags = flags;
    if (!matcher_init(&set->matcher, a))
        abort(); /* no memory, as in arena.c */
    if (getrandom(&set->seed, sizeof set->seed, GRND_NONBLOCK) < 0)
        set->seed = (uintptr_t)set;
    return set;
}

void schema_set_seal(struct schema_set *set)
{
    arena_free(set->work);
    set->work = NULL;
    set->document = NULL;
    set->places = NULL;
    set->nodes = NULL;
    set->all = NULL;
    set->nplaces = set->cap_places = set->nnodes = set->cap_nodes = set->nall = set->cap_all = set->nchecked =
        0;
}

void schema_set_free(struct schema_set *set)
{
    if (!set)
        return;
    arena_free(set->work);
    arena_free(set->arena);
}

void schema_set_endp(struct schema_set **set)
{
    schema_set_free(*set);
}

err_t schema_set_compile(struct arena *a, struct schema_set *set, const char *pointer,
                         const struct schema **ret)
{
    CLEANUP(arena_endp) struct arena *scratch = arena_new();
    struct compiling c = {.set = set, .errors = a, .scratch = scratch};
    struct schema_place root = {"", set->document, "", ""}, at;
    struct node *n;
    assert(set->work);
    if (!place_walk(set, &root, pointer, &at))
        return err_new(a, ERR_INVALID, "schema.ref", "%s: there is nothing.", pointer);
    TRY(places_index(&c, at.json, at.pointer, at.base, 0));
    TRY(node_compile(&c, at.json, at.pointer, "false", at.base, &n));
    for (; set->nchecked < set->nall; set->nchecked++)
        TRY(find_cycle(&c, set->all[set->nchecked]));
    struct schema *s = ARENA_NEW(set->arena, struct schema);
    *s = (struct schema){.set = set, .root = n};
    *ret = s;
    return NULL;
}

err_t schema_compile(struct arena *a, const json_t *document, const char *pointer, unsigned flags,
                     struct schema **ret)
{
    CLEANUP(schema_set_endp) struct schema_set *set = schema_set_new(document, flags);
    const struct schema *s;
    TRY(schema_set_compile(a, set, pointer, &s));
    struct schema *own = ARENA_NEW(set->arena, struct schema);
    *own = (struct schema){.set = set, .root = s->root, .owns_set = true};
    schema_set_seal(set);
    set = NULL;
    *ret = own;
    return NULL;
}

void schema_free(struct schema *s)
{
    if (s && s->owns_set)
        schema_set_free(s->set);
}

void schema_endp(struct schema **s)
{
    schema_free(*s);
}
