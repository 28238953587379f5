/* http.c - operations on assistance points (api-spec/travel/assistance.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/str.h"
#include "travel/abns/abns.h"
#include "travel/areas.h"
#include "travel/assistance/queries.h"
#include "travel/assistance/rules.h"
#include "travel/escorts/escorts.h"
#include "travel/movements/queries.h"
#include "web/page.h"

#define PLACE_NAME "assistance_points.receiver_name"
#define PLACE_PHONE "assistance_points.receiver_phone"

ERR_DEFINE(err_over, ERR_CONFLICT, "assistance.over", "What was planned there is over.");

/* As it is shown: the sealed fields open, and what the caller may do. */
struct assistance_shown {
    struct assistance_row row;
    const char *receiver_name, *receiver_phone;
    struct text_array allowed_actions;
};
static const struct json_field shown_fields[] = {
    JSON_FIELD(struct assistance_shown, row.id, "id", JSON_UUID),
    JSON_FIELD(struct assistance_shown, row.movement_id, "movementId", JSON_UUID),
    JSON_FIELD(struct assistance_shown, row.kind, "kind", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, row.place, "place", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, row.at, "at", JSON_INSTANT),
    JSON_FIELD(struct assistance_shown, row.zone, "zone", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, row.at_local, "atLocal", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, row.passenger_ids, "passengerIds", JSON_UUIDS),
    JSON_FIELD(struct assistance_shown, row.organisation, "organisation", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, row.office, "office", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, receiver_name, "receiverName", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, receiver_phone, "receiverPhone", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, row.status, "status", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, row.observed_at, "observedAt", JSON_OPT_INSTANT),
    JSON_FIELD(struct assistance_shown, row.version, "version", JSON_I32),
    JSON_FIELD(struct assistance_shown, row.created_by, "createdBy", JSON_TEXT),
    JSON_FIELD(struct assistance_shown, row.created_at, "createdAt", JSON_INSTANT),
    JSON_FIELD(struct assistance_shown, row.updated_at, "updatedAt", JSON_INSTANT),
    JSON_FIELD(struct assistance_shown, allowed_actions, "allowedActions", JSON_TEXTS),
};
static const struct json_shape shown_json = JSON_SHAPE(struct assistance_shown, shown_fields);

static err_t show(struct ctx *x, const struct assistance_row *row, struct assistance_shown *ret)
{
    *ret = (struct assistance_shown){.row = *row,
                                     .allowed_actions = rules_assistance_actions(
                                         x->arena, row->status, principal_has(x->who, "assistance:write"))};
    TRY(told_unseal(x, PLACE_NAME, row->id, row->receiver_name_, &ret->receiver_name));
    return told_unseal(x, PLACE_PHONE, row->id, row->receiver_phone_, &ret->receiver_phone);
}

static err_t reply_point(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct assistance_row row;
    struct assistance_shown shown;

    TRY(q_assistance_get(tx, id, &row));
    TRY(show(x, &row, &shown));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &shown_json, &shown);
}

/* listAssistancePoints: GET /movements/{movementId}/assistance-points */
static err_t list_points(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct movement_state of;
    struct assistance_row *rows;
    struct tx *tx;
    size_t n;
    struct uuid movement_id = request_path_uuid(rq, "movementId");
    struct q_assistance_list_in in = {
        .movement_id = movement_id, .status = request_query(rq, "status"), .kind = request_query(rq, "kind")};

    TRY(page_read(x, rq, &q_assistance_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_movement_state_later(tx, movement_id, &of);
    TRY(q_assistance_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "assistancePoint", rows, n, sizeof *rows, offsetof(struct assistance_row, id));
    struct assistance_shown *shown = ARENA_ARRAY(x->arena, n + 1, struct assistance_shown);
    for (size_t i = 0; i < n; i++)
        TRY(show(x, &rows[i], &shown[i]));
    return reply_page(x, rq, rs, &q_assistance_list_page, &page, &shown_json, shown, n);
}

/* getAssistancePoint: GET /assistance-points/{assistancePointId} */
static err_t get_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assistancePointId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "assistancePoint", id, "contact");
    return reply_point(x, tx, id, 200, rs);
}

struct assistance_input {
    const char *kind, *place, *zone, *organisation, *office, *receiver_name, *receiver_phone;
    int64_t at;
    struct uuid_array passenger_ids;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct assistance_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct assistance_input, place, "place", JSON_TEXT),
    JSON_FIELD(struct assistance_input, at, "at", JSON_INSTANT),
    JSON_FIELD(struct assistance_input, zone, "zone", JSON_TEXT),
    JSON_FIELD(struct assistance_input, passenger_ids, "passengerIds", JSON_UUIDS),
    JSON_FIELD(struct assistance_input, organisation, "organisation", JSON_TEXT),
    JSON_FIELD(struct assistance_input, office, "office", JSON_TEXT),
    JSON_FIELD(struct assistance_input, receiver_name, "receiverName", JSON_TEXT),
    JSON_FIELD(struct assistance_input, receiver_phone, "receiverPhone", JSON_TEXT),
};
static const struct json_shape input_shape = JSON_SHAPE(struct assistance_input, input_fields);

static err_t judge(struct ctx *x, struct tx *tx, struct uuid movement_id, const struct assistance_input *in)
{
    struct fault_list faults = {0};

    rules_assistance_terms(x->arena,
                           &(struct assistance_terms){.zone = in->zone,
                                                      .organisation = in->organisation,
                                                      .office = in->office,
                                                      .receiver_name = in->receiver_name,
                                                      .receiver_phone = in->receiver_phone},
                           &faults);
    TRY(told_passengers_judge(x, tx, movement_id, in->passenger_ids, &faults));
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "Nobody can be met so.");
}

