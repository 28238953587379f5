/* schema_refs.c - $id, $anchor and $ref: RFC 3986 resolution, the places of a document, JSON pointers (RFC
 * 6901). */
#include "base/schema_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"

/* The pieces of a URI reference; n == 0 with p NULL: absent. Scheme without ':', authority without "//". */
struct piece {
    const char *p;
    size_t n;
};
struct uri {
    struct piece scheme, authority, path, query;
};

static bool is_scheme(const char *s, size_t n)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
    return n > 0 && strspn(s, allowed) >= n && !strchr("0123456789+-.", s[0]);
}

/* RFC 3986 appendix B, the fragment cut off by the caller. */
static struct uri uri_split(const char *s)
{
    struct uri u = {0};
    const char *colon = strchr(s, ':');
    if (colon && is_scheme(s, (size_t)(colon - s))) {
        u.scheme = (struct piece){s, (size_t)(colon - s)};
        s = colon + 1;
    }
    if (str_starts(s, "//")) {
        u.authority = (struct piece){s + 2, strcspn(s + 2, "/?")};
        s += 2 + u.authority.n;
    }
    u.path = (struct piece){s, strcspn(s, "?")};
    s += u.path.n;
    if (*s == '?')
        u.query = (struct piece){s + 1, strlen(s + 1)};
    return u;
}

/* RFC 3986 section 5.2.4, in place. */
static void remove_dots(char *path)
{
    char *out = path;
    const char *in = path;
    while (*in) {
        size_t segment = (*in == '/') + strcspn(in + (*in == '/'), "/");
        bool last = in[segment] == '\0';
        if ((segment == 2 && memcmp(in, "/.", 2) == 0) || (segment == 3 && memcmp(in, "/..", 3) == 0)) {
            if (segment == 3) {
                while (out > path && *--out != '/')
                    ;
            }
            if (last)
                *out++ = '/';
        } else {
            memmove(out, in, segment);
            out += segment;
        }
        in += segment;
    }
    *out = '\0';
}

static const char *uri_join(struct arena *a, const struct uri *u, const char *path)
{
    struct buf b;
    buf_init(&b, a, 128);
    if (u->scheme.p) {
        buf_put(&b, u->scheme.p, u->scheme.n);
        buf_putc(&b, ':');
    }
    if (u->authority.p) {
        buf_puts(&b, "//");
        buf_put(&b, u->authority.p, u->authority.n);
    }
    buf_puts(&b, path);
    if (u->query.p) {
        buf_putc(&b, '?');
        buf_put(&b, u->query.p, u->query.n);
    }
    return buf_text(&b);
}

/* RFC 3986 section 5.2.2. base has no fragment; ref may have one, which is left out of the result. */
const char *uri_resolve(struct arena *a, const char *base, const char *ref)
{
    const char *text = arena_strndup(a, ref, strcspn(ref, "#"));
    struct uri b = uri_split(base), r = uri_split(text), u = r;
    if (!*text)
        return base;
    char *path;
    if (r.scheme.p || r.authority.p) {
        if (!r.scheme.p)
            u.scheme = b.scheme;
        path = arena_strndup(a, r.path.p, r.path.n);
    } else {
        u.scheme = b.scheme;
        u.authority = b.authority;
        if (r.path.n == 0) {
            path = arena_strndup(a, b.path.p, b.path.n);
            u.query = r.query.p ? r.query : b.query;
        } else if (r.path.p[0] == '/') {
            path = arena_strndup(a, r.path.p, r.path.n);
        } else {
            size_t folder = b.path.n;
            while (folder > 0 && b.path.p[folder - 1] != '/')
                folder--;
            const char *slash = folder == 0 && b.authority.p ? "/" : "";
            path = arena_printf(a, "%.*s%s%.*s", (int)folder, b.path.p, slash, (int)r.path.n, r.path.p);
        }
    }
    if (path[0] == '/')
        remove_dots(path);
    return uri_join(a, &u, path);
}

static const struct schema_place *place_find(const struct schema_set *set, const char *uri)
{
    for (size_t i = 0; i < set->nplaces; i++) {
        if (str_eq(set->places[i].uri, uri))
            return &set->places[i];
    }
    return NULL;
}

/* The base within a schema whose parent has the base given: its own $id, if it has one. */
const char *place_base(const struct schema_set *set, const json_t *json, const char *base)
{
    const char *id = json_string_value(json_object_get(json, "$id"));
    for (size_t i = 0; id && i < set->nplaces; i++) {
        if (set->places[i].json == json)
            return set->places[i].base;
    }
    return base;
}

static err_t place_add(struct compiling *c, struct schema_place place)
{
    struct schema_set *set = c->set;
    const struct schema_place *there = place_find(set, place.uri);
    if (there && there->json == place.json)
        return NULL;
    if (there)
        return err_new(c->errors, ERR_INVALID, "schema.id", "At %s: the identifier %s stands twice.",
                       place.pointer, place.uri);
    place.pointer = arena_strdup(set->work, place.pointer);
    set->places = grow(set->work, set->places, set->nplaces, &set->cap_places, sizeof place);
    set->places[set->nplaces++] = place;
    return NULL;
}

