/* http.c - claims of the profile (api-spec/cases/profiles.yaml): list, make, read, change, withdraw. Evidence
 * and confirmation are in evidence.c. */
#include <string.h>

#include "app/audit.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/profiles/internal.h"
#include "cases/state.h"
#include "web/page.h"

#define FIELD "profile" /* of a share */

static struct claim_actor actor_of(struct ctx *x, const struct claim_row *row)
{
    return (struct claim_actor){.owner = str_eq(row->org_, x->who->organisation),
                                .author = str_eq(row->author_organisation, x->who->organisation),
                                .writes = principal_has(x->who, "profiles:write") ||
                                          principal_has(x->who, "shared-profiles:write")};
}

static struct claim_state state_of(const struct claim_row *row)
{
    return (struct claim_state){.level = row->level, .withdrawn = row->withdrawn_at.set};
}

static void claim_show(struct ctx *x, struct claim_row *row)
{
    struct claim_actor who = actor_of(x, row);
    struct claim_state state = state_of(row);

    row->allowed_actions = rules_claim_actions(x->arena, &state, &who);
}

err_t claim_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct claim_row row;

    TRY(q_claim_get(tx, id, &row));
    claim_show(x, &row);
    reply_etag(rs, row.seen_version_);
    if (status == 201)
        reply_location(x, rs, "/profile-claims/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &claim_row_json, &row);
}

err_t claim_open(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct claim_open *ret)
{
    TRY(db_begin(x, ret_tx));
    TRY(q_claim_get(*ret_tx, request_path_uuid(rq, "claimId"), &ret->row));
    TRY(case_access_write(x, *ret_tx, ret->row.case_id, FIELD, &ret->access));
    ret->state = state_of(&ret->row);
    ret->who = actor_of(x, &ret->row);
    return NULL;
}

/* listProfileClaims: GET /cases/{caseId}/profile-claims */
static err_t list_profile_claims(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId");
    struct q_claim_list_in in = {
        .case_id = case_id, .kind = request_query(rq, "kind"), .current = OPT_BOOL(true)};
    struct case_access access;
    struct claim_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_claim_list_page, &page));
    if (!request_query_bool(rq, "withdrawn", false))
        page_filter(&page, &q_claim_list_page, "current");
    TRY(db_begin_read(x, &tx));
    TRY(case_access_read(x, tx, case_id, FIELD, &access));
    TRY(q_claim_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        claim_show(x, &rows[i]);
    audit_rows(tx, "profileClaim", rows, n, sizeof *rows, offsetof(struct claim_row, id));
    return reply_page(x, rq, rs, &q_claim_list_page, &page, &claim_row_json, rows, n);
}

/* The wording of a claim that may be written here; what was verified is worded at the confirmation. */
struct wording {
    const char *own, *edited;
};
static const struct json_field wording_fields[] = {
    JSON_FIELD(struct wording, own, "ownWording", JSON_TEXT),
    JSON_FIELD(struct wording, edited, "editedWording", JSON_TEXT),
};
static const struct json_shape wording_shape = JSON_SHAPE(struct wording, wording_fields);

static void judge_details(struct ctx *x, const char *kind, const json_t *details, struct fault_list *faults)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    struct claim_facts facts = {.occupations = state->occupations, .today = date_today_nl(x->now_us)};

    rules_claim_details(x->arena, &facts, kind, details, faults);
}

/* createProfileClaim: POST /cases/{caseId}/profile-claims */
static err_t create_profile_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    const char *kind = json_member_text(body, "kind");
    const json_t *details = json_object_get(body, kind);
    struct uuid id = uuid_new(x->now_us);
    struct fault_list faults = {0};
    struct wording words = {0};
    struct case_access access;
    struct tx *tx;

    TRY(request_read(x, rq, &wording_shape, &words));
    TRY(db_begin(x, &tx));
    TRY(case_access_write(x, tx, request_path_uuid(rq, "caseId"), FIELD, &access));
    rules_claim_kind(x->arena, kind, body, true, &faults);
    if (details)
        judge_details(x, kind, details, &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The claim is not valid."));

    q_claim_add(tx, &(struct q_claim_add_in){.id = id,
                                             .org = access.org,
                                             .case_id = access.case_id,
                                             .kind = kind,
                                             .details = json_text(x->arena, details),
                                             .own_wording = words.own,
                                             .edited_wording = words.edited,
                                             .author = x->who->subject,
                                             .now = x->now_us});
    case_access_wrote(x, tx, &access, "profile.claimed", id);
    audit_write(tx, "profileClaim", id, "create", NULL);
    return claim_reply(x, tx, id, 201, rs);
}

