/* fuzz_schema.c - {"schema": …, "instance": …}: compiling what came from outside, running it. */
#include "base/schema.h"

#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "fuzz.h"

/* Stopping at the first fault and collecting all must agree. */
static void check_run(struct arena *a, const struct schema *s, const json_t *instance)
{
    struct schema_result r = {0};
    bool valid = schema_valid(a, s, instance, &r);
    err_t e;

    FUZZ_CHECK(schema_valid(a, s, instance, NULL) == valid);
    FUZZ_CHECK((r.nfaults == 0) == valid && r.nfaults <= 100);
    for (size_t i = 0; i < r.nfaults; i++) {
        const char *at = r.faults[i].instance_pointer;

        FUZZ_CHECK(at[0] == '\0' || at[0] == '/');
        FUZZ_CHECK(strncmp(r.faults[i].code, "schema.", 7) == 0);
        FUZZ_CHECK(r.faults[i].detail[0] != '\0');
    }
    e = schema_check(a, s, instance);
    FUZZ_CHECK((e == NULL) == valid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned flags[] = {0, SCHEMA_ASSERT_FORMATS, SCHEMA_STRICT | SCHEMA_ASSERT_FORMATS};
    CLEANUP(arena_endp) struct arena *a = arena_new();
    json_t *j;

    if (json_parse(a, (const char *)data, size, 32, &j) != NULL || json_object_get(j, "schema") == NULL ||
        json_object_get(j, "instance") == NULL)
        return 0;
    for (size_t i = 0; i < LENGTH(flags); i++) {
        CLEANUP(schema_endp) struct schema *s = NULL;
        err_t e = schema_compile(a, json_object_get(j, "schema"), "", flags[i], &s);

        FUZZ_CHECK((e == NULL) == (s != NULL));
        if (e != NULL)
            FUZZ_CHECK(e->kind == ERR_INVALID);
        else
            check_run(a, s, json_object_get(j, "instance"));
    }
    return 0;
}
