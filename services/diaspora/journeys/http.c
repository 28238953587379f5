/* http.c - operations on journeys (api-spec/diaspora/journeys.yaml), and what the travel service asks. */
#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/program.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "diaspora/areas.h"
#include "diaspora/assignments/assignments.h"
#include "diaspora/assignments/guards.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/experts/experts.h"
#include "diaspora/journeys/journeys.h"
#include "diaspora/journeys/party.h"
#include "diaspora/journeys/queries.h"
#include "diaspora/journeys/rules.h"
#include "web/page.h"
#include "web/request.h"

ERR_DEFINE(err_phase_online, ERR_CONFLICT, "phase.online", "There is no journey to an online phase.");
ERR_DEFINE(err_journey_over, ERR_CONFLICT, "travelRequest.over", "The journey has begun or is over.");

static err_t reply_request(struct response *rs, int status, const struct travel_request_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &travel_request_row_json, row);
}

/* listTravelRequests: GET /assignments/{assignmentId}/travel-requests */
static err_t list_travel_requests(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct travel_request_row *rows;
    struct assignment_locked of;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_travel_request_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_assignment_state_later(tx, id, &of);
    TRY(q_travel_request_list(tx, id, &page, &rows, &n));
    audit_read(tx, "assignment", id, "travelRequests");
    return reply_page(x, rq, rs, &q_travel_request_list_page, &page, &travel_request_row_json, rows, n);
}

/* No ticket is bought for a journey that cannot be made: what residence and country ask is judged before it
 * is asked for. */
static err_t may_ask(struct ctx *x, struct tx *tx, const struct assignment_locked *of,
                     const struct phase_locked *phase)
{
    static const struct machine_move ask = {"requestTravel", {NULL}, NULL};
    struct assignment_facts facts;
    struct unmet_list unmet = {0};

    if (!str_eq(of->status, "planned") && !str_eq(of->status, "cleared") && !str_eq(of->status, "active"))
        return err_new(x->arena, ERR_CONFLICT, "assignment.settled",
                       "No journey is asked for in the present status.");
    if (!str_eq(phase->kind, "physical") ||
        (!str_eq(phase->status, "planned") && !str_eq(phase->status, "active")))
        return err_phase_online;
    TRY(assignment_facts_read(x, tx, of, &facts));
    assignment_judge(x->arena, &facts, &ask, &unmet);
    return unmet_err(x->arena, &unmet);
}

/* createTravelRequest: POST /assignments/{assignmentId}/travel-requests */
static err_t create_travel_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid assignment_id = request_path_uuid(rq, "assignmentId");
    struct journey_new n = {.id = uuid_new(x->now_us), .ref_kind = "assignment", .ref_id = assignment_id};
    const json_t *body = request_body(rq);
    struct travel_request_row row;
    struct assignment_locked of;
    struct phase_locked phase;
    struct tx *tx;

    n.phase_id = json_member_uuid(body, "phaseId");
    n.earliest = json_member_date(body, "earliest").v;
    n.latest = json_member_date(body, "latest").v;
    TRY(db_begin(x, &tx));
    TRY(q_assignment_lock(tx, assignment_id, &of));
    TRY(q_phase_lock(tx, n.phase_id.v, &phase));
    if (memcmp(&phase.assignment_id, &assignment_id, sizeof assignment_id) != 0)
        return err_new(x->arena, ERR_MISSING, "phase.missing", "The assignment has no such phase.");
    TRY(rules_journey_days(x->arena, n.earliest, n.latest, phase.ends_on));
    TRY(expert_unrestricted(tx, of.expert_id));
    TRY(may_ask(x, tx, &of, &phase));
    n.programme = of.programme;
    TRY(party_of_expert(x, tx, &of, &phase, &n, body, &n.party));
    TRY(journey_add(x, tx, &n));
    TRY(q_travel_request_get(tx, n.id, &row));
    reply_location(x, rs, "/travel-requests/%s", uuid_text(x->arena, n.id));
    return reply_request(rs, 201, &row);
}

/* getTravelRequest: GET /travel-requests/{travelRequestId} */
static err_t get_travel_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "travelRequestId");
    struct travel_request_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "travelRequest", id, "");
    TRY(q_travel_request_get(tx, id, &row));
    return reply_request(rs, 200, &row);
}

/* cancelTravelRequest: POST /travel-requests/{travelRequestId}/cancel */
static err_t cancel_travel_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *reason = json_member_text(request_body(rq), "reason");
    struct uuid id = request_path_uuid(rq, "travelRequestId");
    struct travel_request_locked before;
    struct travel_request_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_travel_request_lock(tx, id, &before));
    TRY(etag_match(rq, before.version));
    if (!rules_journey_open(before.status))
        return err_journey_over;
    TRY(journey_cancel(x, tx, id, reason));
    if (before.assignment_id.set)
        TRY(assignment_rejudge(x, tx, before.assignment_id.v, false));
    TRY(q_travel_request_get(tx, id, &row));
    return reply_request(rs, 200, &row);
}

/* getTravelParty: GET /travel-parties/{requestId} */
static err_t get_travel_party(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "requestId");
    struct travel_request_party row;
    const char *party;
    struct tx *tx;

    TRY(db_begin(x, &tx)); /* personal data: the answer waits for its trail */
    TRY(q_travel_request_party(tx, id, &row));
    TRY(keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                       "travel_requests.party", id, row.party, &party));
    audit_read(tx, "travelRequest", id, "party");
    return reply_json_text(rs, 200, party);
}

static bool means_to_go(const struct travel_check_row *row, const char *person_id)
{
    struct uuid id;

    if (!uuid_parse(person_id, &id))
        return false;
    for (size_t i = 0; i < row->declared.n; i++) {
        if (uuid_eq(row->declared.v[i], id))
            return true;
    }
    return false;
}

/* checkTravel: POST /travel-checks. What is not there has ended: nobody travels for it. */
static err_t check_travel(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *persons = json_object_get(request_body(rq), "personIds"), *p;
    struct uuid ref_id = json_member_uuid(request_body(rq), "refId").v;
    struct travel_check_row row;
    struct buf *out;
    struct tx *tx;
    bool found, ended;
    size_t i;

    TRY(db_read(x, &tx));
    TRY(q_travel_check(tx, ref_id, &found, &row));
    audit_read(tx, "travelRequest", ref_id, "travelCheck");
    ended = !found || row.ended;
    out = reply_begin(rs, 200);
    buf_printf(out, "{\"refId\":\"%s\",\"ended\":%s,\"persons\":[", uuid_text(x->arena, ref_id),
               ended ? "true" : "false");
    json_array_foreach(persons, i, p)
    {
        const char *id = json_string_value(p);

        buf_printf(out, "%s{\"personId\":\"%s\",\"declared\":%s}", i ? "," : "", id,
                   !ended && means_to_go(&row, id) ? "true" : "false");
    }
    buf_puts(out, "]}");
    return NULL;
}

const struct handler journeys_handlers[] = {
    {"listTravelRequests", list_travel_requests},
    {"createTravelRequest", create_travel_request},
    {"getTravelRequest", get_travel_request},
    {"cancelTravelRequest", cancel_travel_request},
    {"getTravelParty", get_travel_party},
    {"checkTravel", check_travel},
    {NULL, NULL},
};
