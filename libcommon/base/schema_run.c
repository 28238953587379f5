/*
 * schema_run.c - applies a compiled schema to an instance.
 *
 * A valid instance costs no memory but for unevaluated* with more than 128 members and uniqueItems with more
 * than 16 items: the path is a chain of frames on the stack, and texts are made only for faults. After a
 * fault of type nothing more is said about that place.
 */
#include "base/schema_internal.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"

void marks_init(struct run *r, struct marks *m, const json_t *v)
{
    memset(m, 0, sizeof *m);
    m->n = json_is_object(v) ? json_object_size(v) : json_array_size(v);
    m->bits = m->n <= 64 * LENGTH(m->few) ? m->few : ARENA_ARRAY(r->arena, (m->n + 63) / 64, uint64_t);
}

void marks_set(struct marks *m, size_t i)
{
    m->bits[i / 64] |= UINT64_C(1) << i % 64;
}

bool marks_has(const struct marks *m, size_t i)
{
    return m->all || m->bits[i / 64] >> i % 64 & 1;
}

void marks_join(struct marks *m, const struct marks *from)
{
    m->all |= from->all;
    for (size_t i = 0; i < (m->n + 63) / 64; i++)
        m->bits[i] |= from->bits[i];
}

bool run_quietly(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                 struct marks *marks)
{
    bool quiet = r->quiet;
    r->quiet = true;
    bool ok = run_node(r, n, v, path, marks);
    r->quiet = quiet;
    return ok;
}

/* Like run_quietly; what was evaluated counts only if it held. */
static bool try_branch(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                       struct marks *marks)
{
    if (!marks)
        return run_quietly(r, n, v, path, NULL);
    struct marks own;
    marks_init(r, &own, v);
    bool ok = run_quietly(r, n, v, path, &own);
    if (ok)
        marks_join(marks, &own);
    return ok;
}

static bool equals_any(const json_t *list, const json_t *v)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (value_same(json_array_get(list, i), v, SCHEMA_COMPARE_DEPTH_MAX))
            return true;
    }
    return false;
}

/* The values of an enum in words; they are the schema's, not the client's. */
static const char *enum_text(struct run *r, const json_t *list)
{
    struct buf b;
    buf_init(&b, r->arena, 256);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        buf_puts(&b, i ? ", " : "");
        buf_puts(&b, json_is_string(v) ? json_string_value(v) : json_text(r->arena, v));
        if (b.n > 400) {
            buf_puts(&b, ", …");
            break;
        }
    }
    return buf_text(&b);
}

static const char *types_text(struct run *r, unsigned types)
{
    static const char *const names[] = {"null", "boolean", "integer", "number", "string", "array", "object"};
    struct buf b;
    buf_init(&b, r->arena, 64);
    for (size_t i = 0; i < LENGTH(names); i++) {
        if (types >> i & 1) {
            buf_puts(&b, b.n ? " or " : "");
            buf_puts(&b, names[i]);
        }
    }
    return buf_text(&b);
}

bool run_string(struct run *r, const struct node *n, const char *s, size_t len, const struct path *path)
{
    const struct string_part *p = n->string;
    bool ok = true;
    if (p->min > 0 || p->max != SIZE_MAX) {
        size_t chars = 0;
        for (size_t i = 0; i < len; i++)
            chars += ((unsigned char)s[i] & 0xC0) != 0x80;
        if (chars < p->min)
            ok = fault(r, n, "minLength", path, "Must have at least %zu character%s.", p->min,
                       p->min == 1 ? "" : "s");
        if (chars > p->max) /* no pattern on what is too long anyway */
            return fault(r, n, "maxLength", path, "Must have at most %zu character%s.", p->max,
                         p->max == 1 ? "" : "s");
    }
    if (p->pattern && (ok || run_goes_on(r)) && !pattern_match(&r->set->matcher, p->pattern, s, len))
        ok = fault(r, n, "pattern", path, "Must match the pattern %.300s", p->pattern->source);
    if (p->format && (ok || run_goes_on(r)) && !p->format->fn(&r->set->matcher, s, len))
        ok = fault(r, n, "format", path, "Must be of the format %s.", p->format->name);
    return ok;
}

static bool run_number(struct run *r, const struct node *n, const json_t *v, const struct path *path)
{
    const struct number_part *p = n->number;
    bool ok = true;
    if (p->minimum && value_compare(v, p->minimum) < 0)
        ok = fault(r, n, "minimum", path, "Must be at least %s.", json_text(r->arena, p->minimum));
    if (p->exclusive_minimum && value_compare(v, p->exclusive_minimum) <= 0)
        ok = fault(r, n, "exclusiveMinimum", path, "Must be above %s.",
                   json_text(r->arena, p->exclusive_minimum));
    if (p->maximum && value_compare(v, p->maximum) > 0)
        ok = fault(r, n, "maximum", path, "Must be at most %s.", json_text(r->arena, p->maximum));
    if (p->exclusive_maximum && value_compare(v, p->exclusive_maximum) >= 0)
        ok = fault(r, n, "exclusiveMaximum", path, "Must be below %s.",
                   json_text(r->arena, p->exclusive_maximum));
    if (p->has_multiple && !value_multiple_of(v, p->multiple_of))
        ok = fault(r, n, "multipleOf", path, "Must be a multiple of the step.");
    return ok;
}

