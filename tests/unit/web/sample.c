/* sample.c - handlers of sample.json. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "edge_fixture.h"
#include "io/co.h"
#include "sample_queries.h"
#include "web/http.h"
#include "web/page.h"

static err_t reply_thing(struct response *rs, int status, const struct thing_row *row)
{
    reply_etag(rs, row->version_);
    return reply_row(rs, status, &thing_row_json, row);
}

static err_t list_things(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct thing_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_thing_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_thing_list(tx, request_query(rq, "kind"), &page, &rows, &n));
    return reply_page(x, rq, rs, &q_thing_list_page, &page, &thing_row_json, rows, n);
}

static err_t search_things(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *kind = json_member_text(request_body(rq), "kind");
    struct thing_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_thing_list_page, &page));
    if (kind)
        page_filter(&page, &q_thing_list_page, "kind");
    TRY(db_begin_read(x, &tx));
    TRY(q_thing_list(tx, kind, &page, &rows, &n));
    return reply_page(x, rq, rs, &q_thing_list_page, &page, &thing_row_json, rows, n);
}

struct thing_input {
    const char *name, *kind;
    int64_t slow_ms;
    bool fail_after;
};
static const struct json_field thing_input_fields[] = {
    JSON_FIELD(struct thing_input, name, "name", JSON_TEXT),
    JSON_FIELD(struct thing_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct thing_input, slow_ms, "slowMs", JSON_I64),
    JSON_FIELD(struct thing_input, fail_after, "failAfter", JSON_BOOL),
};
static const struct json_shape thing_input_json = JSON_SHAPE(struct thing_input, thing_input_fields);

ERR_DEFINE(err_after, ERR_CONFLICT, "thing.after", "It fails after it has written.");

static err_t create_thing(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct thing_input in = {0};
    struct thing_row row;
    struct tx *tx;

    TRY(request_read(x, rq, &thing_input_json, &in));
    struct q_thing_add_in add = {
        .id = uuid_new(x->now_us), .name = in.name, .kind = in.kind, .now = x->now_us};

    TRY(db_begin(x, &tx));
    q_thing_add(tx, &add);
    TRY(q_thing(tx, add.id, &row));
    if (in.slow_ms)
        TRY(co_sleep(in.slow_ms * 1000));
    if (in.fail_after)
        return err_after;
    reply_location(x, rs, "/things/%s", uuid_text(x->arena, add.id));
    return reply_thing(rs, 201, &row);
}

static err_t get_thing(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct thing_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    TRY(q_thing(tx, request_path_uuid(rq, "thingId"), &row));
    return reply_thing(rs, 200, &row);
}

static err_t change_thing(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct thing_input in = {0};
    struct thing_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_thing_lock(tx, request_path_uuid(rq, "thingId"), &row));
    TRY(etag_match(rq, row.version_));
    in.name = row.name;
    TRY(request_read(x, rq, &thing_input_json, &in));
    q_thing_save(tx, row.id, in.name);
    TRY(q_thing(tx, row.id, &row));
    return reply_thing(rs, 200, &row);
}

static err_t who(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct buf *out = reply_begin(rs, 200);

    buf_puts(out, "{\"organisation\":");
    json_write_text(out, x->who->organisation);
    buf_puts(out, ",\"client\":");
    json_write_text(out, x->who->client_id);
    buf_puts(out, ",\"purpose\":");
    json_write_text(out, x->purpose);
    buf_puts(out, ",\"trace\":");
    json_write_text(out, x->traceparent);
    buf_putc(out, '}');
    return NULL;
}

static err_t open_get(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct buf *out = reply_begin(rs, 200);

    buf_puts(out, "{\"n\":");
    json_write_i64(out, request_query_int(rq, "n", -1));
    buf_puts(out, ",\"q\":");
    json_write_text(out, request_query(rq, "q"));
    buf_printf(out, ",\"flag\":%s,\"a\":%s,\"b\":%s,\"client\":",
               request_query_bool(rq, "flag", false) ? "true" : "false",
               request_query_has(rq, "expand", "a") ? "true" : "false",
               request_query_has(rq, "expand", "b") ? "true" : "false");
    json_write_text(out, x->who->client_id);
    buf_putc(out, '}');
    return NULL;
}

static err_t open_post(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);

    return reply_json_text(rs, 200, body ? json_text(x->arena, body) : "{\"body\":\"none\"}");
}

static err_t form(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct buf *out = reply_begin(rs, 200);

    buf_puts(out, "{\"grantType\":");
    json_write_text(out, request_form(rq, "grant_type"));
    buf_puts(out, ",\"authorization\":");
    json_write_text(out, request_header(rq, "authorization"));
    buf_putc(out, '}');
    return NULL;
}

static err_t sleep_op(struct ctx *x, const struct request *rq, struct response *rs)
{
    TRY(co_sleep(request_query_int(rq, "ms", 0) * 1000));
    return reply_json_text(rs, 200, "{\"slept\":\"well\"}");
}

static err_t fail_op(struct ctx *x, const struct request *rq, struct response *rs)
{
    static const struct fault guard = {.in = FAULT_GUARD,
                                       .at = "/papers",
                                       .code = "papers.valid",
                                       .detail = "No valid paper.",
                                       .remedy = "Ask for one.",
                                       .overridable = true};
    const char *how = request_query(rq, "how");

    reply_header(rs, "Location", "/not/to/be/seen");
    if (str_eq(how, "bug"))
        return err_internal(x->arena, ERR_BUG, "secret.place", "password=%s", "secret");
    if (str_eq(how, "conflict"))
        return err_faults(x->arena, ERR_CONFLICT, "case.guards", "A guard is not met.", &guard, 1);
    if (str_eq(how, "missing"))
        return err_new(x->arena, ERR_MISSING, "thing.missing", "There is no such thing.");
    if (str_eq(how, "limit"))
        return err_new(x->arena, ERR_LIMIT, "rate.limited", "Slower, please.");
    return NULL; /* silent */
}

