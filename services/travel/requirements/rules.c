/* rules.c - see rules.h. */
#include "travel/requirements/rules.h"

#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"

struct accepted {
    int32_t from;
    struct requirement *rows;
    size_t nrows;
};
struct carrier {
    const char *code;
    struct carrier_ages ages;
};
struct carriers {
    int32_t from;
    struct carrier_ages ages;
    struct carrier *list;
    size_t n;
};
struct requirements {
    struct accepted *accepted;
    struct carriers *carriers;
    size_t naccepted, ncarriers;
};

static err_t invalid(struct arena *a, const char *path, const char *what, const char *of)
{
    return err_internal(a, ERR_BUG, "requirements.invalid", "%s: %s %s", path, what, of);
}

static bool has(const struct text_array *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++) {
        if (str_eq(list->v[i], text))
            return true;
    }
    return false;
}

/* ---- reading ---- */

static void read_documents(struct arena *a, const json_t *list, struct requirement *ret)
{
    struct document_rule *rules = ARENA_ARRAY(a, json_array_size(list) + 1, struct document_rule);
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        rules[i] = (struct document_rule){
            .kinds = json_member_texts(a, item, "kinds"),
            .days_after_arrival = (int32_t)json_member_i64(item, "daysAfterArrival", 0),
            .clearances = json_member_texts(a, item, "clearances"),
        };
    }
    ret->documents = rules;
    ret->ndocuments = json_array_size(list);
}

static err_t check_row(struct arena *a, const char *path, const struct requirement *r)
{
    if (!str_eq(r->country, "*") && !codes_country(r->country))
        return invalid(a, path, "unknown country in", r->id);
    for (size_t i = 0; i < r->nationalities.n; i++) {
        const char *nationality = r->nationalities.v[i];

        if (!str_eq(nationality, "*") && !str_eq(nationality, "own") && !codes_nationality(nationality))
            return invalid(a, path, "unknown nationality in", r->id);
    }
    if (r->valid_from.set && r->valid_until.set && r->valid_until.v < r->valid_from.v)
        return invalid(a, path, "ends before it begins:", r->id);
    return NULL;
}

static bool meet(const struct text_array *one, const struct text_array *other)
{
    if (one->n == 0 || other->n == 0)
        return one->n == other->n;
    for (size_t i = 0; i < one->n; i++) {
        if (has(other, one->v[i]))
            return true;
    }
    return false;
}

/* Both would answer a question equally closely, on a day that both are valid. */
static bool same_question(const struct requirement *one, const struct requirement *other)
{
    if (!str_eq(one->country, other->country) || !str_eq(one->stage, other->stage) ||
        !meet(&one->nationalities, &other->nationalities) || !meet(&one->purposes, &other->purposes))
        return false;
    if (one->valid_until.set && other->valid_from.set && one->valid_until.v < other->valid_from.v)
        return false;
    return !(other->valid_until.set && one->valid_from.set && other->valid_until.v < one->valid_from.v);
}

static bool is_default(const struct requirement *r, const char *stage)
{
    return str_eq(r->country, "*") && str_eq(r->stage, stage) && has(&r->nationalities, "*") &&
           r->purposes.n == 0 && !r->valid_from.set && !r->valid_until.set;
}

static err_t check_rows(struct arena *a, const char *path, const struct accepted *v)
{
    bool transit = false, destination = false;

    for (size_t i = 0; i < v->nrows; i++) {
        transit |= is_default(&v->rows[i], "transit");
        destination |= is_default(&v->rows[i], "destination");
        for (size_t k = 0; k < i; k++) {
            if (str_eq(v->rows[i].id, v->rows[k].id) || same_question(&v->rows[i], &v->rows[k]))
                return invalid(a, path, v->rows[k].id, arena_printf(a, "and %s say the same", v->rows[i].id));
        }
    }
    if (!transit || !destination)
        return invalid(a, path, "no row for whoever has none of his own at",
                       transit ? "destination" : "transit");
    return NULL;
}

/* The file bears the day on which it comes into force, so that nobody looks at one and changes another. */
static err_t read_from(struct arena *a, const char *path, const json_t *document, int32_t *ret)
{
    const char *from = json_member_text(document, "from"), *end = arena_printf(a, "/%s.json", from);
    size_t n = strlen(path), m = strlen(end);

    if (n < m || !str_eq(path + n - m, end))
        return invalid(a, path, "comes into force on", from);
    return date_parse(from, ret) ? NULL : invalid(a, path, "no such day:", from);
}

static err_t read_accepted(struct arena *a, const char *path, const json_t *document, struct accepted *ret)
{
    const json_t *rows = json_object_get(document, "rows"), *item;
    size_t i;

    TRY(read_from(a, path, document, &ret->from));
    ret->rows = ARENA_ARRAY(a, json_array_size(rows) + 1, struct requirement);
    json_array_foreach(rows, i, item)
    {
        struct requirement *r = &ret->rows[ret->nrows++];

        *r = (struct requirement){
            .id = json_member_text(item, "id"),
            .country = json_member_text(item, "country"),
            .stage = json_member_text(item, "stage"),
            .nationalities = json_member_texts(a, item, "nationalities"),
            .purposes = json_member_texts(a, item, "purposes"),
            .valid_from = json_member_date(item, "validFrom"),
            .valid_until = json_member_date(item, "validUntil"),
            .verify = json_member_bool(item, "verify", true),
            .note = json_member_text(item, "note"),
        };
        read_documents(a, json_object_get(item, "documents"), r);
        TRY(check_row(a, path, r));
    }
    return check_rows(a, path, ret);
}

