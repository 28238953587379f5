/* http.c - operations on bookings (api-spec/travel/bookings.yaml): asking and looking. The steps are in
 * quotes.c, tickets.c and observed.c. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/areas.h"
#include "travel/bookings/store.h"
#include "travel/movements/rules.h"
#include "web/page.h"

/* listBookings: GET /bookings */
static err_t list_bookings(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_booking_list_in in = {
        .movement_id = request_query_uuid(rq, "movementId"),
        .passenger_id = request_query_uuid(rq, "passengerId"),
        .status = request_query(rq, "status"),
    };
    const char *before = request_query(rq, "expiresBefore");
    struct booking_item *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    if (before)
        in.expires_before.set = date_parse_instant(before, &in.expires_before.v);
    if (request_query(rq, "needsAttention"))
        in.needs_attention = OPT_BOOL(request_query_bool(rq, "needsAttention", false));
    TRY(page_read(x, rq, &q_booking_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_booking_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "booking", rows, n, sizeof *rows, offsetof(struct booking_item, id));
    return reply_page(x, rq, rs, &q_booking_list_page, &page, &booking_item_json, rows, n);
}

/* getBooking: GET /bookings/{bookingId} */
static err_t get_booking(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "bookingId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx)); /* with all its parts: more than a point */
    audit_read(tx, "booking", id, "");
    return booking_reply(tx, id, 200, rs);
}

struct booking_input {
    struct uuid movement_id;
    const char *supplier;
    struct uuid_array passenger_ids, segment_ids;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct booking_input, movement_id, "movementId", JSON_UUID),
    JSON_FIELD(struct booking_input, supplier, "supplier", JSON_TEXT),
    JSON_FIELD(struct booking_input, passenger_ids, "passengerIds", JSON_UUIDS),
    JSON_FIELD(struct booking_input, segment_ids, "segmentIds", JSON_UUIDS),
};
static const struct json_shape input_shape = JSON_SHAPE(struct booking_input, input_fields);

/* A fault for each that is not among those of the movement. */
static void check_known(struct arena *a, const struct uuid_array *named, const struct uuid_array *known,
                        const char *member, const char *code, struct fault_list *faults)
{
    for (size_t i = 0; i < named->n; i++) {
        bool found = false;

        for (size_t k = 0; k < known->n; k++)
            found |= uuid_eq(named->v[i], known->v[k]);
        if (!found)
            fault_add(a, faults,
                      (struct fault){.at = arena_printf(a, "/%s/%zu", member, i),
                                     .code = code,
                                     .detail = "It is none of the movement that is still planned."});
    }
}

static err_t check_input(struct ctx *x, struct tx *tx, const struct booking_input *in)
{
    struct fault_list faults = {0};
    struct booking_movement movement = {0};
    struct booking_known known;
    bool found;

    TRY(q_booking_movement_lock(tx, in->movement_id, &found, &movement));
    if (!supplier_find(in->supplier))
        fault_add(x->arena, &faults,
                  (struct fault){
                      .at = "/supplier", .code = "supplier.unknown", .detail = "There is no such supplier."});
    if (!found) {
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/movementId",
                                 .code = "movement.unknown",
                                 .detail = "There is no such movement."});
    } else {
        TRY(rules_movement_change(movement.status));
        TRY(q_booking_known(tx, in->movement_id, in->passenger_ids, in->segment_ids, &known));
        check_known(x->arena, &in->passenger_ids, &known.passenger_ids, "passengerIds",
                    "passenger.notInMovement", &faults);
        check_known(x->arena, &in->segment_ids, &known.segment_ids, "segmentIds", "segment.notInMovement",
                    &faults);
    }
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The booking cannot be asked for so.");
}

/* createBooking: POST /bookings */
static err_t create_booking(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct booking_input in = {0};
    struct uuid id = uuid_new(x->now_us);
    struct tx *tx;

    TRY(request_read(x, rq, &input_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(check_input(x, tx, &in));
    q_booking_add(tx, &(struct q_booking_add_in){.id = id,
                                                 .movement_id = in.movement_id,
                                                 .supplier = in.supplier,
                                                 .by = x->who->subject,
                                                 .now = x->now_us});
    q_booking_passengers_add(tx, id, in.passenger_ids);
    q_booking_segments_add(tx, id, in.segment_ids);
    audit_write(tx, "booking", id, "create", NULL);
    reply_location(x, rs, "/bookings/%s", uuid_text(x->arena, id));
    return booking_reply(tx, id, 201, rs);
}

const struct handler bookings_handlers[] = {
    {"listBookings", list_bookings},
    {"createBooking", create_booking},
    {"getBooking", get_booking},
    {"quoteBooking", quote_booking},
    {"holdBooking", hold_booking},
    {"prolongHold", prolong_hold},
    {"ticketBooking", ticket_booking},
    {"checkInBooking", check_in_booking},
    {"recordBookingFlown", record_booking_flown},
    {"recordBookingNoShow", record_booking_no_show},
    {"quoteCancellation", quote_cancellation},
    {"confirmCancellation", confirm_cancellation},
    {"quoteChange", quote_change},
    {"confirmChange", confirm_change},
    {"keepBooking", keep_booking},
    {"withdrawBooking", withdraw_booking},
    {NULL, NULL},
};
