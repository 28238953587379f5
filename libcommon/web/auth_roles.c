/* auth_roles.c - see auth_roles.h */
#include "web/auth_roles.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"

#define ROLES_MAX_BYTES 262144
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"
#define SCOPE_ALL "organisations:all"

struct roles {
    const json_t *roles; /* object of the file, checked */
};

static err_t bad_file(struct arena *a, const char *path, const char *role, const char *why)
{
    return err_new(a, ERR_INVALID, "roles.file", "%s: %s%s%s", path, role, *role ? ": " : "", why);
}

/* caseworker, partnerClient */
static bool role_name_ok(const char *s)
{
    size_t n = strlen(s);

    return n >= 2 && n <= 32 && s[0] >= 'a' && s[0] <= 'z' && strspn(s, LOWER UPPER DIGIT) == n;
}

/* internal, or <resource>:<verb> */
static bool scope_ok(const char *s)
{
    size_t resource = strspn(s, LOWER DIGIT ".-"), verb;

    if (str_eq(s, "internal"))
        return true;
    if (resource == 0 || s[resource] != ':')
        return false;
    verb = strspn(s + resource + 1, LOWER DIGIT "-");
    return verb > 0 && s[resource + 1 + verb] == '\0' && resource + verb < 100 && s[0] >= 'a' && s[0] <= 'z';
}

static bool texts_ok(const json_t *list, bool (*ok)(const char *s))
{
    const json_t *item;
    size_t i;

    if (!json_is_array(list))
        return false;
    json_array_foreach(list, i, item)
    {
        if (!json_is_string(item) || !ok(json_string_value(item)))
            return false;
        for (size_t k = 0; k < i; k++) {
            if (str_eq(json_string_value(item), json_string_value(json_array_get(list, k))))
                return false;
        }
    }
    return true;
}

static bool organisation_ok(const char *s)
{
    return str_eq(s, "*") || (*s >= 'a' && *s <= 'z' && strspn(s, LOWER DIGIT "-") == strlen(s));
}

static err_t check_role(struct arena *a, const char *path, const char *name, const json_t *role)
{
    static const char *const fors[] = {"user", "client", "any", "service"};
    const char *whom = json_member_text(role, "for");
    bool known = false;

    if (!role_name_ok(name))
        return bad_file(a, path, name, "a role's name is 2 to 32 letters and digits");
    if (!json_is_object(role) || json_object_size(role) != 4 || json_member_text(role, "about") == NULL)
        return bad_file(a, path, name, "about, for, organisations and scopes are needed, nothing else");
    for (size_t i = 0; i < LENGTH(fors); i++)
        known |= str_eq(whom, fors[i]);
    if (!known)
        return bad_file(a, path, name, "for must be user, client, any or service");
    if (!texts_ok(json_object_get(role, "organisations"), organisation_ok))
        return bad_file(a, path, name, "organisations must be a list of codes or \"*\", each once");
    if (!texts_ok(json_object_get(role, "scopes"), scope_ok))
        return bad_file(a, path, name, "scopes must be a list of resource:verb, each once");
    return NULL;
}

err_t roles_load(struct arena *a, const char *path, struct roles **ret)
{
    CLEANUP(file_endp) FILE *f = fopen(path, "re");
    struct roles *r = ARENA_NEW(a, struct roles);
    char *text = arena_alloc(a, ROLES_MAX_BYTES);
    const char *name;
    json_t *all, *role;
    size_t n;

    if (f == NULL)
        return bad_file(a, path, "", strerror(errno));
    n = fread(text, 1, ROLES_MAX_BYTES, f);
    if (n == ROLES_MAX_BYTES)
        return bad_file(a, path, "", "too large");
    if (json_parse(a, text, n, 4, &all) != NULL || !json_is_object(all))
        return bad_file(a, path, "", "not a strict JSON object");
    json_object_foreach(all, name, role) TRY(check_role(a, path, name, role));
    r->roles = all;
    *ret = r;
    return NULL;
}

static bool list_has(const json_t *list, const char *text)
{
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        if (str_eq(json_string_value(item), text))
            return true;
    }
    return false;
}

/* Of the right kind, and for this organisation. */
static bool role_open(const json_t *role, const struct grant *g)
{
    const char *whom = json_member_text(role, "for");
    const json_t *organisations = json_object_get(role, "organisations");

    if (!str_eq(whom, "any") && !str_eq(whom, g->is_user ? "user" : "client"))
        return false;
    return list_has(organisations, "*") || list_has(organisations, g->organisation);
}

/* A role or scope that opens all organisations may be passed on only by one who has it. */
static bool may_give(const json_t *role, const struct grant *g)
{
    return g->may_give_all || !list_has(json_object_get(role, "scopes"), SCOPE_ALL);
}

