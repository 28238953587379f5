/* http.c - operations on messages (api-spec/notifications/messages.yaml). */
#include "app/audit.h"
#include "app/program.h"
#include "app/readers.h"
#include "app/subjects.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "notifications/areas.h"
#include "notifications/messages/messages.h"
#include "notifications/messages/queries.h"
#include "notifications/schedules/schedules.h"
#include "notifications/state.h"
#include "notifications/templates/templates.h"
#include "web/page.h"

ERR_DEFINE(err_left, ERR_CONFLICT, "message.left", "The message is being sent, or has ended.");
ERR_DEFINE(err_template, ERR_MISSING, "template.missing", "There is no such template.");

static err_t reply_message(struct tx *tx, struct uuid id, struct response *rs, int status)
{
    struct message_row row;
    TRY(q_message_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &message_row_json, &row);
}

/* listMessages: GET /messages */
static err_t list_messages(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct message_item *rows;
    size_t n;
    TRY(page_read(x, rq, &q_message_list_page, &page));
    struct q_message_list_in in = {.case_id = request_query_uuid(rq, "caseId"),
                                   .status = request_query(rq, "status"),
                                   .topic = request_query(rq, "topic")};
    TRY(db_begin_read(x, &tx));
    TRY(q_message_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "message", rows, n, sizeof *rows, offsetof(struct message_item, id));
    return reply_page(x, rq, rs, &q_message_list_page, &page, &message_item_json, rows, n);
}

struct message_input {
    const char *template, *user_id, *class;
    struct opt_uuid case_id, person_id;
    struct opt_i64 send_at;
};
struct basis_input {
    const char *kind, *event;
    struct uuid id;
    struct opt_i64 starts_at;
};
static err_t refuse(struct ctx *x, const char *at, const char *code, const char *detail)
{
    struct fault *fault = ARENA_NEW(x->arena, struct fault);
    *fault = (struct fault){.at = at, .code = code, .detail = detail};
    return err_faults(x->arena, ERR_INVALID, "request.invalid", "The message is not valid.", fault, 1);
}

/* A case that the writer does not see is a case that is not there. Who writes to a person, or of a movement
 * with its many travellers, names the case: whether the person and what else it rests on are there only the
 * other services know, and the sender asks them before the message leaves. */
static err_t check_case(struct ctx *x, struct tx *tx, const struct message_input *in,
                        const struct basis_input *basis)
{
    bool known = true;
    if (!in->case_id.set && (in->person_id.set || str_eq(basis->kind, "movement")))
        return refuse(x, "/caseId", "case.missing",
                      "A message to a person or on a movement is for a case of theirs.");
    if (in->case_id.set)
        TRY(readers_know(tx, in->case_id.v, &known));
    if (!known)
        return refuse(x, "/caseId", "case.unknown", "There is no such case.");
    if (str_eq(basis->kind, "case"))
        TRY(readers_know(tx, basis->id, &known));
    return known ? NULL : refuse(x, "/basis/id", "case.unknown", "There is no such case.");
}

static const struct json_field input_fields[] = {
    JSON_FIELD(struct message_input, template, "template", JSON_TEXT),
    JSON_FIELD(struct message_input, user_id, "userId", JSON_TEXT),
    JSON_FIELD(struct message_input, class, "class", JSON_TEXT),
    JSON_FIELD(struct message_input, case_id, "caseId", JSON_OPT_UUID),
    JSON_FIELD(struct message_input, person_id, "personId", JSON_OPT_UUID),
    JSON_FIELD(struct message_input, send_at, "sendAt", JSON_OPT_INSTANT),
};
static const struct json_shape input_shape = JSON_SHAPE(struct message_input, input_fields);
static const struct json_field basis_fields[] = {
    JSON_FIELD(struct basis_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct basis_input, event, "event", JSON_TEXT),
    JSON_FIELD(struct basis_input, id, "id", JSON_UUID),
    JSON_FIELD(struct basis_input, starts_at, "startsAt", JSON_OPT_INSTANT),
};
static const struct json_shape basis_shape = JSON_SHAPE(struct basis_input, basis_fields);

/* createMessage: POST /messages */
static err_t create_message(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct message_input in = {.class = "normal"};
    struct basis_input basis = {.event = "reminder"};
    struct tx *tx;
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(json_read(x->arena, json_object_get(request_body(rq), "basis"), &basis_shape, &basis));
    const struct template *tp = templates_any(notifications_state(x)->templates, in.template);
    if (!tp)
        return err_template;
    int64_t send = in.send_at.set && in.send_at.v > x->now_us ? in.send_at.v : x->now_us;
    TRY(db_begin(x, &tx));
    TRY(check_case(x, tx, &in, &basis));
    bool movement = str_eq(basis.kind, "movement");
    struct uuid id =
        message_plan(x, tx,
                     &(struct message_new){.case_id = in.case_id,
                                           .person_id = in.person_id,
                                           .user_id = in.user_id,
                                           .topic = tp->topic,
                                           .template = in.template,
                                           .class = in.class,
                                           .basis_kind = basis.kind,
                                           .basis_event = basis.event,
                                           .basis_id = basis.id,
                                           .basis_starts_at = basis.starts_at,
                                           .ref_kind = movement ? "case" : NULL,
                                           .ref_id = movement ? in.case_id : (struct opt_uuid){0},
                                           .send_us = send,
                                           .expires_us = send + 7 * DATE_US_PER_DAY});
    audit_write(tx, "message", id, "create", NULL);
    x->wakes = "sender";
    reply_location(x, rs, "/messages/%s", uuid_text(x->arena, id));
    return reply_message(tx, id, rs, 201);
}

/* getMessage: GET /messages/{messageId} */
static err_t get_message(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id = request_path_uuid(rq, "messageId");
    TRY(db_read(x, &tx));
    audit_read(tx, "message", id, "");
    return reply_message(tx, id, rs, 200);
}

/* cancelMessage: POST /messages/{messageId}/cancel */
static err_t cancel_message(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct message_locked before;
    struct uuid id = request_path_uuid(rq, "messageId");
    TRY(db_begin(x, &tx));
    TRY(q_message_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    if (!str_eq(before.status, "scheduled") && !str_eq(before.status, "queued") &&
        !str_eq(before.status, "tempFailed"))
        return err_left;
    q_message_settle(tx, &(struct q_message_settle_in){
                             .id = id, .status = "cancelled", .reason = "cancelledByUser", .now = x->now_us});
    q_message_due_drop(tx, id);
    audit_write(tx, "message", id, "cancel", NULL);
    return reply_message(tx, id, rs, 200);
}

/* listSchedules: GET /schedules */
static err_t list_schedules(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    (void)rq;
    TRY(db_read(x, &tx));
    audit_read(tx, "schedule", (struct uuid){0}, "");
    schedules_write(notifications_state(x)->schedules, reply_begin(rs, 200));
    return NULL;
}

const struct handler messages_handlers[] = {
    {"listMessages", list_messages},
    {"createMessage", create_message},
    {"getMessage", get_message},
    {"cancelMessage", cancel_message},
    {"listSchedules", list_schedules},
    {"getSubjectAnswer", subject_answer_get},
    {NULL, NULL},
};
