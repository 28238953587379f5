/* abns.c - see abns.h and internal.h. */
#include "travel/abns/abns.h"

#include <string.h>

#include "app/audit.h"
#include "app/inbox.h"
#include "app/keyring.h"
#include "app/outbox.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/abns/internal.h"
#include "travel/escorts/escorts.h"
#include "travel/movements/movements.h"
#include "travel/movements/queries.h"

#define PLACE "abns.snapshot"

/* The rows of a movement, read in one round trip for all its addressees. */
struct view_rows {
    struct abn_movement movement;
    struct abn_segment_row *segments;
    struct abn_passenger_row *passengers;
    struct abn_point_row *points;
    size_t nsegments, npassengers, npoints;
};

static err_t view_read(struct tx *tx, struct uuid movement_id, struct view_rows *r)
{
    q_abn_movement_later(tx, movement_id, &r->movement);
    q_abn_segments_later(tx, movement_id, &r->segments, &r->nsegments);
    q_abn_passengers_later(tx, movement_id, &r->passengers, &r->npassengers);
    return q_abn_points(tx, movement_id, &r->points, &r->npoints);
}

static struct abn_facts view_facts(struct arena *a, struct uuid movement_id, const struct view_rows *r)
{
    struct abn_segment *segments = ARENA_ARRAY(a, r->nsegments + 1, struct abn_segment);
    struct abn_passenger *passengers = ARENA_ARRAY(a, r->npassengers + 1, struct abn_passenger);
    struct abn_point *points = ARENA_ARRAY(a, r->npoints + 1, struct abn_point);

    for (size_t i = 0; i < r->nsegments; i++) {
        const struct abn_segment_row *s = &r->segments[i];
        segments[i] = (struct abn_segment){.mode = s->mode,
                                           .carrier = s->carrier,
                                           .number = s->number,
                                           .from_kind = s->from_kind,
                                           .from_place = s->from_place,
                                           .to_kind = s->to_kind,
                                           .to_place = s->to_place,
                                           .departs_us = s->departs_at,
                                           .arrives_us = s->arrives_at,
                                           .departure_zone = s->departure_zone,
                                           .arrival_zone = s->arrival_zone};
    }
    for (size_t i = 0; i < r->npassengers; i++)
        passengers[i] = (struct abn_passenger){.given = r->passengers[i].given,
                                               .family = r->passengers[i].family,
                                               .needs = r->passengers[i].needs};
    for (size_t i = 0; i < r->npoints; i++)
        points[i] = (struct abn_point){.kind = r->points[i].kind,
                                       .place = r->points[i].place,
                                       .zone = r->points[i].zone,
                                       .at_us = r->points[i].at,
                                       .organisation = r->points[i].organisation,
                                       .office = r->points[i].office};
    return (struct abn_facts){.movement_id = movement_id,
                              .reference = r->movement.reference,
                              .cancelled = str_eq(r->movement.status, "cancelled"),
                              .segments = segments,
                              .nsegments = r->nsegments,
                              .passengers = passengers,
                              .npassengers = r->npassengers,
                              .points = points,
                              .npoints = r->npoints};
}

err_t abn_view(struct ctx *x, struct tx *tx, struct uuid movement_id, const struct abn_terms *t,
               struct abn_movement *ret_movement, const char **ret_snapshot)
{
    struct view_rows rows;

    TRY(view_read(tx, movement_id, &rows));
    struct abn_facts facts = view_facts(x->arena, movement_id, &rows);
    *ret_movement = rows.movement;
    *ret_snapshot = abn_snapshot(x->arena, &facts, t);
    return NULL;
}

err_t abn_unseal(struct ctx *x, const struct abn_row *row, const char **ret)
{
    return keyring_unseal(x->arena, program_of(x)->keyring, "document", row->from_organisation, PLACE,
                          row->id, row->snapshot_, ret);
}

static void abn_tell(struct ctx *x, struct tx *tx, const char *type, struct uuid id, struct uuid movement_id,
                     const char *to_organisation)
{
    outbox_add(tx, &(struct event){.type = type,
                                   .subject = id,
                                   .key = movement_id,
                                   .data = arena_printf(x->arena,
                                                        "{\"abnId\":\"%s\",\"movementId\":\"%s\","
                                                        "\"toOrganisation\":\"%s\"}",
                                                        uuid_text(x->arena, id),
                                                        uuid_text(x->arena, movement_id), to_organisation)});
}