/* False if the alternative is plainly not meant: another type, or another value of a constant member. */
static bool is_candidate(const struct node *n, const json_t *v, unsigned depth)
{
    if (n->always != NODE_DEPENDS)
        return n->always == NODE_TRUE;
    if (n->types && !(n->types & value_types(v)))
        return false;
    if (n->const_ && !value_same(n->const_, v, SCHEMA_COMPARE_DEPTH_MAX))
        return false;
    if (n->combined && n->combined->ref && depth > 0 && !is_candidate(n->combined->ref, v, depth - 1))
        return false;
    for (size_t i = 0; json_is_object(v) && n->object && i < n->object->nproperties; i++) {
        const struct property *p = &n->object->properties[i];
        const json_t *member = p->schema ? json_object_getn(v, p->name, p->len) : NULL;
        if (member && p->schema->const_ && !value_same(p->schema->const_, member, SCHEMA_COMPARE_DEPTH_MAX))
            return false;
    }
    return true;
}

/* When one alternative alone can have been meant, its faults say more than "none matches". */
static bool fault_alternatives(struct run *r, const struct node *n, const char *keyword,
                               const struct node_list *list, const json_t *v, const struct path *path)
{
    const struct node *only = NULL;
    size_t candidates = 0;
    if (!run_goes_on(r))
        return false;
    for (size_t i = 0; i < list->n; i++) {
        if (is_candidate(list->v[i], v, 8)) {
            only = list->v[i];
            candidates++;
        }
    }
    if (candidates == 1)
        return run_node(r, only, v, path, NULL);
    return fault(r, n, keyword, path, "Matches none of the %zu alternatives.", list->n);
}

static bool run_any_of(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                       struct marks *marks)
{
    const struct node_list *list = &n->combined->any_of;
    bool matched = false;
    for (size_t i = 0; i < list->n && (!matched || marks); i++)
        matched |= try_branch(r, list->v[i], v, path, marks);
    return matched || fault_alternatives(r, n, "anyOf", list, v, path);
}

static bool run_one_of(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                       struct marks *marks)
{
    const struct node_list *list = &n->combined->one_of;
    size_t matched = 0;
    for (size_t i = 0; i < list->n && matched < 2; i++)
        matched += try_branch(r, list->v[i], v, path, marks);
    if (matched == 0)
        return fault_alternatives(r, n, "oneOf", list, v, path);
    return matched == 1 ||
           fault(r, n, "oneOf", path, "Matches more than one alternative; must match exactly one.");
}

static bool run_condition(struct run *r, const struct combined_part *p, const json_t *v,
                          const struct path *path, struct marks *marks)
{
    if (!p->if_ || (!p->then_ && !p->else_ && !marks))
        return true;
    const struct node *next = try_branch(r, p->if_, v, path, marks) ? p->then_ : p->else_;
    return !next || run_node(r, next, v, path, marks);
}

static bool run_combined(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                         struct marks *marks)
{
    const struct combined_part *p = n->combined;
    bool ok = true;
    if (p->ref)
        ok = run_node(r, p->ref, v, path, marks);
    for (size_t i = 0; i < p->all_of.n && (ok || run_goes_on(r)); i++)
        ok &= run_node(r, p->all_of.v[i], v, path, marks);
    if (p->any_of.n && (ok || run_goes_on(r)))
        ok &= run_any_of(r, n, v, path, marks);
    if (p->one_of.n && (ok || run_goes_on(r)))
        ok &= run_one_of(r, n, v, path, marks);
    if (p->not_ && (ok || run_goes_on(r)) && run_quietly(r, p->not_, v, path, NULL))
        ok = fault(r, n, "not", path, "Has a form that is not allowed.");
    if (ok || run_goes_on(r))
        ok &= run_condition(r, p, v, path, marks);
    return ok;
}

/* The keywords of the instance's own type, then those that apply further schemas, then what is left over. */
static bool run_keywords(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                         struct marks *outer)
{
    struct marks own, *marks = outer;
    bool ok = true, is_object = json_is_object(v), is_array = json_is_array(v);
    if (n->const_ && !value_same(n->const_, v, SCHEMA_COMPARE_DEPTH_MAX))
        ok = fault(r, n, "const", path, "Must be the constant that is documented.");
    if (n->enum_ && (ok || run_goes_on(r)) && !equals_any(n->enum_, v))
        ok = fault(r, n, "enum", path, "Must be one of: %s.", run_goes_on(r) ? enum_text(r, n->enum_) : "");
    bool unevaluated =
        (is_object && n->object && n->object->unevaluated) || (is_array && n->array && n->array->unevaluated);
    if (unevaluated) {
        marks_init(r, &own, v);
        marks = &own;
    }
    if (ok || run_goes_on(r)) {
        if (is_object && n->object)
            ok &= run_object(r, n, v, path, marks);
        else if (is_array && n->array)
            ok &= run_array(r, n, v, path, marks);
        else if (n->string && json_is_string(v))
            ok &= run_string(r, n, json_string_value(v), json_string_length(v), path);
        else if (n->number && json_is_number(v))
            ok &= run_number(r, n, v, path);
    }
    if (n->combined && (ok || run_goes_on(r)))
        ok &= run_combined(r, n, v, path, marks);
    if (unevaluated && (ok || run_goes_on(r)))
        ok &= run_unevaluated(r, n, v, path, marks);
    if (unevaluated && outer)
        outer->all = true;
    return ok;
}

bool run_node(struct run *r, const struct node *n, const json_t *v, const struct path *path,
              struct marks *marks)
{
    if (n->always == NODE_TRUE)
        return true;
    if (n->always == NODE_FALSE)
        return fault(r, n, n->keyword, path, "Is not allowed here.");
    if (r->too_deep)
        return false;
    if (n->types && !(n->types & value_types(v)))
        return fault(r, n, "type", path, "Must be %s.", run_goes_on(r) ? types_text(r, n->types) : "");
    if (r->depth >= SCHEMA_RUN_DEPTH_MAX) {
        r->too_deep = true;
        return false;
    }
    r->depth++;
    bool ok = run_keywords(r, n, v, path, marks);
    r->depth--;
    return ok;
}