/* addAssistancePoint: POST /movements/{movementId}/assistance-points */
static err_t add_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid movement_id = request_path_uuid(rq, "movementId"), id = uuid_new(x->now_us);
    struct assistance_input in = {0};
    struct bytes name, phone;
    struct tx *tx;

    TRY(request_read(x, rq, &input_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(told_movement_open(x, tx, movement_id));
    TRY(judge(x, tx, movement_id, &in));
    TRY(told_seal(x, PLACE_NAME, id, in.receiver_name, &name));
    TRY(told_seal(x, PLACE_PHONE, id, in.receiver_phone, &phone));
    q_assistance_add(tx, &(struct q_assistance_add_in){.id = id,
                                                       .movement_id = movement_id,
                                                       .kind = in.kind,
                                                       .place = in.place,
                                                       .at = in.at,
                                                       .zone = in.zone,
                                                       .passenger_ids = in.passenger_ids,
                                                       .organisation = in.organisation,
                                                       .office = in.office,
                                                       .receiver_name = name,
                                                       .receiver_phone = phone,
                                                       .by = x->who->subject,
                                                       .now = x->now_us});
    audit_write(tx, "assistancePoint", id, "create", NULL);
    TRY(abns_refresh(x, tx, movement_id));
    reply_location(x, rs, "/assistance-points/%s", uuid_text(x->arena, id));
    return reply_point(x, tx, id, 201, rs);
}

/* The movement first, then what belongs to it. */
static err_t lock(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct assistance_row *ret)
{
    struct movement_locked m;

    TRY(db_begin(x, ret_tx));
    TRY(q_assistance_get(*ret_tx, request_path_uuid(rq, "assistancePointId"), ret));
    q_movement_lock_later(*ret_tx, ret->movement_id, &m);
    TRY(q_assistance_lock(*ret_tx, ret->id, ret));
    return etag_match(rq, ret->version);
}

/* changeAssistancePoint: PATCH /assistance-points/{assistancePointId} */
static err_t change_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct assistance_row row;
    struct assistance_shown shown;
    struct bytes name, phone;
    struct tx *tx;

    TRY(lock(x, rq, &tx, &row));
    if (!str_eq(row.status, "planned") && !str_eq(row.status, "confirmed"))
        return err_over;
    TRY(show(x, &row, &shown));
    struct assistance_input in = {.place = row.place,
                                  .at = row.at,
                                  .zone = row.zone,
                                  .passenger_ids = row.passenger_ids,
                                  .organisation = row.organisation,
                                  .office = row.office,
                                  .receiver_name = shown.receiver_name,
                                  .receiver_phone = shown.receiver_phone};
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(judge(x, tx, row.movement_id, &in));
    TRY(told_seal(x, PLACE_NAME, row.id, in.receiver_name, &name));
    TRY(told_seal(x, PLACE_PHONE, row.id, in.receiver_phone, &phone));
    q_assistance_save(tx, &(struct q_assistance_save_in){.id = row.id,
                                                         .place = in.place,
                                                         .at = in.at,
                                                         .zone = in.zone,
                                                         .passenger_ids = in.passenger_ids,
                                                         .organisation = in.organisation,
                                                         .office = in.office,
                                                         .receiver_name = name,
                                                         .receiver_phone = phone,
                                                         .now = x->now_us});
    audit_write(tx, "assistancePoint", row.id, "update", json_member_names(x->arena, request_body(rq)));
    TRY(abns_refresh(x, tx, row.movement_id));
    return reply_point(x, tx, row.id, 200, rs);
}

static err_t move(struct ctx *x, const struct request *rq, struct response *rs, const char *code)
{
    struct opt_i64 at = json_member_instant(request_body(rq), "at");
    const struct machine_move *to;
    struct assistance_row row;
    struct tx *tx;

    TRY(lock(x, rq, &tx, &row));
    TRY(machine_find(x->arena, rules_assistance_machine, row.status, code, NULL, &to));
    if (str_eq(to->to, "confirmed"))
        at = (struct opt_i64){0};
    else if (!at.set)
        at = (struct opt_i64){.set = true, .v = x->now_us};
    q_assistance_move(tx, &(struct q_assistance_move_in){
                              .id = row.id, .status = to->to, .observed_at = at, .now = x->now_us});
    audit_write(tx, "assistancePoint", row.id, code, "[\"status\"]");
    return reply_point(x, tx, row.id, 200, rs);
}

/* confirmAssistancePoint: POST /assistance-points/{assistancePointId}/confirm */
static err_t confirm_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    return move(x, rq, rs, "confirm");
}

/* completeAssistancePoint: POST /assistance-points/{assistancePointId}/complete */
static err_t complete_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    return move(x, rq, rs, "complete");
}

/* missAssistancePoint: POST /assistance-points/{assistancePointId}/miss */
static err_t miss_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    return move(x, rq, rs, "miss");
}

const struct handler assistance_handlers[] = {
    {"listAssistancePoints", list_points},     {"addAssistancePoint", add_point},
    {"getAssistancePoint", get_point},         {"changeAssistancePoint", change_point},
    {"confirmAssistancePoint", confirm_point}, {"completeAssistancePoint", complete_point},
    {"missAssistancePoint", miss_point},       {NULL, NULL},
};