static struct carrier_ages read_ages(const json_t *ages)
{
    return (struct carrier_ages){
        .alone = (int32_t)json_member_i64(ages, "alone", 0),
        .companion = (int32_t)json_member_i64(ages, "companion", 0),
    };
}

static err_t read_carriers(struct arena *a, const char *path, const json_t *document, struct carriers *ret)
{
    const json_t *list = json_object_get(document, "carriers"), *item;
    size_t i;

    TRY(read_from(a, path, document, &ret->from));
    ret->ages = read_ages(json_object_get(document, "default"));
    ret->list = ARENA_ARRAY(a, json_array_size(list) + 1, struct carrier);
    json_array_foreach(list, i, item)
    {
        const char *code = json_member_text(item, "code");

        for (size_t k = 0; k < ret->n; k++) {
            if (str_eq(ret->list[k].code, code))
                return invalid(a, path, "stands twice:", code);
        }
        ret->list[ret->n++] =
            (struct carrier){.code = code, .ages = read_ages(json_object_get(item, "ages"))};
    }
    return NULL;
}

err_t requirements_make(struct arena *a, const json_t *accepted, const json_t *accepted_paths,
                        const json_t *carriers, const json_t *carrier_paths, struct requirements **ret)
{
    struct requirements *r = ARENA_NEW(a, struct requirements);
    const json_t *document;
    size_t i;

    r->accepted = ARENA_ARRAY(a, json_array_size(accepted) + 1, struct accepted);
    json_array_foreach(accepted, i, document)
    {
        TRY(read_accepted(a, json_string_value(json_array_get(accepted_paths, i)), document,
                          &r->accepted[r->naccepted++]));
    }
    r->carriers = ARENA_ARRAY(a, json_array_size(carriers) + 1, struct carriers);
    json_array_foreach(carriers, i, document)
    {
        TRY(read_carriers(a, json_string_value(json_array_get(carrier_paths, i)), document,
                          &r->carriers[r->ncarriers++]));
    }
    if (r->naccepted == 0 || r->ncarriers == 0)
        return invalid(a, "requirements", "no version of", r->naccepted ? "carriers" : "accepted");
    *ret = r;
    return NULL;
}

/* ---- asking ---- */

static const struct accepted *accepted_on(const struct requirements *r, int32_t on)
{
    const struct accepted *best = NULL;

    for (size_t i = 0; i < r->naccepted; i++) {
        if (r->accepted[i].from <= on && (!best || r->accepted[i].from > best->from))
            best = &r->accepted[i];
    }
    return best;
}

/* How close the row is to the question; 0: it says nothing about it. */
static int closeness(const struct requirement *r, const struct requirement_question *q)
{
    int close = 1;

    if (!str_eq(r->stage, q->stage) || (r->valid_from.set && q->on < r->valid_from.v) ||
        (r->valid_until.set && q->on > r->valid_until.v))
        return 0;
    if (str_eq(r->country, q->country))
        close += 8;
    else if (!str_eq(r->country, "*"))
        return 0;
    if (has(&r->nationalities, q->nationality))
        close += 4;
    else if (has(&r->nationalities, "own") && str_eq(q->country, q->nationality))
        close += 4;
    else if (!has(&r->nationalities, "*"))
        return 0;
    if (r->purposes.n > 0)
        return q->purpose && has(&r->purposes, q->purpose) ? close + 2 : 0;
    return close;
}

const struct requirement *requirement_find(const struct requirements *r, const struct requirement_question *q)
{
    const struct accepted *v = accepted_on(r, q->on);
    const struct requirement *best = NULL;
    int closest = 0;

    for (size_t i = 0; v && i < v->nrows; i++) {
        int close = closeness(&v->rows[i], q);

        if (close > closest) {
            closest = close;
            best = &v->rows[i];
        }
    }
    return best;
}

const struct document_rule *requirement_document(const struct requirement *r, const char *kind)
{
    for (size_t i = 0; kind && i < r->ndocuments; i++) {
        if (has(&r->documents[i].kinds, kind))
            return &r->documents[i];
    }
    return NULL;
}

struct carrier_ages carrier_ages(const struct requirements *r, const char *code, int32_t on)
{
    const struct carriers *best = &r->carriers[0];

    for (size_t i = 1; i < r->ncarriers; i++) {
        if (r->carriers[i].from <= on && (r->carriers[i].from > best->from || best->from > on))
            best = &r->carriers[i];
    }
    for (size_t i = 0; code && i < best->n; i++) {
        if (str_eq(best->list[i].code, code))
            return best->list[i].ages;
    }
    return best->ages;
}

bool requirements_version(const struct requirements *r, int32_t on, int32_t *ret_from)
{
    const struct accepted *v = accepted_on(r, on);

    if (v)
        *ret_from = v->from;
    return v != NULL;
}