err_t abn_send(struct ctx *x, struct tx *tx, const struct abn_new *n)
{
    struct abn_number number;
    struct bytes sealed;

    TRY(q_abn_number(tx, n->movement_id, n->terms->organisation, n->terms->office, &number));
    TRY(keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation, PLACE, n->id,
                     n->snapshot, &sealed));
    q_abn_add(tx, &(struct q_abn_add_in){.id = n->id,
                                         .to_organisation = n->terms->organisation,
                                         .to_office = n->terms->office,
                                         .to_kind = n->to_kind,
                                         .movement_id = n->movement_id,
                                         .programme = n->programme,
                                         .number = number.next,
                                         .fields = n->terms->fields,
                                         .legal_basis = n->terms->legal_basis,
                                         .answer_wanted = n->answer_wanted,
                                         .cancelled = n->cancelled,
                                         .snapshot = sealed,
                                         .by = x->who->subject,
                                         .now = x->now_us});
    abn_tell(x, tx, "travel.abn.sent", n->id, n->movement_id, n->terms->organisation);
    audit_write(tx, "abn", n->id, "create", NULL);
    return NULL;
}

void abn_supersede(struct ctx *x, struct tx *tx, const struct abn_row *row, struct uuid by_id)
{
    q_abn_supersede(tx, &(struct q_abn_supersede_in){.id = row->id, .by_id = by_id, .now = x->now_us});
    abn_tell(x, tx, "travel.abn.superseded", row->id, row->movement_id, row->to_organisation);
    audit_write(tx, "abn", row->id, "supersede", "[\"status\"]");
}

/* Sends the next version if the addressee would see other bytes. */
static err_t refresh(struct ctx *x, struct tx *tx, const struct view_rows *rows,
                     const struct abn_facts *facts, const struct abn_row *row)
{
    const struct abn_terms terms = {.own = x->who->organisation,
                                    .organisation = row->to_organisation,
                                    .office = row->to_office,
                                    .fields = row->fields,
                                    .legal_basis = row->legal_basis};
    const char *before, *after = abn_snapshot(x->arena, facts, &terms);
    json_t *was, *is;

    TRY(abn_unseal(x, row, &before));
    if (str_eq(before, after))
        return NULL;
    TRY(json_parse(x->arena, before, strlen(before), 8, &was));
    TRY(json_parse(x->arena, after, strlen(after), 8, &is));
    /* The former falls first: of those that stand there is one for each addressee. */
    struct uuid id = uuid_new(x->now_us);
    abn_supersede(x, tx, row, id);
    TRY(abn_send(x, tx,
                 &(struct abn_new){.id = id,
                                   .movement_id = row->movement_id,
                                   .programme = rows->movement.programme,
                                   .to_kind = row->to_kind,
                                   .terms = &terms,
                                   .answer_wanted = row->answer_wanted && !facts->cancelled,
                                   .cancelled = facts->cancelled,
                                   .snapshot = after}));
    if (!facts->cancelled && abn_rescheduled(was, is))
        abn_tell(x, tx, "travel.abn.delayed", id, row->movement_id, row->to_organisation);
    return NULL;
}

err_t abns_refresh(struct ctx *x, struct tx *tx, struct uuid movement_id)
{
    struct abn_row *current;
    struct view_rows rows;
    size_t n;

    TRY(q_abns_current(tx, movement_id, &current, &n));
    if (n == 0)
        return NULL;
    TRY(view_read(tx, movement_id, &rows));
    struct abn_facts facts = view_facts(x->arena, movement_id, &rows);
    for (size_t i = 0; i < n; i++)
        TRY(refresh(x, tx, &rows, &facts, &current[i]));
    return NULL;
}

static err_t move(struct ctx *x, struct tx *tx, struct uuid movement_id, const char *from, const char *code)
{
    struct movement_locked m;

    TRY(q_movement_lock(tx, movement_id, &m));
    if (!str_eq(m.status, from))
        return NULL;
    return movement_move(x, tx, &m, &(struct movement_wish){.transition = code});
}

err_t abn_advance(struct ctx *x, struct tx *tx, struct uuid movement_id)
{
    struct telling_facts told;

    TRY(q_telling_facts(tx, movement_id, &told));
    if (!told.abn_sent)
        return NULL;
    TRY(move(x, tx, movement_id, "ready", "sendAbn"));
    return told.abn_open ? NULL : move(x, tx, movement_id, "abnSent", "acknowledgeAbn");
}

err_t abns_answered(struct ctx *x, const struct inbox_event *e)
{
    struct opt_uuid movement_id = json_member_uuid(e->data, "movementId");
    const char *problem = json_member_text(e->data, "problem");
    struct movement_locked m;
    struct tx *tx;

    if (!movement_id.set)
        return NULL;
    TRY(db_begin(x, &tx));
    TRY(q_movement_lock(tx, movement_id.v,
                        &m)); /* of two answers at the same moment the second sees the first */
    if (problem)
        return movement_tell(x, tx, movement_id.v, "travel.abn.problem",
                             arena_printf(x->arena, ",\"abnId\":\"%s\",\"problem\":\"%s\"",
                                          json_member_text(e->data, "abnId"), problem));
    err_t lacks = abn_advance(x, tx, movement_id.v);
    return lacks && lacks->kind == ERR_CONFLICT ? NULL
                                                : lacks; /* something else holds it up: staff move it on */
}
