/* subjects.c - see subjects.h. */
#include "app/subjects.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "app/audit.h"
#include "app/inbox.h"
#include "app/keyring.h"
#include "app/outbox.h"
#include "app/peers.h"
#include "app/program.h"
#include "app/queries.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "web/request.h"

#define BODY_DEPTH 16
/* Of a piece, before it is opened: opened and written it stays below what a peer takes at once (peers.c). */
#define PIECE_BYTES (INT64_C(256) * 1024)
#define PIECE_TIMEOUT_US (INT64_C(5) * 1000 * 1000)

static err_t erase(struct ctx *x, struct tx *tx, const struct subject_question *q, struct subject_body *ret)
{
    if (q->leaving)
        TRY(q->leaving(x, tx, q));
    return q_subject_erase(tx, q->person_id, q->own, ret);
}

err_t subject_find(struct ctx *x, struct tx *tx, const struct subject_question *q, struct subject_found *ret)
{
    struct subject_blocks blocks = {.blocks = "[]"};
    struct subject_body found = {.body = "[]"};

    if (str_eq(q->phase, "export")) {
        TRY(q_subject_export(tx, q->person_id, q->own, &found));
    } else {
        TRY(q_subject_blocks(tx, q->person_id, q->own, date_today_nl(x->now_us), &blocks));
        if (str_eq(q->phase, "plan"))
            TRY(q_subject_plan(tx, q->person_id, q->own, &found));
        else if (str_eq(blocks.blocks, "[]"))
            TRY(erase(x, tx, q, &found));
    }
    *ret = (struct subject_found){.body = found.body, .blocks = blocks.blocks};
    return NULL;
}

struct uuid_array subject_uuids(struct arena *a, const json_t *obj, const char *member)
{
    const json_t *items = json_object_get(obj, member), *item;
    struct uuid *v = ARENA_ARRAY(a, json_array_size(items) + 1, struct uuid);
    size_t n = 0;
    size_t i;

    json_array_foreach(items, i, item)
    {
        if (json_is_string(item) && uuid_parse(json_string_value(item), &v[n]))
            n++;
    }
    return (struct uuid_array){.v = v, .n = n};
}

/* ---- a worker's answer ---- */

err_t subject_asked(struct ctx *x, const struct inbox_event *e, const char *answered,
                    subject_leaving_fn *leaving)
{
    struct opt_uuid ask = json_member_uuid(e->data, "askId"), person = json_member_uuid(e->data, "personId");
    struct subject_question q = {.phase = json_member_text(e->data, "phase"),
                                 .request_id = e->subject,
                                 .person_id = person.v,
                                 .own = subject_uuids(x->arena, e->data, "ownCases"),
                                 .leaving = leaving};
    struct subject_found found;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(subject_find(x, tx, &q, &found));
    q_subject_answer_add(tx, &(struct q_subject_answer_add_in){.id = ask.v,
                                                               .person_id = person.v,
                                                               .phase = q.phase,
                                                               .body = found.body,
                                                               .blocks = found.blocks,
                                                               .now = x->now_us});
    audit_write(tx, "person", person.v, q.phase, NULL);
    outbox_add(tx, &(struct event){.type = answered,
                                   .subject = e->subject,
                                   .key = e->subject,
                                   .data = arena_printf(x->arena, "{\"requestId\":\"%s\",\"askId\":\"%s\"}",
                                                        uuid_text(x->arena, e->subject),
                                                        uuid_text(x->arena, ask.v))});
    return NULL;
}

err_t subject_taken(struct ctx *x, const struct inbox_event *e)
{
    struct tx *tx;

    if (!str_eq(json_member_text(e->data, "service"), program_of(x)->service))
        return NULL; /* another's answer to the same question */
    TRY(db_begin(x, &tx));
    q_subject_answer_drop(tx, json_member_uuid(e->data, "askId").v);
    return NULL;
}

/* ---- an export ---- */

/* contact_points: contactPoints */
static const char *camel(struct arena *a, const char *name)
{
    struct buf b;
    bool upper = false;

    buf_init(&b, a, strlen(name) + 1);
    for (const char *p = name; *p; p++) {
        if (*p == '_')
            upper = true;
        else
            buf_putc(&b, (char)(upper ? toupper((unsigned char)*p) : *p)), upper = false;
    }
    return buf_text(&b);
}

