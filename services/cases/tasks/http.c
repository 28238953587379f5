/* http.c - operations on tasks (api-spec/cases/tasks.yaml). */
#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/tasks/queries.h"
#include "cases/tasks/rules.h"
#include "cases/tasks/tasks.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

ERR_DEFINE(err_task_sensitivity, ERR_DENIED, "task.sensitivity",
           "Tasks for the protection officers are made by who may read them.");

static err_t reply_task(struct response *rs, int status, const struct task_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &task_row_json, row);
}

/* listTasks: GET /tasks */
static err_t list_tasks(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct task_row *rows;
    size_t n;
    TRY(page_read(x, rq, &q_task_list_page, &page));
    const char *assignee = request_query(rq, "assignee");
    struct q_task_list_in in = {.case_id = request_query_uuid(rq, "caseId"),
                                .assignee = str_eq(assignee, "me") ? x->who->subject : assignee,
                                .status = request_query(rq, "status"),
                                .due_before = request_query_date(rq, "dueBefore")};
    TRY(db_begin_read(x, &tx));
    TRY(q_task_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "task", rows, n, sizeof *rows, offsetof(struct task_row, id));
    return reply_page(x, rq, rs, &q_task_list_page, &page, &task_row_json, rows, n);
}

struct task_input {
    struct opt_uuid case_id;
    const char *kind, *title, *details, *urgency, *assignee, *sensitivity;
    struct opt_date due_on;
};
static const struct json_field task_input_fields[] = {
    JSON_FIELD(struct task_input, case_id, "caseId", JSON_OPT_UUID),
    JSON_FIELD(struct task_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct task_input, title, "title", JSON_TEXT),
    JSON_FIELD(struct task_input, details, "details", JSON_TEXT),
    JSON_FIELD(struct task_input, urgency, "urgency", JSON_TEXT),
    JSON_FIELD(struct task_input, assignee, "assignee", JSON_TEXT),
    JSON_FIELD(struct task_input, due_on, "dueOn", JSON_OPT_DATE),
    JSON_FIELD(struct task_input, sensitivity, "sensitivity", JSON_TEXT),
};
static const struct json_shape task_input_shape = JSON_SHAPE(struct task_input, task_input_fields);

/* createTask: POST /tasks */
static err_t create_task(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct task_input in = {0};
    struct tx *tx;
    struct uuid id;
    struct task_row row;
    TRY(request_read(x, rq, &task_input_shape, &in));
    bool protection = str_eq(in.sensitivity, "protection");
    if (protection && !principal_has(x->who, "protection:read"))
        return err_task_sensitivity;
    TRY(db_begin(x, &tx));
    TRY(task_add(x, tx,
                 &(struct task_new){.case_id = in.case_id,
                                    .kind = in.kind,
                                    .title = in.title,
                                    .details = in.details,
                                    .urgency = in.urgency,
                                    .due_on = in.due_on,
                                    .assignee = in.assignee,
                                    .sensitivity = protection ? "protection" : ""},
                 &id));
    TRY(q_task_get(tx, id, &row));
    reply_location(x, rs, "/tasks/%s", uuid_text(x->arena, id));
    return reply_task(rs, 201, &row);
}

/* getTask: GET /tasks/{taskId} */
static err_t get_task(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct task_row row;
    TRY(db_read(x, &tx));
    struct uuid id = request_path_uuid(rq, "taskId");
    audit_read(tx, "task", id, "");
    TRY(q_task_get(tx, id, &row));
    return reply_task(rs, 200, &row);
}

/* patchTask: PATCH /tasks/{taskId} */
static err_t patch_task(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct task_locked before;
    struct task_row row;
    struct uuid id = request_path_uuid(rq, "taskId");
    TRY(db_begin(x, &tx));
    TRY(q_task_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    TRY(rules_task_open(before.status));
    struct task_input in = {.title = before.title,
                            .details = before.details,
                            .urgency = before.urgency,
                            .assignee = before.assignee,
                            .due_on = {.set = true, .v = before.due_on}};
    TRY(request_read(x, rq, &task_input_shape, &in));
    /* A new urgency brings a new day, unless the day is given with it. */
    if (!str_eq(in.urgency, before.urgency) && in.due_on.v == before.due_on)
        in.due_on.v = rules_task_due(in.urgency, date_today_nl(x->now_us));
    q_task_save(tx, &(struct q_task_save_in){.id = id,
                                             .title = in.title,
                                             .details = in.details,
                                             .urgency = in.urgency,
                                             .due_on = in.due_on.v,
                                             .assignee = in.assignee,
                                             .now = x->now_us});
    if (!str_eq(in.assignee, before.assignee) || in.due_on.v != before.due_on)
        task_assigned(
            x, tx, id,
            &(struct task_telling){.case_id = before.case_id,
                                   .assignee = str_eq(in.assignee, before.assignee) ? NULL : in.assignee,
                                   .due_on = in.due_on.v,
                                   .sensitivity = before.sensitivity});
    audit_write(tx, "task", id, "update", NULL);
    TRY(q_task_get(tx, id, &row));
    return reply_task(rs, 200, &row);
}

static err_t end_task(struct ctx *x, const struct request *rq, struct response *rs, const char *status)
{
    struct tx *tx;
    struct task_locked before;
    struct task_row row;
    struct uuid id = request_path_uuid(rq, "taskId");
    TRY(db_begin(x, &tx));
    TRY(q_task_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    TRY(rules_task_open(before.status));
    const char *outcome = json_member_text(request_body(rq), "outcome");
    q_task_end(tx,
               &(struct q_task_end_in){
                   .id = id, .status = status, .outcome = outcome, .by = x->who->subject, .now = x->now_us});
    due_cancel(tx, "taskOverdue", id);
    if (before.case_id.set)
        timeline_add(tx, before.case_id.v, str_eq(status, "done") ? "task.done" : "task.cancelled",
                     arena_printf(x->arena, "{\"taskId\":\"%s\"}", uuid_text(x->arena, id)),
                     before.sensitivity);
    audit_write(tx, "task", id, status, NULL);
    TRY(q_task_get(tx, id, &row));
    return reply_task(rs, 200, &row);
}

/* completeTask: POST /tasks/{taskId}/complete */
static err_t complete_task(struct ctx *x, const struct request *rq, struct response *rs)
{
    return end_task(x, rq, rs, "done");
}

/* cancelTask: POST /tasks/{taskId}/cancel */
static err_t cancel_task(struct ctx *x, const struct request *rq, struct response *rs)
{
    return end_task(x, rq, rs, "cancelled");
}

const struct handler tasks_handlers[] = {
    {"listTasks", list_tasks},
    {"createTask", create_task},
    {"getTask", get_task},
    {"patchTask", patch_task},
    {"completeTask", complete_task},
    {"cancelTask", cancel_task},
    {NULL, NULL},
};
