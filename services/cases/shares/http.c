/* http.c - operations on shares (api-spec/cases/shares.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/consents/queries.h"
#include "cases/consents/rules.h"
#include "cases/shares/internal.h"
#include "cases/shares/queries.h"
#include "cases/shares/rules.h"
#include "cases/shares/shares.h"
#include "web/page.h"

struct share_input {
    struct uuid case_id;
    const char *to_organisation;
    struct text_array fields;
    const char *level;
    struct opt_date until;
    const char *legal_basis;
    struct opt_uuid consent_id;
    const char *regime, *document;
};
static const struct json_field share_input_fields[] = {
    JSON_FIELD(struct share_input, case_id, "caseId", JSON_UUID),
    JSON_FIELD(struct share_input, to_organisation, "toOrganisation", JSON_TEXT),
    JSON_FIELD(struct share_input, fields, "fields", JSON_TEXTS),
    JSON_FIELD(struct share_input, level, "level", JSON_TEXT),
    JSON_FIELD(struct share_input, until, "until", JSON_OPT_DATE),
    JSON_FIELD(struct share_input, legal_basis, "legalBasis", JSON_TEXT),
    JSON_FIELD(struct share_input, consent_id, "consentId", JSON_OPT_UUID),
    JSON_FIELD(struct share_input, regime, "regime", JSON_TEXT),
    JSON_FIELD(struct share_input, document, "document", JSON_TEXT),
};
static const struct json_shape share_input_shape = JSON_SHAPE(struct share_input, share_input_fields);

static void share_show(struct ctx *x, struct share_row *row)
{
    struct share_reader reader = {.owner = str_eq(row->owner_organisation, x->who->organisation),
                                  .recipient = str_eq(row->to_organisation, x->who->organisation),
                                  .writes = principal_has(x->who, "shares:write")};

    row->allowed_actions =
        rules_share_actions(x->arena, row->status, row->deletion_confirmed_at.set, &reader);
}

static err_t share_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct share_row row;

    TRY(q_share_get(tx, id, &row));
    share_show(x, &row);
    reply_etag(rs, row.version_);
    if (status == 201)
        reply_location(x, rs, "/shares/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &share_row_json, &row);
}

/* A share goes no further than the consent that it rests on, and no longer. */
static err_t ground_judge(struct ctx *x, const struct share_ground *ground, const struct text_array *fields,
                          struct opt_date *until)
{
    struct fault_list faults = {0};

    rules_share_ground(x->arena, ground, fields, *until, &faults);
    if (!until->set)
        *until = ground->last_on;
    return fault_list_err(x->arena, &faults, ERR_CONFLICT, "guards.unmet", "The share lacks its ground.");
}

/* The consent that the share is to rest on covers it: of a person of this case, for sharing, with this
 * organisation, these categories, until then. */
static err_t consent_judge(struct ctx *x, struct tx *tx, struct share_input *in)
{
    struct fault_list faults = {0};
    struct consent_basis c;
    struct consent_terms terms;
    bool found;

    TRY(q_consent_for_case(tx, in->consent_id.v, in->case_id, &found, &c));
    if (found)
        terms = (struct consent_terms){.purpose = c.purpose,
                                       .recipients = c.recipients,
                                       .method = c.method,
                                       .given_us = c.given_at,
                                       .expires_us = c.expires_at,
                                       .withdrawn_us = c.withdrawn_at};
    if (found && rules_consent_covers(&terms, "sharing", in->to_organisation, x->now_us))
        return ground_judge(x, &(struct share_ground){.fields = c.fields, .last_on = c.last_on}, &in->fields,
                            &in->until);
    fault_add(
        x->arena, &faults,
        (struct fault){.in = FAULT_GUARD,
                       .at = "/consentId",
                       .code = "consent.explicit",
                       .detail = "The consent is not in force for sharing this case with this organisation.",
                       .remedy = "Ask for the consent and record it."});
    return fault_list_err(x->arena, &faults, ERR_CONFLICT, "guards.unmet", "The share lacks its ground.");
}