/* A sealed value as to_jsonb writes bytea ("\x0123…"). how: {cls, place, row}. */
static err_t value_open(struct ctx *x, const json_t *row, const char *value, const json_t *how,
                        const char **ret)
{
    const char *id = json_member_text(row, json_member_text(how, "row"));
    size_t n = strlen(value);
    struct bytes sealed;
    struct uuid row_id;
    uint8_t *p;

    if (!str_starts(value, "\\x") || !id || !uuid_parse(id, &row_id))
        return err_internal(x->arena, ERR_BUG, "subject.sealed",
                            "a shown column is not sealed as the catalogue says");
    p = arena_alloc(x->arena, n / 2 + 1);
    if (!str_unhex(value + 2, p, n / 2 - 1))
        return err_internal(x->arena, ERR_BUG, "subject.sealed", "a shown column is not bytea");
    sealed = (struct bytes){.p = p, .n = n / 2 - 1};
    return keyring_unseal(x->arena, program_of(x)->keyring, json_member_text(how, "cls"),
                          x->who->organisation, json_member_text(how, "place"), row_id, sealed, ret);
}

static err_t row_write(struct ctx *x, struct buf *out, const json_t *row, const json_t *sealed)
{
    const char *name, *comma = "{";
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)row, name, value)
    {
        const json_t *how = json_object_get(sealed, name);
        const char *text = NULL;

        if (json_is_null(value))
            continue;
        buf_printf(out, "%s\"%s\":", comma, camel(x->arena, name));
        comma = ",";
        if (!how) {
            buf_puts(out, json_text(x->arena, value));
            continue;
        }
        TRY(value_open(x, row, json_string_value(value), how, &text));
        json_write_text(out, text);
    }
    buf_puts(out, *comma == '{' ? "{}" : "}");
    return NULL;
}

err_t subject_open(struct ctx *x, const char *body, const char **ret)
{
    const json_t *table, *row;
    json_t *tables;
    struct buf out;
    size_t i, k;

    TRY(json_parse(x->arena, body, strlen(body), BODY_DEPTH, &tables));
    buf_init(&out, x->arena, strlen(body) + 64);
    buf_putc(&out, '[');
    json_array_foreach(tables, i, table)
    {
        buf_printf(&out, "%s{\"table\":\"%s\",\"rows\":[", i ? "," : "",
                   camel(x->arena, json_member_text(table, "table")));
        json_array_foreach(json_object_get(table, "rows"), k, row)
        {
            if (k)
                buf_putc(&out, ',');
            TRY(row_write(x, &out, row, json_object_get(table, "sealed")));
        }
        buf_puts(&out, "]}");
    }
    buf_putc(&out, ']');
    *ret = buf_text(&out);
    return NULL;
}

err_t subject_answer_get(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct subject_piece a;
    struct buf *out;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_subject_answer_piece(tx, request_path_uuid(rq, "askId"), request_query_int(rq, "fromRow", 0),
                               PIECE_BYTES, &a));
    if (str_eq(a.phase, "export"))
        TRY(subject_open(x, a.body, &a.body));
    audit_read(tx, "person", a.person_id, a.phase);
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"phase\":\"%s\",\"personId\":\"%s\",\"body\":%s,\"blocks\":%s,\"next\":", a.phase,
               uuid_text(x->arena, a.person_id), a.body, a.blocks);
    if (a.next.set)
        json_write_i64(out, a.next.v);
    else
        buf_puts(out, "null");
    buf_putc(out, '}');
    return NULL;
}

/* ---- an answer is taken ---- */

/* A table whose rows are in two pieces is one again. */
static void piece_add(json_t *body, const json_t *tables)
{
    json_t *last, *table;
    size_t i;

    json_array_foreach(tables, i, table)
    {
        last = json_array_get(body, json_array_size(body) - 1);
        if (last && str_eq(json_member_text(last, "table"), json_member_text(table, "table")))
            json_array_extend(json_object_get(last, "rows"), json_object_get(table, "rows"));
        else
            json_array_append(body, table);
    }
}

err_t subject_answer_take(struct ctx *x, const char *service, struct uuid ask_id, struct subject_found *ret)
{
    const char *place =
        arena_printf(x->arena, "/%s/v1/subject-answers/%s", service, uuid_text(x->arena, ask_id));
    json_t *body = arena_own_json(x->arena, json_array()), *piece;
    int64_t from = 0;
    const char *path = place;

    for (;;) {
        TRY(peer_call(x, service, path, x->who->organisation, NULL, PIECE_TIMEOUT_US, &piece));
        piece_add(body, json_object_get(piece, "body"));
        if (!json_is_integer(json_object_get(piece, "next")))
            break;
        if (json_member_i64(piece, "next", 0) <= from)
            return err_internal(x->arena, ERR_UPSTREAM, "subject.piece", "the answer does not go on");
        from = json_member_i64(piece, "next", 0);
        path = arena_printf(x->arena, "%s?fromRow=%" PRId64, place, from);
    }
    *ret = (struct subject_found){.body = json_text(x->arena, body),
                                  .blocks = json_text(x->arena, json_object_get(piece, "blocks"))};
    return NULL;
}
