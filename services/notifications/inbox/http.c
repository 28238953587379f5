/* http.c - operations on the staff inbox (api-spec/notifications/inbox.yaml). */
#include "web/http.h"
#include "app/audit.h"
#include "base/arena.h"
#include "notifications/areas.h"
#include "notifications/inbox/queries.h"
#include "web/page.h"

/* listInbox: GET /inbox */
static err_t list_inbox(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct staff_inbox_row *rows;
    size_t n;
    TRY(page_read(x, rq, &q_staff_inbox_list_page, &page));
    struct opt_bool unread = {.set = request_query(rq, "unread") != NULL,
                              .v = request_query_bool(rq, "unread", true)};
    TRY(db_begin_read(x, &tx));
    TRY(q_staff_inbox_list(tx, &(struct q_staff_inbox_list_in){.unread = unread}, &page, &rows, &n));
    audit_rows(tx, "inboxItem", rows, n, sizeof *rows, offsetof(struct staff_inbox_row, id));
    return reply_page(x, rq, rs, &q_staff_inbox_list_page, &page, &staff_inbox_row_json, rows, n);
}

/* What came after last_id; without one, only what comes from now on. */
static err_t fetch(struct ctx *x, struct stream *s, const char *last_id, void *arg)
{
    struct tx *tx;
    struct uuid after = {0};
    struct staff_inbox_row *rows;
    size_t n;
    (void)arg;
    TRY(db_read(x, &tx));
    if (!last_id || !uuid_parse(last_id, &after)) {
        bool found = false;
        struct staff_inbox_last last;
        TRY(q_staff_inbox_last(tx, &found, &last));
        if (found) {
            audit_list(tx, "inboxItem", NULL, 0);
            stream_event(s, uuid_text(x->arena, last.id), "ready", "{}");
        }
        return NULL;
    }
    TRY(q_staff_inbox_after(tx, after, &rows, &n));
    if (n) /* a look that finds nothing new leaves no trace: there are several a minute */
        audit_rows(tx, "inboxItem", rows, n, sizeof *rows, offsetof(struct staff_inbox_row, id));
    for (size_t i = 0; i < n; i++) {
        struct buf json;
        buf_init(&json, x->arena, 512);
        json_write(&json, &staff_inbox_row_json, &rows[i]);
        stream_event(s, uuid_text(x->arena, rows[i].id), "inboxItem", buf_text(&json));
    }
    return NULL;
}

/* streamInbox: GET /inbox/stream */
static err_t stream_inbox(struct ctx *x, const struct request *rq, struct response *rs)
{
    return reply_stream(x, rq, rs, "inbox", fetch, NULL);
}

/* readInboxItem: POST /inbox/{itemId}/read */
static err_t read_inbox_item(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct staff_inbox_locked before;
    struct staff_inbox_row row;
    struct uuid id = request_path_uuid(rq, "itemId");
    TRY(db_begin(x, &tx));
    TRY(q_staff_inbox_lock(tx, id, &before));
    if (!before.read_at.set)
        q_staff_inbox_read(tx, id, x->now_us);
    audit_write(tx, "inboxItem", id, "read", NULL);
    TRY(q_staff_inbox_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, 200, &staff_inbox_row_json, &row);
}

/* Who never said otherwise reads English and mutes nothing: version 0. */
static err_t reply_preferences(struct tx *tx, struct response *rs)
{
    static const char *languages[] = {"en"};
    struct preferences_row row;
    bool found = false;
    TRY(q_preferences_get(tx, &found, &row));
    if (!found)
        row = (struct preferences_row){.languages = {.v = languages, .n = 1}};
    reply_etag(rs, row.version);
    return reply_row(rs, 200, &preferences_row_json, &row);
}

/* getPreferences: GET /preferences */
static err_t get_preferences(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    (void)rq;
    TRY(db_read(x, &tx));
    audit_read(tx, "preferences", (struct uuid){0}, "");
    return reply_preferences(tx, rs);
}

struct preferences_input {
    struct text_array languages, muted;
};
static const struct json_field preferences_fields[] = {
    JSON_FIELD(struct preferences_input, languages, "languages", JSON_TEXTS),
    JSON_FIELD(struct preferences_input, muted, "muted", JSON_TEXTS),
};
static const struct json_shape preferences_shape = JSON_SHAPE(struct preferences_input, preferences_fields);

/* putPreferences: PUT /preferences */
static err_t put_preferences(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct preferences_locked before = {0};
    struct preferences_input in = {0};
    bool found = false;
    TRY(request_read(x, rq, &preferences_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(q_preferences_lock(tx, &found, &before));
    TRY(etag_match(rq, found ? before.version : 0));
    q_preferences_put(
        tx, &(struct q_preferences_put_in){.languages = in.languages, .muted = in.muted, .now = x->now_us});
    audit_write(tx, "preferences", (struct uuid){0}, "update", NULL);
    return reply_preferences(tx, rs);
}

const struct handler inbox_handlers[] = {
    {"listInbox", list_inbox},           {"streamInbox", stream_inbox},
    {"readInboxItem", read_inbox_item},  {"getPreferences", get_preferences},
    {"putPreferences", put_preferences}, {NULL, NULL},
};
