/* http.c - requests of data subjects: asked for, decided, listed (api-spec/cases/rights.yaml). */
#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/persons/queries.h"
#include "cases/rights/internal.h"
#include "cases/rights/queries.h"
#include "cases/rights/rights.h"
#include "cases/rights/rules.h"
#include "web/page.h"

ERR_DEFINE(err_exists, ERR_CONFLICT, "subjectRequest.exists",
           "An erasure of this person has been asked for already.");

static const char *question_text(struct ctx *x, struct uuid id, struct uuid ask_id)
{
    return arena_printf(x->arena, "{\"requestId\":\"%s\",\"askId\":\"%s\"}", uuid_text(x->arena, id),
                        uuid_text(x->arena, ask_id));
}

static void question_send(struct ctx *x, struct tx *tx, struct uuid id, struct uuid ask_id)
{
    outbox_add(tx, &(struct event){.type = "cases.subject.requested",
                                   .subject = id,
                                   .data = question_text(x, id, ask_id)});
}

err_t rights_add(struct ctx *x, struct tx *tx, const struct rights_new *in, struct uuid *ret_id)
{
    struct uuid id = uuid_new(x->now_us), ask_id = uuid_new(x->now_us);
    struct rights_added added;
    bool found;

    TRY(q_rights_add(tx,
                     &(struct q_rights_add_in){.id = id,
                                               .person_id = in->person_id,
                                               .subject = in->subject,
                                               .kind = in->kind,
                                               .origin = in->origin,
                                               .reason = in->reason,
                                               .ask_id = ask_id,
                                               .phase = str_eq(in->kind, "export") ? "export" : "plan",
                                               .asked_by = in->asked_by,
                                               .now = x->now_us},
                     &found, &added));
    if (!found)
        return err_exists;
    question_send(x, tx, id, ask_id);
    audit_write(tx, "subjectRequest", id, "create", NULL);
    *ret_id = id;
    return NULL;
}

void rights_ask(struct ctx *x, struct tx *tx, struct uuid id, const char *status, const char *phase)
{
    struct uuid ask_id = uuid_new(x->now_us);

    q_rights_ask(tx, &(struct q_rights_ask_in){
                         .id = id, .status = status, .phase = phase, .ask_id = ask_id, .now = x->now_us});
    question_send(x, tx, id, ask_id);
}

static struct rights_facts facts_of(struct ctx *x, const struct rights_row *row)
{
    return (struct rights_facts){.kind = row->kind,
                                 .status = row->status,
                                 .asked_by = row->asked_by,
                                 .actor = x->who->subject,
                                 .blocks = row->blocks};
}

static void rights_show(struct ctx *x, struct rights_row *row)
{
    struct rights_facts facts = facts_of(x, row);

    if (x->who->is_user && principal_has(x->who, "subject-requests:decide"))
        row->allowed_actions = rules_rights_actions(x->arena, &facts);
}

static err_t rights_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct rights_row row;

    TRY(q_rights_get(tx, id, &row));
    rights_show(x, &row);
    reply_etag(rs, row.version_);
    if (status == 202)
        reply_location(x, rs, "/data-subject-requests/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &rights_row_json, &row);
}

/* createDataSubjectRequest: POST /persons/{personId}/data-subject-requests */
static err_t create_data_subject_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct rights_new in = {.person_id = request_path_uuid(rq, "personId"),
                            .subject = "person",
                            .kind = json_member_text(body, "kind"),
                            .origin = "person",
                            .reason = json_member_text(body, "reason"),
                            .asked_by = x->who->subject};
    struct person_exists person;
    struct uuid id;
    struct tx *tx;

    TRY(rules_rights_user(x->who->is_user));
    TRY(db_begin(x, &tx));
    TRY(q_person_exists(tx, in.person_id, &person));
    TRY(rights_add(x, tx, &in, &id));
    return rights_reply(x, tx, id, 202, rs);
}

/* createSubjectRequest: POST /data-subject-requests. Who it is, the diaspora service is asked first: while it
 * is away, so is this. */
