/* http.c - operations on trainings before departure (api-spec/diaspora/trainings.yaml). */
#include <stddef.h>

#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/experts/experts.h"
#include "diaspora/trainings/queries.h"
#include "diaspora/trainings/rules.h"
#include "web/page.h"

ERR_DEFINE(err_enrolment_state, ERR_CONFLICT, "enrolment.state", "The enrolment is not in a state for this.");

static err_t reply_session(struct response *rs, int status, const struct session_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &session_row_json, row);
}

static err_t reply_enrolment(struct response *rs, int status, const struct enrolment_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &enrolment_row_json, row);
}

/* listExpertTrainings: GET /expert-trainings */
static err_t list_sessions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_session_list_in in = {.training = request_query(rq, "training"),
                                   .status = request_query(rq, "status"),
                                   .programme = request_query(rq, "programme")};
    struct session_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_session_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_session_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "trainingSession", rows, n, sizeof *rows, offsetof(struct session_row, id));
    return reply_page(x, rq, rs, &q_session_list_page, &page, &session_row_json, rows, n);
}

/* The caller works in the programme: a row of another one would be hidden from whoever made it. */
static err_t check_programme(struct ctx *x, const char *programme)
{
    static const struct fault fault = {
        .at = "/programme", .code = "programme.unknown", .detail = "The caller works in no such programme."};

    if (principal_has(x->who, arena_printf(x->arena, "programme:%s", programme)))
        return NULL;
    return err_faults(x->arena, ERR_INVALID, "request.invalid", "The session cannot be planned so.", &fault,
                      1);
}

/* createExpertTraining: POST /expert-trainings */
static err_t create_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct q_session_insert_in in = {
        .id = uuid_new(x->now_us),
        .programme = json_member_text(body, "programme"),
        .training = json_member_text(body, "training"),
        .title = json_member_text(body, "title"),
        .starts_at = json_member_instant(body, "startsAt").v,
        .ends_at = json_member_instant(body, "endsAt").v,
        .zone = json_member_text(body, "zone"),
        .place = json_member_text(body, "place"),
        .link = json_member_text(body, "link"),
        .trainer = json_member_text(body, "trainer"),
        .seats = (int32_t)json_member_i64(body, "seats", 0),
        .by = x->who->subject,
        .now = x->now_us,
    };
    struct session_row row;
    struct tx *tx;

    TRY(rules_session_terms(x->arena,
                            &(struct session_terms){in.starts_at, in.ends_at, in.zone, in.place, in.link}));
    TRY(check_programme(x, in.programme));
    TRY(db_begin(x, &tx));
    q_session_insert(tx, &in);
    audit_write(tx, "trainingSession", in.id, "create", NULL);
    TRY(q_session_get(tx, in.id, &row));
    reply_location(x, rs, "/expert-trainings/%s", uuid_text(x->arena, in.id));
    return reply_session(rs, 201, &row);
}

/* getExpertTraining: GET /expert-trainings/{sessionId} */
static err_t get_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "sessionId");
    struct session_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "trainingSession", id, "");
    TRY(q_session_get(tx, id, &row));
    return reply_session(rs, 200, &row);
}

static err_t lock_session(struct ctx *x, struct uuid id, struct tx **ret_tx, struct session_locked *row,
                          struct session_facts *ret)
{
    TRY(db_begin(x, ret_tx));
    TRY(q_session_lock(*ret_tx, id, row));
    *ret = (struct session_facts){.status = row->status,
                                  .programme = row->programme,
                                  .seats = row->seats,
                                  .taken = row->taken,
                                  .starts_at = row->starts_at};
    return NULL;
}

static err_t session_after(struct tx *tx, struct uuid id, struct response *rs)
{
    struct session_row row;

    TRY(q_session_get(tx, id, &row));
    return reply_session(rs, 200, &row);
}

/* cancelExpertTraining: POST /expert-trainings/{sessionId}/cancel */
static err_t cancel_session(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "sessionId");
    struct session_facts facts;
    struct session_locked s;
    struct tx *tx;

    TRY(lock_session(x, id, &tx, &s, &facts));
    TRY(etag_match(rq, s.version));
    if (!str_eq(s.status, "planned"))
        return err_new(x->arena, ERR_CONFLICT, "session.ended", "The session is no longer planned.");
    q_session_status(tx, id, "cancelled", x->now_us);
    q_enrolments_withdraw(tx, id, x->now_us);
    audit_write(tx, "trainingSession", id, "cancel", NULL);
    return session_after(tx, id, rs);
}

/* recordExpertAttendance: POST /expert-trainings/{sessionId}/attendance */
static err_t record_attendance(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *attended = json_object_get(request_body(rq), "attended");
    struct uuid id = request_path_uuid(rq, "sessionId");
    struct session_facts facts;
    struct session_locked s;
    struct tx *tx;

    TRY(lock_session(x, id, &tx, &s, &facts));
    TRY(etag_match(rq, s.version));
    TRY(rules_attendance(x->arena, &facts, x->now_us));
    for (size_t i = 0; i < json_array_size(attended); i++) {
        struct enrolment_locked e;
        struct uuid enrolment;

        if (!uuid_parse(json_string_value(json_array_get(attended, i)), &enrolment))
            return err_enrolment_state;
        TRY(q_enrolment_lock(tx, enrolment, &e));
        if (!str_eq(e.status, "enrolled") ||
            !str_eq(uuid_text(x->arena, e.session_id), uuid_text(x->arena, id)))
            return err_enrolment_state;
        q_enrolment_attend(tx, enrolment, id, "attended", x->now_us);
    }
    q_enrolments_absent(tx, id, x->now_us);
    q_session_status(tx, id, "held", x->now_us);
    audit_write(tx, "trainingSession", id, "attendance", NULL);
    return session_after(tx, id, rs);
}

