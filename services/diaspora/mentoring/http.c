/* http.c - operations on mentor sessions (api-spec/diaspora/mentoring.yaml). */
#include "app/audit.h"
#include "base/actions.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/mentoring/queries.h"
#include "diaspora/mentoring/rules.h"
#include "diaspora/ventures/queries.h"
#include "web/page.h"

static void session_show(struct ctx *x, struct mentor_session_row *row)
{
    bool open = principal_has(x->who, "ventures:write") && !rules_session_planned(row->status);

    action_add(x->arena, &row->allowed_actions, open, "patch");
    action_add(x->arena, &row->allowed_actions, open && row->starts_at <= x->now_us, "hold");
    action_add(x->arena, &row->allowed_actions, open, "cancel");
}

static err_t session_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct mentor_session_row row;

    TRY(q_mentor_session_get(tx, id, &row));
    session_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/mentor-sessions/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &mentor_session_row_json, &row);
}

static const struct json_field session_fields[] = {
    JSON_FIELD(struct q_mentor_session_add_in, mentor, "mentor", JSON_TEXT),
    JSON_FIELD(struct q_mentor_session_add_in, topic, "topic", JSON_TEXT),
    JSON_FIELD(struct q_mentor_session_add_in, starts_at, "startsAt", JSON_INSTANT),
    JSON_FIELD(struct q_mentor_session_add_in, zone, "zone", JSON_TEXT),
    JSON_FIELD(struct q_mentor_session_add_in, minutes, "minutes", JSON_I32),
};
static const struct json_shape session_shape = JSON_SHAPE(struct q_mentor_session_add_in, session_fields);

static err_t session_read(struct ctx *x, const struct request *rq, struct q_mentor_session_add_in *in)
{
    static const struct fault unknown = {
        .at = "/zone", .code = "zone.unknown", .detail = "There is no such zone."};

    TRY(request_read(x, rq, &session_shape, in));
    return date_zone_ok(in->zone) ? NULL
                                  : err_faults(x->arena, ERR_INVALID, "request.invalid",
                                               "The session cannot be kept so.", &unknown, 1);
}

/* listMentorSessions: GET /ventures/{ventureId}/mentor-sessions */
static err_t list_mentor_sessions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_mentor_session_list_in in = {.venture_id = request_path_uuid(rq, "ventureId"),
                                          .status = request_query(rq, "status")};
    struct mentor_session_row *rows;
    struct venture_state v;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_mentor_session_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_venture_state_later(tx, in.venture_id, &v);
    TRY(q_mentor_session_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        session_show(x, &rows[i]);
    audit_rows(tx, "mentorSession", rows, n, sizeof(*rows), offsetof(struct mentor_session_row, id));
    return reply_page(x, rq, rs, &q_mentor_session_list_page, &page, &mentor_session_row_json, rows, n);
}

/* planMentorSession: POST /ventures/{ventureId}/mentor-sessions */
static err_t plan_mentor_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_mentor_session_add_in in = {.id = uuid_new(x->now_us),
                                         .venture_id = request_path_uuid(rq, "ventureId"),
                                         .zone = "Europe/Amsterdam",
                                         .by = x->who->subject,
                                         .now = x->now_us};
    struct venture_state v;
    struct tx *tx;

    TRY(session_read(x, rq, &in));
    TRY(db_begin(x, &tx));
    TRY(q_venture_lock(tx, in.venture_id, &v));
    TRY(rules_mentoring_open(v.status));
    q_mentor_session_add(tx, &in);
    audit_write(tx, "mentorSession", in.id, "create", NULL);
    return session_reply(x, tx, in.id, 201, rs);
}

/* getMentorSession: GET /mentor-sessions/{mentorSessionId} */
static err_t get_mentor_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "mentorSessionId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "mentorSession", id, "");
    return session_reply(x, tx, id, 200, rs);
}

static err_t session_open(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                          struct mentor_session_row *ret)
{
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_mentor_session_lock(tx, request_path_uuid(rq, "mentorSessionId"), ret));
    TRY(etag_match(rq, ret->version));
    *ret_tx = tx;
    return NULL;
}

/* patchMentorSession: PATCH /mentor-sessions/{mentorSessionId} */
static err_t patch_mentor_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_mentor_session_add_in in;
    struct mentor_session_row before;
    struct tx *tx;

    TRY(session_open(x, rq, &tx, &before));
    TRY(rules_session_planned(before.status));
    in = (struct q_mentor_session_add_in){.mentor = before.mentor,
                                          .topic = before.topic,
                                          .starts_at = before.starts_at,
                                          .zone = before.zone,
                                          .minutes = before.minutes};
    TRY(session_read(x, rq, &in));
    q_mentor_session_save(tx, &(struct q_mentor_session_save_in){.id = before.id,
                                                                 .mentor = in.mentor,
                                                                 .topic = in.topic,
                                                                 .starts_at = in.starts_at,
                                                                 .zone = in.zone,
                                                                 .minutes = in.minutes,
                                                                 .now = x->now_us});
    audit_write(tx, "mentorSession", before.id, "update", json_member_names(x->arena, request_body(rq)));
    return session_reply(x, tx, before.id, 200, rs);
}

static err_t session_end(struct ctx *x, const struct request *rq, struct response *rs, const char *status)
{
    struct mentor_session_row before;
    struct tx *tx;

    TRY(session_open(x, rq, &tx, &before));
    TRY(str_eq(status, "held") ? rules_session_hold(before.status, before.starts_at, x->now_us)
                               : rules_session_planned(before.status));
    q_mentor_session_end(
        tx, &(struct q_mentor_session_end_in){.id = before.id,
                                              .status = status,
                                              .outcome = json_member_text(request_body(rq), "outcome"),
                                              .now = x->now_us});
    audit_write(tx, "mentorSession", before.id, status, NULL);
    return session_reply(x, tx, before.id, 200, rs);
}

/* holdMentorSession: POST /mentor-sessions/{mentorSessionId}/hold */
static err_t hold_mentor_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    return session_end(x, rq, rs, "held");
}

/* cancelMentorSession: POST /mentor-sessions/{mentorSessionId}/cancel */
static err_t cancel_mentor_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    return session_end(x, rq, rs, "cancelled");
}

const struct handler mentoring_handlers[] = {
    {"listMentorSessions", list_mentor_sessions},
    {"planMentorSession", plan_mentor_session},
    {"getMentorSession", get_mentor_session},
    {"patchMentorSession", patch_mentor_session},
    {"holdMentorSession", hold_mentor_session},
    {"cancelMentorSession", cancel_mentor_session},
    {NULL, NULL},
};
