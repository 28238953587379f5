/* http.c - operations on missions (api-spec/diaspora/missions.yaml). */
#include "app/audit.h"
#include "base/actions.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/cohorts/queries.h"
#include "diaspora/journeys/journeys.h"
#include "diaspora/missions/missions.h"
#include "diaspora/missions/queries.h"
#include "diaspora/missions/rules.h"
#include "web/page.h"

ERR_DEFINE(err_country, ERR_INVALID, "country.notInCohort", "The cohort has no places for this country.");
ERR_DEFINE(err_cohort, ERR_CONFLICT, "cohort.notRunning", "Missions are planned while the cohort runs.");

static void mission_show(struct ctx *x, struct mission_row *row)
{
    static const char *const actions[] = {"patch", "hold", "cancel"};
    int32_t today = date_today_nl(x->now_us);

    for (size_t i = 0; i < LENGTH(actions); i++)
        action_add(x->arena, &row->allowed_actions,
                   principal_has(x->who, "missions:write") &&
                       !rules_mission_act(actions[i], row->status, row->from_on, today),
                   actions[i]);
}

static err_t mission_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct mission_row row;

    TRY(q_mission_get(tx, id, &row));
    mission_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/missions/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &mission_row_json, &row);
}

static const struct json_field mission_fields[] = {
    JSON_FIELD(struct q_mission_add_in, country, "country", JSON_TEXT),
    JSON_FIELD(struct q_mission_add_in, place, "place", JSON_TEXT),
    JSON_FIELD(struct q_mission_add_in, from_on, "fromOn", JSON_DATE),
    JSON_FIELD(struct q_mission_add_in, until_on, "untilOn", JSON_DATE),
};
static const struct json_shape mission_shape = JSON_SHAPE(struct q_mission_add_in, mission_fields);

/* planMission: POST /cohorts/{cohortId}/missions */
static err_t plan_mission(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_mission_add_in in = {.id = uuid_new(x->now_us),
                                  .cohort_id = request_path_uuid(rq, "cohortId"),
                                  .by = x->who->subject,
                                  .now = x->now_us};
    struct cohort_country country;
    struct cohort_state c;
    struct tx *tx;
    bool found;

    TRY(request_read(x, rq, &mission_shape, &in));
    TRY(rules_mission_dates(x->arena, in.from_on, in.until_on));
    TRY(db_begin(x, &tx));
    q_cohort_lock_later(tx, in.cohort_id, &c);
    TRY(q_cohort_country_lock(tx, in.cohort_id, in.country, &found, &country));
    if (!found)
        return err_country;
    if (!str_eq(c.status, "running"))
        return err_cohort;
    q_mission_add(tx, &in);
    audit_write(tx, "mission", in.id, "create", NULL);
    return mission_reply(x, tx, in.id, 201, rs);
}

/* listMissions: GET /missions */
static err_t list_missions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_mission_list_in in = {.cohort_id = request_query_uuid(rq, "cohortId"),
                                   .status = request_query(rq, "status")};
    struct mission_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_mission_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_mission_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        mission_show(x, &rows[i]);
    audit_rows(tx, "mission", rows, n, sizeof(*rows), offsetof(struct mission_row, id));
    return reply_page(x, rq, rs, &q_mission_list_page, &page, &mission_row_json, rows, n);
}

/* getMission: GET /missions/{missionId} */
static err_t get_mission(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "missionId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "mission", id, "");
    return mission_reply(x, tx, id, 200, rs);
}

/* Begins, locks, compares, and asks whether the action is allowed. */
static err_t mission_open(struct ctx *x, const struct request *rq, const char *action, struct tx **ret_tx,
                          struct mission_locked *ret)
{
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_mission_lock(tx, request_path_uuid(rq, "missionId"), ret));
    TRY(etag_match(rq, ret->version));
    TRY(rules_mission_act(action, ret->status, ret->from_on, date_today_nl(x->now_us)));
    *ret_tx = tx;
    return NULL;
}

/* patchMission: PATCH /missions/{missionId} */
static err_t patch_mission(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "missionId");
    struct q_mission_add_in in;
    struct mission_locked before;
    struct tx *tx;

    TRY(mission_open(x, rq, "patch", &tx, &before));
    in = (struct q_mission_add_in){
        .place = before.place, .from_on = before.from_on, .until_on = before.until_on};
    TRY(request_read(x, rq, &mission_shape, &in));
    TRY(rules_mission_dates(x->arena, in.from_on, in.until_on));
    q_mission_save(
        tx,
        &(struct q_mission_save_in){
            .id = id, .place = in.place, .from_on = in.from_on, .until_on = in.until_on, .now = x->now_us});
    audit_write(tx, "mission", id, "update", json_member_names(x->arena, request_body(rq)));
    return mission_reply(x, tx, id, 200, rs);
}

/* holdMission: POST /missions/{missionId}/hold */
static err_t hold_mission(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "missionId");
    struct mission_locked before;
    struct tx *tx;

    TRY(mission_open(x, rq, "hold", &tx, &before));
    q_mission_move(tx, &(struct q_mission_move_in){.id = id, .status = "held", .now = x->now_us});
    audit_write(tx, "mission", id, "held", NULL);
    return mission_reply(x, tx, id, 200, rs);
}

/* cancelMission: POST /missions/{missionId}/cancel */
static err_t cancel_mission(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "missionId");
    struct mission_locked before;
    struct tx *tx;

    TRY(mission_open(x, rq, "cancel", &tx, &before));
    q_mission_move(tx, &(struct q_mission_move_in){.id = id,
                                                   .status = "cancelled",
                                                   .reason = json_member_text(request_body(rq), "reason"),
                                                   .now = x->now_us});
    q_mission_release(tx, id, x->now_us);
    TRY(journeys_cancel(x, tx, "mission", id, "missionCancelled"));
    audit_write(tx, "mission", id, "cancel", NULL);
    return mission_reply(x, tx, id, 200, rs);
}

const struct handler missions_handlers[] = {
    {"planMission", plan_mission},
    {"listMissions", list_missions},
    {"getMission", get_mission},
    {"patchMission", patch_mission},
    {"holdMission", hold_mission},
    {"cancelMission", cancel_mission},
    {"requestMissionTravel", request_mission_travel},
    {NULL, NULL},
};