/* getProfileClaim: GET /profile-claims/{claimId} */
static err_t get_profile_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "claimId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "profileClaim", id, "");
    return claim_reply(x, tx, id, 200, rs);
}

/* What a merge-patch makes of the claim: its details and wording, judged. */
static err_t patch_judge(struct ctx *x, const struct request *rq, const struct claim_open *c,
                         json_t **ret_details, struct wording *ret_words)
{
    const json_t *body = request_body(rq), *patch = json_object_get(body, c->row.kind);
    struct wording words = {.own = c->row.own_wording, .edited = c->row.edited_wording};
    struct fault_list faults = {0};
    json_t *details;
    bool moved;

    TRY(request_read(x, rq, &wording_shape, &words));
    TRY(json_parse(x->arena, c->row.details_, strlen(c->row.details_), 8, &details));
    *ret_details = patch ? json_merge_patch(x->arena, details, patch) : details;
    moved = !json_equal(details, *ret_details);
    TRY(rules_claim_change(&c->state, &c->who, moved, !str_eq(words.own, c->row.own_wording)));
    rules_claim_kind(x->arena, c->row.kind, body, false, &faults);
    judge_details(x, c->row.kind, *ret_details, &faults);
    *ret_words = words;
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The change is not valid.");
}

/* changeProfileClaim: PATCH /profile-claims/{claimId} */
static err_t change_profile_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct claim_open c;
    struct wording words;
    json_t *details;
    struct tx *tx;

    TRY(claim_open(x, rq, &tx, &c));
    TRY(etag_match(rq, c.row.seen_version_));
    TRY(patch_judge(x, rq, &c, &details, &words));
    q_claim_keep(tx, &(struct q_claim_keep_in){.org = c.access.org,
                                               .case_id = c.row.case_id,
                                               .claim_id = c.row.id,
                                               .version = c.row.version_,
                                               .details = c.row.details_,
                                               .own_wording = c.row.own_wording,
                                               .edited_wording = c.row.edited_wording,
                                               .author = x->who->subject,
                                               .now = x->now_us});
    q_claim_save(tx, &(struct q_claim_save_in){.id = c.row.id,
                                               .version = c.row.version_,
                                               .details = json_text(x->arena, details),
                                               .own_wording = words.own,
                                               .edited_wording = words.edited,
                                               .now = x->now_us});
    case_access_wrote(x, tx, &c.access, "profile.changed", c.row.id);
    audit_write(tx, "profileClaim", c.row.id, "update", json_member_names(x->arena, request_body(rq)));
    return claim_reply(x, tx, c.row.id, 200, rs);
}

/* withdrawProfileClaim: DELETE /profile-claims/{claimId} */
static err_t withdraw_profile_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct claim_open c;
    struct tx *tx;

    TRY(claim_open(x, rq, &tx, &c));
    TRY(etag_match(rq, c.row.seen_version_));
    TRY(rules_claim_withdraw(&c.state, &c.who));
    q_claim_withdraw(tx, &(struct q_claim_withdraw_in){.id = c.row.id,
                                                       .version = c.row.version_,
                                                       .reason = request_query(rq, "reason"),
                                                       .now = x->now_us});
    case_access_wrote(x, tx, &c.access, "profile.claimWithdrawn", c.row.id);
    audit_write(tx, "profileClaim", c.row.id, "withdraw", NULL);
    return claim_reply(x, tx, c.row.id, 200, rs);
}

/* listProfileClaimVersions: GET /profile-claims/{claimId}/versions */
static err_t list_profile_claim_versions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "claimId");
    struct claim_version *rows;
    struct claim_row row;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    audit_read(tx, "profileClaim", id, "versions");
    q_claim_get_later(tx, id, &row);
    TRY(q_claim_versions(tx, id, &rows, &n));
    return reply_items(rs, &claim_version_json, rows, n);
}

const struct handler profiles_handlers[] = {
    {"listProfileClaims", list_profile_claims},
    {"createProfileClaim", create_profile_claim},
    {"getProfileClaim", get_profile_claim},
    {"changeProfileClaim", change_profile_claim},
    {"withdrawProfileClaim", withdraw_profile_claim},
    {"listProfileClaimVersions", list_profile_claim_versions},
    {"addClaimEvidence", add_claim_evidence},
    {"confirmProfileClaim", confirm_profile_claim},
    {NULL, NULL},
};
