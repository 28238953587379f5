/* evidence.c - what makes a claim certain: evidence beside it, and its confirmation. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/documents/documents.h"
#include "cases/profiles/internal.h"

struct evidence_input {
    const char *level, *description;
    struct opt_uuid document_id;
    struct opt_date dated_on;
};
static const struct json_field evidence_fields[] = {
    JSON_FIELD(struct evidence_input, level, "level", JSON_TEXT),
    JSON_FIELD(struct evidence_input, description, "description", JSON_TEXT),
    JSON_FIELD(struct evidence_input, document_id, "documentId", JSON_OPT_UUID),
    JSON_FIELD(struct evidence_input, dated_on, "datedOn", JSON_OPT_DATE),
};
static const struct json_shape evidence_shape = JSON_SHAPE(struct evidence_input, evidence_fields);

static err_t unknown(struct arena *a, const char *at, const char *code, const char *detail)
{
    struct fault_list faults = {0};

    fault_add(a, &faults, (struct fault){.at = at, .code = code, .detail = detail});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The evidence is not valid.");
}

/* addClaimEvidence: POST /profile-claims/{claimId}/evidence */
err_t add_claim_evidence(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct evidence_input in = {0};
    struct evidence_terms terms;
    struct claim_open c;
    struct uuid id = uuid_new(x->now_us);
    struct tx *tx;

    TRY(request_read(x, rq, &evidence_shape, &in));
    TRY(claim_open(x, rq, &tx, &c));
    terms =
        (struct evidence_terms){.level = in.level, .document = in.document_id.set, .dated_on = in.dated_on};
    TRY(rules_evidence(x->arena, &c.state, &c.who, &terms, date_today_nl(x->now_us)));
    TRY(document_of_case(x, tx, c.row.case_id, in.document_id));
    q_evidence_add(tx, &(struct q_evidence_add_in){.id = id,
                                                   .org = c.access.org,
                                                   .case_id = c.row.case_id,
                                                   .claim_id = c.row.id,
                                                   .level = in.level,
                                                   .document_id = in.document_id,
                                                   .description = in.description,
                                                   .dated_on = in.dated_on,
                                                   .author = x->who->subject,
                                                   .now = x->now_us});
    case_access_wrote(x, tx, &c.access, "profile.evidenced", c.row.id);
    audit_write(tx, "profileClaim", c.row.id, "evidence", NULL);
    return claim_reply(x, tx, c.row.id, 201, rs);
}

/* confirmProfileClaim: POST /profile-claims/{claimId}/confirm */
err_t confirm_profile_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct opt_uuid evidence_id = json_member_uuid(request_body(rq), "evidenceId");
    struct evidence_of evidence;
    struct claim_open c;
    struct tx *tx;
    bool found;

    TRY(claim_open(x, rq, &tx, &c));
    TRY(etag_match(rq, c.row.seen_version_));
    TRY(q_evidence_of(tx, c.row.id, evidence_id.v, &found, &evidence));
    TRY(rules_claim_confirm(&c.state, &c.who, found && str_eq(evidence.author_org, x->who->organisation)));
    if (!found)
        return unknown(x->arena, "/evidenceId", "evidence.unknown", "The claim has no such evidence.");
    q_confirmation_add(tx, &(struct q_confirmation_add_in){
                               .id = uuid_new(x->now_us),
                               .org = c.access.org,
                               .case_id = c.row.case_id,
                               .claim_id = c.row.id,
                               .evidence_id = evidence_id.v,
                               .verified_wording = json_member_text(request_body(rq), "verifiedWording"),
                               .author = x->who->subject,
                               .now = x->now_us});
    case_access_wrote(x, tx, &c.access, "profile.confirmed", c.row.id);
    audit_write(tx, "profileClaim", c.row.id, "confirm", NULL);
    return claim_reply(x, tx, c.row.id, 200, rs);
}
