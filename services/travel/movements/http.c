/* http.c - operations on movements (api-spec/travel/movements.yaml). */
#include "app/audit.h"
#include "app/readers.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "travel/areas.h"
#include "travel/guards/facts.h"
#include "travel/movements/internal.h"
#include "travel/movements/movements.h"
#include "travel/movements/queries.h"
#include "travel/movements/rules.h"
#include "travel/state.h"
#include "web/page.h"

err_t reply_movement(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct movement_row row;

    (void)x;
    TRY(q_movement_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &movement_row_json, &row);
}

struct place_input {
    const char *country, *place;
};
static const struct json_field place_fields[] = {
    JSON_FIELD(struct place_input, country, "country", JSON_TEXT),
    JSON_FIELD(struct place_input, place, "place", JSON_TEXT),
};
static const struct json_shape place_shape = JSON_SHAPE(struct place_input, place_fields);

struct movement_input {
    const char *purpose, *programme, *reference, *group, *priority, *cost_centre, *fund, *fitness;
    struct place_input origin, destination;
    int32_t earliest, latest;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct movement_input, purpose, "purpose", JSON_TEXT),
    JSON_FIELD(struct movement_input, programme, "programme", JSON_TEXT),
    JSON_FIELD(struct movement_input, reference, "reference", JSON_TEXT),
    JSON_FIELD(struct movement_input, group, "group", JSON_TEXT),
    JSON_FIELD(struct movement_input, priority, "priority", JSON_TEXT),
    JSON_FIELD(struct movement_input, cost_centre, "costCentre", JSON_TEXT),
    JSON_FIELD(struct movement_input, fund, "fund", JSON_RAW),
    JSON_FIELD(struct movement_input, fitness, "fitness", JSON_RAW),
    JSON_SUB(struct movement_input, origin, "origin", JSON_STRUCT, &place_shape),
    JSON_SUB(struct movement_input, destination, "destination", JSON_STRUCT, &place_shape),
    JSON_FIELD(struct movement_input, earliest, "earliest", JSON_DATE),
    JSON_FIELD(struct movement_input, latest, "latest", JSON_DATE),
};
static const struct json_shape input_shape = JSON_SHAPE(struct movement_input, input_fields);

/* What it is made for; a case must be one that the caller knows of. */
static err_t refs_add(struct ctx *x, struct tx *tx, struct uuid movement_id, const json_t *refs)
{
    struct fault_list faults = {0};
    const json_t *item;
    size_t i;

    json_array_foreach(refs, i, item)
    {
        const char *kind = json_member_text(item, "kind");
        struct uuid id = json_member_uuid(item, "id").v;
        bool known = true;

        if (str_eq(kind, "case"))
            TRY(readers_know(tx, id, &known));
        if (known)
            q_movement_ref_add(tx, movement_id, kind, id, (struct opt_uuid){0});
        else
            fault_add(x->arena, &faults,
                      (struct fault){.at = arena_printf(x->arena, "/refs/%zu/id", i),
                                     .code = "ref.unknown",
                                     .detail = "There is no such case."});
    }
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The movement cannot be made so.");
}

