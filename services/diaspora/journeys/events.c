/* events.c - what the travel service tells of a movement, kept on the request that it was made of. */
#include "app/audit.h"
#include "app/inbox.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/journeys/journeys.h"
#include "diaspora/journeys/queries.h"
#include "diaspora/journeys/rules.h"
#include "diaspora/missions/missions.h"
#include "io/db.h"

/* Movements are of cases too: those are none of ours. */
static bool ours(const struct inbox_event *e)
{
    const char *kind = json_member_text(e->data, "refKind");

    return str_eq(kind, "assignment") || str_eq(kind, "mission");
}

/* The request that the movement was made of. One that we have no request for is left alone. */
static err_t find(struct ctx *x, const struct inbox_event *e, struct tx **ret_tx, bool *ret_found,
                  struct travel_request_locked *ret)
{
    *ret_found = false;
    if (!ours(e))
        return NULL;
    TRY(db_begin(x, ret_tx));
    return q_travel_request_of_movement(*ret_tx, json_member_uuid(e->data, "refId").v,
                                        json_member_uuid(e->data, "movementId").v, ret_found, ret);
}

err_t journey_made(struct ctx *x, const struct inbox_event *e)
{
    struct opt_uuid request = json_member_uuid(e->data, "travelRequestId");
    struct tx *tx;

    if (!ours(e) || !request.set)
        return NULL;
    TRY(db_begin(x, &tx));
    q_travel_request_made(
        tx, &(struct q_travel_request_made_in){.id = request.v,
                                               .ref_id = json_member_uuid(e->data, "refId").v,
                                               .movement_id = json_member_uuid(e->data, "movementId").v,
                                               .now = x->now_us});
    audit_write(tx, "travelRequest", request.v, "update", "[\"movementId\"]");
    return NULL;
}

/* Somebody must look: at the phase, and at the assignment in the list. */
static void flag(struct ctx *x, struct tx *tx, const struct travel_request_locked *r, const char *why)
{
    q_phase_flag(tx, r->phase_id.v, why, x->now_us);
    q_assignment_flag(tx, r->assignment_id.v, why, x->now_us);
}

err_t journey_scheduled(struct ctx *x, const struct inbox_event *e)
{
    bool ticketed = str_eq(e->type, "travel.booking.ticketed"), found;
    struct travel_request_locked r;
    const char *status;
    struct tx *tx;

    TRY(find(x, e, &tx, &found, &r));
    if (!found)
        return NULL;
    status = rules_journey_scheduled(r.status, ticketed, json_member_bool(e->data, "reopened", false));
    if (!status)
        return NULL;
    q_travel_request_schedule(tx, &(struct q_travel_request_schedule_in){
                                      .id = r.id,
                                      .status = status,
                                      .departs_at = json_member_instant(e->data, "departsAt").v,
                                      .departure_zone = json_member_text(e->data, "departureZone"),
                                      .arrives_at = json_member_instant(e->data, "arrivesAt").v,
                                      .arrival_zone = json_member_text(e->data, "arrivalZone"),
                                      .now = x->now_us});
    audit_write(tx, "travelRequest", r.id, "update", "[\"departsAt\",\"arrivesAt\"]");
    if (!r.assignment_id.set)
        return mission_tell(x, tx, r.ref_id,
                            ticketed ? "diaspora.traveller.ticketed" : "diaspora.traveller.delayed",
                            json_member_uuid(e->data, "movementId").v, e->data);
    if (!ticketed)
        flag(x, tx, &r, "travel.delayed");
    return assignment_rejudge(x, tx, r.assignment_id.v, ticketed);
}

err_t journey_observed(struct ctx *x, const struct inbox_event *e)
{
    struct opt_i64 at = json_member_instant(e->data, "at");
    struct travel_request_locked r;
    const char *status;
    struct tx *tx;
    bool found;

    TRY(find(x, e, &tx, &found, &r));
    if (!found)
        return NULL;
    status = rules_journey_observed(r.ref_kind, r.status, e->type);
    if (!status)
        return NULL;
    q_travel_request_observe(tx, &(struct q_travel_request_observe_in){
                                     .id = r.id,
                                     .status = status,
                                     .departed_at = str_eq(status, "departed") ? at : (struct opt_i64){0},
                                     .arrived_at = str_eq(status, "arrived") ? at : (struct opt_i64){0},
                                     .now = x->now_us,
                                 });
    audit_write(tx, "travelRequest", r.id, "update", "[\"status\"]");
    if (str_eq(r.ref_kind, "mission") && str_eq(status, "departed"))
        mission_departed(tx, r.ref_id, x->now_us);
    if (!r.assignment_id.set)
        return NULL;
    if (str_eq(status, "departed"))
        return assignment_departed(x, tx, r.assignment_id.v, r.phase_id.v);
    if (rules_journey_failed(status)) {
        flag(x, tx, &r, e->type);
        return assignment_rejudge(x, tx, r.assignment_id.v, false);
    }
    return NULL;
}

err_t journey_boarded(struct ctx *x, const struct inbox_event *e)
{
    struct opt_i64 left = json_member_instant(e->data, "departedAt");
    struct travel_request_locked r;
    struct phase_journey other;
    const char *status;
    struct tx *tx;
    bool found;

    TRY(find(x, e, &tx, &found, &r));
    if (!found || !r.assignment_id.set)
        return NULL; /* what befell one of many is not what became of the mission */
    status = rules_journey_resumed(r.status, json_member_text(e->data, "status"));
    if (!status)
        return NULL;
    flag(x, tx, &r, e->type);
    TRY(q_phase_journey(tx, r.phase_id.v, &found, &other));
    if (found)
        return NULL; /* it was asked for anew: somebody must say which counts */
    q_travel_request_observe(
        tx, &(struct q_travel_request_observe_in){.id = r.id,
                                                  .status = status,
                                                  .departed_at = left,
                                                  .arrived_at = json_member_instant(e->data, "arrivedAt"),
                                                  .now = x->now_us});
    audit_write(tx, "travelRequest", r.id, "update", "[\"status\"]");
    return left.set ? assignment_departed(x, tx, r.assignment_id.v, r.phase_id.v)
                    : assignment_rejudge(x, tx, r.assignment_id.v, false);
}

err_t journey_problem(struct ctx *x, const struct inbox_event *e)
{
    struct travel_request_locked r;
    struct tx *tx;
    bool found;

    TRY(find(x, e, &tx, &found, &r));
    if (found && rules_journey_open(r.status) && r.assignment_id.set)
        flag(x, tx, &r, e->type);
    return NULL;
}

err_t journey_cancelled(struct ctx *x, const struct inbox_event *e)
{
    struct travel_request_locked r;
    struct tx *tx;
    bool found;

    TRY(find(x, e, &tx, &found, &r));
    if (!found || !rules_journey_open(r.status))
        return NULL;
    q_travel_request_cancel(tx, r.id, json_member_text(e->data, "reason"), x->now_us);
    audit_write(tx, "travelRequest", r.id, "cancel", NULL);
    if (!r.assignment_id.set)
        return NULL;
    flag(x, tx, &r, "travel.cancelled");
    return assignment_rejudge(x, tx, r.assignment_id.v, false);
}
