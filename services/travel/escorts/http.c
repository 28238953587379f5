/* http.c - operations on escorts (api-spec/travel/escorts.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/str.h"
#include "travel/areas.h"
#include "travel/escorts/escorts.h"
#include "travel/escorts/rules.h"
#include "travel/movements/queries.h"
#include "web/page.h"

#define PLACE_NAME "escorts.name"
#define PLACE_PHONE "escorts.phone"

/* As it is shown: the sealed fields open, and what the caller may do. */
struct escort_shown {
    struct escort_row row;
    const char *name, *phone;
    struct text_array allowed_actions;
};
static const struct json_field shown_fields[] = {
    JSON_FIELD(struct escort_shown, row.id, "id", JSON_UUID),
    JSON_FIELD(struct escort_shown, row.movement_id, "movementId", JSON_UUID),
    JSON_FIELD(struct escort_shown, row.kind, "kind", JSON_TEXT),
    JSON_FIELD(struct escort_shown, row.user_id, "userId", JSON_TEXT),
    JSON_FIELD(struct escort_shown, name, "name", JSON_TEXT),
    JSON_FIELD(struct escort_shown, phone, "phone", JSON_TEXT),
    JSON_FIELD(struct escort_shown, row.from_segment_id, "fromSegmentId", JSON_UUID),
    JSON_FIELD(struct escort_shown, row.to_segment_id, "toSegmentId", JSON_UUID),
    JSON_FIELD(struct escort_shown, row.passenger_ids, "passengerIds", JSON_UUIDS),
    JSON_FIELD(struct escort_shown, row.requirements, "requirements", JSON_TEXTS),
    JSON_FIELD(struct escort_shown, row.status, "status", JSON_TEXT),
    JSON_FIELD(struct escort_shown, row.release_reason, "releaseReason", JSON_TEXT),
    JSON_FIELD(struct escort_shown, row.version, "version", JSON_I32),
    JSON_FIELD(struct escort_shown, row.created_by, "createdBy", JSON_TEXT),
    JSON_FIELD(struct escort_shown, row.created_at, "createdAt", JSON_INSTANT),
    JSON_FIELD(struct escort_shown, row.updated_at, "updatedAt", JSON_INSTANT),
    JSON_FIELD(struct escort_shown, allowed_actions, "allowedActions", JSON_TEXTS),
};
static const struct json_shape shown_json = JSON_SHAPE(struct escort_shown, shown_fields);

static err_t show(struct ctx *x, const struct escort_row *row, struct escort_shown *ret)
{
    *ret = (struct escort_shown){.row = *row,
                                 .allowed_actions = rules_escort_actions(
                                     x->arena, row->status, principal_has(x->who, "escorts:write"))};
    TRY(told_unseal(x, PLACE_NAME, row->id, row->name_, &ret->name));
    return told_unseal(x, PLACE_PHONE, row->id, row->phone_, &ret->phone);
}

static err_t reply_escort(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct escort_row row;
    struct escort_shown shown;

    TRY(q_escort_get(tx, id, &row));
    TRY(show(x, &row, &shown));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &shown_json, &shown);
}