static err_t large(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct buf *out = reply_begin(rs, 200);

    buf_puts(out, "{\"text\":\"");
    for (int i = 0; i < 1024 * 1024; i++)
        buf_putc(out, (char)('a' + i % 26));
    buf_puts(out, "\"}");
    return NULL;
}

static err_t get_file(struct ctx *x, const struct request *rq, struct response *rs)
{
    const size_t n = 3 * REPLY_LARGE_BYTES;

    reply_etag(rs, 7);
    if (etag_unchanged(rq, 7))
        return reply_empty(rs, 304);
    TRY(reply_large(rs));
    return reply_file(rs, "application/pdf", "document.pdf",
                      (struct bytes){.p = arena_alloc(x->arena, n), .n = n});
}

static err_t put_file(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct bytes b = request_bytes(rq);

    buf_printf(reply_begin(rs, 200), "{\"type\":\"%s\",\"n\":%zu,\"last\":%d}", request_media_type(rq), b.n,
               b.p[b.n - 1]);
    return NULL;
}

static err_t nothing(struct ctx *x, const struct request *rq, struct response *rs)
{
    return reply_empty(rs, 204);
}

/* Rows of the table events after the last id; the row "big" is written as 100 kB. */
static err_t events_fetch(struct ctx *x, struct stream *s, const char *last_id, void *arg)
{
    struct event_row *rows;
    struct tx *tx;
    int64_t after = 0;
    size_t n;
    char id[24];

    if (!str_to_i64(last_id, 0, INT64_MAX, &after))
        after = 0;
    TRY(db_read(x, &tx));
    TRY(q_thing_after(tx, after, 100, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        const char *text = rows[i].text;
        if (str_eq(text, "big")) {
            char *big = arena_alloc(x->arena, 100001);
            memset(big, 'x', 100000);
            text = big;
        }
        snprintf(id, sizeof(id), "%lld", (long long)rows[i].n);
        stream_event(s, id, "thing", text);
    }
    return NULL;
}

static err_t events(struct ctx *x, const struct request *rq, struct response *rs)
{
    return reply_stream(x, rq, rs, "things", events_fetch, NULL);
}

const struct handler sample_handlers[] = {
    {"listThings", list_things},
    {"createThing", create_thing},
    {"getThing", get_thing},
    {"changeThing", change_thing},
    {"searchThings", search_things},
    {"who", who},
    {"open", open_get},
    {"openPost", open_post},
    {"form", form},
    {"sleep", sleep_op},
    {"fail", fail_op},
    {"large", large},
    {"getFile", get_file},
    {"putFile", put_file},
    {"nothing", nothing},
    {"events", events},
    {NULL, NULL},
};
