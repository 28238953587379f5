/* common.c - small things that every area of this service needs. */
#include "cases/common.h"

#include <assert.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "web/request.h"

int32_t today_nl(int64_t now_us)
{
    int32_t offset_s = 0;
    bool known = date_zone_offset("Europe/Amsterdam", now_us, &offset_s);

    assert(known);
    return date_of_instant(now_us + offset_s * DATE_US_PER_S);
}

const char *member_names(struct arena *a, const json_t *body)
{
    json_t *names = arena_own_json(a, json_array()), *value;
    const char *name;

    json_object_foreach((json_t *)(uintptr_t)body, name, value)
        json_array_append_new(names, json_string(name));
    return json_text(a, names);
}

void action_add(struct arena *a, struct text_array *actions, bool when, const char *action)
{
    if (!when)
        return;
    if (actions->n == 0)
        actions->v = ARENA_ARRAY(a, ACTIONS_MAX, const char *);
    assert(actions->n < ACTIONS_MAX);
    actions->v[actions->n++] = action;
}

err_t reply_items(struct response *rs, const struct json_shape *shape, const void *rows, size_t n)
{
    struct buf *out = reply_begin(rs, 200);

    buf_puts(out, "{\"items\":");
    json_write_array(out, shape, rows, n);
    buf_putc(out, '}');
    return NULL;
}
