/* json_parse.c - text -> Jansson object, strictly. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"

static err_t parse_error(struct arena *a, const char *code, const char *detail)
{
    struct fault *f = ARENA_NEW(a, struct fault);

    *f = (struct fault){.in = FAULT_POINTER, .at = "", .code = code, .detail = detail};
    return err_faults(a, ERR_INVALID, code, detail, f, 1);
}

/* What Jansson would find too late (nesting: it recurses) or not at all (NUL written as an escape). */
static err_t scan(struct arena *a, const char *p, size_t n, unsigned max_depth)
{
    bool in_string = false;
    unsigned depth = 0;

    for (size_t i = 0; i < n; i++) {
        if (in_string) {
            if (p[i] == '"')
                in_string = false;
            else if (p[i] == '\\') {
                if (n - i > 5 && memcmp(p + i, "\\u0000", 6) == 0)
                    return parse_error(a, "json.nul", "The JSON text contains a NUL character.");
                i++;
            }
        } else if (p[i] == '"') {
            in_string = true;
        } else if (p[i] == '{' || p[i] == '[') {
            if (++depth > max_depth)
                return parse_error(
                    a, "json.depth",
                    arena_printf(a, "The JSON text is nested deeper than %u levels.", max_depth));
        } else if ((p[i] == '}' || p[i] == ']') && depth > 0) {
            depth--;
        }
    }
    return NULL;
}

static err_t jansson_error(struct arena *a, const json_error_t *error)
{
    switch ((int)json_error_code(error)) {
    case json_error_duplicate_key:
        return parse_error(
            a, "json.duplicate",
            arena_printf(a, "A member name is repeated in an object, at byte %d.", error->position));
    case json_error_numeric_overflow:
        return parse_error(a, "json.number",
                           arena_printf(a, "A number is out of range, at byte %d.", error->position));
    case json_error_premature_end_of_input:
        return parse_error(a, "json.syntax", "The JSON text ends too early.");
    default:
        return parse_error(a, "json.syntax", arena_printf(a, "Not valid JSON, at byte %d.", error->position));
    }
}

err_t json_parse(struct arena *a, const char *p, size_t n, unsigned max_depth, json_t **ret)
{
    json_error_t error;
    json_t *j;

    if (n > 0 && memchr(p, '\0', n) != NULL)
        return parse_error(a, "json.nul", "The JSON text contains a NUL character.");
    if (!str_utf8_ok(p, n))
        return parse_error(a, "json.utf8", "The JSON text is not valid UTF-8.");
    TRY(scan(a, p, n, max_depth));
    j = json_loadb(n > 0 ? p : "", n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (j == NULL)
        return jansson_error(a, &error);
    *ret = arena_own_json(a, j);
    return NULL;
}
