/* decide.c - rejecting, completing and taking back. */
#include "app/audit.h"
#include "app/inbox.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/referrals/internal.h"
#include "cases/referrals/queries.h"
#include "cases/referrals/referrals.h"
#include "cases/shares/shares.h"
#include "cases/tasks/tasks.h"
#include "cases/timeline/timeline.h"

/* rejectReferral: POST /referrals/{referralId}/reject */
err_t reject_referral(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct referral_row row;
    struct tx *tx;

    TRY(referral_take(x, rq, "reject", &tx, &row));
    q_referral_reject(tx, &(struct q_referral_reject_in){.id = row.id,
                                                         .reason = json_member_text(body, "reason"),
                                                         .note = json_member_text(body, "note"),
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
    referral_tell(x, tx, &row, "cases.referral.rejected", (struct uuid){0});
    audit_write(tx, "referral", row.id, "reject", NULL);
    return referral_reply(x, tx, row.id, 200, rs);
}

/* completeReferral: POST /referrals/{referralId}/complete */
err_t complete_referral(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct referral_row row;
    struct tx *tx;

    TRY(referral_take(x, rq, "complete", &tx, &row));
    q_referral_complete(tx, row.id, x->now_us);
    referral_tell(x, tx, &row, "cases.referral.done", (struct uuid){0});
    timeline_add(tx, row.case_id.v, "referral.completed",
                 arena_printf(x->arena, "{\"referralId\":\"%s\"}", uuid_text(x->arena, row.id)), "");
    audit_write(tx, "referral", row.id, "complete", NULL);
    return referral_reply(x, tx, row.id, 200, rs);
}

/* revokeReferral: POST /referrals/{referralId}/revoke. Runs as the sender: it ends its own view here and now;
 * what the addressee does about it, the addressee's consumer of the event does. */
err_t revoke_referral(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct referral_row row;
    struct tx *tx;

    TRY(referral_take(x, rq, "revoke", &tx, &row));
    q_referral_revoke(
        tx, &(struct q_referral_revoke_in){
                .id = row.id, .reason = json_member_text(request_body(rq), "reason"), .now = x->now_us});
    if (row.case_id.set)
        TRY(share_give_up(x, tx, row.id));
    outbox_add(tx, &(struct event){.type = "cases.referral.revoked",
                                   .subject = row.id,
                                   .organisation = row.to_organisation,
                                   .data = arena_printf(x->arena,
                                                        "{\"referralId\":\"%s\",\"toOrganisation\":\"%s\"}",
                                                        uuid_text(x->arena, row.id), row.to_organisation)});
    audit_write(tx, "referral", row.id, "revoke", NULL);
    return referral_reply(x, tx, row.id, 200, rs);
}

err_t referral_revoked(struct ctx *x, const struct inbox_event *e)
{
    struct referral_for_case row;
    struct uuid task_id;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_referral_for_case(tx, e->subject, &found, &row));
    if (!found || !row.case_id.set)
        return NULL;
    q_referral_role_end(tx, &(struct q_referral_role_end_in){.case_id = row.case_id.v,
                                                             .organisation = row.from_organisation,
                                                             .until_on = date_today_nl(x->now_us),
                                                             .now = x->now_us});
    timeline_add(tx, row.case_id.v, "referral.revoked",
                 arena_printf(x->arena, "{\"referralId\":\"%s\",\"organisation\":\"%s\",\"reason\":\"%s\"}",
                              uuid_text(x->arena, e->subject), row.from_organisation, row.revoke_reason),
                 "");
    return task_add(x, tx,
                    &(struct task_new){.case_id = OPT_UUID(row.case_id.v),
                                       .kind = "review",
                                       .title = "The partner has taken its referral back",
                                       .urgency = "normal",
                                       .sensitivity = ""},
                    &task_id);
}
