/* http.c - operations on requests for a journey (api-spec/cases/travel.yaml). */
#include "app/audit.h"
#include "app/service_main.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "cases/areas.h"
#include "cases/cases/facts.h"
#include "cases/cases/store.h"
#include "cases/persons/persons.h"
#include "cases/state.h"
#include "cases/timeline/timeline.h"
#include "cases/travel/internal.h"
#include "cases/travel/queries.h"
#include "cases/travel/rules.h"
#include "web/page.h"

ERR_DEFINE(err_active, ERR_CONFLICT, "travel.active",
           "The case has a request for a journey that is not over.");

static void request_show(struct ctx *x, struct travel_request_row *row)
{
    action_add(x->arena, &row->allowed_actions,
               !rules_travel_active(row->status) && principal_has(x->who, "travel-requests:write"), "cancel");
}

static err_t request_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct travel_request_row row;

    TRY(q_travel_request_get(tx, id, &row));
    request_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/travel-requests/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &travel_request_row_json, &row);
}

/* Who is to travel, as asked. */
struct traveller {
    struct uuid person_id;
    struct text_array needs;
    struct opt_uuid document_id;
};

/* What the decision rests on, read in one round trip. */
struct asked {
    struct case_locked c;
    struct case_facts facts;
    struct travel_active active;
    struct travel_document *documents;
    size_t ndocuments;
    bool is_active;
};

static err_t asked_read(struct ctx *x, struct tx *tx, struct uuid case_id, struct asked *ret)
{
    struct facts_rows *rows;

    q_case_lock_later(tx, case_id, &ret->c);
    q_travel_active_later(tx, case_id, &ret->is_active, &ret->active);
    q_travel_documents_later(tx, case_id, &ret->documents, &ret->ndocuments);
    rows = facts_later(x, tx, case_id);
    TRY(tx_sync(tx));
    return facts_make(x, rows, &ret->c, &ret->facts);
}

/* The document asked for, or the best one of the person. False: the one asked for is no verified travel
 * document of the person. */
static bool document_of(const struct asked *a, struct uuid person_id, struct opt_uuid *id)
{
    for (size_t i = 0; i < a->ndocuments; i++) {
        const struct travel_document *d = &a->documents[i];

        if (!uuid_eq(d->person_id, person_id) || (id->set && !uuid_eq(d->id, id->v)))
            continue;
        *id = OPT_UUID(d->id);
        return true;
    }
    return !id->set;
}

/* Each traveller is of the case, and its document can be travelled on. */
static void travellers_of(struct arena *a, const struct asked *in, const json_t *persons,
                          struct traveller *travellers, size_t *ret_n, struct fault_list *faults)
{
    size_t n = persons ? json_array_size(persons) : in->facts.npersons;

    for (size_t i = 0; i < n; i++) {
        const json_t *one = json_array_get(persons, i);
        struct traveller t = {.needs = json_member_texts(a, one, "needs"),
                              .document_id = json_member_uuid(one, "documentId")};

        t.person_id = one ? json_member_uuid(one, "personId").v : in->facts.persons[i].id;
        if (!rules_traveller(&in->facts, t.person_id))
            fault_add(a, faults,
                      (struct fault){.at = arena_printf(a, "/persons/%zu/personId", i),
                                     .code = "person.notInCase",
                                     .detail = "The person is not one of the case."});
        else if (!document_of(in, t.person_id, &t.document_id))
            fault_add(a, faults,
                      (struct fault){.at = arena_printf(a, "/persons/%zu/documentId", i),
                                     .code = "document.unusable",
                                     .detail = "Not a verified travel document of the person in this case."});
        travellers[i] = t;
    }
    *ret_n = n;
}

static err_t check_receiver(struct ctx *x, struct tx *tx, struct uuid case_id, struct opt_uuid role_id,
                            struct fault_list *faults)
{
    struct travel_receiver receiver;
    bool found = true;

    if (role_id.set)
        TRY(q_travel_receiver(tx, case_id, role_id.v, date_today_nl(x->now_us), &found, &receiver));
    if (!found)
        fault_add(x->arena, faults,
                  (struct fault){.at = "/receiverRoleId",
                                 .code = "role.unknown",
                                 .detail = "Not a role receiver of the case that is in force."});
    return NULL;
}

