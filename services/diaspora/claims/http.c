/* http.c - operations on claims (api-spec/diaspora/claims.yaml). */
#include <stddef.h>

#include "app/audit.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/claims/internal.h"
#include "diaspora/claims/queries.h"
#include "diaspora/state.h"
#include "web/page.h"

ERR_DEFINE(err_cap, ERR_CONFLICT, "claim.cap", "It would be more than the assignment may claim.");
ERR_DEFINE(err_settled, ERR_CONFLICT, "claim.settled",
           "The claim is submitted; it can be changed when it is returned.");
ERR_DEFINE(err_empty, ERR_CONFLICT, "claim.empty", "There is nothing to claim.");

static err_t reply_claim(struct response *rs, int status, const struct claim_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &claim_row_json, row);
}

/* listAllowanceRates: GET /allowance-rates */
static err_t list_allowance_rates(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct rate_tables *all = &diaspora_state(x)->rates;
    struct buf *out = reply_begin(rs, 200);
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_list(tx, "allowanceRate", NULL, 0);
    buf_puts(out, "{\"items\":[");
    for (size_t i = 0; i < all->n; i++) {
        if (i)
            buf_putc(out, ',');
        buf_puts(out, json_text(x->arena, all->v[i].document));
    }
    buf_puts(out, "]}");
    return NULL;
}

static err_t list(struct ctx *x, const struct request *rq, struct response *rs, struct opt_uuid assignment_id)
{
    struct q_claim_list_in in = {.status = request_query(rq, "status"), .assignment_id = assignment_id};
    struct claim_assignment of;
    struct claim_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_claim_list_page, &page));
    if (assignment_id.set) {
        page_filter(&page, &q_claim_list_page, "assignment_id");
        TRY(db_begin(x, &tx));
        TRY(q_claim_assignment(tx, assignment_id.v, &of));
    } else {
        TRY(db_begin_read(x, &tx));
    }
    TRY(q_claim_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "claim", rows, n, sizeof *rows, offsetof(struct claim_row, id));
    return reply_page(x, rq, rs, &q_claim_list_page, &page, &claim_row_json, rows, n);
}

/* listClaims: GET /claims */
static err_t list_claims(struct ctx *x, const struct request *rq, struct response *rs)
{
    return list(x, rq, rs, (struct opt_uuid){0});
}

/* listAssignmentClaims: GET /assignments/{assignmentId}/claims */
static err_t list_assignment_claims(struct ctx *x, const struct request *rq, struct response *rs)
{
    return list(x, rq, rs, OPT_UUID(request_path_uuid(rq, "assignmentId")));
}

/* Claims are made from the first day on and until the assignment is closed. */
static err_t assignment_claims(struct ctx *x, struct tx *tx, struct uuid id, struct claim_assignment *ret)
{
    TRY(q_claim_assignment(tx, id, ret));
    if (str_eq(ret->status, "planned") || str_eq(ret->status, "closed") || str_eq(ret->status, "aborted"))
        return err_new(x->arena, ERR_CONFLICT, "assignment.noClaims",
                       "Nothing can be claimed in the present status of the assignment.");
    return NULL;
}

/* createClaim: POST /assignments/{assignmentId}/claims */
static err_t create_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid assignment_id = request_path_uuid(rq, "assignmentId"), id = uuid_new(x->now_us);
    struct claim_assignment of;
    struct claim_lines lines;
    struct claim_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(assignment_claims(x, tx, assignment_id, &of));
    TRY(lines_read(x, rq, &of, &lines));
    q_claim_insert(tx, &(struct q_claim_insert_in){.id = id,
                                                   .assignment_id = assignment_id,
                                                   .currency = of.claim_currency,
                                                   .allowance = lines.allowance,
                                                   .actual = lines.actual,
                                                   .rates_version = lines.rates_version,
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    lines_insert(x, tx, assignment_id, id, &lines);
    audit_write(tx, "claim", id, "create", NULL);
    TRY(q_claim_get(tx, id, &row));
    reply_location(x, rs, "/claims/%s", uuid_text(x->arena, id));
    return reply_claim(rs, 201, &row);
}

/* getClaim: GET /claims/{claimId} */
static err_t get_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "claimId");
    struct claim_row row;
    struct tx *tx;

    TRY(db_begin_read(x, &tx)); /* with all its lines: not in the lane of the short ones */
    audit_read(tx, "claim", id, "");
    TRY(q_claim_get(tx, id, &row));
    return reply_claim(rs, 200, &row);
}

