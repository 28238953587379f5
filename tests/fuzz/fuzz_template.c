/* fuzz_template.c - messages: the values are the first line, a JSON object; the text is the rest. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "fuzz.h"
#include "notifications/templates/templates.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *line = memchr(p, '\n', size), *text, *out, *again;
    struct arena *a = arena_new();
    json_t *values;

    if (line != NULL && json_parse(a, p, (size_t)(line - p), 4, &values) == NULL && json_is_object(values)) {
        size_t n = size - (size_t)(line + 1 - p);
        err_t e;

        text = arena_strndup(a, line + 1, n);
        e = template_render(a, text, values, &out);
        FUZZ_CHECK(e == NULL || e->kind == ERR_INVALID || e->kind == ERR_BUG);
        if (e == NULL && strstr(text, "{{") == NULL)
            FUZZ_CHECK(strcmp(out, text) == 0);
        if (e == NULL) {
            FUZZ_CHECK(template_render(a, text, values, &again) == NULL);
            FUZZ_CHECK(strcmp(out, again) == 0);
        }
    }
    arena_free(a);
    return 0;
}