/* listEnrolments: GET /expert-trainings/{sessionId}/enrolments */
static err_t list_enrolments(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "sessionId");
    struct enrolment_row *rows;
    struct session_row session;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_enrolment_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_session_get_later(tx, id, &session);
    TRY(q_enrolment_list(tx, id, &page, &rows, &n));
    audit_read(tx, "trainingSession", id, "enrolments");
    return reply_page(x, rq, rs, &q_enrolment_list_page, &page, &enrolment_row_json, rows, n);
}

/* createEnrolment: POST /expert-trainings/{sessionId}/enrolments */
static err_t create_enrolment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid session_id = request_path_uuid(rq, "sessionId"), id = uuid_new(x->now_us);
    struct opt_uuid assignment_id = json_member_uuid(request_body(rq), "assignmentId");
    struct training_assignment of;
    struct session_facts facts;
    struct session_locked s;
    struct enrolment_row row;
    struct tx *tx;

    TRY(lock_session(x, session_id, &tx, &s, &facts));
    TRY(q_training_assignment(tx, assignment_id.v, &of));
    TRY(rules_enrol(x->arena, &facts, of.programme, of.status));
    TRY(expert_unrestricted(tx, of.expert_id));
    q_enrolment_insert(tx, &(struct q_enrolment_insert_in){.id = id,
                                                           .session_id = session_id,
                                                           .assignment_id = of.id,
                                                           .by = x->who->subject,
                                                           .now = x->now_us});
    q_session_seat(tx, session_id, 1, x->now_us);
    audit_write(tx, "enrolment", id, "create", NULL);
    TRY(q_enrolment_get(tx, id, &row));
    reply_location(x, rs, "/enrolments/%s", uuid_text(x->arena, id));
    return reply_enrolment(rs, 201, &row);
}

/* getEnrolment: GET /enrolments/{enrolmentId} */
static err_t get_enrolment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "enrolmentId");
    struct enrolment_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "enrolment", id, "");
    TRY(q_enrolment_get(tx, id, &row));
    return reply_enrolment(rs, 200, &row);
}

/* Locks the session before its enrolment, as attendance does. */
static err_t lock_enrolment(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                            struct enrolment_locked *ret)
{
    struct uuid id = request_path_uuid(rq, "enrolmentId");
    struct session_locked s;
    struct enrolment_row row;

    TRY(db_begin(x, ret_tx));
    TRY(q_enrolment_get(*ret_tx, id, &row));
    TRY(q_session_lock(*ret_tx, row.session_id, &s));
    TRY(q_enrolment_lock(*ret_tx, id, ret));
    return etag_match(rq, ret->version);
}

/* withdrawEnrolment: POST /enrolments/{enrolmentId}/withdraw */
static err_t withdraw_enrolment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct enrolment_locked e;
    struct enrolment_row row;
    struct tx *tx;

    TRY(lock_enrolment(x, rq, &tx, &e));
    if (!str_eq(e.status, "enrolled"))
        return err_enrolment_state;
    q_enrolment_withdraw(tx, e.id, x->now_us);
    q_session_seat(tx, e.session_id, -1, x->now_us);
    audit_write(tx, "enrolment", e.id, "withdraw", NULL);
    TRY(q_enrolment_get(tx, e.id, &row));
    return reply_enrolment(rs, 200, &row);
}

/* certifyEnrolment: POST /enrolments/{enrolmentId}/certificate */
static err_t certify_enrolment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct training_assignment of;
    struct enrolment_locked e;
    struct enrolment_row row;
    struct tx *tx;

    TRY(lock_enrolment(x, rq, &tx, &e));
    if (!str_eq(e.status, "attended"))
        return err_enrolment_state;
    TRY(q_training_assignment(tx, e.assignment_id, &of));
    TRY(expert_unrestricted(tx, of.expert_id));
    q_enrolment_certify(tx, e.id, json_member_text(request_body(rq), "reference"), date_today_nl(x->now_us),
                        x->now_us);
    audit_write(tx, "enrolment", e.id, "certify", NULL);
    TRY(q_enrolment_get(tx, e.id, &row));
    return reply_enrolment(rs, 200, &row);
}

const struct handler trainings_handlers[] = {
    {"listExpertTrainings", list_sessions},
    {"createExpertTraining", create_session},
    {"getExpertTraining", get_session},
    {"cancelExpertTraining", cancel_session},
    {"recordExpertAttendance", record_attendance},
    {"listEnrolments", list_enrolments},
    {"createEnrolment", create_enrolment},
    {"getEnrolment", get_enrolment},
    {"withdrawEnrolment", withdraw_enrolment},
    {"certifyEnrolment", certify_enrolment},
    {NULL, NULL},
};
