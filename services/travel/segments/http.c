/* http.c - operations on segments (api-spec/travel/segments.yaml). */
#include "app/audit.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/areas.h"
#include "travel/guards/facts.h"
#include "travel/movements/queries.h"
#include "travel/movements/rules.h"
#include "travel/segments/internal.h"
#include "travel/segments/queries.h"
#include "travel/segments/rules.h"
#include "travel/state.h"

ERR_DEFINE(err_segments_full, ERR_CONFLICT, "segments.limit", "A movement has at most 40 segments.");
ERR_DEFINE(err_segment_removed, ERR_CONFLICT, "segment.removed", "The segment was removed.");

#define SEGMENTS_MAX 40

static err_t reply_segment(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct segment_row row;

    TRY(q_segment_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &segment_row_json, &row);
}

err_t segments_changed(struct ctx *x, struct tx *tx, struct uuid movement_id, struct rejudged *ret)
{
    q_segments_renumber(tx, movement_id);
    q_segments_ends(tx, movement_id, x->now_us);
    return movement_rejudge(x, tx, movement_id, ret);
}

err_t segment_lock(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                   struct movement_locked *ret_movement, struct segment_locked *ret)
{
    struct uuid id = request_path_uuid(rq, "segmentId");
    struct segment_found found;

    TRY(db_begin(x, ret_tx));
    TRY(q_segment_find(*ret_tx, id, &found));
    q_movement_lock_later(*ret_tx, found.movement_id, ret_movement);
    TRY(q_segment_lock(*ret_tx, id, ret));
    TRY(etag_match(rq, ret->version));
    return str_eq(ret->status, "planned") ? NULL : err_segment_removed;
}

/* listSegments: GET /movements/{movementId}/segments */
static err_t list_segments(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "movementId");
    struct movement_state of;
    struct segment_row *rows;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    q_movement_state_later(tx, id, &of);
    TRY(q_segments_of(tx, id, &rows, &n));
    audit_rows(tx, "segment", rows, n, sizeof(*rows), offsetof(struct segment_row, id));
    return reply_items(rs, &segment_row_json, rows, n);
}

struct end_input {
    const char *kind, *place;
    const char *country; /* NULL: that of the airport, or not known */
};
static const struct json_field end_fields[] = {
    JSON_FIELD(struct end_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct end_input, place, "place", JSON_TEXT),
    JSON_FIELD(struct end_input, country, "country", JSON_TEXT),
};
static const struct json_shape end_shape = JSON_SHAPE(struct end_input, end_fields);

struct segment_input {
    const char *mode, *carrier, *number, *departure_zone, *arrival_zone;
    struct end_input from, to;
    int64_t departs_at, arrives_at;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct segment_input, mode, "mode", JSON_TEXT),
    JSON_FIELD(struct segment_input, carrier, "carrier", JSON_TEXT),
    JSON_FIELD(struct segment_input, number, "number", JSON_TEXT),
    JSON_SUB(struct segment_input, from, "from", JSON_STRUCT, &end_shape),
    JSON_SUB(struct segment_input, to, "to", JSON_STRUCT, &end_shape),
    JSON_FIELD(struct segment_input, departs_at, "departsAt", JSON_INSTANT),
    JSON_FIELD(struct segment_input, departure_zone, "departureZone", JSON_TEXT),
    JSON_FIELD(struct segment_input, arrives_at, "arrivesAt", JSON_INSTANT),
    JSON_FIELD(struct segment_input, arrival_zone, "arrivalZone", JSON_TEXT),
};
static const struct json_shape input_shape = JSON_SHAPE(struct segment_input, input_fields);

/* Zones that were not given are those of the airports; then the rules. */
static err_t settle(struct ctx *x, struct tx *tx, struct segment_input *in)
{
    struct segment_zones zones;

    TRY(q_segment_zones(tx, in->from.kind, in->from.place, in->to.kind, in->to.place, &zones));
    if (!in->departure_zone)
        in->departure_zone = zones.departure;
    if (!in->arrival_zone)
        in->arrival_zone = zones.arrival;
    return rules_segment(x->arena, &(struct segment_terms){.from_kind = in->from.kind,
                                                           .from_place = in->from.place,
                                                           .from_country = in->from.country,
                                                           .to_kind = in->to.kind,
                                                           .to_place = in->to.place,
                                                           .to_country = in->to.country,
                                                           .departs_at = in->departs_at,
                                                           .arrives_at = in->arrives_at,
                                                           .departure_zone = in->departure_zone,
                                                           .arrival_zone = in->arrival_zone});
}

