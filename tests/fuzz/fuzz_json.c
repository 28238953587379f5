/* fuzz_json.c - reading JSON, writing it, reading it again. */
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "fuzz.h"

struct part {
    const char *name;
    struct opt_i64 at;
};

struct thing {
    bool flag;
    int32_t i32;
    int64_t i64;
    double f64;
    const char *text;
    struct opt_uuid id;
    int64_t at;
    struct opt_date day;
    const char *raw;
    struct text_array texts;
    struct uuid_array ids;
    struct part part;
    struct json_array parts;
};

static const struct json_field part_fields[] = {
    JSON_FIELD(struct part, name, "name", JSON_TEXT),
    JSON_FIELD(struct part, at, "at", JSON_OPT_INSTANT),
};
static const struct json_shape part_json = JSON_SHAPE(struct part, part_fields);

static const struct json_field thing_fields[] = {
    JSON_FIELD(struct thing, flag, "flag", JSON_BOOL),
    JSON_FIELD(struct thing, i32, "i32", JSON_I32),
    JSON_FIELD(struct thing, i64, "i64", JSON_I64),
    JSON_FIELD(struct thing, f64, "f64", JSON_F64),
    JSON_FIELD(struct thing, text, "text", JSON_TEXT),
    JSON_FIELD(struct thing, id, "id", JSON_OPT_UUID),
    JSON_FIELD(struct thing, at, "at", JSON_INSTANT),
    JSON_FIELD(struct thing, day, "day", JSON_OPT_DATE),
    JSON_FIELD(struct thing, raw, "raw", JSON_RAW),
    JSON_FIELD(struct thing, texts, "texts", JSON_TEXTS),
    JSON_FIELD(struct thing, ids, "ids", JSON_UUIDS),
    JSON_SUB(struct thing, part, "part", JSON_STRUCT, &part_json),
    JSON_SUB(struct thing, parts, "parts", JSON_STRUCTS, &part_json),
};
static const struct json_shape thing_json = JSON_SHAPE(struct thing, thing_fields);

static const char *write_thing(struct arena *a, const struct thing *t)
{
    struct buf out;

    buf_init(&out, a, 64);
    json_write(&out, &thing_json, t);
    return buf_text(&out);
}

/* What was read into a struct is written as it was. */
static void check_struct(struct arena *a, const json_t *j)
{
    struct thing t = {0}, again = {0};
    err_t e = json_read(a, j, &thing_json, &t);
    const char *text;
    json_t *back;

    if (e != NULL) {
        FUZZ_CHECK(e->nfaults >= 1 && e->nfaults <= 100);
        for (size_t i = 0; i < e->nfaults; i++)
            FUZZ_CHECK(e->faults[i].at[0] == '\0' || e->faults[i].at[0] == '/');
        return;
    }
    text = write_thing(a, &t);
    FUZZ_CHECK(json_parse(a, text, strlen(text), 64, &back) == NULL);
    FUZZ_CHECK(json_read(a, back, &thing_json, &again) == NULL);
    FUZZ_CHECK(strcmp(write_thing(a, &again), text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_endp) struct arena *a = arena_new();
    json_t *j = NULL, *back = NULL;
    const char *text;
    err_t e = json_parse(a, (const char *)data, size, 32, &j);

    if (e != NULL) {
        FUZZ_CHECK(e->kind == ERR_INVALID && e->nfaults == 1 && j == NULL);
        return 0;
    }
    text = json_text(a, j);
    FUZZ_CHECK(json_parse(a, text, strlen(text), 32, &back) == NULL);
    FUZZ_CHECK(strcmp(json_text(a, back), text) == 0);
    FUZZ_CHECK(strcmp(json_text_canonical(a, back), json_text_canonical(a, j)) == 0);
    text = json_text_canonical(a, json_merge_patch(a, j, j));
    FUZZ_CHECK(json_parse(a, text, strlen(text), 32, &back) == NULL);
    check_struct(a, j);
    return 0;
}
