/* reports.c - reports on an assignment: submitted, accepted or returned by somebody else. */
#include <stddef.h>

#include "app/audit.h"
#include "base/json.h"
#include "diaspora/results/internal.h"
#include "diaspora/results/queries.h"
#include "diaspora/results/rules.h"
#include "web/page.h"

static err_t reply_report(struct response *rs, int status, const struct report_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &report_row_json, row);
}

/* listReports: GET /assignments/{assignmentId}/reports */
err_t list_reports(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct q_report_list_in in = {.assignment_id = id, .status = request_query(rq, "status")};
    struct result_assignment of;
    struct report_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_report_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_result_assignment_later(tx, id, &of);
    TRY(q_report_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "report", rows, n, sizeof *rows, offsetof(struct report_row, id));
    return reply_page(x, rq, rs, &q_report_list_page, &page, &report_row_json, rows, n);
}

/* createReport: POST /assignments/{assignmentId}/reports */
err_t create_report(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid assignment_id = request_path_uuid(rq, "assignmentId"), id = uuid_new(x->now_us);
    struct result_assignment of;
    struct report_row row;
    struct tx *tx;

    TRY(result_begin(x, assignment_id, &tx, &of));
    q_report_insert(tx, &(struct q_report_insert_in){.id = id,
                                                     .assignment_id = assignment_id,
                                                     .kind = json_member_text(request_body(rq), "kind"),
                                                     .text = json_member_text(request_body(rq), "text"),
                                                     .by = x->who->subject,
                                                     .now = x->now_us});
    audit_write(tx, "report", id, "create", NULL);
    TRY(q_report_get(tx, id, &row));
    reply_location(x, rs, "/reports/%s", uuid_text(x->arena, id));
    return reply_report(rs, 201, &row);
}

/* getReport: GET /reports/{reportId} */
err_t get_report(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "reportId");
    struct report_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "report", id, "");
    TRY(q_report_get(tx, id, &row));
    return reply_report(rs, 200, &row);
}

static err_t lock_report(struct ctx *x, const struct request *rq, const char *action, struct tx **ret_tx,
                         struct report_locked *ret)
{
    struct result_assignment of;

    TRY(db_begin(x, ret_tx));
    TRY(q_report_lock(*ret_tx, request_path_uuid(rq, "reportId"), ret));
    TRY(etag_match(rq, ret->version));
    TRY(rules_report(x->arena, ret->status, action, ret->submitted_by, x->who->subject));
    return result_begin(x, ret->assignment_id, ret_tx, &of);
}

static err_t report_after(struct tx *tx, struct uuid id, const char *action, struct response *rs)
{
    struct report_row row;

    audit_write(tx, "report", id, action, NULL);
    TRY(q_report_get(tx, id, &row));
    return reply_report(rs, 200, &row);
}

/* acceptReport: POST /reports/{reportId}/accept */
err_t accept_report(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct report_locked r;
    struct tx *tx;

    TRY(lock_report(x, rq, "accept", &tx, &r));
    q_report_decide(tx, &(struct q_report_decide_in){
                            .id = r.id, .status = "accepted", .by = x->who->subject, .now = x->now_us});
    return report_after(tx, r.id, "accept", rs);
}

/* returnReport: POST /reports/{reportId}/return */
err_t return_report(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct report_locked r;
    struct tx *tx;

    TRY(lock_report(x, rq, "return", &tx, &r));
    q_report_decide(
        tx, &(struct q_report_decide_in){.id = r.id,
                                         .status = "returned",
                                         .return_reason = json_member_text(request_body(rq), "reason"),
                                         .by = x->who->subject,
                                         .now = x->now_us});
    return report_after(tx, r.id, "return", rs);
}

/* resubmitReport: POST /reports/{reportId}/resubmit */
err_t resubmit_report(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct report_locked r;
    struct tx *tx;

    TRY(lock_report(x, rq, "resubmit", &tx, &r));
    q_report_resubmit(tx, &(struct q_report_resubmit_in){.id = r.id,
                                                         .text = json_member_text(request_body(rq), "text"),
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
    return report_after(tx, r.id, "resubmit", rs);
}
