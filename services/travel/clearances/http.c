/* http.c - operations on clearances (api-spec/travel/clearances.yaml). */
#include "app/audit.h"
#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/areas.h"
#include "travel/clearances/queries.h"
#include "travel/clearances/rules.h"
#include "travel/guards/facts.h"
#include "travel/movements/movements.h"
#include "travel/state.h"
#include "web/page.h"

#define NOTE_PLACE "clearances.note"

ERR_DEFINE(err_no_note, ERR_MISSING, "note.missing", "The clearance has no note.");

static err_t reply_clearance(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct clearance_row row;

    TRY(q_clearance_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &clearance_row_json, &row);
}

/* listClearances: GET /clearances */
static err_t list_clearances(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_clearance_list_in in = {
        .movement_id = request_query_uuid(rq, "movementId"),
        .passenger_id = request_query_uuid(rq, "passengerId"),
        .kind = request_query(rq, "kind"),
        .outcome = request_query(rq, "outcome"),
    };
    struct clearance_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    if (request_query(rq, "present"))
        in.present = OPT_BOOL(request_query_bool(rq, "present", false));
    TRY(page_read(x, rq, &q_clearance_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_clearance_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "clearance", rows, n, sizeof *rows, offsetof(struct clearance_row, id));
    return reply_page(x, rq, rs, &q_clearance_list_page, &page, &clearance_row_json, rows, n);
}

/* getClearance: GET /clearances/{clearanceId} */
static err_t get_clearance(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "clearanceId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "clearance", id, "");
    return reply_clearance(tx, id, 200, rs);
}

/* getClearanceNote: GET /clearances/{clearanceId}/note; the trail is committed before the answer. */
static err_t get_clearance_note(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "clearanceId");
    struct clearance_note row;
    const char *cls, *note;
    struct buf *out;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_clearance_note(tx, id, &row));
    if (!row.note.p)
        return err_no_note;
    cls = rules_clearance_class(row.kind);
    audit_read(tx, "clearance", id, cls);
    TRY(keyring_unseal(x->arena, program_of(x)->keyring, cls, x->who->organisation, NOTE_PLACE, id, row.note,
                       &note));
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"clearanceId\":\"%s\",\"note\":", uuid_text(x->arena, id));
    json_write_text(out, note);
    buf_putc(out, '}');
    return NULL;
}

static const struct json_field input_fields[] = {
    JSON_FIELD(struct q_clearance_add_in, passenger_id, "passengerId", JSON_UUID),
    JSON_FIELD(struct q_clearance_add_in, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct q_clearance_add_in, outcome, "outcome", JSON_TEXT),
    JSON_FIELD(struct q_clearance_add_in, country, "country", JSON_TEXT),
    JSON_FIELD(struct q_clearance_add_in, decided_at, "decidedAt", JSON_OPT_INSTANT),
    JSON_FIELD(struct q_clearance_add_in, valid_from, "validFrom", JSON_OPT_DATE),
    JSON_FIELD(struct q_clearance_add_in, valid_until, "validUntil", JSON_OPT_DATE),
    JSON_FIELD(struct q_clearance_add_in, reference, "reference", JSON_TEXT),
};
static const struct json_shape input_shape = JSON_SHAPE(struct q_clearance_add_in, input_fields);

static err_t input_read(struct ctx *x, const struct request *rq, struct q_clearance_add_in *in)
{
    const char *note = json_member_text(request_body(rq), "note");

    *in = (struct q_clearance_add_in){.id = uuid_new(x->now_us), .by = x->who->subject, .now = x->now_us};
    TRY(request_read(x, rq, &input_shape, in));
    TRY(rules_clearance(x->arena,
                        &(struct clearance_terms){.kind = in->kind,
                                                  .outcome = in->outcome,
                                                  .country = in->country,
                                                  .decided_us = in->decided_at,
                                                  .valid_from = in->valid_from,
                                                  .valid_until = in->valid_until},
                        x->now_us));
    if (!note)
        return NULL;
    return keyring_seal(x->arena, program_of(x)->keyring, rules_clearance_class(in->kind),
                        x->who->organisation, NOTE_PLACE, in->id, note, &in->note);
}

static err_t tell(struct ctx *x, struct tx *tx, const struct q_clearance_add_in *in, struct uuid person_id)
{
    struct buf more;

    buf_init(&more, x->arena, 256);
    buf_printf(&more, ",\"personId\":\"%s\",\"kind\":\"%s\",\"outcome\":\"%s\",\"at\":",
               uuid_text(x->arena, person_id), in->kind, in->outcome);
    json_write_instant(&more, in->decided_at.set ? in->decided_at.v : x->now_us);
    return movement_tell(x, tx, in->movement_id, "travel.clearance.recorded", buf_text(&more));
}

/* recordClearance: POST /clearances */
static err_t record_clearance(struct ctx *x, const struct request *rq, struct response *rs)
{
    static const struct fault unknown = {.at = "/passengerId",
                                         .code = "passenger.unknown",
                                         .detail = "There is no such passenger who still travels."};
    struct clearance_movement movement;
    struct clearance_passenger passenger;
    struct q_clearance_add_in in;
    struct tx *tx;
    bool found;

    TRY(input_read(x, rq, &in));
    TRY(db_begin(x, &tx));
    TRY(q_clearance_passenger(tx, in.passenger_id, &found, &passenger));
    if (!found)
        return err_faults(x->arena, ERR_INVALID, "request.invalid", "The clearance cannot be recorded so.",
                          &unknown, 1);
    in.movement_id = passenger.movement_id;
    TRY(q_clearance_movement_lock(tx, in.movement_id, &movement));
    q_clearance_supersede(tx, &(struct q_clearance_supersede_in){.passenger_id = in.passenger_id,
                                                                 .kind = in.kind,
                                                                 .country = in.country,
                                                                 .by_id = in.id,
                                                                 .now = x->now_us});
    q_clearance_add(tx, &in);
    audit_write(tx, "clearance", in.id, "create", NULL);
    TRY(movement_rejudge(x, tx, in.movement_id, NULL));
    TRY(tell(x, tx, &in, passenger.person_id));
    reply_location(x, rs, "/clearances/%s", uuid_text(x->arena, in.id));
    return reply_clearance(tx, in.id, 201, rs);
}

const struct handler clearances_handlers[] = {
    {"listClearances", list_clearances},
    {"recordClearance", record_clearance},
    {"getClearance", get_clearance},
    {"getClearanceNote", get_clearance_note},
    {NULL, NULL},
};
