/* travel.c - the journey of a mission: asked of the travel service for all who are in the ventures that go.
 */
#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/journeys/journeys.h"
#include "diaspora/journeys/queries.h"
#include "diaspora/journeys/rules.h"
#include "diaspora/missions/missions.h"
#include "diaspora/missions/queries.h"
#include "diaspora/missions/rules.h"
#include "web/request.h"

ERR_DEFINE(err_nobody, ERR_CONFLICT, "mission.noTravellers", "No venture goes on the mission yet.");
ERR_DEFINE(err_asked, ERR_CONFLICT, "mission.travelAsked",
           "The journey of the mission was asked for already.");

static void write_asked(struct ctx *x, struct buf *out, const json_t *asked, const char *name,
                        const char *none)
{
    const json_t *value = json_object_get(asked, name);

    buf_printf(out, ",\"%s\":%s", name, value ? json_text(x->arena, value) : none);
}

/* What the team knows of the member, and what was said of the traveller with the request (NULL: nothing). */
static void write_traveller(struct ctx *x, struct buf *out, const struct mission_traveller *t,
                            const json_t *asked)
{
    buf_printf(out, "{\"personId\":\"%s\",\"given\":", uuid_text(x->arena, t->id));
    json_write_text(out, t->given);
    buf_puts(out, ",\"family\":");
    json_write_text(out, t->family);
    write_asked(x, out, asked, "birthDate", "null");
    write_asked(x, out, asked, "sex", "null");
    buf_puts(out, ",\"nationalities\":[");
    for (size_t i = 0; i < t->nationalities.n; i++) {
        buf_puts(out, i ? "," : "");
        json_write_text(out, t->nationalities.v[i]);
    }
    buf_putc(out, ']');
    write_asked(x, out, asked, "document", "null");
    write_asked(x, out, asked, "needs", "[]");
    buf_puts(out, ",\"unaccompaniedMinor\":false}");
}

static const json_t *asked_of(const json_t *asked, struct uuid id)
{
    const json_t *one;
    size_t i;

    json_array_foreach(asked, i, one)
    {
        if (uuid_eq(json_member_uuid(one, "memberId").v, id))
            return one;
    }
    return NULL;
}

/* TravelParty (api-spec/common.yaml): what is not said of a traveller now is added to the passenger later;
 * without it no ticket is issued. */
static const char *party(struct ctx *x, const struct journey_new *n, const struct mission_locked *m,
                         const json_t *body, const struct mission_traveller *travellers, size_t count)
{
    char earliest[11], latest[11];
    struct buf out;

    date_format(n->earliest, earliest);
    date_format(n->latest, latest);
    buf_init(&out, x->arena, 1024);
    buf_printf(&out,
               "{\"requestId\":\"%s\",\"refKind\":\"mission\",\"refId\":\"%s\",\"reference\":null,"
               "\"programme\":\"%s\","
               "\"purpose\":\"mission\",\"origin\":%s,\"destination\":{\"country\":\"%s\",\"place\":",
               uuid_text(x->arena, n->id), uuid_text(x->arena, n->ref_id), n->programme,
               json_text(x->arena, json_object_get(body, "origin")), m->country);
    json_write_text(&out, m->place);
    buf_printf(&out,
               "},\"earliest\":\"%s\",\"latest\":\"%s\",\"fitness\":null,\"readers\":{\"programme\":\"%s\","
               "\"confidentiality\":\"normal\",\"offices\":%s,\"team\":[]},\"passengers\":[",
               earliest, latest, n->programme, journey_offices(x));
    for (size_t i = 0; i < count; i++) {
        buf_puts(&out, i ? "," : "");
        write_traveller(x, &out, &travellers[i],
                        asked_of(json_object_get(body, "travellers"), travellers[i].id));
    }
    buf_puts(&out, "]}");
    return buf_text(&out);
}