/* Reads a share as it is asked for, and judges it. Opens the transaction. */
static err_t input_judge(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct share_input *ret)
{
    struct fault_list faults = {0};
    struct share_terms terms;

    TRY(request_read(x, rq, &share_input_shape, ret));
    terms = (struct share_terms){.owner = x->who->organisation,
                                 .to_organisation = ret->to_organisation,
                                 .legal_basis = ret->legal_basis,
                                 .consent = ret->consent_id.set,
                                 .until_on = ret->until};
    rules_share_terms(x->arena, &terms, date_today_nl(x->now_us), &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The share is not valid."));
    TRY(db_begin(x, ret_tx));
    return ret->consent_id.set ? consent_judge(x, *ret_tx, ret) : NULL;
}

/* grantShare: POST /shares */
static err_t grant_share(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct share_input in = {0};
    struct uuid id;
    struct tx *tx;

    TRY(input_judge(x, rq, &tx, &in));
    TRY(share_grant(x, tx,
                    &(struct share_new){.case_id = in.case_id,
                                        .to_organisation = in.to_organisation,
                                        .fields = in.fields,
                                        .level = in.level,
                                        .until_on = in.until,
                                        .legal_basis = in.legal_basis,
                                        .regime = in.regime,
                                        .document = in.document,
                                        .consent_id = in.consent_id},
                    &id));
    return share_reply(x, tx, id, 201, rs);
}

/* previewShare: POST /shares/_preview */
static err_t preview_share(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct share_input in = {0};
    const char *bytes;
    struct tx *tx;

    TRY(input_judge(x, rq, &tx, &in));
    TRY(view_preview(x, tx, in.case_id, in.to_organisation, &in.fields, &bytes));
    audit_read(tx, "case", in.case_id, "sharePreview");
    return reply_json_text(rs, 200, bytes);
}

/* listShares: GET /shares */
static err_t list_shares(struct ctx *x, const struct request *rq, struct response *rs)
{
    bool staff = principal_has(x->who, "shares:read");
    struct page page;
    struct share_row *rows;
    struct tx *tx;
    size_t n;
    struct q_share_list_in in = {.granted = OPT_BOOL(true),
                                 .received = OPT_BOOL(true),
                                 .case_id = request_query_uuid(rq, "caseId"),
                                 .to_organisation = request_query(rq, "toOrganisation"),
                                 .status = request_query(rq, "status")};

    TRY(page_read(x, rq, &q_share_list_page, &page));
    page_filter(&page, &q_share_list_page, staff ? "granted" : "received");
    TRY(db_begin_read(x, &tx));
    TRY(q_share_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        share_show(x, &rows[i]);
    audit_rows(tx, "share", rows, n, sizeof *rows, offsetof(struct share_row, id));
    return reply_page(x, rq, rs, &q_share_list_page, &page, &share_row_json, rows, n);
}

/* getShare: GET /shares/{shareId} */
static err_t get_share(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "shareId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "share", id, "");
    return share_reply(x, tx, id, 200, rs);
}

/* Locks a share that the reader's organisation granted; the recipient's reading it gives no right to change
 * it. */
static err_t own_share_lock(struct ctx *x, const struct request *rq, struct tx *tx, struct share_row *ret)
{
    struct uuid id = request_path_uuid(rq, "shareId");
    struct share_case held;
    bool found;

    TRY(q_share_get(tx, id, ret));
    if (!str_eq(ret->owner_organisation, x->who->organisation))
        return err_new(x->arena, ERR_DENIED, "share.owner",
                       "Only the organisation that shares can change it.");
    /* Case before share: the order in which a change of the case takes them. */
    q_share_case_hold_later(tx, ret->case_id, &found, &held);
    TRY(q_share_lock(tx, id, ret));
    TRY(etag_match(rq, ret->version_));
    return rules_share_active(ret->status);
}

/* changeShare: PATCH /shares/{shareId} */
static err_t change_share(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct fault_list faults = {0};
    struct share_terms terms;
    struct share_consent consent;
    struct share_row row;
    struct tx *tx;
    bool rests;

    TRY(db_begin(x, &tx));
    TRY(own_share_lock(x, rq, tx, &row));
    TRY(q_share_consent(tx, row.id, &rests, &consent));
    struct share_input in = {
        .fields = row.fields, .level = row.level, .until = row.until, .document = row.document};
    TRY(request_read(x, rq, &share_input_shape, &in));
    terms = (struct share_terms){.owner = row.owner_organisation,
                                 .to_organisation = row.to_organisation,
                                 .legal_basis = "",
                                 .until_on = in.until};
    rules_share_terms(x->arena, &terms, date_today_nl(x->now_us), &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The change is not valid."));
    if (rests)
        TRY(ground_judge(x, &(struct share_ground){.fields = consent.fields, .last_on = consent.last_on},
                         &in.fields, &in.until));

    q_share_save(tx, &(struct q_share_save_in){.id = row.id,
                                               .fields = in.fields,
                                               .level = in.level,
                                               .until = in.until,
                                               .document = in.document,
                                               .now = x->now_us});
    share_schedule(x, tx, row.id, in.until);
    audit_write(tx, "share", row.id, "update", json_member_names(x->arena, request_body(rq)));
    TRY(views_sync(x, tx, row.case_id, NULL));
    return share_reply(x, tx, row.id, 200, rs);
}

struct recall_input {
    const char *reason;
    struct opt_date delete_by;
};
static const struct json_field recall_input_fields[] = {
    JSON_FIELD(struct recall_input, reason, "reason", JSON_TEXT),
    JSON_FIELD(struct recall_input, delete_by, "deleteBy", JSON_OPT_DATE),
};
static const struct json_shape recall_input_shape = JSON_SHAPE(struct recall_input, recall_input_fields);

/* recallShare: POST /shares/{shareId}/recall */
static err_t recall_share(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct recall_input in = {0};
    struct share_row row;
    struct share_ending s;
    struct tx *tx;
    int32_t delete_by;

    TRY(request_read(x, rq, &recall_input_shape, &in));
    TRY(rules_share_delete_by(x->arena, in.delete_by, date_today_nl(x->now_us), &delete_by));
    TRY(db_begin(x, &tx));
    TRY(own_share_lock(x, rq, tx, &row));
    TRY(q_share_of_id(tx, row.id, &s));
    share_end(x, tx, &s, "recalled", in.reason, delete_by);
    return share_reply(x, tx, row.id, 200, rs);
}

/* confirmShareDeletion: POST /shares/{shareId}/confirm-deletion */
static err_t confirm_share_deletion(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct share_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_share_get(tx, request_path_uuid(rq, "shareId"), &row));
    TRY(etag_match(rq, row.version_));
    TRY(rules_share_confirm(str_eq(row.to_organisation, x->who->organisation), row.status,
                            row.deletion_confirmed_at.set));
    q_share_confirm(tx, &(struct q_share_confirm_in){.share_id = row.id,
                                                     .owner_org = row.owner_organisation,
                                                     .by = x->who->subject,
                                                     .now = x->now_us});
    audit_write(tx, "share", row.id, "confirmDeletion", NULL);
    return share_reply(x, tx, row.id, 200, rs);
}

const struct handler shares_handlers[] = {
    {"grantShare", grant_share},
    {"previewShare", preview_share},
    {"listShares", list_shares},
    {"getShare", get_share},
    {"changeShare", change_share},
    {"recallShare", recall_share},
    {"confirmShareDeletion", confirm_share_deletion},
    {"listSharedCases", list_shared_cases},
    {NULL, NULL},
};