static err_t index_children(struct compiling *c, const json_t *json, const char *pointer, const char *base,
                            unsigned depth)
{
    struct arena *a = c->scratch;
    const char *name, *key;
    const json_t *value, *child;
    json_object_foreach((json_t *)(uintptr_t)json, name, value)
    {
        const struct keyword *k = keyword_find(name);
        if (!k || k->holds == HOLDS_VALUE)
            continue;
        const char *below = arena_printf(a, "%s/%s", pointer, json_pointer_token(a, name));
        if (k->holds == HOLDS_SCHEMA) {
            TRY(places_index(c, value, below, base, depth + 1));
        } else if (k->holds == HOLDS_SCHEMAS) {
            for (size_t i = 0; i < json_array_size(value); i++)
                TRY(places_index(c, json_array_get(value, i), arena_printf(a, "%s/%zu", below, i), base,
                                 depth + 1));
        } else {
            json_object_foreach((json_t *)(uintptr_t)value, key, child)
            {
                const char *at = arena_printf(a, "%s/%s", below, json_pointer_token(a, key));
                TRY(places_index(c, child, at, base, depth + 1));
            }
        }
    }
    return NULL;
}

/* Notes every $id and $anchor at and below a schema. */
err_t places_index(struct compiling *c, const json_t *json, const char *pointer, const char *base,
                   unsigned depth)
{
    struct arena *a = c->set->work;
    if (!json_is_object(json))
        return NULL;
    if (depth > SCHEMA_COMPILE_DEPTH_MAX)
        return err_new(c->errors, ERR_INVALID, "schema.depth", "At %s: schemas are nested too deeply.",
                       pointer);
    const char *id = json_string_value(json_object_get(json, "$id"));
    if (id) {
        size_t n = strcspn(id, "#");
        if (id[n] && id[n + 1])
            return err_new(c->errors, ERR_INVALID, "schema.id", "At %s: $id may not have a fragment.",
                           pointer);
        base = uri_resolve(a, base, id);
        TRY(place_add(c, (struct schema_place){base, json, pointer, base}));
    }
    static const char *const anchors[] = {"$anchor", "$dynamicAnchor"}; /* alike for $ref */
    for (size_t i = 0; i < LENGTH(anchors); i++) {
        const char *name = json_string_value(json_object_get(json, anchors[i]));
        if (name)
            TRY(place_add(c,
                          (struct schema_place){arena_printf(a, "%s#%s", base, name), json, pointer, base}));
    }
    return index_children(c, json, pointer, base, depth);
}

static int hex(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) % 16 : -1;
}

static const char *percent_decode(struct arena *a, const char *s)
{
    char *out = arena_strdup(a, s), *p = out;
    for (; *s; s++) {
        if (*s == '%' && hex(s[1]) >= 0 && hex(s[2]) >= 0) {
            *p++ = (char)(hex(s[1]) * 16 + hex(s[2]));
            s += 2;
        } else {
            *p++ = *s;
        }
    }
    *p = '\0';
    return out;
}

/* One token of a pointer, unescaped into out, which is large enough. False for a bad escape. */
static bool pointer_token(const char **p, char *out)
{
    const char *s = *p + 1;
    for (; *s && *s != '/'; s++) {
        if (*s == '~' && s[1] != '0' && s[1] != '1')
            return false;
        if (*s == '~')
            *out++ = *++s == '1' ? '/' : '~';
        else
            *out++ = *s;
    }
    *out = '\0';
    *p = s;
    return true;
}

static const json_t *child_of(const json_t *json, const char *token)
{
    if (json_is_object(json))
        return json_object_get(json, token);
    int64_t i;
    bool number = str_to_i64(token, 0, 1000000, &i) && (token[0] != '0' || !token[1]);
    return json_is_array(json) && number ? json_array_get(json, (size_t)i) : NULL;
}

bool place_walk(struct schema_set *set, const struct schema_place *from, const char *pointer,
                struct schema_place *ret)
{
    char *token = arena_alloc(set->work, strlen(pointer) + 1);
    struct schema_place at = *from;
    for (const char *p = pointer; *p;) {
        if (*p != '/' || !pointer_token(&p, token))
            return false;
        at.json = child_of(at.json, token);
        if (!at.json)
            return false;
        at.base = place_base(set, at.json, at.base);
    }
    at.pointer = arena_printf(set->work, "%s%s", from->pointer, pointer);
    *ret = at;
    return true;
}

err_t reference_find(struct compiling *c, const char *base, const char *ref, struct schema_place *ret)
{
    struct schema_set *set = c->set;
    struct schema_place root = {"", set->document, "", ""};
    const char *uri = uri_resolve(set->work, base, ref), *hash = strchr(ref, '#');
    const char *fragment = hash ? percent_decode(set->work, hash + 1) : "";
    const struct schema_place *place = *uri ? place_find(set, uri) : &root;
    if (!place)
        return err_new(
            c->errors, ERR_INVALID, "schema.remote",
            "$ref %s: remote references are not supported, and nothing in the document has this $id.", ref);
    if (*fragment && *fragment != '/')
        place = place_find(set, arena_printf(set->work, "%s#%s", uri, fragment));
    if (!place)
        return err_new(c->errors, ERR_INVALID, "schema.ref", "$ref %s: there is no such $anchor.", ref);
    if (*fragment != '/') {
        *ret = *place;
        return NULL;
    }
    if (!place_walk(set, place, fragment, ret))
        return err_new(c->errors, ERR_INVALID, "schema.ref", "$ref %s: refers to nothing.", ref);
    return NULL;
}
