/* auth_profile.c - issuer profiles: configuration files that say whose tokens are taken and how their claims
 * are read. */
#include "web/auth_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

#define PROFILE_MAX_BYTES 65536
#define ISSUERS_MAX 16

#define PROFILE_REFUSED(au, is, ...) err_new((au)->arena, ERR_INVALID, "issuer.profile", __VA_ARGS__)

static void fd_endp(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

err_t auth_read_file(struct arena *a, const char *path, size_t max, char **ret, size_t *ret_n)
{
    CLEANUP(fd_endp) int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *text;
    ssize_t n;

    if (fd < 0 || fstat(fd, &st) != 0)
        return err_new(a, ERR_INVALID, "issuer.file", "%s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode) || (size_t)st.st_size > max)
        return err_new(a, ERR_INVALID, "issuer.file", "%s: not a file of at most %zu bytes.", path, max);
    if (st.st_mode & S_IWOTH)
        return err_new(a, ERR_INVALID, "issuer.file", "%s: may be written by everybody.", path);
    text = arena_alloc(a, (size_t)st.st_size + 1);
    n = read(fd, text, (size_t)st.st_size);
    if (n != (ssize_t)st.st_size)
        return err_new(a, ERR_INVALID, "issuer.file", "%s: changed while it was read.", path);
    *ret = text;
    *ret_n = (size_t)n;
    return NULL;
}

static bool one_of(const char *name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(name, names[i]))
            return true;
    }
    return false;
}

static err_t check_members(struct auth *au, const struct issuer *is, const json_t *obj,
                           const char *const *names, size_t n)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)obj, name, value)
    {
        if (!one_of(name, names, n))
            return PROFILE_REFUSED(au, is, "%s: member \"%s\" is not known.", is->file, name);
    }
    return NULL;
}

static err_t read_algs(struct auth *au, struct issuer *is, const json_t *list)
{
    const json_t *item;
    enum jwt_alg alg;
    size_t i;

    json_array_foreach(list, i, item)
    {
        if (!jwt_alg_parse(json_string_value(item), &alg))
            return PROFILE_REFUSED(au, is, "%s: algs may hold ES256, RS256, PS256, EdDSA.", is->file);
        is->algs |= 1u << alg;
    }
    if (is->algs == 0)
        return PROFILE_REFUSED(au, is, "%s: algs must be a list with at least one algorithm.", is->file);
    return NULL;
}

static err_t read_typs(struct auth *au, struct issuer *is, const json_t *list)
{
    const json_t *item;
    size_t i;

    if (list == NULL) {
        is->typs[is->ntyps++] = "at+jwt";
        return NULL;
    }
    json_array_foreach(list, i, item)
    {
        const char *typ = json_string_value(item);
        if (typ == NULL || is->ntyps == TYPS_MAX)
            return PROFILE_REFUSED(au, is, "%s: typ must be a list of at most %d texts.", is->file, TYPS_MAX);
        is->typs[is->ntyps++] = typ;
    }
    if (is->ntyps == 0)
        return PROFILE_REFUSED(au, is, "%s: typ must be a list of texts.", is->file);
    return NULL;
}

static err_t read_claims(struct auth *au, struct issuer *is, const json_t *claims)
{
    static const char *const names[] = {"organisation", "scope", "subject", "client",
                                        "name",         "roles", "limits"};
    const char *name;
    json_t *value;

    if (claims != NULL && !json_is_object(claims))
        return PROFILE_REFUSED(au, is, "%s: claims must be an object.", is->file);
    TRY(check_members(au, is, claims, names, LENGTH(names)));
    json_object_foreach((json_t *)(uintptr_t)claims, name, value)
    {
        if (!json_is_string(value) || json_string_length(value) == 0)
            return PROFILE_REFUSED(au, is, "%s: claims.%s must be a claim's name.", is->file, name);
    }
    if (is->organisation != NULL && json_object_get(claims, "organisation") != NULL)
        return PROFILE_REFUSED(au, is, "%s: organisation is fixed and mapped; only one can be.", is->file);

#define CLAIM(member, fallback) (json_member_text(claims, member) ?: (fallback))
    is->c_organisation = CLAIM("organisation", "org");
    is->c_scope = CLAIM("scope", "scope");
    is->c_subject = CLAIM("subject", "sub");
    is->c_client = CLAIM("client", "client_id");
    is->c_name = CLAIM("name", "name");
    is->c_roles = CLAIM("roles", NULL);
    is->c_limits = CLAIM("limits", NULL);
#undef CLAIM
    return NULL;
}

