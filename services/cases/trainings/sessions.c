/* sessions.c - the days of a course. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/str.h"
#include "cases/trainings/internal.h"
#include "web/page.h"

ERR_DEFINE(err_exists, ERR_CONFLICT, "session.exists", "A session of the course begins at that time.");

static const struct json_field session_fields[] = {
    JSON_FIELD(struct session_input, date, "date", JSON_DATE),
    JSON_FIELD(struct session_input, from, "from", JSON_TEXT),
    JSON_FIELD(struct session_input, until, "until", JSON_TEXT),
    JSON_FIELD(struct session_input, zone, "zone", JSON_TEXT),
    JSON_FIELD(struct session_input, place, "place", JSON_TEXT),
};
const struct json_shape session_input_shape = JSON_SHAPE(struct session_input, session_fields);

void session_show(struct ctx *x, struct session_row *row)
{
    struct training_reader reader = training_reader_of(x, row->owner_);

    row->allowed_actions =
        rules_session_actions(x->arena, row->course_status_, row->status, row->recorded_, &reader);
}

static err_t session_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct session_row row;

    TRY(q_session_get(tx, id, &row));
    session_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/training-sessions/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &session_row_json, &row);
}

void session_insert(struct ctx *x, struct tx *tx, struct uuid course_id, const struct session_input *in,
                    int64_t starts_us, int64_t ends_us, struct uuid *ret_id)
{
    *ret_id = uuid_new(x->now_us);
    q_session_add(tx, &(struct q_session_add_in){.id = *ret_id,
                                                 .course_id = course_id,
                                                 .held_on = in->date,
                                                 .from = in->from,
                                                 .until = in->until,
                                                 .zone = in->zone,
                                                 .starts_at = starts_us,
                                                 .ends_at = ends_us,
                                                 .place = in->place,
                                                 .by = x->who->subject,
                                                 .now = x->now_us});
    audit_write(tx, "trainingSession", *ret_id, "create", NULL);
}

/* listTrainingSessions: GET /training-courses/{courseId}/sessions */
err_t list_training_sessions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_session_list_in in = {.course_id = request_path_uuid(rq, "courseId")};
    struct course_row course;
    struct session_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_session_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_course_get_later(tx, in.course_id, &course);
    TRY(q_session_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        session_show(x, &rows[i]);
    audit_rows(tx, "trainingSession", rows, n, sizeof(*rows), offsetof(struct session_row, id));
    return reply_page(x, rq, rs, &q_session_list_page, &page, &session_row_json, rows, n);
}

/* The times are right, and no other session of the course begins then. */
static err_t check_times(struct ctx *x, struct tx *tx, struct uuid course_id, const struct session_input *in,
                         const struct uuid *self, int64_t *ret_starts_us, int64_t *ret_ends_us)
{
    struct fault_list faults = {0};
    struct session_at other;
    bool found;

    rules_session_times(
        x->arena,
        &(struct session_times){.held_on = in->date, .from = in->from, .until = in->until, .zone = in->zone},
        "", &faults, ret_starts_us, ret_ends_us);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The session cannot be held so."));
    TRY(q_session_at(tx, course_id, *ret_starts_us, &found, &other));
    return found && !(self && uuid_eq(*self, other.id)) ? err_exists : NULL;
}

/* addTrainingSession: POST /training-courses/{courseId}/sessions */
err_t add_training_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct session_input in = {.zone = "Europe/Amsterdam"};
    struct uuid course_id = request_path_uuid(rq, "courseId"), id;
    struct course_locked course;
    int64_t starts_us, ends_us;
    struct tx *tx;

    TRY(request_read(x, rq, &session_input_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(q_course_lock(tx, course_id, &course));
    TRY(rules_course_open(course.status));
    TRY(check_times(x, tx, course_id, &in, NULL, &starts_us, &ends_us));
    session_insert(x, tx, course_id, &in, starts_us, ends_us, &id);
    return session_reply(x, tx, id, 201, rs);
}

/* getTrainingSession: GET /training-sessions/{sessionId} */
err_t get_training_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "sessionId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "trainingSession", id, "");
    return session_reply(x, tx, id, 200, rs);
}

/* Locks the session of the path, which may still be changed. */
static err_t session_begin(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                           struct session_locked *ret)
{
    *ret_id = request_path_uuid(rq, "sessionId");
    TRY(db_begin(x, ret_tx));
    TRY(q_session_lock(*ret_tx, *ret_id, ret));
    TRY(etag_match(rq, ret->version));
    TRY(rules_course_open(ret->course_status));
    return rules_session_changes(ret->status, ret->recorded);
}

/* patchTrainingSession: PATCH /training-sessions/{sessionId} */
err_t patch_training_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct session_locked s;
    int64_t starts_us, ends_us;
    struct uuid id;
    struct tx *tx;

    TRY(session_begin(x, rq, &tx, &id, &s));
    struct session_input in = {
        .date = s.held_on, .from = s.from_time, .until = s.until_time, .zone = s.zone, .place = s.place};
    TRY(request_read(x, rq, &session_input_shape, &in));
    TRY(check_times(x, tx, s.course_id, &in, &id, &starts_us, &ends_us));
    q_session_save(tx, &(struct q_session_save_in){.id = id,
                                                   .held_on = in.date,
                                                   .from = in.from,
                                                   .until = in.until,
                                                   .zone = in.zone,
                                                   .starts_at = starts_us,
                                                   .ends_at = ends_us,
                                                   .place = in.place,
                                                   .now = x->now_us});
    audit_write(tx, "trainingSession", id, "update", json_member_names(x->arena, request_body(rq)));
    return session_reply(x, tx, id, 200, rs);
}

/* cancelTrainingSession: POST /training-sessions/{sessionId}/cancel */
err_t cancel_training_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct session_locked s;
    struct uuid id;
    struct tx *tx;

    TRY(session_begin(x, rq, &tx, &id, &s));
    q_session_cancel(tx, id, x->now_us);
    audit_write(tx, "trainingSession", id, "cancel", NULL);
    return session_reply(x, tx, id, 200, rs);
}
