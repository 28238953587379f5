/* attendance.c - who came to a session: the whole list in one call, corrected by further records. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/shares/shares.h"
#include "cases/trainings/internal.h"
#include "web/page.h"

ERR_DEFINE(err_level, ERR_DENIED, "share.level", "The share of a participant's case is for viewing.");
ERR_DEFINE(err_case_ended, ERR_CONFLICT, "case.ended", "The case of a participant has ended.");

struct sheet {
    struct attendance_session session;
    struct attendance_item *items;
    size_t nitems;
    struct attendance_count count;
};

static err_t sheet_read(struct tx *tx, struct uuid session_id, struct sheet *ret)
{
    TRY(q_attendance_session(tx, session_id, &ret->session));
    q_attendance_count_later(tx, session_id, &ret->count);
    return q_attendance_sheet(tx, session_id, ret->session.course_id, ret->session.held_on, &ret->items,
                              &ret->nitems);
}

/* The version is the number of records that the reader sees: it rises with each, and with nothing else. */
static err_t sheet_reply(struct ctx *x, struct uuid session_id, const struct sheet *s, struct response *rs)
{
    bool records =
        principal_has(x->who, "attendance:write") &&
        !rules_attendance_open(s->session.course_status, s->session.status, s->session.starts_at, x->now_us);
    struct buf *out;

    reply_etag(rs, s->count.records);
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"sessionId\":\"%s\",\"courseId\":\"%s\",\"items\":", uuid_text(x->arena, session_id),
               uuid_text(x->arena, s->session.course_id));
    json_write_array(out, &attendance_item_json, s->items, s->nitems);
    buf_printf(out, ",\"allowedActions\":[%s]}", records ? "\"recordAttendance\"" : "");
    return NULL;
}

/* getSessionAttendance: GET /training-sessions/{sessionId}/attendance */
err_t get_session_attendance(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "sessionId");
    struct sheet sheet;
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    TRY(sheet_read(tx, id, &sheet));
    audit_rows(tx, "trainingParticipant", sheet.items, sheet.nitems, sizeof(*sheet.items),
               offsetof(struct attendance_item, participant_id));
    return sheet_reply(x, id, &sheet, rs);
}

static const struct json_field line_fields[] = {
    JSON_FIELD(struct attendance_line, participant_id, "participantId", JSON_UUID),
    JSON_FIELD(struct attendance_line, outcome, "outcome", JSON_TEXT),
    JSON_FIELD(struct attendance_line, minutes, "minutes", JSON_OPT_I32),
};
static const struct json_shape line_shape = JSON_SHAPE(struct attendance_line, line_fields);

/* The lines of the body, each with the participant of the sheet that it is about. */
static err_t lines_read(struct ctx *x, const struct request *rq, const struct sheet *s,
                        struct attendance_line **ret, size_t *ret_n, const struct attendant **ret_known)
{
    const json_t *list = json_object_get(request_body(rq), "attendance"), *item;
    struct attendance_line *lines = ARENA_ARRAY(x->arena, json_array_size(list) + 1, struct attendance_line);
    struct attendant *known = ARENA_ARRAY(x->arena, s->nitems + 1, struct attendant);
    int64_t length_us = s->session.ends_at - s->session.starts_at;
    size_t i;

    json_array_foreach(list, i, item) TRY(json_read(x->arena, item, &line_shape, &lines[i]));
    for (i = 0; i < s->nitems; i++)
        known[i] = (struct attendant){.participant_id = s->items[i].participant_id,
                                      .expected = s->items[i].expected,
                                      .outcome = s->items[i].outcome,
                                      .minutes = s->items[i].minutes};
    TRY(rules_attendance(x->arena, lines, json_array_size(list), known, s->nitems,
                         (int32_t)(length_us / (60 * DATE_US_PER_S))));
    *ret = lines;
    *ret_n = json_array_size(list);
    *ret_known = known;
    return NULL;
}

/* One record more for who came otherwise than it stood; the one before it is superseded. */
static void line_store(struct ctx *x, struct tx *tx, const struct attendance_session *session,
                       struct uuid session_id, const struct attendance_line *line,
                       const struct attendance_item *item)
{
    struct case_access access = {.case_id = item->case_id, .org = session->org, .partner = !session->owner};

    if (item->record_.set)
        q_attendance_supersede(tx, item->record_.v, x->now_us);
    q_attendance_add(tx, &(struct q_attendance_add_in){.id = uuid_new(x->now_us),
                                                       .org = session->org,
                                                       .course_id = session->course_id,
                                                       .session_id = session_id,
                                                       .participant_id = item->participant_id,
                                                       .outcome = line->outcome,
                                                       .minutes = line->minutes,
                                                       .by = x->who->subject,
                                                       .now = x->now_us});
    case_access_wrote(x, tx, &access, "training.attendance", item->participant_id);
    audit_write(tx, "trainingParticipant", item->participant_id, "attendance", NULL);
}

/* What the caller may not write: by a share for viewing, or of a case that has ended. */
static err_t lines_allowed(const struct attendance_line *lines, size_t n, const struct attendant *known,
                           const struct attendance_item *items)
{
    for (size_t i = 0; i < n; i++) {
        const char *level = items[lines[i].participant - known].level_;

        if (!rules_attendance_differs(&lines[i]))
            continue;
        if (str_eq(level, "view"))
            return err_level;
        if (str_eq(level, "closed"))
            return err_case_ended;
    }
    return NULL;
}

/* putSessionAttendance: PUT /training-sessions/{sessionId}/attendance */
err_t put_session_attendance(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "sessionId");
    const struct attendant *known;
    struct attendance_line *lines;
    struct sheet sheet;
    size_t n, changes = 0;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    q_attendance_hold(tx, uuid_text(x->arena, id));
    TRY(sheet_read(tx, id, &sheet));
    TRY(rules_attendance_open(sheet.session.course_status, sheet.session.status, sheet.session.starts_at,
                              x->now_us));
    TRY(lines_read(x, rq, &sheet, &lines, &n, &known));
    TRY(lines_allowed(lines, n, known, sheet.items));
    for (size_t i = 0; i < n; i++)
        changes += rules_attendance_differs(&lines[i]);
    /* The same list again has been recorded already: nothing to overtake (RFC 9110, 13.1.1). */
    if (changes > 0)
        TRY(etag_match(rq, sheet.count.records));
    for (size_t i = 0; i < n; i++) {
        if (rules_attendance_differs(&lines[i]))
            line_store(x, tx, &sheet.session, id, &lines[i], &sheet.items[lines[i].participant - known]);
    }
    audit_write(tx, "trainingSession", id, "attendance", NULL);
    TRY(sheet_read(tx, id, &sheet));
    return sheet_reply(x, id, &sheet, rs);
}

/* listAttendanceRecords: GET /training-sessions/{sessionId}/attendance-records */
err_t list_attendance_records(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_attendance_records_in in = {.session_id = request_path_uuid(rq, "sessionId"),
                                         .participant_id = request_query_uuid(rq, "participantId")};
    struct attendance_session session;
    struct attendance_record *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_attendance_records_page, &page));
    TRY(db_begin_read(x, &tx));
    q_attendance_session_later(tx, in.session_id, &session);
    TRY(q_attendance_records(tx, &in, &page, &rows, &n));
    audit_rows(tx, "attendance", rows, n, sizeof(*rows), offsetof(struct attendance_record, id));
    return reply_page(x, rq, rs, &q_attendance_records_page, &page, &attendance_record_json, rows, n);
}
