/* deadlines.c - deadlines by kind: own ones may pause while the case is suspended; external ones are another
 * authority's, never computed and never paused; validity is that of a document or a visa. */
#include "app/audit.h"
#include "app/inbox.h"
#include "app/outbox.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/cases/cases.h"
#include "cases/cases/store.h"
#include "cases/documents/documents.h"
#include "cases/tasks/tasks.h"
#include "cases/timeline/timeline.h"
#include "web/request.h"

/* Falls due when its day is over in the Netherlands. */
static int64_t due_us(int32_t due_on)
{
    int64_t us = 0;
    bool known = date_zone_instant("Europe/Amsterdam", due_on + 1, 0, &us);

    return known ? us : (int64_t)(due_on + 1) * DATE_US_PER_DAY;
}

static void deadline_arm(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid id, int32_t due_on)
{
    due_set(tx, "deadline", id, due_us(due_on),
            arena_printf(x->arena, "{\"deadlineId\":\"%s\",\"caseId\":\"%s\"}", uuid_text(x->arena, id),
                         uuid_text(x->arena, case_id)));
}

static void tell(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid id, const char *kind,
                 const char *code)
{
    timeline_add(
        tx, case_id, kind,
        arena_printf(x->arena, "{\"deadlineId\":\"%s\",\"code\":\"%s\"}", uuid_text(x->arena, id), code), "");
}

static void deadline_add(struct ctx *x, struct tx *tx, const struct q_deadline_insert_in *in)
{
    q_deadline_insert(tx, in);
    deadline_arm(x, tx, in->case_id, in->id, in->due_on);
    tell(x, tx, in->case_id, in->id, "deadline.set", in->code);
}

static void disarm(struct tx *tx, const struct deadline_moved *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        due_cancel(tx, "deadline", rows[i].id);
}

err_t deadlines_enter(struct ctx *x, struct tx *tx, const struct pack *pack, struct uuid case_id,
                      const char *status)
{
    struct text_array met = {.v = ARENA_ARRAY(x->arena, pack->ndeadlines + 1, const char *)};
    int32_t today = date_today_nl(x->now_us);
    struct deadline_moved *rows;
    size_t n;

    for (size_t i = 0; i < pack->ndeadlines; i++) {
        if (str_eq(pack->deadlines[i].met_on, status))
            met.v[met.n++] = pack->deadlines[i].code;
    }
    if (met.n > 0) {
        TRY(q_deadlines_meet(tx, case_id, met, x->now_us, &rows, &n));
        disarm(tx, rows, n);
    }
    for (size_t i = 0; i < pack->ndeadlines; i++) {
        const struct pack_deadline *d = &pack->deadlines[i];

        if (str_eq(d->set_on, status))
            deadline_add(
                x, tx,
                &(struct q_deadline_insert_in){
                    .id = uuid_new(x->now_us),
                    .case_id = case_id,
                    .kind = d->kind,
                    .code = d->code,
                    .due_on = d->working_days ? date_add_working_days_nl(today, d->days) : today + d->days,
                    .now = x->now_us,
                });
    }
    return NULL;
}

err_t deadlines_pause(struct ctx *x, struct tx *tx, struct uuid case_id)
{
    struct deadline_moved *rows;
    size_t n;

    TRY(q_deadlines_pause(tx, case_id, date_today_nl(x->now_us), x->now_us, &rows, &n));
    disarm(tx, rows, n);
    return NULL;
}

err_t deadlines_resume(struct ctx *x, struct tx *tx, struct uuid case_id)
{
    struct deadline_moved *rows;
    size_t n;

    TRY(q_deadlines_resume(tx, case_id, date_today_nl(x->now_us), x->now_us, &rows, &n));
    for (size_t i = 0; i < n; i++)
        deadline_arm(x, tx, case_id, rows[i].id, rows[i].due_on);
    return NULL;
}

err_t deadlines_cancel(struct ctx *x, struct tx *tx, struct uuid case_id)
{
    struct deadline_moved *rows;
    size_t n;

    TRY(q_deadlines_cancel(tx, case_id, x->now_us, &rows, &n));
    disarm(tx, rows, n);
    return NULL;
}

/* Consumer of cases.due.deadline: the day is over and nobody has met it. */
err_t case_deadline_due(struct ctx *x, const struct inbox_event *e)
{
    struct uuid id, task_id;
    struct deadline_missed *rows;
    struct tx *tx;
    size_t n;

    if (!uuid_parse(json_member_text(e->data, "deadlineId"), &id))
        return err_internal(x->arena, ERR_BUG, "event.data", "deadlineId is no uuid");
    TRY(db_begin(x, &tx));
    TRY(q_deadline_missed(tx, id, x->now_us, &rows, &n));
    if (n == 0)
        return NULL;
    tell(x, tx, rows[0].case_id, id, "deadline.missed", rows[0].code);
    return task_add(x, tx,
                    &(struct task_new){
                        .case_id = OPT_UUID(rows[0].case_id),
                        .kind = "deadline",
                        .title = arena_printf(x->arena, "Deadline missed: %s", rows[0].code),
                        .urgency = "high",
                        .sensitivity = "",
                    },
                    &task_id);
}

