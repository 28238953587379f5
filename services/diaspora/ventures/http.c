/* http.c - operations on ventures (api-spec/diaspora/ventures.yaml). */
#include "app/audit.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/areas.h"
#include "diaspora/cohorts/queries.h"
#include "diaspora/experts/rules.h"
#include "diaspora/state.h"
#include "diaspora/ventures/ventures.h"
#include "web/page.h"

ERR_DEFINE(err_not_open, ERR_CONFLICT, "cohort.notOpen", "The cohort takes no applications today.");
ERR_DEFINE(err_country, ERR_INVALID, "country.notInCohort", "The cohort has no places for this country.");

static void venture_show(struct ctx *x, struct venture_row *row)
{
    if (!principal_has(x->who, "ventures:write"))
        return;
    machine_actions(x->arena, venture_machine, row->status, &row->allowed_actions);
    action_add(x->arena, &row->allowed_actions, !rules_venture_editable(row->status), "patch");
    action_add(x->arena, &row->allowed_actions, !rules_plan_writable(row->status), "putBusinessPlan");
}

err_t venture_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct venture_row row;

    TRY(q_venture_get(tx, id, &row));
    venture_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/ventures/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &venture_row_json, &row);
}

err_t venture_open(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                   struct venture_state *ret)
{
    struct uuid id = request_path_uuid(rq, "ventureId");
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_venture_lock(tx, id, ret));
    TRY(etag_match(rq, ret->version));
    TRY(rules_venture_editable(ret->status));
    *ret_tx = tx;
    *ret_id = id;
    return NULL;
}

/* listVentures: GET /ventures */
static err_t list_ventures(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_venture_list_in in = {.cohort_id = request_query_uuid(rq, "cohortId"),
                                   .country = request_query(rq, "country"),
                                   .status = request_query(rq, "status"),
                                   .mission_id = request_query_uuid(rq, "missionId")};
    struct venture_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_venture_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_venture_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        venture_show(x, &rows[i]);
    audit_rows(tx, "venture", rows, n, sizeof(*rows), offsetof(struct venture_row, id));
    return reply_page(x, rq, rs, &q_venture_list_page, &page, &venture_row_json, rows, n);
}

static const struct json_field venture_fields[] = {
    JSON_FIELD(struct q_venture_add_in, country, "country", JSON_TEXT),
    JSON_FIELD(struct q_venture_add_in, name, "name", JSON_TEXT),
    JSON_FIELD(struct q_venture_add_in, sector, "sector", JSON_TEXT),
    JSON_FIELD(struct q_venture_add_in, summary, "summary", JSON_TEXT),
};
static const struct json_shape venture_shape = JSON_SHAPE(struct q_venture_add_in, venture_fields);

static err_t team_check(struct ctx *x, const json_t *team)
{
    struct fault_list faults = {0};
    const json_t *member;
    size_t i;

    json_array_foreach(team, i, member)
    {
        const char *at = arena_printf(x->arena, "/team/%zu", i);

        rules_member(x->arena, member, at, &faults);
        rules_reach(x->arena, member, at, &faults);
    }
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The team cannot be kept so.");
}

/* applyVenture: POST /cohorts/{cohortId}/ventures */
static err_t apply_venture(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *team = json_object_get(request_body(rq), "team"), *member;
    struct q_venture_add_in in = {.id = uuid_new(x->now_us),
                                  .cohort_id = request_path_uuid(rq, "cohortId"),
                                  .by = x->who->subject,
                                  .now = x->now_us};
    int32_t today = date_today_nl(x->now_us);
    struct cohort_country country;
    struct cohort_state c;
    struct tx *tx;
    bool found;
    size_t i;

    TRY(request_read(x, rq, &venture_shape, &in));
    TRY(team_check(x, team));
    TRY(db_begin(x, &tx));
    q_cohort_lock_later(tx, in.cohort_id, &c);
    TRY(q_cohort_country_lock(tx, in.cohort_id, in.country, &found, &country));
    if (!str_eq(c.status, "open") || today < c.applications_from || today > c.applications_until)
        return err_not_open;
    if (!found)
        return err_country;
    q_venture_add(tx, &in);
    json_array_foreach(team, i, member) venture_member_add(x, tx, in.id, member);
    audit_write(tx, "venture", in.id, "create", NULL);
    return venture_reply(x, tx, in.id, 201, rs);
}

/* getVenture: GET /ventures/{ventureId} */
static err_t get_venture(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "ventureId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "venture", id, "");
    return venture_reply(x, tx, id, 200, rs);
}

/* patchVenture: PATCH /ventures/{ventureId} */
static err_t patch_venture(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_venture_add_in in;
    struct venture_state v;
    struct uuid id;
    struct tx *tx;

    TRY(venture_open(x, rq, &tx, &id, &v));
    in = (struct q_venture_add_in){.name = v.name, .sector = v.sector, .summary = v.summary};
    TRY(request_read(x, rq, &venture_shape, &in));
    q_venture_save(
        tx, &(struct q_venture_save_in){
                .id = id, .name = in.name, .sector = in.sector, .summary = in.summary, .now = x->now_us});
    audit_write(tx, "venture", id, "update", json_member_names(x->arena, request_body(rq)));
    return venture_reply(x, tx, id, 200, rs);
}

const struct handler ventures_handlers[] = {
    {"applyVenture", apply_venture},
    {"listVentures", list_ventures},
    {"getVenture", get_venture},
    {"patchVenture", patch_venture},
    {"listVentureTransitions", list_venture_transitions},
    {"moveVenture", move_venture},
    {"listVentureMoves", list_venture_moves},
    {"addVentureMember", add_venture_member},
    {"patchVentureMember", patch_venture_member},
    {"listVentureMemberHistory", list_venture_member_history},
    {"leaveVenture", leave_venture},
    {"getBusinessPlan", get_business_plan},
    {"putBusinessPlan", put_business_plan},
    {NULL, NULL},
};