static bool scope_open(const struct roles *r, const struct grant *g, const char *scope)
{
    const char *name;
    json_t *role;

    if (str_eq(scope, SCOPE_ALL) && !g->may_give_all)
        return false;
    json_object_foreach((json_t *)(uintptr_t)r->roles, name, role)
    {
        if (role_open(role, g) && list_has(json_object_get(role, "scopes"), scope))
            return true;
    }
    return false;
}

err_t roles_check(struct arena *a, const struct roles *r, const struct grant *g)
{
    struct fault_list faults = {0};

    for (size_t i = 0; i < g->roles.n; i++) {
        const json_t *role = json_object_get(r->roles, g->roles.v[i]);
        if (role == NULL)
            fault_add(a, &faults,
                      (struct fault){.in = FAULT_POINTER,
                                     .at = arena_printf(a, "/roles/%zu", i),
                                     .code = "role.unknown",
                                     .detail = "There is no such role."});
        else if (!role_open(role, g) || !may_give(role, g))
            fault_add(a, &faults,
                      (struct fault){.in = FAULT_POINTER,
                                     .at = arena_printf(a, "/roles/%zu", i),
                                     .code = "role.closed",
                                     .detail = "The role cannot be given here."});
    }
    for (size_t i = 0; i < g->scopes.n; i++) {
        if (!scope_open(r, g, g->scopes.v[i]))
            fault_add(a, &faults,
                      (struct fault){.in = FAULT_POINTER,
                                     .at = arena_printf(a, "/scopes/%zu", i),
                                     .code = "scope.unknown",
                                     .detail = "No role open here has the scope."});
    }
    return fault_list_err(a, &faults, ERR_INVALID, "grant.invalid", "Roles or scopes cannot be given.");
}

/* Words collected once each, then sorted. */
struct words {
    struct arena *a;
    const char **v;
    size_t n, cap;
};

static void words_add(struct words *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++) {
        if (str_eq(w->v[i], word))
            return;
    }
    if (w->n == w->cap) {
        const char **more;
        w->cap = w->cap == 0 ? 64 : 2 * w->cap;
        more = ARENA_ARRAY(w->a, w->cap, const char *);
        for (size_t i = 0; i < w->n; i++)
            more[i] = w->v[i];
        w->v = more;
    }
    w->v[w->n++] = word;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *words_text(struct words *w)
{
    struct buf out;

    if (w->n > 1)
        qsort(w->v, w->n, sizeof(*w->v), by_text);
    buf_init(&out, w->a, 512);
    for (size_t i = 0; i < w->n; i++) {
        if (i > 0)
            buf_putc(&out, ' ');
        buf_puts(&out, w->v[i]);
    }
    return buf_text(&out);
}

const char *roles_scope(struct arena *a, const struct roles *r, const struct grant *g)
{
    struct words w = {.a = a};
    struct grant given = *g;
    const json_t *scope;
    size_t k;

    given.may_give_all = true; /* it was judged when it was given */
    for (size_t i = 0; i < g->roles.n; i++) {
        const json_t *role = json_object_get(r->roles, g->roles.v[i]);
        if (role == NULL || !role_open(role, g))
            continue;
        json_array_foreach(json_object_get(role, "scopes"), k, scope) words_add(&w, json_string_value(scope));
    }
    for (size_t i = 0; i < g->scopes.n; i++) {
        if (scope_open(r, &given, g->scopes.v[i]))
            words_add(&w, g->scopes.v[i]);
    }
    for (size_t i = 0; i < g->programmes.n; i++)
        words_add(&w, arena_printf(a, "programme:%s", g->programmes.v[i]));
    for (size_t i = 0; i < g->offices.n; i++)
        words_add(&w, arena_printf(a, "office:%s", g->offices.v[i]));
    return words_text(&w);
}

static bool is_view(const char *word)
{
    return str_starts(word, "programme:") || str_starts(word, "office:");
}

static bool same_kind(const char *a, const char *b)
{
    return strcspn(a, ":") == strcspn(b, ":") && strncmp(a, b, strcspn(a, ":")) == 0;
}

bool roles_narrow(struct arena *a, const char *granted, const char *wanted, const char **ret)
{
    char *text = arena_strdup(a, wanted), *rest = NULL;
    struct words w = {.a = a};
    size_t asked;

    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        if (!str_has_word(granted, word))
            return false;
        words_add(&w, word);
    }
    if (w.n == 0)
        return false;
    asked = w.n;
    text = arena_strdup(a, granted);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        bool same = false;
        for (size_t i = 0; i < asked && is_view(word); i++)
            same |= same_kind(w.v[i], word);
        if (is_view(word) && !same)
            words_add(&w, word);
    }
    *ret = words_text(&w);
    return true;
}
