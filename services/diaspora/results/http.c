/* http.c - operations on activity logs and outcomes (api-spec/diaspora/results.yaml); reports.c has those on
 * reports. */
#include <stddef.h>

#include "app/audit.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/areas.h"
#include "diaspora/results/internal.h"
#include "diaspora/results/queries.h"
#include "diaspora/results/rules.h"
#include "web/page.h"

err_t result_begin(struct ctx *x, struct uuid assignment_id, struct tx **ret_tx,
                   struct result_assignment *ret)
{
    TRY(db_begin(x, ret_tx));
    TRY(q_result_hold(*ret_tx, assignment_id, ret));
    return rules_results_open(x->arena, ret->status);
}

/* ---- activity logs ---- */

static const struct json_field activity_fields[] = {
    JSON_FIELD(struct activity_row, on_day, "onDay", JSON_DATE),
    JSON_FIELD(struct activity_row, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct activity_row, mode, "mode", JSON_TEXT),
    JSON_FIELD(struct activity_row, hours, "hours", JSON_I32),
    JSON_FIELD(struct activity_row, participants, "participants", JSON_OPT_I32),
    JSON_FIELD(struct activity_row, summary, "summary", JSON_TEXT),
};
static const struct json_shape activity_shape = JSON_SHAPE(struct activity_row, activity_fields);

static err_t reply_activity(struct response *rs, int status, const struct activity_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &activity_row_json, row);
}

/* listActivityLogs: GET /assignments/{assignmentId}/activity-logs */
static err_t list_activity_logs(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct result_assignment of;
    struct activity_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_activity_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_result_assignment_later(tx, id, &of);
    TRY(q_activity_list(tx, &(struct q_activity_list_in){.assignment_id = id}, &page, &rows, &n));
    audit_rows(tx, "activityLog", rows, n, sizeof *rows, offsetof(struct activity_row, id));
    return reply_page(x, rq, rs, &q_activity_list_page, &page, &activity_row_json, rows, n);
}

/* createActivityLog: POST /assignments/{assignmentId}/activity-logs */
static err_t create_activity_log(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid assignment_id = request_path_uuid(rq, "assignmentId"), id = uuid_new(x->now_us);
    struct activity_row in = {0}, row;
    struct result_assignment of;
    struct tx *tx;

    TRY(request_read(x, rq, &activity_shape, &in));
    TRY(result_begin(x, assignment_id, &tx, &of));
    TRY(rules_activity_day(x->arena, in.on_day, of.starts_on, of.ends_on, date_today_nl(x->now_us)));
    q_activity_insert(tx, &(struct q_activity_insert_in){.id = id,
                                                         .assignment_id = assignment_id,
                                                         .on_day = in.on_day,
                                                         .kind = in.kind,
                                                         .mode = in.mode,
                                                         .hours = in.hours,
                                                         .participants = in.participants,
                                                         .summary = in.summary,
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
    audit_write(tx, "activityLog", id, "create", NULL);
    TRY(q_activity_get(tx, id, &row));
    reply_location(x, rs, "/activity-logs/%s", uuid_text(x->arena, id));
    return reply_activity(rs, 201, &row);
}

/* getActivityLog: GET /activity-logs/{activityLogId} */
static err_t get_activity_log(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "activityLogId");
    struct activity_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "activityLog", id, "");
    TRY(q_activity_get(tx, id, &row));
    return reply_activity(rs, 200, &row);
}

/* patchActivityLog: PATCH /activity-logs/{activityLogId} */
static err_t patch_activity_log(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "activityLogId");
    struct result_assignment of;
    struct activity_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_activity_lock(tx, id, &row));
    TRY(etag_match(rq, row.version));
    TRY(result_begin(x, row.assignment_id, &tx, &of));
    TRY(request_read(x, rq, &activity_shape, &row));
    TRY(rules_activity_day(x->arena, row.on_day, of.starts_on, of.ends_on, date_today_nl(x->now_us)));
    q_activity_save(tx, &(struct q_activity_save_in){.id = id,
                                                     .on_day = row.on_day,
                                                     .kind = row.kind,
                                                     .mode = row.mode,
                                                     .hours = row.hours,
                                                     .participants = row.participants,
                                                     .summary = row.summary,
                                                     .now = x->now_us});
    audit_write(tx, "activityLog", id, "update", json_member_names(x->arena, request_body(rq)));
    TRY(q_activity_get(tx, id, &row));
    return reply_activity(rs, 200, &row);
}

