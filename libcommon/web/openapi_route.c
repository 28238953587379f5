/* openapi_route.c - from a path to its operation: a tree of segments in which literals win over parameters.
 */
#include <string.h>

#include "base/str.h"
#include "web/openapi_parts.h"

static const char *const method_names[METHOD_COUNT] = {
    [METHOD_GET] = "GET",     [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
    [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
};

const char *openapi_method_name(enum openapi_method m)
{
    return method_names[m];
}

bool openapi_method_of(const char *name, enum openapi_method *ret)
{
    for (int m = 0; m < METHOD_COUNT; m++) {
        if (strcmp(name, method_names[m]) == 0) {
            *ret = (enum openapi_method)m;
            return true;
        }
    }
    *ret = METHOD_GET;
    return strcmp(name, "HEAD") == 0;
}

static struct route *literal_of(const struct route *r, const char *p, size_t n)
{
    for (size_t i = 0; i < r->nliterals; i++) {
        if (r->literals[i]->n == n && memcmp(r->literals[i]->text, p, n) == 0)
            return r->literals[i];
    }
    return NULL;
}

static struct route *literal_add(struct arena *a, struct route *r, const char *p, size_t n)
{
    struct route *child = literal_of(r, p, n), **more;
    if (child)
        return child;
    child = ARENA_NEW(a, struct route);
    child->text = p;
    child->n = n;
    more = ARENA_ARRAY(a, r->nliterals + 1, struct route *);
    if (r->nliterals)
        memcpy(more, r->literals, r->nliterals * sizeof(*more));
    more[r->nliterals++] = child;
    r->literals = more;
    return child;
}

err_t route_add(const struct loading *l, const struct spot *at, struct operation *op)
{
    struct arena *a = l->api->arena;
    struct route *r = &l->api->root;
    const char *p = op->template;
    while (*p == '/') {
        size_t n = strcspn(p + 1, "/");
        bool param = n > 2 && p[1] == '{' && p[n] == '}';
        if (n == 0)
            return spot_bad(l, at, "the path has an empty segment");
        if (!param && memchr(p + 1, '{', n))
            return spot_bad(l, at, "a path parameter must be a whole segment");
        if (!param) {
            r = literal_add(a, r, p + 1, n);
        } else {
            if (!r->param)
                r->param = ARENA_NEW(a, struct route);
            r = r->param;
        }
        p += 1 + n;
    }
    if (*p || r == &l->api->root)
        return spot_bad(l, at, "the path must begin with a slash and a name");
    if (r->template && strcmp(r->template, op->template) != 0)
        return spot_bad(l, at, "another path differs only in the names of its parameters");
    r->template = op->template;
    r->operations[op->method] = op;
    return NULL;
}

static void finish(struct arena *a, struct route *r)
{
    struct buf allow;
    buf_init(&allow, a, 40);
    for (int m = 0; m < METHOD_COUNT; m++) {
        if (!r->operations[m])
            continue;
        buf_printf(&allow, "%s%s%s", allow.n ? ", " : "", method_names[m], m == METHOD_GET ? ", HEAD" : "");
    }
    r->allow = r->template ? buf_text(&allow) : NULL;
    for (size_t i = 0; i < r->nliterals; i++)
        finish(a, r->literals[i]);
    if (r->param)
        finish(a, r->param);
}

void routes_finish(struct openapi *api)
{
    finish(api->arena, &api->root);
}

/* The route at the end of the path; a literal is given up for a parameter only when nothing follows from it.
 */
static const struct route *descend(const struct route *r, const char *p, const char *end,
                                   struct openapi_match *m)
{
    if (p == end)
        return r->template ? r : NULL;
    const char *segment = p + 1, *slash = memchr(segment, '/', (size_t)(end - segment));
    size_t n = (size_t)((slash ? slash : end) - segment), captured = m->ncaptures;
    if (*p != '/' || n == 0)
        return NULL;
    const struct route *next = literal_of(r, segment, n),
                       *found = next ? descend(next, segment + n, end, m) : NULL;
    if (found || !r->param)
        return found;
    m->captures[captured] = (struct openapi_capture){segment, n};
    m->ncaptures = captured + 1;
    found = descend(r->param, segment + n, end, m);
    if (!found)
        m->ncaptures = captured;
    return found;
}

bool openapi_match(const struct openapi *api, const char *method, const char *path, size_t n,
                   struct openapi_match *ret)
{
    enum openapi_method m;
    *ret = (struct openapi_match){0};
    if (n <= api->base_path_bytes || memcmp(path, api->base_path, api->base_path_bytes) != 0)
        return false;
    const struct route *r = descend(&api->root, path + api->base_path_bytes, path + n, ret);
    if (!r)
        return false;
    ret->allow = r->allow;
    if (openapi_method_of(method, &m))
        ret->op = r->operations[m];
    return ret->op != NULL;
}
