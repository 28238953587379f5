/* travel.c - the journey of a mission: asked of the travel service for all who are in the ventures that go.
 */
#include "app/audit.h"
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

static void write_traveller(struct ctx *x, struct buf *out, const struct mission_traveller *t)
{
    buf_printf(out, "{\"personId\":\"%s\",\"given\":", uuid_text(x->arena, t->id));
    json_write_text(out, t->given);
    buf_puts(out, ",\"family\":");
    json_write_text(out, t->family);
    buf_puts(out, ",\"birthDate\":null,\"sex\":null,\"nationalities\":[");
    for (size_t i = 0; i < t->nationalities.n; i++) {
        buf_puts(out, i ? "," : "");
        json_write_text(out, t->nationalities.v[i]);
    }
    buf_puts(out, "],\"document\":null,\"needs\":[],\"unaccompaniedMinor\":false}");
}

/* TravelParty (api-spec/common.yaml): documents are added to the passengers when they are known. */
static const char *party(struct ctx *x, const struct journey_new *n, const struct mission_locked *m,
                         const json_t *origin, const struct mission_traveller *travellers, size_t count)
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
               json_text(x->arena, origin), m->country);
    json_write_text(&out, m->place);
    buf_printf(&out,
               "},\"earliest\":\"%s\",\"latest\":\"%s\",\"fitness\":null,\"readers\":{\"programme\":\"%s\","
               "\"confidentiality\":\"normal\",\"offices\":%s,\"team\":[]},\"passengers\":[",
               earliest, latest, n->programme, journey_offices(x));
    for (size_t i = 0; i < count; i++) {
        buf_puts(&out, i ? "," : "");
        write_traveller(x, &out, &travellers[i]);
    }
    buf_puts(&out, "]}");
    return buf_text(&out);
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
    n.programme = of.programme;
    n.party = party(x, &n, &m, json_object_get(body, "origin"), travellers, count);
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