/* ---- handlers ---- */

static void deadline_actions(struct ctx *x, struct deadline_row *row)
{
    bool may = principal_has(x->who, "deadlines:write") &&
               (str_eq(row->status, "open") || str_eq(row->status, "paused"));

    action_add(x->arena, &row->allowed_actions, may, "move");
    action_add(x->arena, &row->allowed_actions, may, "meet");
    action_add(x->arena, &row->allowed_actions, may, "cancel");
}

static err_t deadline_reply(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid id, int status,
                            struct response *rs)
{
    struct deadline_row row;

    TRY(q_deadline_get(tx, case_id, id, &row));
    deadline_actions(x, &row);
    audit_read(tx, "deadline", id, "");
    reply_etag(rs, row.version);
    return reply_row(rs, status, &deadline_row_json, &row);
}

/* listDeadlines: GET /cases/{caseId}/deadlines */
err_t list_deadlines(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId");
    struct deadline_row *rows;
    struct case_brief brief;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    q_case_brief_later(tx, case_id, &brief);
    TRY(q_deadline_list(tx, case_id, &rows, &n));
    for (size_t i = 0; i < n; i++)
        deadline_actions(x, &rows[i]);
    audit_read(tx, "case", case_id, "deadlines");
    return reply_items(rs, &deadline_row_json, rows, n);
}

/* getDeadline: GET /cases/{caseId}/deadlines/{deadlineId} */
err_t get_deadline(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;

    TRY(db_read(x, &tx));
    return deadline_reply(x, tx, request_path_uuid(rq, "caseId"), request_path_uuid(rq, "deadlineId"), 200,
                          rs);
}

/* createDeadline: POST /cases/{caseId}/deadlines */
err_t create_deadline(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId");
    const json_t *body = request_body(rq);
    struct q_deadline_insert_in in = {
        .id = uuid_new(x->now_us),
        .case_id = case_id,
        .kind = json_member_text(body, "kind"),
        .code = json_member_text(body, "code"),
        .source = json_member_text(body, "source"),
        .document_id = json_member_uuid(body, "documentId"),
        .now = x->now_us,
    };
    struct case_locked c;
    struct tx *tx;

    if (str_eq(in.kind, "external") && (!in.source || !in.document_id.set))
        return err_new(x->arena, ERR_INVALID, "deadline.source",
                       "An external deadline names who has set it and the document that it stands in.");
    if (!date_parse(json_member_text(body, "dueOn"), &in.due_on))
        return err_new(x->arena, ERR_INVALID, "date.missing", "There is no such day.");
    TRY(db_begin(x, &tx));
    TRY(q_case_lock(tx, case_id, &c));
    if (c.closed_at.set)
        return &case_closed_value;
    TRY(document_of_case(x, tx, case_id, in.document_id));
    deadline_add(x, tx, &in);
    audit_write(tx, "deadline", in.id, "create", json_member_names(x->arena, body));
    reply_location(x, rs, "/cases/%s/deadlines/%s", uuid_text(x->arena, case_id), uuid_text(x->arena, in.id));
    return deadline_reply(x, tx, case_id, in.id, 201, rs);
}

/* updateDeadline: PATCH /cases/{caseId}/deadlines/{deadlineId} */
err_t update_deadline(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = request_path_uuid(rq, "deadlineId");
    struct deadline_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_deadline_lock(tx, case_id, id, &row));
    TRY(etag_match(rq, row.version));
    if (!str_eq(row.status, "open") && !str_eq(row.status, "paused"))
        return err_new(x->arena, ERR_CONFLICT, "deadline.ended",
                       "The deadline is met, missed or cancelled already.");
    TRY(request_read(x, rq, &deadline_row_json, &row));
    q_deadline_save(tx, &(struct q_deadline_save_in){
                            .id = id, .due_on = row.due_on, .status = row.status, .now = x->now_us});
    if (str_eq(row.status, "open"))
        deadline_arm(x, tx, case_id, id, row.due_on);
    else
        due_cancel(tx, "deadline", id);
    tell(x, tx, case_id, id,
         str_eq(row.status, "met")         ? "deadline.met"
         : str_eq(row.status, "cancelled") ? "deadline.cancelled"
                                           : "deadline.moved",
         row.code);
    audit_write(tx, "deadline", id, "update", json_member_names(x->arena, request_body(rq)));
    return deadline_reply(x, tx, case_id, id, 200, rs);
}
