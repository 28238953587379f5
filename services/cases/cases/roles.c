/* roles.c - who is what in a case, from when until when. The caseworker is named in the case itself. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/cases/store.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"
#include "web/request.h"

static err_t role_reply(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid id, int status,
                        struct response *rs)
{
    struct case_role_row row;

    TRY(q_case_role_get(tx, case_id, id, &row));
    audit_read(tx, "caseRole", id, "");
    reply_etag(rs, row.version);
    return reply_row(rs, status, &case_role_row_json, &row);
}

/* listCaseRoles: GET /cases/{caseId}/roles */
err_t list_case_roles(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId");
    struct case_role_row *rows;
    struct case_brief brief;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_case_role_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_case_brief_later(tx, case_id, &brief);
    TRY(q_case_role_list(tx, case_id, &page, &rows, &n));
    audit_read(tx, "case", case_id, "roles");
    return reply_page(x, rq, rs, &q_case_role_list_page, &page, &case_role_row_json, rows, n);
}

/* getCaseRole: GET /cases/{caseId}/roles/{roleId} */
err_t get_case_role(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;

    TRY(db_read(x, &tx));
    return role_reply(x, tx, request_path_uuid(rq, "caseId"), request_path_uuid(rq, "roleId"), 200, rs);
}

static err_t order(struct ctx *x, int32_t from, struct opt_date until)
{
    struct fault_list faults = {0};

    if (until.set && until.v < from)
        fault_add(
            x->arena, &faults,
            (struct fault){.at = "/validUntil", .code = "dates.order", .detail = "Ends before it begins."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The dates are not in order.");
}

/* assignCaseRole: POST /cases/{caseId}/roles */
err_t assign_case_role(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us), person_id;
    const json_t *body = request_body(rq), *person = json_object_get(body, "personId");
    struct case_role_row row = {0};
    struct case_locked c;
    struct tx *tx;

    if ((person != NULL) + (json_object_get(body, "userId") != NULL) +
            (json_object_get(body, "organisation") != NULL) !=
        1)
        return err_new(x->arena, ERR_INVALID, "role.who",
                       "Name a person, a user or an organisation, and one only.");
    TRY(db_begin(x, &tx));
    TRY(q_case_lock(tx, case_id, &c));
    if (c.closed_at.set)
        return &case_closed_value;
    if (person)
        TRY(person_of(x, tx, person, NULL, "/personId", &person_id));
    TRY(request_read(x, rq, &case_role_row_json, &row));
    TRY(order(x, row.valid_from, row.valid_until));
    q_case_role_insert(tx, &(struct q_case_role_insert_in){
                               .id = id,
                               .case_id = case_id,
                               .role = row.role,
                               .person_id = row.person_id,
                               .user_id = row.user_id,
                               .organisation = row.organisation,
                               .valid_from = row.valid_from,
                               .valid_until = row.valid_until,
                               .now = x->now_us,
                           });
    timeline_add(tx, case_id, "role.assigned", arena_printf(x->arena, "{\"role\":\"%s\"}", row.role), "");
    audit_write(tx, "caseRole", id, "create", json_member_names(x->arena, body));
    reply_location(x, rs, "/cases/%s/roles/%s", uuid_text(x->arena, case_id), uuid_text(x->arena, id));
    return role_reply(x, tx, case_id, id, 201, rs);
}

/* endCaseRole: PATCH /cases/{caseId}/roles/{roleId} */
err_t end_case_role(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = request_path_uuid(rq, "roleId");
    struct case_role_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_case_role_lock(tx, case_id, id, &row));
    TRY(etag_match(rq, row.version));
    TRY(request_read(x, rq, &case_role_row_json, &row));
    TRY(order(x, row.valid_from, row.valid_until));
    q_case_role_end(tx, id, row.valid_until, x->now_us);
    timeline_add(tx, case_id, "role.ended", arena_printf(x->arena, "{\"role\":\"%s\"}", row.role), "");
    audit_write(tx, "caseRole", id, "update", "[\"validUntil\"]");
    return role_reply(x, tx, case_id, id, 200, rs);
}
