/* fuzz_text.c - encodings: what is accepted has one form only. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "fuzz.h"

static void check_codes(struct arena *a, const char *text, size_t n)
{
    uint8_t *p;
    size_t length;

    if (str_unbase64url(a, text, n, &p, &length)) {
        const char *back = str_base64url(a, p, length);

        FUZZ_CHECK(strlen(back) == n && memcmp(back, text, n) == 0);
    }
    if (str_unbase64(a, text, n, &p, &length)) {
        const char *back = str_base64(a, p, length);

        FUZZ_CHECK(strlen(back) == n && memcmp(back, text, n) == 0);
    }
    FUZZ_CHECK(str_unbase64url(a, str_base64url(a, text, n), (n * 4 + 2) / 3, &p, &length));
    FUZZ_CHECK(length == n && memcmp(p, text, n) == 0);
}

static void check_words(struct arena *a, const char *text)
{
    struct uuid u, back;
    int64_t v;

    if (uuid_parse(text, &u))
        FUZZ_CHECK(uuid_parse(uuid_text(a, u), &back) && uuid_eq(u, back));
    if (str_to_i64(text, -1000, 1000, &v))
        FUZZ_CHECK(v >= -1000 && v <= 1000);
}

/* Valid UTF-8 survives being written and read as JSON. */
static void check_json_text(struct arena *a, const char *text)
{
    struct buf out;
    json_t *j;

    buf_init(&out, a, 16);
    json_write_text(&out, text);
    FUZZ_CHECK(json_parse(a, out.p, out.n, 1, &j) == NULL);
    FUZZ_CHECK(strcmp(json_string_value(j), text) == 0);
    FUZZ_CHECK(str_utf8_len(text) <= strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_endp) struct arena *a = arena_new();
    const char *text = arena_strndup(a, (const char *)data, size);

    check_codes(a, (const char *)data, size);
    check_words(a, text);
    if (str_utf8_ok((const char *)data, size))
        check_json_text(a, text);
    return 0;
}