static err_t read_roles(struct auth *au, struct issuer *is, json_t *map)
{
    const char *role;
    json_t *scopes;

    if ((map == NULL) != (is->c_roles == NULL))
        return PROFILE_REFUSED(au, is, "%s: claims.roles and role_scopes go together.", is->file);
    if (map != NULL && !json_is_object(map))
        return PROFILE_REFUSED(au, is, "%s: role_scopes must be an object.", is->file);
    json_object_foreach(map, role, scopes)
    {
        if (!json_is_string(scopes))
            return PROFILE_REFUSED(au, is, "%s: role_scopes.%s must be a text.", is->file, role);
    }
    is->role_scopes = map;
    return NULL;
}

static err_t read_user(struct auth *au, struct issuer *is, const char *rule)
{
    if (rule == NULL || str_eq(rule, "never")) {
        is->user = USER_NEVER;
    } else if (str_eq(rule, "always")) {
        is->user = USER_ALWAYS;
    } else if (str_starts(rule, "claim:") && rule[6] != '\0') {
        is->user = USER_CLAIM;
        is->user_claim = rule + 6;
    } else {
        return PROFILE_REFUSED(au, is, "%s: user must be always, never or claim:NAME.", is->file);
    }
    return NULL;
}

static err_t read_source(struct auth *au, struct issuer *is, const json_t *profile)
{
    const char *file = json_member_text(profile, "jwks_file");
    const char *slash = strrchr(is->file, '/');

    is->jwks_uri = json_member_text(profile, "jwks_uri");
    if ((file == NULL) == (is->jwks_uri == NULL))
        return PROFILE_REFUSED(au, is, "%s: exactly one of jwks_file and jwks_uri is needed.", is->file);
    if (is->jwks_uri != NULL) {
        if (!str_starts(is->jwks_uri, "https://") &&
            !(is->development && str_starts(is->jwks_uri, "http://")))
            return PROFILE_REFUSED(au, is, "%s: jwks_uri must be https.", is->file);
        if (au->out == NULL || au->loop == NULL)
            return PROFILE_REFUSED(au, is, "%s: jwks_uri cannot be fetched by this program.", is->file);
        return NULL;
    }
    if (*file == '/' || slash == NULL)
        is->jwks_file = file;
    else
        is->jwks_file = arena_printf(au->arena, "%.*s/%s", (int)(slash - is->file), is->file, file);
    return NULL;
}

/* Texts and truth values must be what they are taken for; an absent member is fine here. */
static err_t check_types(struct auth *au, const struct issuer *is, const json_t *profile)
{
    static const char *const texts[] = {"iss", "aud", "jwks_file", "jwks_uri", "organisation", "user"};
    static const char *const bools[] = {"development", "internal"};
    static const char *const lists[] = {"algs", "typ"};
    const char *name;
    json_t *v;

    json_object_foreach((json_t *)(uintptr_t)profile, name, v)
    {
        if (one_of(name, texts, LENGTH(texts)) && (!json_is_string(v) || json_string_length(v) == 0))
            return PROFILE_REFUSED(au, is, "%s: %s must be a text.", is->file, name);
        if (one_of(name, bools, LENGTH(bools)) && !json_is_boolean(v))
            return PROFILE_REFUSED(au, is, "%s: %s must be true or false.", is->file, name);
        if (one_of(name, lists, LENGTH(lists)) && !json_is_array(v))
            return PROFILE_REFUSED(au, is, "%s: %s must be a list.", is->file, name);
    }
    return NULL;
}

