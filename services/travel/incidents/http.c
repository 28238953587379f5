/* http.c - operations on incidents (api-spec/travel/incidents.yaml). */
#include "app/audit.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/areas.h"
#include "travel/incidents/queries.h"
#include "travel/movements/rules.h"
#include "web/page.h"

ERR_DEFINE(err_incident_closed, ERR_CONFLICT, "incident.closed", "The incident is closed.");

static err_t reply_incident(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct incident_row row;

    TRY(q_incident_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &incident_row_json, &row);
}

/* listIncidents: GET /incidents */
static err_t list_incidents(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_incident_list_in in = {
        .movement_id = request_query_uuid(rq, "movementId"),
        .status = request_query(rq, "status"),
        .severity = request_query(rq, "severity"),
    };
    struct incident_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_incident_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_incident_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "incident", rows, n > page.limit ? page.limit : n, sizeof(*rows),
               offsetof(struct incident_row, id));
    return reply_page(x, rq, rs, &q_incident_list_page, &page, &incident_row_json, rows, n);
}

struct incident_input {
    const char *kind, *severity, *description;
    struct opt_uuid passenger_id, segment_id;
    int64_t at;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct incident_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct incident_input, severity, "severity", JSON_TEXT),
    JSON_FIELD(struct incident_input, description, "description", JSON_TEXT),
    JSON_FIELD(struct incident_input, passenger_id, "passengerId", JSON_OPT_UUID),
    JSON_FIELD(struct incident_input, segment_id, "segmentId", JSON_OPT_UUID),
    JSON_FIELD(struct incident_input, at, "at", JSON_INSTANT),
};
static const struct json_shape input_shape = JSON_SHAPE(struct incident_input, input_fields);

/* Whom and which segment it concerns are of the movement. */
static err_t check_parts(struct ctx *x, struct tx *tx, struct uuid movement_id,
                         const struct incident_input *in)
{
    struct fault_list faults = {0};
    struct incident_parts parts;

    TRY(q_incident_parts(tx, movement_id, in->passenger_id, in->segment_id, &parts));
    if (!parts.passenger_ok)
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/passengerId",
                                 .code = "passenger.notOfMovement",
                                 .detail = "The passenger is not one of the movement."});
    if (!parts.segment_ok)
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/segmentId",
                                 .code = "segment.notOfMovement",
                                 .detail = "The segment is not one of the movement."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The incident is not valid.");
}

/* createIncident: POST /movements/{movementId}/incidents */
static err_t create_incident(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct incident_input in = {.at = x->now_us};
    struct uuid movement_id = request_path_uuid(rq, "movementId"), id = uuid_new(x->now_us);
    struct incident_movement of;
    struct tx *tx;

    TRY(request_read(x, rq, &input_shape, &in));
    TRY(rules_observed(x->arena, "/at", in.at, x->now_us));
    TRY(db_begin(x, &tx));
    TRY(q_incident_movement(tx, movement_id, &of));
    TRY(check_parts(x, tx, movement_id, &in));
    q_incident_add(tx, &(struct q_incident_add_in){.id = id,
                                                   .movement_id = movement_id,
                                                   .passenger_id = in.passenger_id,
                                                   .segment_id = in.segment_id,
                                                   .kind = in.kind,
                                                   .severity = in.severity,
                                                   .at = in.at,
                                                   .description = in.description,
                                                   .source = "staff",
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    audit_write(tx, "incident", id, "create", json_member_names(x->arena, request_body(rq)));
    reply_location(x, rs, "/incidents/%s", uuid_text(x->arena, id));
    return reply_incident(tx, id, 201, rs);
}

/* getIncident: GET /incidents/{incidentId} */
static err_t get_incident(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "incidentId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "incident", id, "");
    return reply_incident(tx, id, 200, rs);
}

/* Locks the incident of the path: the caller's ETag holds and it is open. */
static err_t lock_open(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                       struct incident_locked *ret)
{
    *ret_id = request_path_uuid(rq, "incidentId");
    TRY(db_begin(x, ret_tx));
    TRY(q_incident_lock(*ret_tx, *ret_id, ret));
    TRY(etag_match(rq, ret->version));
    return str_eq(ret->status, "open") ? NULL : err_incident_closed;
}

/* patchIncident: PATCH /incidents/{incidentId} */
static err_t patch_incident(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct incident_locked before;
    struct incident_input in;
    struct uuid id;
    struct tx *tx;

    TRY(lock_open(x, rq, &tx, &id, &before));
    in = (struct incident_input){.severity = before.severity, .description = before.description};
    TRY(request_read(x, rq, &input_shape, &in));
    q_incident_save(tx, id, in.severity, in.description, x->now_us);
    audit_write(tx, "incident", id, "update", json_member_names(x->arena, request_body(rq)));
    return reply_incident(tx, id, 200, rs);
}

/* closeIncident: POST /incidents/{incidentId}/close */
static err_t close_incident(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct incident_locked before;
    struct uuid id;
    struct tx *tx;

    TRY(lock_open(x, rq, &tx, &id, &before));
    q_incident_close(tx,
                     &(struct q_incident_close_in){.id = id,
                                                   .outcome = json_member_text(request_body(rq), "outcome"),
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    audit_write(tx, "incident", id, "close", NULL);
    return reply_incident(tx, id, 200, rs);
}

const struct handler incidents_handlers[] = {
    {"listIncidents", list_incidents}, {"createIncident", create_incident}, {"getIncident", get_incident},
    {"patchIncident", patch_incident}, {"closeIncident", close_incident},   {NULL, NULL},
};
