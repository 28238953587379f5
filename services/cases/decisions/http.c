/* http.c - operations on decisions (api-spec/cases/decisions.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/decisions/queries.h"
#include "cases/decisions/rules.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

static err_t reply_decision(struct response *rs, int status, const struct decision_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &decision_row_json, row);
}

static const char *entry_data(struct ctx *x, struct uuid id)
{
    return arena_printf(x->arena, "{\"decisionId\":\"%s\"}", uuid_text(x->arena, id));
}

/* listCaseDecisions: GET /cases/{caseId}/decisions */
static err_t list_case_decisions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct decision_case of;
    struct decision_row *rows;
    size_t n;
    struct uuid case_id = request_path_uuid(rq, "caseId");
    TRY(page_read(x, rq, &q_decision_list_page, &page));
    struct q_decision_list_in in = {.case_id = case_id, .subject = request_query(rq, "subject")};
    TRY(db_begin_read(x, &tx));
    q_decision_case_later(tx, case_id, &of);
    TRY(q_decision_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "decision", rows, n, sizeof *rows, offsetof(struct decision_row, id));
    return reply_page(x, rq, rs, &q_decision_list_page, &page, &decision_row_json, rows, n);
}

/* createDecision: POST /cases/{caseId}/decisions */
static err_t create_decision(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct decision_case of;
    struct decision_row row;
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us);
    const json_t *body = request_body(rq);
    bool four_eyes = json_member_bool(body, "fourEyes", false);
    TRY(db_begin(x, &tx));
    TRY(q_decision_case(tx, case_id, &of));
    q_decision_add(tx, &(struct q_decision_add_in){.id = id,
                                                   .case_id = case_id,
                                                   .subject = json_member_text(body, "subject"),
                                                   .outcome = json_member_text(body, "outcome"),
                                                   .reason = json_member_text(body, "reason"),
                                                   .four_eyes = four_eyes,
                                                   .status = four_eyes ? "proposed" : "decided",
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    timeline_add(tx, case_id, four_eyes ? "decision.proposed" : "decision.made", entry_data(x, id), "");
    audit_write(tx, "decision", id, "create", NULL);
    TRY(q_decision_get(tx, id, &row));
    reply_location(x, rs, "/decisions/%s", uuid_text(x->arena, id));
    return reply_decision(rs, 201, &row);
}

/* getDecision: GET /decisions/{decisionId} */
static err_t get_decision(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct decision_row row;
    struct uuid id = request_path_uuid(rq, "decisionId");
    TRY(db_read(x, &tx));
    audit_read(tx, "decision", id, "");
    TRY(q_decision_get(tx, id, &row));
    return reply_decision(rs, 200, &row);
}

static err_t settle(struct ctx *x, const struct request *rq, struct response *rs, const char *status)
{
    struct tx *tx;
    struct decision_locked before;
    struct decision_row row;
    struct uuid id = request_path_uuid(rq, "decisionId");
    TRY(db_begin(x, &tx));
    TRY(q_decision_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    TRY(rules_decision_settle(x->who, before.status, before.proposed_by));
    q_decision_settle(tx, &(struct q_decision_settle_in){
                              .id = id, .status = status, .by = x->who->subject, .now = x->now_us});
    timeline_add(tx, before.case_id, str_eq(status, "decided") ? "decision.made" : "decision.rejected",
                 entry_data(x, id), "");
    audit_write(tx, "decision", id, status, NULL);
    TRY(q_decision_get(tx, id, &row));
    return reply_decision(rs, 200, &row);
}

/* confirmDecision: POST /decisions/{decisionId}/confirm */
static err_t confirm_decision(struct ctx *x, const struct request *rq, struct response *rs)
{
    return settle(x, rq, rs, "decided");
}

/* rejectDecision: POST /decisions/{decisionId}/reject */
static err_t reject_decision(struct ctx *x, const struct request *rq, struct response *rs)
{
    return settle(x, rq, rs, "rejected");
}

const struct handler decisions_handlers[] = {
    {"listCaseDecisions", list_case_decisions},
    {"createDecision", create_decision},
    {"getDecision", get_decision},
    {"confirmDecision", confirm_decision},
    {"rejectDecision", reject_decision},
    {NULL, NULL},
};
