/* http.c - cases: open, list, change, members. */
#include "app/audit.h"
#include "app/outbox.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/areas.h"
#include "cases/cases/cases.h"
#include "cases/cases/store.h"
#include "cases/persons/persons.h"
#include "cases/shares/shares.h"
#include "cases/state.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

/* openCase: POST /cases */
static err_t open_case(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct case_opening in = {
        .programme = json_member_text(body, "programme"),
        .members = json_object_get(body, "members"),
        .external_refs = json_object_get(body, "externalRefs"),
        .offices = json_object_get(body, "offices"),
        .caseworker = json_member_text(body, "caseworker"),
        .confidentiality = json_member_text(body, "confidentiality"),
        .country_of_return = json_member_text(body, "countryOfReturn"),
        .country_of_origin = json_member_text(body, "countryOfOrigin"),
    };
    const char *departure = json_member_text(body, "plannedDepartureOn");
    struct uuid id;
    struct tx *tx;

    if (departure)
        in.planned_departure_on.set = date_parse(departure, &in.planned_departure_on.v);
    TRY(db_begin(x, &tx));
    TRY(person_of(x, tx, json_object_get(body, "principalId"), json_object_get(body, "principal"),
                  "/principal", &in.principal_id));
    TRY(case_open(x, tx, &in, &id));
    return case_reply(x, tx, id, 201, rs);
}

/* listCases: GET /cases */
static err_t list_cases(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_case_list_in in = {
        .status = request_query(rq, "status"),
        .programme = request_query(rq, "programme"),
        .caseworker = request_query(rq, "caseworker"),
        .office = request_query(rq, "office"),
        .reference = request_query(rq, "reference"),
    };
    const char *person = request_query(rq, "personId"), *due = request_query(rq, "dueBefore");
    const char *departs = request_query(rq, "departsBefore");
    struct case_item *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    if (str_eq(in.caseworker, "me"))
        in.caseworker = x->who->subject;
    if (person)
        in.person_id.set = uuid_parse(person, &in.person_id.v);
    if (due)
        in.due_before.set = date_parse(due, &in.due_before.v);
    if (departs)
        in.departs_before.set = date_parse(departs, &in.departs_before.v);
    TRY(page_read(x, rq, &q_case_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_case_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "case", rows, n > page.limit ? page.limit : n, sizeof(*rows),
               offsetof(struct case_item, id));
    return reply_page(x, rq, rs, &q_case_list_page, &page, &case_item_json, rows, n);
}

/* ---- changes ---- */

static err_t patch_rules(struct ctx *x, const json_t *patch)
{
    const char *to = json_member_text(patch, "countryOfReturn"),
               *from = json_member_text(patch, "countryOfOrigin");
    const json_t *offices = json_object_get(patch, "offices"), *office;
    struct fault_list faults = {0};
    bool mine = offices == NULL;
    size_t i;

    if (to && !codes_country(to))
        fault_add(
            x->arena, &faults,
            (struct fault){.at = "/countryOfReturn", .code = "country.unknown", .detail = "Not a country."});
    if (from && !codes_country(from))
        fault_add(
            x->arena, &faults,
            (struct fault){.at = "/countryOfOrigin", .code = "country.unknown", .detail = "Not a country."});
    json_array_foreach(offices, i, office) mine |=
        principal_has(x->who, arena_printf(x->arena, "office:%s", json_string_value(office)));
    if (!mine)
        fault_add(x->arena, &faults,
                  (struct fault){
                      .at = "/offices", .code = "office.unknown", .detail = "You belong to none of them."});
    external_refs_check(x->arena, json_object_get(patch, "externalRefs"), "/externalRefs", &faults);
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The change is not valid.");
}

/* The team as it is to be. Whoever closes the door on others stays inside. */
static void team_replace(struct ctx *x, struct tx *tx, struct uuid id, const json_t *patch,
                         const char *confidentiality)
{
    const json_t *team = json_object_get(patch, "team"), *user;
    bool closed = !str_eq(confidentiality, "normal");
    struct text_array users = {.v = ARENA_ARRAY(x->arena, json_array_size(team) + 1, const char *)};
    size_t i;

    if (!team && !(closed && json_object_get(patch, "confidentiality")))
        return;
    json_array_foreach(team, i, user) users.v[users.n++] = json_string_value(user);
    if (closed)
        users.v[users.n++] = x->who->subject;
    q_case_team_add(tx, id, users, x->who->subject, x->now_us);
    if (team)
        q_case_team_keep(tx, id, users);
}

static void case_save(struct ctx *x, struct tx *tx, const struct case_locked *c)
{
    q_case_save(tx, &(struct q_case_save_in){
                        .id = c->id,
                        .confidentiality = c->confidentiality,
                        .offices = c->offices,
                        .caseworker = c->caseworker,
                        .family_id = c->family_id,
                        .country_of_return = c->country_of_return,
                        .country_of_origin = c->country_of_origin,
                        .planned_departure_on = c->planned_departure_on,
                        .fund = c->fund,
                        .legal_hold = c->legal_hold,
                        .now = x->now_us,
                    });
}

/* The family that the case is to belong to, if it is to belong to one. */
static err_t family_check(struct ctx *x, struct tx *tx, const struct case_locked *c)
{
    struct family_known family;
    bool found;

    if (!c->family_id.set)
        return NULL;
    TRY(q_family_known(tx, c->family_id.v, &found, &family));
    return found ? NULL : err_new(x->arena, ERR_INVALID, "family.unknown", "There is no such family.");
}

/* updateCase: PATCH /cases/{caseId} */
static err_t update_case(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "caseId");
    const json_t *patch = request_body(rq), *refs = json_object_get(patch, "externalRefs");
    const char *before;
    struct case_locked c;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(case_lock_open(tx, rq, id, &c));
    TRY(patch_rules(x, patch));
    before = c.caseworker;
    TRY(request_read(x, rq, &case_locked_json, &c));
    if (json_object_get(patch, "familyId"))
        TRY(family_check(x, tx, &c));

    team_replace(x, tx, id, patch, c.confidentiality);
    case_save(x, tx, &c);
    TRY(case_readers_changed(x, tx, id, patch));
    if (refs)
        TRY(external_refs_replace(x, tx, "case", id, refs));
    timeline_add(tx, id, str_eq(before, c.caseworker) ? "case.updated" : "case.assigned",
                 arena_printf(x->arena, "{\"fields\":%s}", json_member_names(x->arena, patch)), "");
    audit_write(tx, "case", id, "update", json_member_names(x->arena, patch));
    TRY(partner_view_refresh(x, tx, id));
    return case_reply(x, tx, id, 200, rs);
}

