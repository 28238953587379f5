/* restriction.c - processing of an expert's data restricted on request (article 18 GDPR): kept and read, no
 * more. */
#include "app/audit.h"
#include "base/json.h"
#include "diaspora/experts/experts.h"
#include "diaspora/experts/internal.h"

ERR_DEFINE(err_unrestricted, ERR_CONFLICT, "expert.unrestricted", "Processing is not restricted.");

/* Sets or lifts the restriction. */
static err_t restriction_set(struct ctx *x, const struct request *rq, struct response *rs, const char *reason)
{
    struct uuid id = request_path_uuid(rq, "expertId");
    struct expert_locked expert;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_expert_lock(tx, id, &expert));
    TRY(etag_match(rq, expert.version_));
    if (!reason && !expert.restricted_at_.set)
        return err_unrestricted;
    q_expert_restrict(tx, id, reason ? OPT_I64(x->now_us) : (struct opt_i64){0}, reason, x->now_us);
    audit_write(tx, "expert", id, reason ? "restrict" : "liftRestriction", NULL);
    return expert_reply(x, tx, id, 200, rs);
}

/* restrictExpert: PUT /experts/{expertId}/restriction */
err_t restrict_expert(struct ctx *x, const struct request *rq, struct response *rs)
{
    return restriction_set(x, rq, rs, json_member_text(request_body(rq), "reason"));
}

/* liftExpertRestriction: DELETE /experts/{expertId}/restriction */
err_t lift_expert_restriction(struct ctx *x, const struct request *rq, struct response *rs)
{
    return restriction_set(x, rq, rs, NULL);
}

err_t expert_erasure_approved(struct ctx *x, struct uuid id)
{
    struct expert_restricted expert;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_expert_erasure_approved(tx, id, x->now_us, &found, &expert));
    if (found)
        audit_write(tx, "expert", id, "restrict", NULL);
    return NULL;
}
