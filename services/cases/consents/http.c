/* http.c - operations on consents (api-spec/cases/consents.yaml). */
#include "app/audit.h"
#include "app/outbox.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/json.h"
#include "cases/areas.h"
#include "cases/consents/consents.h"
#include "cases/consents/queries.h"
#include "cases/consents/rules.h"
#include "cases/shares/shares.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

static void consent_show(struct ctx *x, struct consent_row *row)
{
    action_add(x->arena, &row->allowed_actions,
               !row->withdrawn_at.set && principal_has(x->who, "consents:write"), "withdraw");
}

static err_t consent_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct consent_row row;

    TRY(q_consent_get(tx, id, x->now_us, &row));
    consent_show(x, &row);
    reply_etag(rs, row.version_);
    if (status == 201)
        reply_location(x, rs, "/consents/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &consent_row_json, &row);
}

static const struct json_field consent_input_fields[] = {
    JSON_FIELD(struct q_consent_add_in, person_id, "personId", JSON_UUID),
    JSON_FIELD(struct q_consent_add_in, case_id, "caseId", JSON_OPT_UUID),
    JSON_FIELD(struct q_consent_add_in, purpose, "purpose", JSON_TEXT),
    JSON_FIELD(struct q_consent_add_in, recipients, "recipients", JSON_TEXTS),
    JSON_FIELD(struct q_consent_add_in, categories, "categories", JSON_TEXTS),
    JSON_FIELD(struct q_consent_add_in, notice_version, "noticeVersion", JSON_TEXT),
    JSON_FIELD(struct q_consent_add_in, language, "language", JSON_TEXT),
    JSON_FIELD(struct q_consent_add_in, method, "method", JSON_TEXT),
    JSON_FIELD(struct q_consent_add_in, interpreter, "interpreter", JSON_TEXT),
    JSON_FIELD(struct q_consent_add_in, witness, "witness", JSON_TEXT),
    JSON_FIELD(struct q_consent_add_in, given, "given", JSON_TEXT),
    JSON_FIELD(struct q_consent_add_in, given_by, "givenBy", JSON_TEXT),
    JSON_FIELD(struct q_consent_add_in, given_at, "givenAt", JSON_INSTANT),
    JSON_FIELD(struct q_consent_add_in, expires_at, "expiresAt", JSON_OPT_INSTANT),
    JSON_FIELD(struct q_consent_add_in, receipt, "receipt", JSON_TEXT),
};
static const struct json_shape consent_input_shape =
    JSON_SHAPE(struct q_consent_add_in, consent_input_fields);

/* Person and case must be there for the writer, and belong together. */
static err_t parties_judge(struct ctx *x, struct tx *tx, const struct q_consent_add_in *in)
{
    struct fault_list faults = {0};
    struct consent_parties parties;

    TRY(q_consent_parties(tx, in->person_id, in->case_id, &parties));
    if (!parties.person)
        fault_add(x->arena, &faults,
                  (struct fault){
                      .at = "/personId", .code = "person.unknown", .detail = "There is no such person."});
    else if (!parties.on_case)
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/caseId",
                                 .code = "person.notOnCase",
                                 .detail = "There is no such case with this person on it."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The consent is not valid.");
}

/* recordConsent: POST /consents */
static err_t record_consent(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_consent_add_in in = {0};
    struct fault_list faults = {0};
    struct tx *tx;

    rules_consent_input(x->arena, request_body(rq), x->now_us, "", &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The consent is not valid."));
    TRY(request_read(x, rq, &consent_input_shape, &in));
    in.id = uuid_new(x->now_us);
    in.obtained_by = x->who->organisation;
    in.by = x->who->subject;
    in.now = x->now_us;

    TRY(db_begin(x, &tx));
    TRY(parties_judge(x, tx, &in));
    q_consent_add(tx, &in);
    if (in.expires_at.set)
        due_set(tx, "consentExpiry", in.id, in.expires_at.v,
                arena_printf(x->arena, "{\"consentId\":\"%s\"}", uuid_text(x->arena, in.id)));
    if (in.case_id.set)
        timeline_add(tx, in.case_id.v, "consent.given",
                     arena_printf(x->arena, "{\"consentId\":\"%s\",\"purpose\":\"%s\"}",
                                  uuid_text(x->arena, in.id), in.purpose),
                     "");
    audit_write(tx, "consent", in.id, "create", NULL);
    return consent_reply(x, tx, in.id, 201, rs);
}

/* listConsents: GET /consents */
static err_t list_consents(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct consent_row *rows;
    struct tx *tx;
    size_t n;
    struct q_consent_list_in in = {.now = x->now_us,
                                   .person_id = request_query_uuid(rq, "personId"),
                                   .case_id = request_query_uuid(rq, "caseId"),
                                   .purpose = request_query(rq, "purpose"),
                                   .in_force = OPT_BOOL(request_query_bool(rq, "inForce", true))};

    TRY(page_read(x, rq, &q_consent_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_consent_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        consent_show(x, &rows[i]);
    audit_rows(tx, "consent", rows, n, sizeof *rows, offsetof(struct consent_row, id));
    return reply_page(x, rq, rs, &q_consent_list_page, &page, &consent_row_json, rows, n);
}

/* getConsent: GET /consents/{consentId} */
static err_t get_consent(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "consentId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "consent", id, "");
    return consent_reply(x, tx, id, 200, rs);
}

/* withdrawConsent: POST /consents/{consentId}/withdraw */
static err_t withdraw_consent(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *how = json_member_text(request_body(rq), "how");
    struct uuid id = request_path_uuid(rq, "consentId");
    struct consent_row row;
    struct tx *tx;
    const char *case_id;
    size_t ended;

    TRY(db_begin(x, &tx));
    TRY(q_consent_lock(tx, id, x->now_us, &row));
    TRY(rules_consent_withdraw(row.withdrawn_at));
    q_consent_withdraw(tx, id, how, x->now_us);
    due_cancel(tx, "consentExpiry", id);
    TRY(shares_end_for_consent(x, tx, id, "consentWithdrawn", &ended));

    case_id = row.case_id.set ? arena_printf(x->arena, "\"%s\"", uuid_text(x->arena, row.case_id.v)) : "null";
    outbox_add(
        tx, &(struct event){.type = "cases.consent.withdrawn",
                            .subject = id,
                            .key = row.person_id,
                            .data = arena_printf(x->arena,
                                                 "{\"consentId\":\"%s\",\"personId\":\"%s\",\"caseId\":%s,"
                                                 "\"purpose\":\"%s\"}",
                                                 uuid_text(x->arena, id), uuid_text(x->arena, row.person_id),
                                                 case_id, row.purpose)});
    if (row.case_id.set)
        timeline_add(tx, row.case_id.v, "consent.withdrawn",
                     arena_printf(x->arena, "{\"consentId\":\"%s\",\"purpose\":\"%s\",\"sharesEnded\":%zu}",
                                  uuid_text(x->arena, id), row.purpose, ended),
                     "");
    audit_write(tx, "consent", id, "withdraw", NULL);
    return consent_reply(x, tx, id, 200, rs);
}

const struct handler consents_handlers[] = {
    {"recordConsent", record_consent},
    {"listConsents", list_consents},
    {"getConsent", get_consent},
    {"withdrawConsent", withdraw_consent},
    {NULL, NULL},
};
