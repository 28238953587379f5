/* plan.c - the business plan, which the jury reads; without the people behind it. */
#include "app/audit.h"
#include "base/json.h"
#include "diaspora/ventures/ventures.h"
#include "io/db.h"
#include "web/request.h"

ERR_DEFINE(err_plan, ERR_MISSING, "plan.missing", "There is no plan.");

static err_t plan_reply(struct tx *tx, struct uuid id, struct response *rs)
{
    struct business_plan plan;
    bool found;

    TRY(q_plan_get(tx, id, &found, &plan));
    if (!found)
        return err_plan;
    reply_etag(rs, plan.version_);
    return reply_row(rs, 200, &business_plan_json, &plan);
}

/* getBusinessPlan: GET /ventures/{ventureId}/business-plan */
err_t get_business_plan(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "ventureId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "businessPlan", id, "");
    return plan_reply(tx, id, rs);
}

/* putBusinessPlan: PUT /ventures/{ventureId}/business-plan */
err_t put_business_plan(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct venture_state v;
    struct uuid id;
    struct tx *tx;

    TRY(venture_open(x, rq, &tx, &id, &v));
    TRY(rules_plan_writable(v.status));
    q_plan_put(tx, id, json_member_text(request_body(rq), "plan"), x->now_us);
    audit_write(tx, "businessPlan", id, "update", NULL);
    return plan_reply(tx, id, rs);
}
