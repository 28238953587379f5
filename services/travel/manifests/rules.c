/* rules.c - manifests; see rules.h. */
#include "travel/manifests/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

ERR_DEFINE(err_closed, ERR_CONFLICT, "manifest.closed", "The manifest is closed.");
ERR_DEFINE(err_current, ERR_CONFLICT, "manifest.current", "Nothing has changed since the last version.");
ERR_DEFINE(err_stale, ERR_CONFLICT, "manifest.stale", "Who travels, or how, has changed since this version.");
ERR_DEFINE(err_open, ERR_CONFLICT, "manifest.open", "The manifest is not closed.");
ERR_DEFINE(err_overtaken, ERR_CONFLICT, "manifest.overtaken", "There is a later version.");

static const json_t *passenger_of(const json_t *contents, const char *id)
{
    const json_t *list = json_object_get(contents, "passengers"), *p;
    size_t i;

    json_array_foreach(list, i, p)
    {
        if (str_eq(json_member_text(p, "passengerId"), id))
            return p;
    }
    return NULL;
}

/* Ids of those of one version who are not in the other. */
static void put_missing(struct buf *b, const char *name, const json_t *in, const json_t *from)
{
    const json_t *list = json_object_get(in, "passengers"), *p;
    bool first = true;
    size_t i;

    buf_printf(b, "\"%s\":[", name);
    json_array_foreach(list, i, p)
    {
        const char *id = json_member_text(p, "passengerId");

        if (passenger_of(from, id))
            continue;
        buf_puts(b, first ? "" : ",");
        json_write_text(b, id);
        first = false;
    }
    buf_putc(b, ']');
}

/* Writes {"passengerId","fields"} when a member differs; true then. */
static bool put_changed(struct buf *b, const json_t *before, const json_t *after, bool first)
{
    const char *name;
    json_t *value;
    bool any = false;

    json_object_foreach((json_t *)(uintptr_t)after, name, value)
    {
        if (json_equal(value, json_object_get(before, name)))
            continue;
        if (!any) {
            buf_puts(b, first ? "{\"passengerId\":" : ",{\"passengerId\":");
            json_write_text(b, json_member_text(after, "passengerId"));
            buf_puts(b, ",\"fields\":[");
        }
        buf_puts(b, any ? "," : "");
        json_write_text(b, name);
        any = true;
    }
    if (any)
        buf_puts(b, "]}");
    return any;
}

const char *rules_manifest_diff(struct arena *a, const json_t *before, const json_t *after)
{
    const json_t *list = json_object_get(after, "passengers"), *p;
    bool first = true;
    struct buf b;
    size_t i;

    buf_init(&b, a, 512);
    buf_putc(&b, '{');
    put_missing(&b, "added", after, before);
    buf_putc(&b, ',');
    put_missing(&b, "removed", before, after);
    buf_puts(&b, ",\"changed\":[");
    json_array_foreach(list, i, p)
    {
        const json_t *was = passenger_of(before, json_member_text(p, "passengerId"));

        if (was && put_changed(&b, was, p, first))
            first = false;
    }
    buf_printf(&b, "],\"segments\":%s}",
               json_equal(json_object_get(before, "segments"), json_object_get(after, "segments")) ? "false"
                                                                                                   : "true");
    return buf_text(&b);
}

err_t rules_manifest_make(const char *status, bool current)
{
    if (str_eq(status, "closed"))
        return err_closed;
    return status && current ? err_current : NULL;
}

err_t rules_manifest_close(const char *status, bool current)
{
    if (str_eq(status, "closed"))
        return err_closed;
    return current ? NULL : err_stale;
}

err_t rules_manifest_reopen(const char *status, bool latest)
{
    if (!latest)
        return err_overtaken;
    return str_eq(status, "closed") ? NULL : err_open;
}

struct text_array rules_manifest_actions(struct arena *a, const char *status, bool current, bool writes)
{
    struct text_array actions = {0};

    action_add(a, &actions, writes && current && str_eq(status, "open"), "close");
    action_add(a, &actions, writes && str_eq(status, "closed"), "reopen");
    return actions;
}
