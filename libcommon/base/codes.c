/* codes.c - sets of codes as Jansson objects: built once at start, looked up by hash. */
#include "base/codes.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

struct codes {
    json_t *countries, *languages, *scripts; /* code: true */
};

/* Adds the members `keys` of every entry under `list` of the file. */
static err_t set_load(struct arena *a, const char *folder, const char *file, const char *list,
                      const char *const *keys, json_t **ret)
{
    const char *path = arena_printf(a, "%s/%s", folder, file);
    json_error_t why;
    json_t *document = arena_own_json(a, json_load_file(path, JSON_REJECT_DUPLICATES, &why));
    json_t *set = arena_own_json(a, json_object());
    const json_t *entry;
    size_t i;

    if (!document)
        return err_internal(a, ERR_BUG, "codes.unreadable", "%s: %s", path, why.text);
    json_array_foreach(json_object_get(document, list), i, entry)
    {
        for (const char *const *key = keys; *key; key++) {
            const char *code = json_string_value(json_object_get(entry, *key));

            if (code)
                json_object_set_new(set, code, json_true());
        }
    }
    if (json_object_size(set) == 0)
        return err_internal(a, ERR_BUG, "codes.unreadable", "%s: no codes under %s", path, list);
    *ret = set;
    return NULL;
}

err_t codes_load(struct arena *a, const char *folder, struct codes **ret)
{
    static const char *const alpha_2[] = {"alpha_2", NULL};
    static const char *const alpha_2_3[] = {"alpha_2", "alpha_3", NULL};
    static const char *const alpha_4[] = {"alpha_4", NULL};
    struct codes *c = ARENA_NEW(a, struct codes);

    TRY(set_load(a, folder, "iso_3166-1.json", "3166-1", alpha_2, &c->countries));
    TRY(set_load(a, folder, "iso_639-3.json", "639-3", alpha_2_3, &c->languages));
    TRY(set_load(a, folder, "iso_15924.json", "15924", alpha_4, &c->scripts));
    json_object_set_new(c->countries, "XK", json_true()); /* Kosovo, user-assigned, in general use */
    *ret = c;
    return NULL;
}

bool codes_country(const struct codes *c, const char *code)
{
    return json_object_get(c->countries, code) != NULL;
}

bool codes_nationality(const struct codes *c, const char *code)
{
    return codes_country(c, code) || str_eq(code, "XXA") || str_eq(code, "XXB") || str_eq(code, "XXC") ||
           str_eq(code, "XXX");
}

bool codes_script(const struct codes *c, const char *code)
{
    return json_object_get(c->scripts, code) != NULL;
}

/* A subtag after the primary: script (4 letters), region (2 letters or 3 digits) or variant (5 to 8). */
static bool subtag_ok(const struct codes *c, const char *tag)
{
    size_t n = strlen(tag);

    if (n == 4 && isalpha((unsigned char)tag[0]))
        return codes_script(c, tag);
    if (n == 2)
        return codes_country(c, tag);
    return n == 3 || (n >= 5 && n <= 8);
}

bool codes_language(const struct codes *c, const char *tag)
{
    char copy[40], *rest = copy, *part;

    if (strlen(tag) >= sizeof(copy))
        return false;
    memcpy(copy, tag, strlen(tag) + 1);
    part = strsep(&rest, "-");
    if (!json_object_get(c->languages, part))
        return false;
    while ((part = strsep(&rest, "-")) != NULL) {
        if (!subtag_ok(c, part))
            return false;
    }
    return true;
}