static err_t read_profile(struct auth *au, const struct auth_options *o, struct issuer *is)
{
    static const char *const names[] = {"iss",          "aud",      "algs",        "typ",
                                        "jwks_file",    "jwks_uri", "development", "internal",
                                        "organisation", "claims",   "role_scopes", "user"};
    char *text;
    size_t n;
    json_t *profile;

    TRY(auth_read_file(au->arena, is->file, PROFILE_MAX_BYTES, &text, &n));
    if (json_parse(au->arena, text, n, 4, &profile) != NULL || !json_is_object(profile))
        return PROFILE_REFUSED(au, is, "%s: not a strict JSON object.", is->file);
    TRY(check_members(au, is, profile, names, LENGTH(names)));
    TRY(check_types(au, is, profile));

    is->iss = json_member_text(profile, "iss");
    is->aud = json_member_text(profile, "aud") ?: o->audience;
    is->organisation = json_member_text(profile, "organisation");
    is->development = json_member_bool(profile, "development", false);
    is->internal = json_member_bool(profile, "internal", false);
    if (is->iss == NULL)
        return PROFILE_REFUSED(au, is, "%s: iss is missing.", is->file);
    if (is->aud == NULL || *is->aud == '\0')
        return PROFILE_REFUSED(au, is, "%s: aud is missing, here and in the configuration.", is->file);
    if (is->development && o->production)
        return PROFILE_REFUSED(au, is, "%s: a development issuer is refused in production mode.", is->file);
    for (const struct issuer *other = au->issuers; other < is; other++) {
        if (str_eq(other->iss, is->iss))
            return PROFILE_REFUSED(au, is, "%s: its iss is already that of %s.", is->file, other->file);
    }

    TRY(read_algs(au, is, json_object_get(profile, "algs")));
    TRY(read_typs(au, is, json_object_get(profile, "typ")));
    TRY(read_claims(au, is, json_object_get(profile, "claims")));
    TRY(read_roles(au, is, json_object_get(profile, "role_scopes")));
    TRY(read_user(au, is, json_member_text(profile, "user")));
    return read_source(au, is, profile);
}

static int is_profile(const struct dirent *d)
{
    size_t n = strlen(d->d_name);

    if (d->d_name[0] == '.' || n < 6 || strcmp(d->d_name + n - 5, ".json") != 0)
        return 0;
    return n < 10 || strcmp(d->d_name + n - 10, ".jwks.json") != 0;
}

static err_t load_folder(struct auth *au, const struct auth_options *o, const char *folder)
{
    struct dirent **names;
    int n = scandir(folder, &names, is_profile, alphasort);
    err_t e = NULL;

    if (n < 0)
        return err_new(au->arena, ERR_INVALID, "issuer.folder", "%s: %s", folder, strerror(errno));
    for (int i = 0; i < n; i++) {
        if (e == NULL && au->nissuers == ISSUERS_MAX)
            e = err_new(au->arena, ERR_INVALID, "issuer.folder", "More than %d issuer profiles.",
                        ISSUERS_MAX);
        if (e == NULL) {
            struct issuer *is = &au->issuers[au->nissuers];
            is->file = arena_printf(au->arena, "%s/%s", folder, names[i]->d_name);
            e = read_profile(au, o, is);
            au->nissuers += e == NULL;
        }
        free(names[i]);
    }
    free(names);
    return e;
}

err_t profiles_load(struct auth *au, const struct auth_options *o)
{
    char *folders = arena_strdup(au->arena, o->issuers_dir ?: ""), *rest = NULL;

    au->issuers = ARENA_ARRAY(au->arena, ISSUERS_MAX, struct issuer);
    for (char *f = strtok_r(folders, ":", &rest); f != NULL; f = strtok_r(NULL, ":", &rest))
        TRY(load_folder(au, o, f));
    return NULL;
}