/* createSegment: POST /movements/{movementId}/segments */
static err_t create_segment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid movement_id = request_path_uuid(rq, "movementId"), id = uuid_new(x->now_us);
    struct segment_input in = {0};
    struct movement_locked m;
    struct segment_count count;
    struct tx *tx;

    TRY(request_read(x, rq, &input_shape, &in));
    TRY(db_begin(x, &tx));
    q_movement_lock_later(tx, movement_id, &m);
    TRY(q_segment_count(tx, movement_id, &count));
    TRY(settle(x, tx, &in));
    TRY(rules_movement_change(m.status));
    if (count.n >= SEGMENTS_MAX)
        return err_segments_full;
    q_segment_add(tx, &(struct q_segment_add_in){.id = id,
                                                 .movement_id = movement_id,
                                                 .mode = in.mode,
                                                 .carrier = in.carrier,
                                                 .number = in.number,
                                                 .from_kind = in.from.kind,
                                                 .from_place = in.from.place,
                                                 .from_country = in.from.country,
                                                 .to_kind = in.to.kind,
                                                 .to_place = in.to.place,
                                                 .to_country = in.to.country,
                                                 .departs_at = in.departs_at,
                                                 .departure_zone = in.departure_zone,
                                                 .arrives_at = in.arrives_at,
                                                 .arrival_zone = in.arrival_zone,
                                                 .now = x->now_us});
    audit_write(tx, "segment", id, "create", NULL);
    TRY(segments_changed(x, tx, movement_id, NULL));
    reply_location(x, rs, "/segments/%s", uuid_text(x->arena, id));
    return reply_segment(tx, id, 201, rs);
}

/* getSegment: GET /segments/{segmentId} */
static err_t get_segment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "segmentId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "segment", id, "");
    return reply_segment(tx, id, 200, rs);
}

/* patchSegment: PATCH /segments/{segmentId}; its times are rescheduled, not patched */
static err_t patch_segment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "segmentId");
    struct segment_locked before;
    struct movement_locked m;
    struct segment_input in;
    struct tx *tx;

    TRY(segment_lock(x, rq, &tx, &m, &before));
    TRY(rules_movement_change(m.status));
    in = (struct segment_input){.mode = before.mode,
                                .carrier = before.carrier,
                                .number = before.number,
                                .from = {before.from_kind, before.from_place, before.from_country},
                                .to = {before.to_kind, before.to_place, before.to_country},
                                .departs_at = before.departs_at,
                                .departure_zone = before.departure_zone,
                                .arrives_at = before.arrives_at,
                                .arrival_zone = before.arrival_zone};
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(settle(x, tx, &in));
    q_segment_save(tx, &(struct q_segment_save_in){.id = id,
                                                   .mode = in.mode,
                                                   .carrier = in.carrier,
                                                   .number = in.number,
                                                   .from_kind = in.from.kind,
                                                   .from_place = in.from.place,
                                                   .from_country = in.from.country,
                                                   .to_kind = in.to.kind,
                                                   .to_place = in.to.place,
                                                   .to_country = in.to.country,
                                                   .departure_zone = in.departure_zone,
                                                   .arrival_zone = in.arrival_zone,
                                                   .now = x->now_us});
    audit_write(tx, "segment", id, "update", json_member_names(x->arena, request_body(rq)));
    TRY(segments_changed(x, tx, before.movement_id, NULL));
    return reply_segment(tx, id, 200, rs);
}

/* removeSegment: POST /segments/{segmentId}/remove */
static err_t remove_segment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "segmentId");
    struct segment_locked before;
    struct movement_locked m;
    struct tx *tx;

    TRY(segment_lock(x, rq, &tx, &m, &before));
    TRY(rules_movement_change(m.status));
    q_segment_remove(tx, id, x->now_us);
    audit_write(tx, "segment", id, "remove", NULL);
    TRY(segments_changed(x, tx, before.movement_id, NULL));
    return reply_segment(tx, id, 200, rs);
}

const struct handler segments_handlers[] = {
    {"listSegments", list_segments},
    {"createSegment", create_segment},
    {"getSegment", get_segment},
    {"patchSegment", patch_segment},
    {"removeSegment", remove_segment},
    {"rescheduleSegment", reschedule_segment},
    {"listSegmentTimes", list_segment_times},
    {NULL, NULL},
};