/* addCaseMember: POST /cases/{caseId}/members */
static err_t add_case_member(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    struct uuid id = request_path_uuid(rq, "caseId"), person_id;
    const json_t *body = request_body(rq);
    struct case_person_found present;
    struct case_locked c;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(case_lock_open(tx, rq, id, &c));
    TRY(person_of(x, tx, json_object_get(body, "personId"), json_object_get(body, "person"), "/person",
                  &person_id));
    TRY(q_case_person_find(tx, id, person_id, &found, &present));
    if (found)
        return err_new(x->arena, ERR_CONFLICT, "case.member", "The person belongs to the case already.");
    case_person_join(x, tx, packs_version(state->packs, c.programme, c.programme_version), id, person_id,
                     "member", json_member_text(body, "relation"),
                     json_member_bool(body, "dependant", false));
    q_case_touch(tx, id, x->now_us);
    timeline_add(tx, id, "case.memberAdded",
                 arena_printf(x->arena, "{\"personId\":\"%s\"}", uuid_text(x->arena, person_id)), "");
    audit_write(tx, "case", id, "addMember", "[\"members\"]");
    TRY(partner_view_refresh(x, tx, id));
    return case_reply(x, tx, id, 201, rs);
}

/* removeCaseMember: DELETE /cases/{caseId}/members/{personId} */
static err_t remove_case_member(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "caseId"), person_id = request_path_uuid(rq, "personId");
    struct case_person_found present;
    struct case_locked c;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(case_lock_open(tx, rq, id, &c));
    TRY(q_case_person_find(tx, id, person_id, &found, &present));
    if (!found)
        return err_new(x->arena, ERR_MISSING, "case.noMember", "There is no such member.");
    if (str_eq(present.role, "principal"))
        return err_new(x->arena, ERR_CONFLICT, "case.principal",
                       "The principal stays; close the case instead.");
    q_case_person_leave(tx, present.id, x->now_us);
    q_case_touch(tx, id, x->now_us);
    timeline_add(tx, id, "case.memberRemoved",
                 arena_printf(x->arena, "{\"personId\":\"%s\"}", uuid_text(x->arena, person_id)), "");
    audit_write(tx, "case", id, "removeMember", "[\"members\"]");
    TRY(partner_view_refresh(x, tx, id));
    return case_reply(x, tx, id, 200, rs);
}

const struct handler cases_handlers[] = {
    {"openCase", open_case},
    {"listCases", list_cases},
    {"getCase", get_case},
    {"updateCase", update_case},
    {"addCaseMember", add_case_member},
    {"removeCaseMember", remove_case_member},
    {"listTransitions", list_transitions},
    {"makeTransition", make_transition},
    {"listCaseMoves", list_case_moves},
    {"changeProgrammeVersion", change_programme_version},
    {"listOverrides", list_overrides},
    {"requestOverride", request_override},
    {"getOverride", get_override},
    {"grantOverride", grant_override},
    {"refuseOverride", refuse_override},
    {"listDeadlines", list_deadlines},
    {"createDeadline", create_deadline},
    {"getDeadline", get_deadline},
    {"updateDeadline", update_deadline},
    {"listCaseRoles", list_case_roles},
    {"assignCaseRole", assign_case_role},
    {"getCaseRole", get_case_role},
    {"endCaseRole", end_case_role},
    {"getProtectionClearance", get_protection_clearance},
    {"decideProtectionClearance", decide_protection_clearance},
    {"createFamily", create_family},
    {"getFamily", get_family},
    {"addFamilyMember", add_family_member},
    {"removeFamilyMember", remove_family_member},
    {"splitFamily", split_family},
    {"mergeFamily", merge_family},
    {NULL, NULL},
};
