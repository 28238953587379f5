/* http.c - the send-time check of what rests on a movement (api-spec/travel/sendcheck.yaml): asked by the
 * sender right before a message leaves. Whom it is for and at what hour, the service knows that has the
 * person. */
#include "app/audit.h"
#include "app/subjects.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "travel/areas.h"
#include "travel/sendcheck/queries.h"
#include "travel/sendcheck/rules.h"

static void put_member(struct buf *b, const char *name, const char *value, bool first)
{
    buf_printf(b, "%s\"%s\":", first ? "" : ",", name);
    json_write_text(b, value);
}

static void put_content(struct ctx *x, struct buf *b, const struct send_movement *m,
                        const struct send_segment *segments, size_t n)
{
    struct send_leg *legs = ARENA_ARRAY(x->arena, n + 1, struct send_leg);
    char day[11] = "", time[6] = "";

    for (size_t i = 0; i < n; i++)
        legs[i] = (struct send_leg){.from = segments[i].from_name,
                                    .to = segments[i].to_name,
                                    .carrier = segments[i].carrier,
                                    .number = segments[i].number,
                                    .departs_us = segments[i].departs_at,
                                    .arrives_us = segments[i].arrives_at,
                                    .departure_zone = segments[i].departure_zone,
                                    .arrival_zone = segments[i].arrival_zone};
    if (m->departs_at.set)
        rules_send_clock(m->departs_at.v, m->departure_zone, day, time);
    put_member(b, "date", day, true);
    put_member(b, "time", time, false);
    put_member(b, "place", n ? segments[0].from_name : "", false);
    put_member(b, "itinerary", rules_send_itinerary(x->arena, legs, n), false);
}

/* checkTravelSend: POST /send-checks */
static err_t check_travel_send(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq), *basis = json_object_get(body, "basis");
    struct uuid id = json_member_uuid(basis, "id").v;
    struct opt_uuid ref = json_member_uuid(body, "refId"), traveller = {0};
    const char *event = json_member_text(basis, "event"), *reason = "basis.missing";
    struct send_segment *segments;
    struct send_movement m;
    struct tx *tx;
    bool found;
    size_t n;

    if (!ref.set)
        ref = json_member_uuid(body, "caseId");
    if (str_eq(json_member_text(body, "refKind"), "mission"))
        traveller = json_member_uuid(body, "personId"); /* of several each has their own */
    TRY(db_begin_read(x, &tx));
    audit_read(tx, "movement", id, "sendCheck");
    q_send_movement_later(tx, id, ref, traveller, &found, &m);
    TRY(q_send_segments(tx, id, &segments, &n));
    if (found && str_eq(json_member_text(basis, "kind"), "movement"))
        reason = rules_send_journey(
            &(struct send_journey){.status = m.status, .departs_us = m.departs_at, .travels = m.travels},
            event ? event : "reminder", json_member_instant(basis, "startsAt").v, x->now_us);
    struct buf *b = reply_begin(rs, 200);
    buf_printf(b, "{\"decision\":\"%s\"", reason ? "supersede" : "send");
    put_member(b, "reason", reason, false);
    buf_puts(b, ",\"notBefore\":null,\"recipient\":null,\"personalisation\":{");
    if (!reason)
        put_content(x, b, &m, segments, n);
    buf_puts(b, "}}");
    return NULL;
}

const struct handler sendcheck_handlers[] = {
    {"checkTravelSend", check_travel_send},
    {"getSubjectAnswer", subject_answer_get},
    {NULL, NULL},
};