/* createMovement: POST /movements */
static err_t create_movement(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct movement_input in = {.priority = "normal"};
    struct text_array offices = json_member_texts(x->arena, request_body(rq), "offices");
    struct uuid id = uuid_new(x->now_us);
    struct tx *tx;

    TRY(request_read(x, rq, &input_shape, &in));
    if (offices.n == 0)
        offices = rules_own_offices(x->arena, x->who);
    TRY(rules_movement_terms(x->arena, x->who,
                             &(struct movement_terms){.programme = in.programme,
                                                      .offices = &offices,
                                                      .origin_country = in.origin.country,
                                                      .destination_country = in.destination.country,
                                                      .earliest = in.earliest,
                                                      .latest = in.latest}));
    TRY(db_begin(x, &tx));
    q_movement_add(tx, &(struct q_movement_add_in){.id = id,
                                                   .purpose = in.purpose,
                                                   .programme = in.programme,
                                                   .reference = in.reference,
                                                   .group_name = in.group,
                                                   .origin_country = in.origin.country,
                                                   .origin_place = in.origin.place,
                                                   .destination_country = in.destination.country,
                                                   .destination_place = in.destination.place,
                                                   .earliest = in.earliest,
                                                   .latest = in.latest,
                                                   .priority = in.priority,
                                                   .fund = in.fund,
                                                   .cost_centre = in.cost_centre,
                                                   .fitness = in.fitness,
                                                   .offices = offices,
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    TRY(refs_add(x, tx, id, json_object_get(request_body(rq), "refs")));
    TRY(movement_tell(x, tx, id, "travel.movement.made", ",\"travelRequestId\":null"));
    audit_write(tx, "movement", id, "create", json_member_names(x->arena, request_body(rq)));
    reply_location(x, rs, "/movements/%s", uuid_text(x->arena, id));
    return reply_movement(x, tx, id, 201, rs);
}

/* patchMovement: PATCH /movements/{movementId} */
static err_t patch_movement(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "movementId");
    struct movement_locked before;
    struct movement_input in;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_movement_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    TRY(rules_movement_change(before.status));
    in = (struct movement_input){.group = before.group_name,
                                 .priority = before.priority,
                                 .cost_centre = before.cost_centre,
                                 .fund = before.fund,
                                 .origin = {before.origin_country, before.origin_place},
                                 .destination = {before.destination_country, before.destination_place},
                                 .earliest = before.earliest,
                                 .latest = before.latest};
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(rules_movement_terms(x->arena, x->who,
                             &(struct movement_terms){.origin_country = in.origin.country,
                                                      .destination_country = in.destination.country,
                                                      .earliest = in.earliest,
                                                      .latest = in.latest}));
    q_movement_save(tx, &(struct q_movement_save_in){.id = id,
                                                     .group_name = in.group,
                                                     .origin_country = in.origin.country,
                                                     .origin_place = in.origin.place,
                                                     .destination_country = in.destination.country,
                                                     .destination_place = in.destination.place,
                                                     .earliest = in.earliest,
                                                     .latest = in.latest,
                                                     .priority = in.priority,
                                                     .fund = in.fund,
                                                     .cost_centre = in.cost_centre,
                                                     .now = x->now_us});
    audit_write(tx, "movement", id, "update", json_member_names(x->arena, request_body(rq)));
    TRY(movement_rejudge(x, tx, id, NULL));
    return reply_movement(x, tx, id, 200, rs);
}

/* A day of the query, in Amsterdam, days later, as the instant at which it begins. */
static struct opt_i64 day_begins(const struct request *rq, const char *name, int32_t later)
{
    struct opt_date day = request_query_date(rq, name);
    struct opt_i64 at = {0};

    if (day.set)
        at.set = date_zone_instant("Europe/Amsterdam", day.v + later, 0, &at.v);
    return at;
}

/* listMovements: GET /movements */
static err_t list_movements(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_movement_list_in in = {
        .status = request_query(rq, "status"),
        .programme = request_query(rq, "programme"),
        .purpose = request_query(rq, "purpose"),
        .office = request_query(rq, "office"),
        .ref_id = request_query_uuid(rq, "refId"),
        .person_id = request_query_uuid(rq, "personId"),
        .departs_from = day_begins(rq, "departsFrom", 0),
        .departs_until = day_begins(rq, "departsUntil", 1),
    };
    struct movement_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_movement_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_movement_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "movement", rows, n > page.limit ? page.limit : n, sizeof(*rows),
               offsetof(struct movement_row, id));
    return reply_page(x, rq, rs, &q_movement_list_page, &page, &movement_row_json, rows, n);
}

const struct handler movements_handlers[] = {
    {"createMovement", create_movement},
    {"getMovement", get_movement},
    {"listMovements", list_movements},
    {"patchMovement", patch_movement},
    {"cancelMovement", cancel_movement},
    {"listMovementTransitions", list_movement_transitions},
    {"makeMovementTransition", make_movement_transition},
    {"listMovementMoves", list_movement_moves},
    {NULL, NULL},
};
