/* http.c - operations on referrals (api-spec/cases/referrals.yaml): send, correct, preview, read. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/referrals/internal.h"
#include "cases/referrals/queries.h"
#include "web/page.h"

static err_t referral_valid(struct ctx *x, const json_t *body)
{
    struct fault_list faults = {0};

    referral_judge(x, body, &faults);
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The referral is not valid.");
}

/* createReferral: POST /referrals */
static err_t create_referral(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct referral_stored *stored;
    struct tx *tx;

    TRY(referral_valid(x, body));
    TRY(db_begin(x, &tx));
    TRY(referral_store_later(x, tx, body, &stored));
    TRY(tx_sync(tx));
    if (!stored->found)
        return referral_taken();
    referral_created(x, tx, body, stored->id);
    return referral_reply(x, tx, stored->id, 201, rs);
}

/* The key is known: what was sent is the same, or is corrected while nothing is decided. */
static err_t referral_correct(struct ctx *x, struct tx *tx, const json_t *body, const char *handover,
                              struct uuid *ret_id)
{
    const char *urgency = json_member_text(body, "urgency"), *before;
    struct referral_reader reader;
    struct referral_row row;
    struct bytes sealed;

    TRY(q_referral_lock_key(tx, json_member_text(body, "externalRef"), &row));
    *ret_id = row.id;
    TRY(referral_unseal(x, &row, &before));
    if (str_eq(before, handover)) {
        audit_read(tx, "referral", row.id, "handover");
        return NULL;
    }
    reader = referral_reader_of(x, row.from_organisation, row.to_organisation);
    TRY(rules_referral_step(row.status, "correct", &reader, NULL));
    TRY(referral_seal(x, row.id, handover, &sealed));
    q_referral_correct(tx, &(struct q_referral_correct_in){
                               .id = row.id,
                               .programme = json_member_text(body, "programme"),
                               .urgency = urgency ? urgency : "normal",
                               .persons = (int32_t)json_array_size(json_object_get(body, "persons")),
                               .handover = sealed,
                               .now = x->now_us});
    audit_write(tx, "referral", row.id, "update", NULL);
    return NULL;
}

/* upsertReferral: POST /referrals/_upsert. Of two at the same moment one inserts; the other waits for it and
 * finds the row. */
static err_t upsert_referral(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct referral_stored *stored;
    struct uuid id;
    struct tx *tx;

    TRY(referral_valid(x, body));
    TRY(db_begin(x, &tx));
    TRY(referral_store_later(x, tx, body, &stored));
    TRY(tx_sync(tx));
    if (stored->found) {
        referral_created(x, tx, body, stored->id);
        return referral_reply(x, tx, stored->id, 201, rs);
    }
    TRY(referral_correct(x, tx, body, stored->handover, &id));
    return referral_reply(x, tx, id, 200, rs);
}

/* previewReferral: POST /referrals/_preview */
static err_t preview_referral(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct tx *tx;

    TRY(referral_valid(x, body));
    TRY(db_read(x, &tx));
    audit_read(tx, "referral", (struct uuid){0}, "preview");
    return reply_json_text(rs, 200, referral_handover_bytes(x->arena, x->who->organisation, body));
}

/* listReferrals: GET /referrals */
static err_t list_referrals(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *direction = request_query(rq, "direction");
    struct page page;
    struct referral_item *rows;
    struct tx *tx;
    size_t n;
    struct q_referral_list_in in = {.sent = OPT_BOOL(true),
                                    .received = OPT_BOOL(true),
                                    .status = request_query(rq, "status"),
                                    .programme = request_query(rq, "programme"),
                                    .external_ref = request_query(rq, "externalRef")};

    if (!direction)
        direction = principal_of_house(x->who) ? "received" : "sent";
    TRY(page_read(x, rq, &q_referral_list_page, &page));
    page_filter(&page, &q_referral_list_page, direction);
    TRY(db_begin_read(x, &tx));
    TRY(q_referral_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        struct referral_reader reader =
            referral_reader_of(x, rows[i].from_organisation, rows[i].to_organisation);

        rows[i].allowed_actions = rules_referral_actions(x->arena, rows[i].status, &reader);
    }
    audit_rows(tx, "referral", rows, n, sizeof *rows, offsetof(struct referral_item, id));
    return reply_page(x, rq, rs, &q_referral_list_page, &page, &referral_item_json, rows, n);
}

/* getReferral: GET /referrals/{referralId}. Unsealed only when the trail of it is committed before the
 * answer. */
static err_t get_referral(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "referralId");
    struct tx *tx;

    TRY(db_begin(x, &tx));
    audit_read(tx, "referral", id, "handover");
    return referral_reply(x, tx, id, 200, rs);
}

/* getReferralHandover: GET /referrals/{referralId}/handover */
static err_t get_referral_handover(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "referralId");
    struct referral_row row;
    const char *handover;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    audit_read(tx, "referral", id, "handover");
    TRY(q_referral_get(tx, id, &row));
    TRY(referral_unseal(x, &row, &handover));
    reply_etag(rs, row.version_);
    return reply_json_text(rs, 200, handover);
}

const struct handler referrals_handlers[] = {
    {"createReferral", create_referral},
    {"upsertReferral", upsert_referral},
    {"batchReferrals", batch_referrals},
    {"acceptReferrals", accept_referrals},
    {"previewReferral", preview_referral},
    {"listReferrals", list_referrals},
    {"getReferral", get_referral},
    {"getReferralHandover", get_referral_handover},
    {"listReferralMatches", list_referral_matches},
    {"acceptReferral", accept_referral},
    {"rejectReferral", reject_referral},
    {"revokeReferral", revoke_referral},
    {"completeReferral", complete_referral},
    {NULL, NULL},
};