/* listEscorts: GET /movements/{movementId}/escorts */
static err_t list_escorts(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct movement_state of;
    struct escort_row *rows;
    struct tx *tx;
    size_t n;
    struct uuid movement_id = request_path_uuid(rq, "movementId");
    struct q_escort_list_in in = {.movement_id = movement_id, .status = request_query(rq, "status")};

    TRY(page_read(x, rq, &q_escort_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_movement_state_later(tx, movement_id, &of);
    TRY(q_escort_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "escort", rows, n, sizeof *rows, offsetof(struct escort_row, id));
    struct escort_shown *shown = ARENA_ARRAY(x->arena, n + 1, struct escort_shown);
    for (size_t i = 0; i < n; i++)
        TRY(show(x, &rows[i], &shown[i]));
    return reply_page(x, rq, rs, &q_escort_list_page, &page, &shown_json, shown, n);
}

/* getEscort: GET /escorts/{escortId} */
static err_t get_escort(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "escortId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "escort", id, "contact");
    return reply_escort(x, tx, id, 200, rs);
}

struct escort_input {
    const char *kind, *user_id, *name, *phone;
    struct uuid from_segment_id, to_segment_id;
    struct uuid_array passenger_ids;
    struct text_array requirements;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct escort_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct escort_input, user_id, "userId", JSON_TEXT),
    JSON_FIELD(struct escort_input, name, "name", JSON_TEXT),
    JSON_FIELD(struct escort_input, phone, "phone", JSON_TEXT),
    JSON_FIELD(struct escort_input, from_segment_id, "fromSegmentId", JSON_UUID),
    JSON_FIELD(struct escort_input, to_segment_id, "toSegmentId", JSON_UUID),
    JSON_FIELD(struct escort_input, passenger_ids, "passengerIds", JSON_UUIDS),
    JSON_FIELD(struct escort_input, requirements, "requirements", JSON_TEXTS),
};
static const struct json_shape input_shape = JSON_SHAPE(struct escort_input, input_fields);

static err_t judge(struct ctx *x, struct tx *tx, struct uuid movement_id, const struct escort_input *in)
{
    struct fault_list faults = {0};
    struct told_span span;

    TRY(q_told_span(tx, movement_id, in->from_segment_id, in->to_segment_id, &span));
    rules_escort_terms(x->arena,
                       &(struct escort_terms){.user_id = in->user_id,
                                              .name = in->name,
                                              .phone = in->phone,
                                              .first = span.first,
                                              .last = span.last},
                       &faults);
    TRY(told_passengers_judge(x, tx, movement_id, in->passenger_ids, &faults));
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The escort is not valid.");
}

/* addEscort: POST /movements/{movementId}/escorts */
static err_t add_escort(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid movement_id = request_path_uuid(rq, "movementId"), id = uuid_new(x->now_us);
    struct escort_input in = {0};
    struct bytes name, phone;
    struct tx *tx;

    TRY(request_read(x, rq, &input_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(told_movement_open(x, tx, movement_id));
    TRY(judge(x, tx, movement_id, &in));
    TRY(told_seal(x, PLACE_NAME, id, in.name, &name));
    TRY(told_seal(x, PLACE_PHONE, id, in.phone, &phone));
    q_escort_add(tx, &(struct q_escort_add_in){.id = id,
                                               .movement_id = movement_id,
                                               .kind = in.kind,
                                               .user_id = in.user_id,
                                               .name = name,
                                               .phone = phone,
                                               .from_segment_id = in.from_segment_id,
                                               .to_segment_id = in.to_segment_id,
                                               .passenger_ids = in.passenger_ids,
                                               .requirements = in.requirements,
                                               .by = x->who->subject,
                                               .now = x->now_us});
    audit_write(tx, "escort", id, "create", NULL);
    reply_location(x, rs, "/escorts/%s", uuid_text(x->arena, id));
    return reply_escort(x, tx, id, 201, rs);
}

/* The movement first, then the escort: the order in which everything of a movement is locked. */
static err_t lock(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct escort_row *ret)
{
    struct movement_locked m;

    TRY(db_begin(x, ret_tx));
    TRY(q_escort_get(*ret_tx, request_path_uuid(rq, "escortId"), ret));
    q_movement_lock_later(*ret_tx, ret->movement_id, &m);
    TRY(q_escort_lock(*ret_tx, ret->id, ret));
    return etag_match(rq, ret->version);
}

ERR_DEFINE(err_released, ERR_CONFLICT, "escort.released", "The escort has been released.");

/* changeEscort: PATCH /escorts/{escortId} */
static err_t change_escort(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct escort_row row;
    struct escort_shown shown;
    struct bytes name, phone;
    struct tx *tx;

    TRY(lock(x, rq, &tx, &row));
    if (str_eq(row.status, "released"))
        return err_released;
    TRY(show(x, &row, &shown));
    struct escort_input in = {.user_id = row.user_id,
                              .name = shown.name,
                              .phone = shown.phone,
                              .from_segment_id = row.from_segment_id,
                              .to_segment_id = row.to_segment_id,
                              .passenger_ids = row.passenger_ids,
                              .requirements = row.requirements};
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(judge(x, tx, row.movement_id, &in));
    TRY(told_seal(x, PLACE_NAME, row.id, in.name, &name));
    TRY(told_seal(x, PLACE_PHONE, row.id, in.phone, &phone));
    q_escort_save(tx, &(struct q_escort_save_in){.id = row.id,
                                                 .user_id = in.user_id,
                                                 .name = name,
                                                 .phone = phone,
                                                 .from_segment_id = in.from_segment_id,
                                                 .to_segment_id = in.to_segment_id,
                                                 .passenger_ids = in.passenger_ids,
                                                 .requirements = in.requirements,
                                                 .now = x->now_us});
    audit_write(tx, "escort", row.id, "update", json_member_names(x->arena, request_body(rq)));
    return reply_escort(x, tx, row.id, 200, rs);
}

static err_t move(struct ctx *x, const struct request *rq, struct response *rs, const char *code)
{
    const char *reason = json_member_text(request_body(rq), "reason");
    const struct machine_move *to;
    struct escort_row row;
    struct tx *tx;

    TRY(lock(x, rq, &tx, &row));
    TRY(machine_find(x->arena, rules_escort_machine, row.status, code, reason, &to));
    q_escort_move(
        tx, &(struct q_escort_move_in){.id = row.id, .status = to->to, .reason = reason, .now = x->now_us});
    audit_write(tx, "escort", row.id, code, "[\"status\"]");
    return reply_escort(x, tx, row.id, 200, rs);
}

/* confirmEscort: POST /escorts/{escortId}/confirm */
static err_t confirm_escort(struct ctx *x, const struct request *rq, struct response *rs)
{
    return move(x, rq, rs, "confirm");
}

/* releaseEscort: POST /escorts/{escortId}/release */
static err_t release_escort(struct ctx *x, const struct request *rq, struct response *rs)
{
    return move(x, rq, rs, "release");
}

const struct handler escorts_handlers[] = {
    {"listEscorts", list_escorts},
    {"addEscort", add_escort},
    {"getEscort", get_escort},
    {"changeEscort", change_escort},
    {"confirmEscort", confirm_escort},
    {"releaseEscort", release_escort},
    {NULL, NULL},
};
