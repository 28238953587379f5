/* http.c - operations on documents (api-spec/cases/documents.yaml). Applications for documents are in
 * applications.c, what was uploaded in contents.c. */
#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/documents/applications.h"
#include "cases/documents/contents.h"
#include "cases/documents/documents.h"
#include "cases/documents/queries.h"
#include "cases/documents/rules.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

ERR_DEFINE(err_same_holder, ERR_CONFLICT, "custody.same", "The holder has the document already.");

err_t document_reply(struct tx *tx, struct uuid id, struct response *rs, int status)
{
    struct document_row row;
    TRY(q_document_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &document_row_json, &row);
}

err_t document_lock(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                    struct document_locked *ret)
{
    *ret_id = request_path_uuid(rq, "documentId");
    TRY(db_begin(x, ret_tx));
    TRY(q_document_lock(*ret_tx, *ret_id, ret));
    return etag_match(rq, ret->version);
}

/* listCaseDocuments: GET /cases/{caseId}/documents */
static err_t list_case_documents(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct document_case of;
    struct document_item *rows;
    size_t n;
    struct uuid case_id = request_path_uuid(rq, "caseId");
    TRY(page_read(x, rq, &q_document_list_page, &page));
    struct q_document_list_in in = {
        .case_id = case_id, .status = request_query(rq, "status"), .kind = request_query(rq, "kind")};
    TRY(db_begin_read(x, &tx));
    q_document_case_later(tx, case_id, &of);
    TRY(q_document_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "document", rows, n, sizeof *rows, offsetof(struct document_item, id));
    return reply_page(x, rq, rs, &q_document_list_page, &page, &document_item_json, rows, n);
}

/* What may be said of a document: at its making, its correction, its receipt and its verification. */
struct document_input {
    const char *kind, *country, *holder, *reason, *note;
    struct opt_uuid person_id;
    struct opt_date valid_from, valid_until;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct document_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct document_input, person_id, "personId", JSON_OPT_UUID),
    JSON_FIELD(struct document_input, country, "country", JSON_TEXT),
    JSON_FIELD(struct document_input, valid_from, "validFrom", JSON_OPT_DATE),
    JSON_FIELD(struct document_input, valid_until, "validUntil", JSON_OPT_DATE),
    JSON_FIELD(struct document_input, holder, "holder", JSON_TEXT),
    JSON_FIELD(struct document_input, reason, "reason", JSON_TEXT),
    JSON_FIELD(struct document_input, note, "note", JSON_TEXT),
};
static const struct json_shape input_shape = JSON_SHAPE(struct document_input, input_fields);

/* The person is of the case, or ERR_INVALID person.notInCase. */
static err_t check_person(struct ctx *x, struct tx *tx, struct uuid case_id, struct opt_uuid person_id)
{
    bool found = false;
    struct document_person person;
    if (!person_id.set)
        return NULL;
    TRY(q_document_person_in_case(tx, case_id, person_id.v, &found, &person));
    if (found)
        return NULL;
    static const struct fault fault = {
        .at = "/personId", .code = "person.notInCase", .detail = "The person is not one of the case."};
    return err_faults(x->arena, ERR_INVALID, "request.invalid", "The document cannot be kept so.", &fault, 1);
}

/* createDocument: POST /cases/{caseId}/documents */
static err_t create_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct document_input in = {0};
    struct tx *tx;
    struct document_case of;
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us);
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(rules_document_dates(x->arena, in.valid_from, in.valid_until));
    TRY(db_begin(x, &tx));
    TRY(q_document_case(tx, case_id, &of));
    TRY(check_person(x, tx, case_id, in.person_id));
    q_document_add(tx, &(struct q_document_add_in){.id = id,
                                                   .case_id = case_id,
                                                   .person_id = in.person_id,
                                                   .kind = in.kind,
                                                   .country = in.country,
                                                   .valid_from = in.valid_from,
                                                   .valid_until = in.valid_until,
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    timeline_add(tx, case_id, "document.added", document_entry(x, id, in.kind), "");
    audit_write(tx, "document", id, "create", NULL);
    reply_location(x, rs, "/documents/%s", uuid_text(x->arena, id));
    return document_reply(tx, id, rs, 201);
}

/* getDocument: GET /documents/{documentId} */
static err_t get_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id = request_path_uuid(rq, "documentId");
    TRY(db_read(x, &tx));
    audit_read(tx, "document", id, "");
    return document_reply(tx, id, rs, 200);
}

/* patchDocument: PATCH /documents/{documentId} */
static err_t patch_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id;
    struct document_locked before;
    TRY(document_lock(x, rq, &tx, &id, &before));
    TRY(rules_document_editable(before.status));
    struct document_input in = {.person_id = before.person_id,
                                .country = before.country,
                                .valid_from = before.valid_from,
                                .valid_until = before.valid_until};
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(rules_document_dates(x->arena, in.valid_from, in.valid_until));
    TRY(check_person(x, tx, before.case_id, in.person_id));
    q_document_save(tx, &(struct q_document_save_in){.id = id,
                                                     .person_id = in.person_id,
                                                     .country = in.country,
                                                     .valid_from = in.valid_from,
                                                     .valid_until = in.valid_until,
                                                     .now = x->now_us});
    audit_write(tx, "document", id, "update", NULL);
    return document_reply(tx, id, rs, 200);
}

