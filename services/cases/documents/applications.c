/* applications.c - applications for documents (api-spec/cases/documents.yaml). */
#include "cases/documents/applications.h"

#include "app/audit.h"
#include "base/str.h"
#include "cases/documents/documents.h"
#include "cases/documents/queries.h"
#include "cases/timeline/timeline.h"

ERR_DEFINE(err_open, ERR_CONFLICT, "application.open", "Another application for the document is open.");
ERR_DEFINE(err_ended, ERR_CONFLICT, "application.ended", "The application is no longer open.");
ERR_DEFINE(err_no_appointment, ERR_MISSING, "appointment.missing", "The case has no such appointment.");

struct application_input {
    const char *authority, *status;
    struct opt_date applied_on, expected_on;
    struct opt_uuid appointment_id;
    bool interview_in_person;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct application_input, authority, "authority", JSON_TEXT),
    JSON_FIELD(struct application_input, applied_on, "appliedOn", JSON_OPT_DATE),
    JSON_FIELD(struct application_input, appointment_id, "appointmentId", JSON_OPT_UUID),
    JSON_FIELD(struct application_input, interview_in_person, "interviewInPerson", JSON_BOOL),
    JSON_FIELD(struct application_input, expected_on, "expectedOn", JSON_OPT_DATE),
    JSON_FIELD(struct application_input, status, "status", JSON_TEXT),
};
static const struct json_shape input_shape = JSON_SHAPE(struct application_input, input_fields);

static err_t check_appointment(struct tx *tx, struct uuid case_id, struct opt_uuid appointment_id)
{
    bool found = false;
    struct application_appointment appointment;
    if (!appointment_id.set)
        return NULL;
    TRY(q_application_appointment(tx, appointment_id.v, case_id, &found, &appointment));
    return found ? NULL : err_no_appointment;
}

/* createDocumentApplication: POST /documents/{documentId}/applications */
err_t create_document_application(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct application_input in = {0};
    struct tx *tx;
    struct uuid document_id, id = uuid_new(x->now_us);
    struct document_locked document;
    struct application_open open;
    bool found = false;
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(document_lock(x, rq, &tx, &document_id, &document));
    TRY(q_application_open(tx, document_id, &found, &open));
    if (found)
        return err_open;
    TRY(check_appointment(tx, document.case_id, in.appointment_id));
    const json_t *fee = json_object_get(request_body(rq), "fee");
    struct opt_i64 amount = {.set = fee != NULL, .v = json_member_i64(fee, "amount", 0)};
    q_application_add(tx, &(struct q_application_add_in){.id = id,
                                                         .case_id = document.case_id,
                                                         .document_id = document_id,
                                                         .authority = in.authority,
                                                         .applied_on = in.applied_on.v,
                                                         .appointment_id = in.appointment_id,
                                                         .fee_amount = amount,
                                                         .fee_currency = json_member_text(fee, "currency"),
                                                         .interview_in_person = in.interview_in_person,
                                                         .expected_on = in.expected_on,
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
    q_document_touch(tx, document_id, x->now_us);
    timeline_add(tx, document.case_id, "document.applied", document_entry(x, document_id, document.kind), "");
    audit_write(tx, "document", document_id, "apply", NULL);
    reply_location(x, rs, "/documents/%s", uuid_text(x->arena, document_id));
    return document_reply(tx, document_id, rs, 201);
}

/* patchDocumentApplication: PATCH /document-applications/{applicationId} */
err_t patch_document_application(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct application_locked before;
    struct application_row row;
    struct uuid id = request_path_uuid(rq, "applicationId");
    TRY(db_begin(x, &tx));
    TRY(q_application_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    if (!str_eq(before.status, "open"))
        return err_ended;
    struct application_input in = {
        .status = before.status, .appointment_id = before.appointment_id, .expected_on = before.expected_on};
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(check_appointment(tx, before.case_id, in.appointment_id));
    q_application_save(tx, &(struct q_application_save_in){.id = id,
                                                           .status = in.status,
                                                           .appointment_id = in.appointment_id,
                                                           .expected_on = in.expected_on,
                                                           .now = x->now_us});
    q_document_touch(tx, before.document_id, x->now_us);
    audit_write(tx, "document", before.document_id, "application", NULL);
    TRY(q_application_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, 200, &application_row_json, &row);
}
