/* requests.c - see requests.h. */
#include "travel/requests/requests.h"

#include "app/audit.h"
#include "app/inbox.h"
#include "app/readers.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/guards/facts.h"
#include "travel/movements/movements.h"
#include "travel/movements/queries.h"
#include "travel/movements/rules.h"
#include "travel/passengers/passengers.h"
#include "travel/passengers/rules.h"
#include "travel/requests/party.h"
#include "travel/requests/queries.h"

/* ---- asked for ---- */

static void add_movement(struct ctx *x, struct tx *tx, struct uuid id, const json_t *party)
{
    const json_t *origin = json_object_get(party, "origin"),
                 *destination = json_object_get(party, "destination");
    const json_t *fitness = json_object_get(party, "fitness");

    q_movement_add(tx,
                   &(struct q_movement_add_in){
                       .id = id,
                       .purpose = json_member_text(party, "purpose"),
                       .programme = json_member_text(party, "programme"),
                       .reference = json_member_text(party, "reference"),
                       .origin_country = json_member_text(origin, "country"),
                       .origin_place = json_member_text(origin, "place"),
                       .destination_country = json_member_text(destination, "country"),
                       .destination_place = json_member_text(destination, "place"),
                       .earliest = json_member_date(party, "earliest").v,
                       .latest = json_member_date(party, "latest").v,
                       .priority = "normal",
                       .fitness = json_is_object(fitness) ? json_text(x->arena, fitness) : NULL,
                       .offices = json_member_texts(x->arena, json_object_get(party, "readers"), "offices"),
                       .by = x->who->subject,
                       .now = x->now_us,
                   });
    audit_write(tx, "movement", id, "create", NULL);
}

static err_t add_passengers(struct ctx *x, struct tx *tx, struct uuid movement_id, struct uuid ref_id,
                            const json_t *party)
{
    const json_t *member;
    size_t i;

    json_array_foreach(json_object_get(party, "passengers"), i, member)
    {
        struct passenger_data p = {.given = "", .family = ""};
        struct uuid id;

        TRY(json_read(x->arena, member, &passenger_data_shape, &p));
        TRY(passenger_add(x, tx, movement_id, OPT_UUID(ref_id), &p, &id));
    }
    return NULL;
}

err_t travel_requested(struct ctx *x, const struct inbox_event *e)
{
    struct uuid request_id = json_member_uuid(e->data, "travelRequestId").v, id = uuid_new(x->now_us), ref_id;
    struct request_movement before;
    const char *kind;
    struct tx *tx;
    json_t *party;
    bool found;
    err_t gone;

    gone = party_read_from(x, e->source, request_id, &party);
    if (gone && gone->kind == ERR_MISSING)
        return NULL; /* taken back before we came to it */
    TRY(gone);
    TRY(db_begin(x, &tx));
    TRY(q_request_movement(tx, request_id, &found, &before));
    if (found)
        return NULL;
    kind = json_member_text(party, "refKind");
    ref_id = json_member_uuid(party, "refId").v;
    if (str_eq(kind, "case"))
        readers_set(x, tx, ref_id, json_object_get(party, "readers"));
    add_movement(x, tx, id, party);
    q_movement_ref_add(tx, id, kind, ref_id, OPT_UUID(request_id));
    TRY(add_passengers(x, tx, id, ref_id, party));
    return movement_tell(
        x, tx, id, "travel.movement.made",
        arena_printf(x->arena, ",\"travelRequestId\":\"%s\"", uuid_text(x->arena, request_id)));
}

/* ---- no longer ---- */

/* Takes those who travel for the reference (or only the person) out of a movement that has not departed. */
static err_t take_out(struct ctx *x, struct tx *tx, struct uuid movement_id, struct uuid ref_id,
                      struct opt_uuid person_id, const char *reason)
{
    struct movement_locked m;
    struct request_left left;

    TRY(q_movement_lock(tx, movement_id, &m));
    if (!rules_movement_planned(m.status))
        return NULL;
    q_request_cancel_passengers(tx, movement_id, ref_id, person_id, reason, x->now_us);
    TRY(q_request_left(tx, movement_id, ref_id, &left));
    if (left.all_ == 0)
        return movement_stop(x, tx, &m, reason);
    audit_write(tx, "movement", movement_id, "update", "[\"passengers\"]");
    TRY(movement_rejudge(x, tx, movement_id, NULL));
    if (left.of_ref > 0)
        return NULL;
    return movement_tell_ref(x, tx, movement_id, OPT_UUID(ref_id), "travel.movement.cancelled",
                             arena_printf(x->arena, ",\"reason\":\"%s\"", reason));
}

err_t travel_cancelled(struct ctx *x, const struct inbox_event *e)
{
    struct request_movement of;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_request_movement(tx, json_member_uuid(e->data, "travelRequestId").v, &found, &of));
    if (!found)
        return NULL;
    return take_out(x, tx, of.movement_id, of.ref_id, (struct opt_uuid){0},
                    json_member_text(e->data, "reason"));
}

/* Out of every movement of the case, whoever made it. */
static err_t take_out_all(struct ctx *x, struct uuid case_id, struct opt_uuid person_id, const char *reason)
{
    struct request_withdrawn *rows;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    TRY(q_request_withdrawn(tx, case_id, person_id, &rows, &n));
    for (size_t i = 0; i < n; i++)
        TRY(take_out(x, tx, rows[i].movement_id, rows[i].ref_id, person_id, reason));
    return NULL;
}

err_t travel_wish_withdrawn(struct ctx *x, const struct inbox_event *e)
{
    return take_out_all(x, json_member_uuid(e->data, "caseId").v, json_member_uuid(e->data, "personId"),
                        "declarationWithdrawn");
}

err_t travel_stopped(struct ctx *x, const struct inbox_event *e)
{
    return take_out_all(x, json_member_uuid(e->data, "caseId").v, (struct opt_uuid){0},
                        json_member_text(e->data, "reason"));
}