static void custody_add(struct ctx *x, struct tx *tx, struct uuid id, const struct document_locked *d,
                        const char *holder, const char *note)
{
    q_document_custody_add(tx, &(struct q_document_custody_add_in){.id = uuid_new(x->now_us),
                                                                   .case_id = d->case_id,
                                                                   .document_id = id,
                                                                   .holder_from = d->custody,
                                                                   .holder_to = holder,
                                                                   .note = note,
                                                                   .by = x->who->subject,
                                                                   .now = x->now_us});
}

/* A verified document is watched: it ends by itself, and its holder is reminded before. */
static void watch_expiry(struct ctx *x, struct tx *tx, struct uuid id, const struct document_locked *d,
                         struct opt_date until)
{
    struct arena *a = x->arena;
    char day[11] = "";
    if (until.set) {
        date_format(until.v, day);
        due_set(tx, "documentExpiry", id, (until.v + 1) * DATE_US_PER_DAY,
                arena_printf(a, "{\"documentId\":\"%s\",\"caseId\":\"%s\"}", uuid_text(a, id),
                             uuid_text(a, d->case_id)));
    }
    const char *person = d->person_id.set ? arena_printf(a, "\"%s\"", uuid_text(a, d->person_id.v)) : "null";
    outbox_add(tx,
               &(struct event){
                   .type = "cases.document.verified",
                   .subject = id,
                   .key = d->case_id,
                   .data = arena_printf(
                       a, "{\"documentId\":\"%s\",\"caseId\":\"%s\",\"personId\":%s,\"validUntil\":%s%s%s}",
                       uuid_text(a, id), uuid_text(a, d->case_id), person, until.set ? "\"" : "",
                       until.set ? day : "null", until.set ? "\"" : "")});
}

/* One step of the state machine, with what the body says along with it. */
static err_t step(struct ctx *x, const struct request *rq, struct response *rs, const char *status,
                  const char *entry)
{
    struct tx *tx;
    struct uuid id;
    struct document_locked before;
    TRY(document_lock(x, rq, &tx, &id, &before));
    TRY(rules_document_step(before.status, status));
    struct document_input in = {.country = before.country,
                                .valid_from = before.valid_from,
                                .valid_until = before.valid_until,
                                .holder = before.custody};
    if (request_body(rq))
        TRY(request_read(x, rq, &input_shape, &in));
    TRY(rules_document_dates(x->arena, in.valid_from, in.valid_until));
    if (str_eq(status, "verified"))
        TRY(rules_document_verifiable(in.valid_until, date_today_nl(x->now_us)));
    q_document_step(tx, &(struct q_document_step_in){.id = id,
                                                     .status = status,
                                                     .country = in.country,
                                                     .valid_from = in.valid_from,
                                                     .valid_until = in.valid_until,
                                                     .rejected_reason = in.reason,
                                                     .custody = in.holder,
                                                     .by = x->who->subject,
                                                     .now = x->now_us});
    if (!str_eq(in.holder, before.custody))
        custody_add(x, tx, id, &before, in.holder, NULL);
    if (str_eq(status, "verified"))
        watch_expiry(x, tx, id, &before, in.valid_until);
    else
        due_cancel(tx, "documentExpiry", id);
    timeline_add(tx, before.case_id, entry, document_entry(x, id, before.kind), "");
    audit_write(tx, "document", id, status, NULL);
    return document_reply(tx, id, rs, 200);
}

/* requestDocument: POST /documents/{documentId}/request */
static err_t request_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    return step(x, rq, rs, "requested", "document.requested");
}

/* receiveDocument: POST /documents/{documentId}/receive */
static err_t receive_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    return step(x, rq, rs, "received", "document.received");
}

/* verifyDocument: POST /documents/{documentId}/verify */
static err_t verify_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    return step(x, rq, rs, "verified", "document.verified");
}

/* rejectDocument: POST /documents/{documentId}/reject */
static err_t reject_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    return step(x, rq, rs, "rejected", "document.rejected");
}

/* expireDocument: POST /documents/{documentId}/expire */
static err_t expire_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    return step(x, rq, rs, "expired", "document.expired");
}

/* handOverDocument: POST /documents/{documentId}/custody */
static err_t hand_over_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id;
    struct document_locked before;
    struct document_input in = {0};
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(document_lock(x, rq, &tx, &id, &before));
    if (str_eq(in.holder, before.custody))
        return err_same_holder;
    q_document_hold(tx, id, in.holder, x->now_us);
    custody_add(x, tx, id, &before, in.holder, in.note);
    timeline_add(tx, before.case_id, "document.handedOver", document_entry(x, id, before.kind), "");
    audit_write(tx, "document", id, "custody", NULL);
    return document_reply(tx, id, rs, 200);
}

const struct handler documents_handlers[] = {
    {"listCaseDocuments", list_case_documents},
    {"createDocument", create_document},
    {"getDocument", get_document},
    {"patchDocument", patch_document},
    {"requestDocument", request_document},
    {"receiveDocument", receive_document},
    {"verifyDocument", verify_document},
    {"rejectDocument", reject_document},
    {"expireDocument", expire_document},
    {"handOverDocument", hand_over_document},
    {"putDocumentContent", put_document_content},
    {"getDocumentContent", get_document_content},
    {"deleteDocumentContent", delete_document_content},
    {"createDocumentApplication", create_document_application},
    {"patchDocumentApplication", patch_document_application},
    {NULL, NULL},
};
