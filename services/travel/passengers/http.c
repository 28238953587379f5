/* http.c - operations on passengers (api-spec/travel/passengers.yaml). */
#include "app/audit.h"
#include "app/corrections.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/areas.h"
#include "travel/guards/facts.h"
#include "travel/movements/rules.h"
#include "travel/passengers/internal.h"
#include "travel/passengers/passengers.h"
#include "travel/passengers/rules.h"
#include "travel/state.h"
#include "web/page.h"

ERR_DEFINE(err_passengers_full, ERR_CONFLICT, "passengers.limit", "A movement has at most 200 passengers.");
ERR_DEFINE(err_passenger_there, ERR_CONFLICT, "passenger.there",
           "The person travels in this movement already.");
ERR_DEFINE(err_passenger_removed, ERR_CONFLICT, "passenger.removed",
           "The passenger does not travel any more.");

#define PASSENGERS_MAX 200

err_t reply_passenger(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct passenger_row row;

    TRY(q_passenger_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &passenger_row_json, &row);
}

err_t passenger_planned(const struct passenger_locked *row)
{
    return str_eq(row->status, "planned") ? NULL : err_passenger_removed;
}

err_t passenger_lock(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                     struct movement_locked *ret_movement, struct passenger_locked *ret)
{
    struct uuid id = request_path_uuid(rq, "passengerId");
    struct passenger_found found;

    TRY(db_begin(x, ret_tx));
    TRY(q_passenger_find(*ret_tx, id, &found));
    q_movement_lock_later(*ret_tx, found.movement_id, ret_movement);
    TRY(q_passenger_lock(*ret_tx, id, ret));
    return etag_match(rq, ret->version);
}

/* listPassengers: GET /movements/{movementId}/passengers */
static err_t list_passengers(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "movementId");
    struct passenger_row *rows;
    struct movement_state of;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    q_movement_state_later(tx, id, &of);
    TRY(q_passengers_of(tx, id, &rows, &n));
    audit_rows(tx, "passenger", rows, n, sizeof(*rows), offsetof(struct passenger_row, id));
    return reply_items(rs, &passenger_row_json, rows, n);
}

static err_t err_ref_unknown(struct ctx *x)
{
    static const struct fault fault = {
        .at = "/refId", .code = "ref.unknown", .detail = "The movement is not made for it."};

    return err_faults(x->arena, ERR_INVALID, "request.invalid", "The passenger is not valid.", &fault, 1);
}

/* createPassenger: POST /movements/{movementId}/passengers */
static err_t create_passenger(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct opt_uuid ref_id = json_member_uuid(request_body(rq), "refId");
    struct uuid movement_id = request_path_uuid(rq, "movementId"), id;
    struct passenger_data p = {.family = "", .given = ""};
    struct passenger_place place;
    struct movement_locked m;
    struct tx *tx;

    TRY(request_read(x, rq, &passenger_data_shape, &p));
    TRY(db_begin(x, &tx));
    q_movement_lock_later(tx, movement_id, &m);
    TRY(q_passenger_place(tx, movement_id, p.person_id, ref_id, &place));
    TRY(rules_passenger(x->arena, &p, date_today_nl(x->now_us), place.departs_on));
    if (!place.ref_ok)
        return err_ref_unknown(x);
    TRY(rules_movement_change(m.status));
    if (place.there)
        return err_passenger_there;
    if (place.n >= PASSENGERS_MAX)
        return err_passengers_full;
    TRY(passenger_add(x, tx, movement_id, ref_id, &p, &id));
    TRY(movement_rejudge(x, tx, movement_id, NULL));
    reply_location(x, rs, "/passengers/%s", uuid_text(x->arena, id));
    return reply_passenger(tx, id, 201, rs);
}

/* getPassenger: GET /passengers/{passengerId} */
static err_t get_passenger(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "passengerId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "passenger", id, "");
    return reply_passenger(tx, id, 200, rs);
}

/* getPassengerDocument: GET /passengers/{passengerId}/document; the trail is on disk before the answer goes
 */
static err_t get_passenger_document(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "passengerId");
    struct passenger_document_row row;
    const char *number;
    struct buf *out;
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "passenger", id, "document");
    TRY(q_passenger_document(tx, id, &row));
    TRY(passenger_number(x, id, row.document_number, &number));
    out = reply_begin(rs, 200);
    buf_puts(out, "{\"kind\":");
    json_write_text(out, row.document_kind);
    buf_puts(out, ",\"number\":");
    json_write_text(out, number);
    buf_putc(out, '}');
    return NULL;
}

/* patchPassenger: PATCH /passengers/{passengerId} */
static err_t patch_passenger(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct passenger_locked before;
    struct passenger_place place;
    struct movement_locked m;
    struct passenger_data p;
    struct tx *tx;

    TRY(passenger_lock(x, rq, &tx, &m, &before));
    TRY(passenger_planned(&before));
    TRY(rules_movement_change(m.status));
    TRY(q_passenger_place(tx, m.id, before.person_id, before.ref_id, &place));
    TRY(passenger_data_of(x, &before, &p));
    TRY(request_read(x, rq, &passenger_data_shape, &p));
    TRY(rules_passenger(x->arena, &p, date_today_nl(x->now_us), place.departs_on));
    TRY(passenger_save(x, tx, &before, &p, json_member_text(request_body(rq), "reason")));
    audit_write(tx, "passenger", before.id, "update", json_member_names(x->arena, request_body(rq)));
    TRY(movement_rejudge(x, tx, m.id, NULL));
    return reply_passenger(tx, before.id, 200, rs);
}

/* listPassengerHistory: GET /passengers/{passengerId}/history. In the trail before the answer. */
static err_t list_passenger_history(struct ctx *x, const struct request *rq, struct response *rs)
{
    static const struct correction_scope scopes[] = {
        {"passenger", "document", "passengers.documents:read"},
        {0},
    };
    struct uuid id = request_path_uuid(rq, "passengerId");
    struct passenger_request of;
    struct page page;
    struct tx *tx;

    TRY(corrections_page(x, rq, &page));
    TRY(db_begin(x, &tx));
    TRY(q_passenger_request(tx, id, &of));
    audit_read(tx, "passenger", id, "history");
    return corrections_reply(x, rq, tx, &page, of.person_id, OPT_UUID(id), scopes, rs);
}

/* removePassenger: POST /passengers/{passengerId}/remove */
static err_t remove_passenger(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct passenger_locked before;
    struct movement_locked m;
    struct tx *tx;

    TRY(passenger_lock(x, rq, &tx, &m, &before));
    TRY(passenger_planned(&before));
    TRY(rules_movement_change(m.status));
    q_passenger_cancel(tx, before.id, json_member_text(request_body(rq), "reason"), x->now_us);
    audit_write(tx, "passenger", before.id, "remove", NULL);
    TRY(movement_rejudge(x, tx, m.id, NULL));
    return reply_passenger(tx, before.id, 200, rs);
}

const struct handler passengers_handlers[] = {
    {"listPassengers", list_passengers},
    {"createPassenger", create_passenger},
    {"getPassenger", get_passenger},
    {"getPassengerDocument", get_passenger_document},
    {"patchPassenger", patch_passenger},
    {"listPassengerHistory", list_passenger_history},
    {"removePassenger", remove_passenger},
    {"refreshPassenger", refresh_passenger},
    {"recordPassengerOutcome", record_passenger_outcome},
    {"listPassengerObservations", list_passenger_observations},
    {NULL, NULL},
};
