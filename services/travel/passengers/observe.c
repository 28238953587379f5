/* observe.c - what was seen of a passenger on a segment: recorded as observed, never refused for the plan's
 * sake. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/bookings/bookings.h"
#include "travel/incidents/incidents.h"
#include "travel/movements/movements.h"
#include "travel/movements/rules.h"
#include "travel/passengers/internal.h"
#include "travel/passengers/rules.h"
#include "web/page.h"

struct observation {
    struct uuid segment_id;
    const char *outcome, *observed_by;
    int64_t observed_at;
};

static err_t err_segment(struct ctx *x)
{
    static const struct fault fault = {.at = "/segmentId",
                                       .code = "segment.notOfMovement",
                                       .detail = "The segment is not one of the passenger's journey."};

    return err_faults(x->arena, ERR_INVALID, "request.invalid", "The observation is not valid.", &fault, 1);
}

static void keep(struct ctx *x, struct tx *tx, struct uuid passenger_id, const struct observation *o)
{
    q_outcome_set(tx, &(struct q_outcome_set_in){.passenger_id = passenger_id,
                                                 .segment_id = o->segment_id,
                                                 .outcome = o->outcome,
                                                 .observed_at = o->observed_at,
                                                 .observed_by = o->observed_by,
                                                 .by = x->who->subject,
                                                 .now = x->now_us});
    q_outcome_keep(tx, &(struct q_outcome_keep_in){.id = uuid_new(x->now_us),
                                                   .passenger_id = passenger_id,
                                                   .segment_id = o->segment_id,
                                                   .outcome = o->outcome,
                                                   .observed_at = o->observed_at,
                                                   .observed_by = o->observed_by,
                                                   .by = x->who->subject,
                                                   .now = x->now_us});
    q_passenger_touch(tx, passenger_id, x->now_us);
    audit_write(tx, "passenger", passenger_id, "outcome", NULL);
}

static void put_instant(struct buf *out, const char *name, struct opt_i64 at)
{
    char text[32];

    if (!at.set)
        return;
    date_format_instant(at.v, text);
    buf_printf(out, ",\"%s\":\"%s\"", name, text);
}

/* Further members of the event. Who boarded after all was passed by when the movement went on: where it is by
 * now is told with it. */
static const char *event_members(struct ctx *x, const struct movement_locked *m,
                                 const struct passenger_locked *p, const struct observation *o)
{
    struct buf out;

    buf_init(&out, x->arena, 256);
    buf_printf(&out, ",\"passengerId\":\"%s\",\"personId\":\"%s\"", uuid_text(x->arena, p->id),
               uuid_text(x->arena, p->person_id));
    put_instant(&out, "at", OPT_I64(o->observed_at));
    if (str_eq(o->outcome, "boarded")) {
        buf_printf(&out, ",\"status\":\"%s\"", m->status);
        put_instant(&out, "departedAt", m->departed_at);
        put_instant(&out, "arrivedAt", m->arrived_at);
    }
    return buf_text(&out);
}

/* An incident where somebody must look into it, and the event to whom the passenger's journey is made for. */
static err_t effect(struct ctx *x, struct tx *tx, const struct movement_locked *m,
                    const struct passenger_locked *p, const char *before, const struct observation *o)
{
    struct outcome_effect e = rules_outcome(before, o->outcome, m->status);

    if (e.incident)
        incident_note(x, tx,
                      &(struct incident_noted){.movement_id = m->id,
                                               .passenger_id = OPT_UUID(p->id),
                                               .segment_id = OPT_UUID(o->segment_id),
                                               .kind = e.incident,
                                               .severity = e.severity,
                                               .at = o->observed_at});
    if (!e.event)
        return NULL;
    if (str_eq(o->outcome, "boarded"))
        TRY(bookings_passenger_back(x, tx, p->id));
    return movement_tell_ref(x, tx, m->id, p->ref_id, e.event, event_members(x, m, p, o));
}

/* recordPassengerOutcome: POST /passengers/{passengerId}/outcomes */
err_t record_passenger_outcome(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct opt_i64 at = json_member_instant(body, "observedAt");
    const struct observation o = {
        .segment_id = json_member_uuid(body, "segmentId").v,
        .outcome = json_member_text(body, "outcome"),
        .observed_by = json_member_text(body, "observedBy") ?: x->who->subject,
        .observed_at = at.set ? at.v : x->now_us,
    };
    struct outcome_segment before;
    struct passenger_locked p;
    struct movement_locked m;
    struct tx *tx;
    bool found;

    TRY(passenger_lock(x, rq, &tx, &m, &p));
    TRY(rules_observed(x->arena, "/observedAt", o.observed_at, x->now_us));
    TRY(q_outcome_segment(tx, o.segment_id, m.id, p.id, &found, &before));
    if (!found)
        return err_segment(x);
    keep(x, tx, p.id, &o);
    if (!str_eq(before.outcome, o.outcome)) /* the same seen by another tells nothing new */
        TRY(effect(x, tx, &m, &p, before.outcome, &o));
    if (str_eq(o.outcome, "noShow"))
        TRY(bookings_passenger_gone(x, tx, p.id));
    return reply_passenger(tx, p.id, 200, rs);
}

/* listPassengerObservations: GET /passengers/{passengerId}/observations */
err_t list_passenger_observations(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "passengerId");
    struct observation_row *rows;
    struct passenger_found found;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_passenger_observations_page, &page));
    TRY(db_begin_read(x, &tx));
    q_passenger_find_later(tx, id, &found);
    TRY(q_passenger_observations(tx, id, &page, &rows, &n));
    audit_read(tx, "passenger", id, "observations");
    return reply_page(x, rq, rs, &q_passenger_observations_page, &page, &observation_row_json, rows, n);
}