/* ---- outcomes ---- */

static const struct json_field outcome_fields[] = {
    JSON_FIELD(struct outcome_row, transfer, "transfer", JSON_TEXT),
    JSON_FIELD(struct outcome_row, summary, "summary", JSON_TEXT),
    JSON_FIELD(struct outcome_row, beneficiaries, "beneficiaries", JSON_I32),
    JSON_FIELD(struct outcome_row, women, "women", JSON_OPT_I32),
    JSON_FIELD(struct outcome_row, sdg, "sdg", JSON_I32),
};
static const struct json_shape outcome_shape = JSON_SHAPE(struct outcome_row, outcome_fields);

static err_t reply_outcome(struct response *rs, int status, const struct outcome_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &outcome_row_json, row);
}

/* listOutcomes: GET /assignments/{assignmentId}/outcomes */
static err_t list_outcomes(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct result_assignment of;
    struct outcome_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_outcome_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_result_assignment_later(tx, id, &of);
    TRY(q_outcome_list(tx, id, &page, &rows, &n));
    audit_read(tx, "assignment", id, "outcomes");
    return reply_page(x, rq, rs, &q_outcome_list_page, &page, &outcome_row_json, rows, n);
}

/* createOutcome: POST /assignments/{assignmentId}/outcomes */
static err_t create_outcome(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid assignment_id = request_path_uuid(rq, "assignmentId"), id = uuid_new(x->now_us);
    struct outcome_row in = {0}, row;
    struct result_assignment of;
    struct tx *tx;

    TRY(request_read(x, rq, &outcome_shape, &in));
    TRY(result_begin(x, assignment_id, &tx, &of));
    TRY(rules_outcome(x->arena, in.beneficiaries, in.women));
    q_outcome_insert(tx, &(struct q_outcome_insert_in){.id = id,
                                                       .assignment_id = assignment_id,
                                                       .transfer = in.transfer,
                                                       .summary = in.summary,
                                                       .beneficiaries = in.beneficiaries,
                                                       .women = in.women,
                                                       .sdg = in.sdg,
                                                       .by = x->who->subject,
                                                       .now = x->now_us});
    audit_write(tx, "outcome", id, "create", NULL);
    TRY(q_outcome_get(tx, id, &row));
    reply_location(x, rs, "/outcomes/%s", uuid_text(x->arena, id));
    return reply_outcome(rs, 201, &row);
}

/* getOutcome: GET /outcomes/{outcomeId} */
static err_t get_outcome(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "outcomeId");
    struct outcome_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "outcome", id, "");
    TRY(q_outcome_get(tx, id, &row));
    return reply_outcome(rs, 200, &row);
}

/* patchOutcome: PATCH /outcomes/{outcomeId} */
static err_t patch_outcome(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "outcomeId");
    struct result_assignment of;
    struct outcome_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_outcome_lock(tx, id, &row));
    TRY(etag_match(rq, row.version));
    TRY(result_begin(x, row.assignment_id, &tx, &of));
    TRY(request_read(x, rq, &outcome_shape, &row));
    TRY(rules_outcome(x->arena, row.beneficiaries, row.women));
    q_outcome_save(tx, &(struct q_outcome_save_in){.id = id,
                                                   .transfer = row.transfer,
                                                   .summary = row.summary,
                                                   .beneficiaries = row.beneficiaries,
                                                   .women = row.women,
                                                   .sdg = row.sdg,
                                                   .now = x->now_us});
    audit_write(tx, "outcome", id, "update", json_member_names(x->arena, request_body(rq)));
    TRY(q_outcome_get(tx, id, &row));
    return reply_outcome(rs, 200, &row);
}

const struct handler results_handlers[] = {
    {"listActivityLogs", list_activity_logs},
    {"createActivityLog", create_activity_log},
    {"getActivityLog", get_activity_log},
    {"patchActivityLog", patch_activity_log},
    {"listReports", list_reports},
    {"createReport", create_report},
    {"getReport", get_report},
    {"acceptReport", accept_report},
    {"returnReport", return_report},
    {"resubmitReport", resubmit_report},
    {"listOutcomes", list_outcomes},
    {"createOutcome", create_outcome},
    {"getOutcome", get_outcome},
    {"patchOutcome", patch_outcome},
    {NULL, NULL},
};
