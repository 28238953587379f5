/* fuzz_patch.c - RFC 7396: a target and a patch, a line each. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "fuzz.h"

#define DEPTH 32

/* What stands in the result for each member of the patch. */
static void check_members(const json_t *patch, const json_t *result)
{
    const char *name;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)patch, name, value)
    {
        const json_t *now = json_object_get(result, name);

        if (json_is_null(value))
            FUZZ_CHECK(now == NULL);
        else if (json_is_object(value))
            check_members(value, now);
        else
            FUZZ_CHECK(json_equal(now, value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *p = (const char *)data, *line = memchr(p, '\n', size);
    struct arena *a = arena_new();
    json_t *target, *patch, *before, *once, *twice;

    if (line != NULL && json_parse(a, p, (size_t)(line - p), DEPTH, &target) == NULL &&
        json_parse(a, line + 1, size - (size_t)(line + 1 - p), DEPTH, &patch) == NULL &&
        json_is_object(patch)) {
        before = arena_own_json(a, json_deep_copy(target));
        once = json_merge_patch(a, target, patch);
        FUZZ_CHECK(json_is_object(once));
        FUZZ_CHECK(json_equal(target, before)); /* a new object: the target stays */
        check_members(patch, once);
        twice = json_merge_patch(a, once, patch);
        FUZZ_CHECK(json_equal(once, twice));
    }
    arena_free(a);
    return 0;
}