static void request_write(struct ctx *x, struct tx *tx, struct uuid id, struct uuid case_id,
                          const json_t *body, const struct traveller *travellers, size_t n)
{
    const json_t *origin = json_object_get(body, "origin"),
                 *destination = json_object_get(body, "destination");
    const char *data = arena_printf(x->arena, "{\"travelRequestId\":\"%s\",\"caseId\":\"%s\"}",
                                    uuid_text(x->arena, id), uuid_text(x->arena, case_id));

    q_travel_request_add(tx, &(struct q_travel_request_add_in){
                                 .id = id,
                                 .case_id = case_id,
                                 .origin_country = json_member_text(origin, "country"),
                                 .origin_place = json_member_text(origin, "place"),
                                 .destination_country = json_member_text(destination, "country"),
                                 .destination_place = json_member_text(destination, "place"),
                                 .earliest = json_member_date(body, "earliest").v,
                                 .latest = json_member_date(body, "latest").v,
                                 .receiver_role_id = json_member_uuid(body, "receiverRoleId"),
                                 .by = x->who->subject,
                                 .now = x->now_us,
                             });
    for (size_t i = 0; i < n; i++)
        q_travel_person_add(tx, &(struct q_travel_person_add_in){.request_id = id,
                                                                 .case_id = case_id,
                                                                 .person_id = travellers[i].person_id,
                                                                 .position = (int32_t)i,
                                                                 .needs = travellers[i].needs,
                                                                 .document_id = travellers[i].document_id});
    outbox_add(
        tx, &(struct event){.type = "cases.travel.requested", .subject = id, .key = case_id, .data = data});
    timeline_add(tx, case_id, "travel.requested", data, "");
    audit_write(tx, "travelRequest", id, "create", NULL);
}

/* requestTravel: POST /cases/{caseId}/travel-requests */
static err_t request_travel(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us), *ids;
    const json_t *body = request_body(rq), *persons = json_object_get(body, "persons");
    struct fault_list faults = {0};
    struct traveller *travellers;
    struct asked asked = {0};
    struct tx *tx;
    size_t n;

    rules_travel_terms(x->arena, body, date_today_nl(x->now_us), &faults);
    TRY(db_begin(x, &tx));
    TRY(asked_read(x, tx, case_id, &asked));
    travellers = ARENA_ARRAY(x->arena, json_array_size(persons) + asked.facts.npersons, struct traveller);
    travellers_of(x->arena, &asked, persons, travellers, &n, &faults);
    TRY(check_receiver(x, tx, case_id, json_member_uuid(body, "receiverRoleId"), &faults));
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The request is not valid."));
    if (asked.c.closed_at.set)
        return &case_closed_value;
    TRY(persons_unrestricted(tx, case_id));
    TRY(rules_travel_ask(&asked.facts));
    if (asked.is_active)
        return err_active;
    ids = ARENA_ARRAY(x->arena, n, struct uuid);
    for (size_t i = 0; i < n; i++)
        ids[i] = travellers[i].person_id;
    TRY(rules_travel_wish(x->arena, &asked.facts, ids, n));
    request_write(x, tx, id, case_id, body, travellers, n);
    return request_reply(x, tx, id, 201, rs);
}

/* listTravelRequests: GET /cases/{caseId}/travel-requests */
static err_t list_travel_requests(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId");
    struct q_travel_request_list_in in = {.case_id = case_id, .status = request_query(rq, "status")};
    struct travel_request_row *rows;
    struct case_brief brief;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_travel_request_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_case_brief_later(tx, case_id, &brief);
    TRY(q_travel_request_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        request_show(x, &rows[i]);
    audit_rows(tx, "travelRequest", rows, n, sizeof *rows, offsetof(struct travel_request_row, id));
    return reply_page(x, rq, rs, &q_travel_request_list_page, &page, &travel_request_row_json, rows, n);
}

/* getTravelRequest: GET /travel-requests/{travelRequestId} */
static err_t get_travel_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "travelRequestId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "travelRequest", id, "");
    return request_reply(x, tx, id, 200, rs);
}

/* cancelTravelRequest: POST /travel-requests/{travelRequestId}/cancel */
static err_t cancel_travel_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "travelRequestId");
    struct travel_request_locked row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_travel_request_lock(tx, id, &row));
    TRY(etag_match(rq, row.version));
    TRY(rules_travel_active(row.status));
    travel_cancel(x, tx, row.case_id, id, json_member_text(request_body(rq), "reason"));
    return request_reply(x, tx, id, 200, rs);
}

const struct handler travel_handlers[] = {
    {"requestTravel", request_travel},
    {"listTravelRequests", list_travel_requests},
    {"getTravelRequest", get_travel_request},
    {"cancelTravelRequest", cancel_travel_request},
    {"getTravelParty", get_travel_party},
    {"checkTravel", check_travel},
    {NULL, NULL},
};