/* Each is said of somebody who goes, once, and was born on a day that can be. */
static err_t check_travellers(struct arena *a, const json_t *asked,
                              const struct mission_traveller *travellers, size_t count, int32_t today)
{
    struct fault_list faults = {0};
    const json_t *one;
    size_t i;

    json_array_foreach(asked, i, one)
    {
        struct uuid id = json_member_uuid(one, "memberId").v;
        bool goes = false;

        for (size_t k = 0; k < count; k++)
            goes |= uuid_eq(travellers[k].id, id);
        rules_mission_traveller(a, i, goes, asked_of(asked, id) == one,
                                json_member_text(json_object_get(one, "birthDate"), "value"), today, &faults);
    }
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The journey cannot be asked for so.");
}

/* requestMissionTravel: POST /missions/{missionId}/travel-requests */
err_t request_mission_travel(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct journey_new n = {.id = uuid_new(x->now_us),
                            .ref_kind = "mission",
                            .ref_id = request_path_uuid(rq, "missionId"),
                            .earliest = json_member_date(body, "earliest").v,
                            .latest = json_member_date(body, "latest").v};
    struct mission_traveller *travellers;
    struct mission_locked m;
    struct mission_travel of;
    struct travel_request_row row;
    struct tx *tx;
    size_t count;

    TRY(db_begin(x, &tx));
    TRY(q_mission_lock(tx, n.ref_id, &m));
    q_mission_travel_later(tx, n.ref_id, &of);
    TRY(q_mission_travellers(tx, n.ref_id, &travellers, &count));
    TRY(rules_mission_act("patch", m.status, m.from_on, date_today_nl(x->now_us)));
    TRY(rules_journey_days(x->arena, n.earliest, n.latest, m.until_on));
    if (count == 0)
        return err_nobody;
    if (of.asked)
        return err_asked;
    TRY(check_travellers(x->arena, json_object_get(body, "travellers"), travellers, count,
                         date_today_nl(x->now_us)));
    n.programme = of.programme;
    n.party = party(x, &n, &m, body, travellers, count);
    TRY(journey_add(x, tx, &n));
    audit_write(tx, "mission", n.ref_id, "travelRequested", NULL);
    TRY(q_travel_request_get(tx, n.id, &row));
    reply_location(x, rs, "/travel-requests/%s", uuid_text(x->arena, n.id));
    reply_etag(rs, row.version);
    return reply_row(rs, 201, &travel_request_row_json, &row);
}

void mission_departed(struct tx *tx, struct uuid id, int64_t now_us)
{
    q_mission_departed(tx, id, now_us);
    audit_write(tx, "mission", id, "departed", "[\"status\"]");
}

static const char *text_of(struct ctx *x, const json_t *said, const char *name)
{
    return json_text(x->arena, json_object_get(said, name));
}

err_t mission_tell(struct ctx *x, struct tx *tx, struct uuid id, const char *type, struct uuid movement_id,
                   const json_t *said)
{
    struct arena *a = x->arena;
    const char *movement = uuid_text(a, movement_id), *mission = uuid_text(a, id);
    struct mission_traveller *travellers;
    size_t n;

    TRY(q_mission_travellers(tx, id, &travellers, &n));
    for (size_t i = 0; i < n; i++)
        outbox_add(
            tx, &(struct event){
                    .type = type,
                    .subject = travellers[i].id,
                    .key = id,
                    .data = arena_printf(
                        a,
                        "{\"movementId\":\"%s\",\"refKind\":\"mission\",\"refId\":\"%s\",\"personId\":\"%s\","
                        "\"departsAt\":%s,\"departureZone\":%s,\"arrivesAt\":%s,\"arrivalZone\":%s}",
                        movement, mission, uuid_text(a, travellers[i].id), text_of(x, said, "departsAt"),
                        text_of(x, said, "departureZone"), text_of(x, said, "arrivesAt"),
                        text_of(x, said, "arrivalZone"))});
    return NULL;
}