static err_t lock_claim(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct claim_locked *ret)
{
    TRY(db_begin(x, ret_tx));
    TRY(q_claim_lock(*ret_tx, request_path_uuid(rq, "claimId"), ret));
    return etag_match(rq, ret->version);
}

static err_t claim_after(struct tx *tx, struct uuid id, const char *action, struct response *rs)
{
    struct claim_row row;

    audit_write(tx, "claim", id, action, NULL);
    TRY(q_claim_get(tx, id, &row));
    return reply_claim(rs, 200, &row);
}

/* putClaimLines: PUT /claims/{claimId}/lines */
static err_t put_claim_lines(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct claim_assignment of;
    struct claim_lines lines;
    struct claim_locked c;
    struct tx *tx;

    TRY(lock_claim(x, rq, &tx, &c));
    if (!str_eq(c.status, "draft") && !str_eq(c.status, "returned"))
        return err_settled;
    TRY(assignment_claims(x, tx, c.assignment_id, &of));
    TRY(lines_read(x, rq, &of, &lines));
    q_claim_allowances_drop(tx, c.id);
    q_claim_costs_drop(tx, c.id);
    q_claim_save(tx, &(struct q_claim_save_in){.id = c.id,
                                               .allowance = lines.allowance,
                                               .actual = lines.actual,
                                               .rates_version = lines.rates_version,
                                               .by = x->who->subject,
                                               .now = x->now_us});
    lines_insert(x, tx, c.assignment_id, c.id, &lines);
    return claim_after(tx, c.id, "update", rs);
}

/* The move is this actor's to make; *ret is locked. */
static err_t begin_move(struct ctx *x, const struct request *rq, const char *action, struct tx **ret_tx,
                        struct claim_locked *ret)
{
    const char *to;

    TRY(lock_claim(x, rq, ret_tx, ret));
    return claim_move(x->arena, action,
                      &(struct claim_act){.status = ret->status,
                                          .requested_by = ret->requested_by,
                                          .approved_by = ret->approved_by,
                                          .actor = x->who->subject,
                                          .actor_is_user = x->who->is_user},
                      &to);
}

/* submitClaim: POST /claims/{claimId}/submit */
static err_t submit_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct claim_assignment of;
    struct claim_taken taken;
    struct claim_locked c;
    struct tx *tx;
    bool found;

    TRY(begin_move(x, rq, "submit", &tx, &c));
    if (c.total == 0)
        return err_empty;
    TRY(q_claim_take(tx, c.assignment_id, c.total, x->now_us, &found, &taken));
    if (!found)
        return err_cap;
    TRY(assignment_claims(x, tx, c.assignment_id, &of));
    q_claim_submit(tx, c.id, x->who->subject, x->now_us);
    return claim_after(tx, c.id, "submit", rs);
}

/* approveClaim: POST /claims/{claimId}/approve */
static err_t approve_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct claim_locked c;
    struct tx *tx;

    TRY(begin_move(x, rq, "approve", &tx, &c));
    q_claim_approve(tx, c.id, x->who->subject, x->now_us);
    return claim_after(tx, c.id, "approve", rs);
}

/* returnClaim: POST /claims/{claimId}/return */
static err_t return_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct claim_locked c;
    struct tx *tx;

    TRY(begin_move(x, rq, "return", &tx, &c));
    q_claim_give_back(tx, c.assignment_id, c.total, x->now_us);
    q_claim_return(tx, c.id, json_member_text(request_body(rq), "reason"), x->now_us);
    return claim_after(tx, c.id, "return", rs);
}

/* payClaim: POST /claims/{claimId}/pay */
static err_t pay_claim(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct claim_locked c;
    struct tx *tx;

    TRY(begin_move(x, rq, "pay", &tx, &c));
    q_claim_pay(tx, c.id, x->who->subject, json_member_text(request_body(rq), "paymentRef"), x->now_us);
    return claim_after(tx, c.id, "pay", rs);
}

const struct handler claims_handlers[] = {
    {"listAllowanceRates", list_allowance_rates},
    {"listClaims", list_claims},
    {"listAssignmentClaims", list_assignment_claims},
    {"createClaim", create_claim},
    {"getClaim", get_claim},
    {"putClaimLines", put_claim_lines},
    {"submitClaim", submit_claim},
    {"approveClaim", approve_claim},
    {"returnClaim", return_claim},
    {"payClaim", pay_claim},
    {NULL, NULL},
};