static err_t create_subject_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct rights_new in = {.person_id = json_member_uuid(body, "subjectId").v,
                            .kind = json_member_text(body, "kind"),
                            .origin = "person",
                            .reason = json_member_text(body, "reason"),
                            .asked_by = x->who->subject};
    struct uuid id;
    struct tx *tx;
    json_t *who;

    TRY(rules_rights_user(x->who->is_user));
    TRY(db_begin(x, &tx));
    TRY(tx_sync(
        tx)); /* whoever asked with the same key before has the answer of then, though nobody is left */
    TRY(rights_subject_ask(x, in.person_id, &who));
    in.subject = json_member_text(who, "kind");
    TRY(rights_add(x, tx, &in, &id));
    return rights_reply(x, tx, id, 202, rs);
}

/* listDataSubjectRequests: GET /data-subject-requests */
static err_t list_data_subject_requests(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_rights_list_in in = {.status = request_query(rq, "status"),
                                  .kind = request_query(rq, "kind"),
                                  .person_id = request_query_uuid(rq, "personId")};
    struct rights_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_rights_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_rights_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        rights_show(x, &rows[i]);
    audit_rows(tx, "subjectRequest", rows, n, sizeof *rows, offsetof(struct rights_row, id));
    return reply_page(x, rq, rs, &q_rights_list_page, &page, &rights_row_json, rows, n);
}

/* getDataSubjectRequest: GET /data-subject-requests/{subjectRequestId} */
static err_t get_data_subject_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "subjectRequestId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "subjectRequest", id, "");
    return rights_reply(x, tx, id, 200, rs);
}

/* An approved person is restricted: nothing is added to what is about to go. */
static void approve(struct ctx *x, struct tx *tx, const struct rights_row *row, const char *words)
{
    q_rights_decide(
        tx,
        &(struct q_rights_decide_in){
            .id = row->id, .status = "erasing", .by = x->who->subject, .decision = words, .now = x->now_us});
    q_rights_restrict(tx, row->person_id, x->now_us);
    rights_ask(x, tx, row->id, "erasing", "erase");
}

static err_t rights_decide(struct ctx *x, const struct request *rq, struct response *rs, const char *action)
{
    struct uuid id = request_path_uuid(rq, "subjectRequestId");
    const char *words = json_member_text(request_body(rq), "reason");
    struct rights_facts facts;
    struct rights_step step;
    struct rights_row row;
    struct tx *tx;

    TRY(rules_rights_user(x->who->is_user));
    TRY(db_begin(x, &tx));
    TRY(q_rights_lock(tx, id, &row));
    TRY(etag_match(rq, row.version_));
    facts = facts_of(x, &row);
    TRY(rules_rights_step(x->arena, &facts, action, &step));
    if (step.second)
        q_rights_second(tx, id, x->who->subject, x->now_us);
    else if (str_eq(action, "approve"))
        approve(x, tx, &row, words);
    else if (str_eq(action, "reject"))
        q_rights_decide(
            tx,
            &(struct q_rights_decide_in){
                .id = id, .status = step.status, .by = x->who->subject, .decision = words, .now = x->now_us});
    else
        rights_ask(x, tx, id, step.status, "plan");
    audit_write(tx, "subjectRequest", id, step.second ? "second" : action, NULL);
    return rights_reply(x, tx, id, 200, rs);
}

/* approveDataSubjectRequest: POST /data-subject-requests/{subjectRequestId}/approve */
static err_t approve_data_subject_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    return rights_decide(x, rq, rs, "approve");
}

/* rejectDataSubjectRequest: POST /data-subject-requests/{subjectRequestId}/reject */
static err_t reject_data_subject_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    return rights_decide(x, rq, rs, "reject");
}

/* replanDataSubjectRequest: POST /data-subject-requests/{subjectRequestId}/replan */
static err_t replan_data_subject_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    return rights_decide(x, rq, rs, "replan");
}

const struct handler rights_handlers[] = {
    {"createDataSubjectRequest", create_data_subject_request},
    {"createSubjectRequest", create_subject_request},
    {"listDataSubjectRequests", list_data_subject_requests},
    {"getDataSubjectRequest", get_data_subject_request},
    {"approveDataSubjectRequest", approve_data_subject_request},
    {"rejectDataSubjectRequest", reject_data_subject_request},
    {"replanDataSubjectRequest", replan_data_subject_request},
    {"getSubjectExport", get_subject_export},
    {"getSubjectPlan", get_subject_plan},
    {"getSubjectCertificate", get_subject_certificate},
    {"listCaseStatistics", list_case_statistics},
    {NULL, NULL},
};
