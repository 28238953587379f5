/* events.c - the catalogue of events. */
#include "app/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

#define TEXT_MAX 500
#define TEXTS_MAX 100

struct events {
    struct event_type *v;
    size_t n;
};

/* ---- types of data ---- */

static bool is_uuid(const json_t *v)
{
    struct uuid sink;

    return json_is_string(v) && uuid_parse(json_string_value(v), &sink);
}

/* A word of ours or of a list of codes: statuses, organisations, programmes, topics. */
static bool is_code(const json_t *v)
{
    const char *s = json_is_string(v) ? json_string_value(v) : "";
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-");

    return n > 0 && n <= 64 && s[n] == '\0';
}

static bool is_text(const json_t *v)
{
    return json_is_string(v) && json_string_length(v) <= TEXT_MAX;
}

/* A list of codes or subjects. */
static bool is_texts(const json_t *v)
{
    const json_t *item;
    size_t i;

    if (!json_is_array(v) || json_array_size(v) > TEXTS_MAX)
        return false;
    json_array_foreach(v, i, item)
    {
        if (!is_text(item))
            return false;
    }
    return true;
}

static bool is_instant(const json_t *v)
{
    int64_t sink;

    return json_is_string(v) && date_parse_instant(json_string_value(v), &sink);
}

static bool is_date(const json_t *v)
{
    int32_t sink;

    return json_is_string(v) && date_parse(json_string_value(v), &sink);
}

static bool is_int(const json_t *v)
{
    return json_is_integer(v);
}

static bool is_bool(const json_t *v)
{
    return json_is_boolean(v);
}

static bool is_zone(const json_t *v)
{
    return json_is_string(v) && date_zone_ok(json_string_value(v));
}

static const struct {
    const char *name;
    bool (*is)(const json_t *v);
} types[] = {{"uuid", is_uuid},   {"code", is_code},       {"text", is_text},
             {"texts", is_texts}, {"instant", is_instant}, {"date", is_date},
             {"int", is_int},     {"bool", is_bool},       {"zone", is_zone}};

/* "uuid", "uuid?" */
static bool (*type_of(const char *name, bool *ret_nullable))(const json_t *v)
{
    size_t n = strlen(name);

    *ret_nullable = n > 0 && name[n - 1] == '?';
    n -= *ret_nullable;
    for (size_t i = 0; i < LENGTH(types); i++)
        if (strlen(types[i].name) == n && strncmp(types[i].name, name, n) == 0)
            return types[i].is;
    return NULL;
}

err_t event_check(struct arena *a, const struct event_type *t, const json_t *data)
{
    const char *name;
    json_t *type;

    if (!json_is_object(data))
        return err_internal(a, ERR_BUG, "event.data", "%s: data is no object", t->name);
    json_object_foreach((json_t *)(uintptr_t)t->data, name, type)
    {
        const json_t *v = json_object_get(data, name);
        bool nullable;
        bool (*is)(const json_t *) = type_of(json_string_value(type), &nullable);

        if ((!v || json_is_null(v)) ? !nullable : !is(v))
            return err_internal(a, ERR_BUG, "event.data", "%s: %s is no %s", t->name, name,
                                json_string_value(type));
    }
    json_object_foreach((json_t *)(uintptr_t)data, name, type)
    {
        if (!json_object_get(t->data, name))
            return err_internal(a, ERR_BUG, "event.data", "%s: %s is not in events.yaml", t->name, name);
    }
    return NULL;
}

/* ---- the file ---- */

static int by_text(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;

    return strcmp(*x, *y);
}

static err_t read_groups(struct arena *a, const json_t *list, struct text_array *ret)
{
    size_t n = json_array_size(list);

    ret->v = ARENA_ARRAY(a, n ? n : 1, const char *);
    for (size_t i = 0; i < n; i++) {
        const char *group = json_string_value(json_array_get(list, i));

        if (!group)
            return err_internal(a, ERR_INVALID, "events.file", "consumers are names");
        ret->v[ret->n++] = group;
    }
    qsort(ret->v, ret->n, sizeof(*ret->v), by_text);
    for (size_t i = 1; i < ret->n; i++)
        if (str_eq(ret->v[i - 1], ret->v[i]))
            return err_internal(a, ERR_INVALID, "events.file", "%s consumes twice", ret->v[i]);
    return NULL;
}

static err_t read_type(struct arena *a, const char *name, const json_t *from, struct event_type *ret)
{
    const char *member;
    json_t *type;
    bool nullable;

    *ret = (struct event_type){
        .name = name,
        .source = json_member_text(from, "source"),
        .on_dead = json_member_text(from, "onDead"),
        .data = json_object_get(from, "data"),
    };
    if (!ret->source || !ret->data || !(str_eq(ret->on_dead, "hold") || str_eq(ret->on_dead, "skip")))
        return err_internal(a, ERR_INVALID, "events.file", "%s needs source, data, onDead hold or skip",
                            name);
    json_object_foreach((json_t *)(uintptr_t)ret->data, member, type)
    {
        if (!json_is_string(type) || !type_of(json_string_value(type), &nullable))
            return err_internal(a, ERR_INVALID, "events.file", "%s: %s has no known type", name, member);
    }
    return read_groups(a, json_object_get(from, "consumers"), &ret->groups);
}

err_t events_open(struct arena *a, const char *path, struct events **ret)
{
    struct events *ev = ARENA_NEW(a, struct events);
    json_error_t fault;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &fault), *all, *one;
    const char *name;

    if (!file)
        return err_internal(a, ERR_INVALID, "events.file", "%s: line %d: %s", path, fault.line, fault.text);
    arena_own_json(a, file);
    all = json_object_get(file, "events");
    ev->v = ARENA_ARRAY(a, json_object_size(all) + 1, struct event_type);
    json_object_foreach(all, name, one)
    {
        TRY(read_type(a, name, one, &ev->v[ev->n]));
        ev->n++;
    }
    *ret = ev;
    return NULL;
}

const struct event_type *events_find(const struct events *ev, const char *name)
{
    for (size_t i = 0; i < ev->n; i++)
        if (str_eq(ev->v[i].name, name))
            return &ev->v[i];
    return NULL;
}

const struct event_type *events_at(const struct events *ev, size_t i)
{
    return i < ev->n ? &ev->v[i] : NULL;
}

bool event_type_goes_to(const struct event_type *t, const char *group)
{
    for (size_t i = 0; i < t->groups.n; i++)
        if (str_eq(t->groups.v[i], group))
            return true;
    return false;
}
