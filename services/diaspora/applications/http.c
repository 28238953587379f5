/* http.c - applications of experts to terms of reference (api-spec/diaspora/applications.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "diaspora/applications/internal.h"
#include "diaspora/applications/rules.h"
#include "diaspora/areas.h"
#include "diaspora/experts/experts.h"
#include "diaspora/programmes/programmes.h"
#include "diaspora/tors/tors.h"
#include "web/page.h"

ERR_DEFINE(err_tor_not_open, ERR_CONFLICT, "tor.notOpen", "The terms of reference are not open.");
ERR_DEFINE(err_application_open, ERR_CONFLICT, "application.open",
           "The expert has an application to these terms of reference already.");

static void actions(struct ctx *x, struct application_row *row)
{
    if (principal_has(x->who, "applications:write"))
        machine_actions(x->arena, application_machine, row->status, &row->allowed_actions);
}

static err_t reply_application(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct application_row row;

    TRY(q_application_get(tx, id, &row));
    actions(x, &row);
    reply_etag(rs, row.version);
    return reply_row(rs, status, &application_row_json, &row);
}

/* listApplications: GET /applications */
static err_t list_applications(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct application_row *rows;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_application_list_page, &page));
    struct q_application_list_in in = {.programme = request_query(rq, "programme"),
                                       .tor_id = request_query_uuid(rq, "torId"),
                                       .expert_id = request_query_uuid(rq, "expertId"),
                                       .status = request_query(rq, "status")};
    TRY(db_begin_read(x, &tx));
    TRY(q_application_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        actions(x, &rows[i]);
    audit_rows(tx, "application", rows, n, sizeof *rows, offsetof(struct application_row, id));
    return reply_page(x, rq, rs, &q_application_list_page, &page, &application_row_json, rows, n);
}

/* createApplication: POST /tors/{torId}/applications */
static err_t create_application(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid tor_id = request_path_uuid(rq, "torId"), id = uuid_new(x->now_us);
    struct uuid expert_id = json_member_uuid(request_body(rq), "expertId").v;
    const char *way = json_member_text(request_body(rq), "way");
    struct fault_list faults = {0};
    struct application_id other;
    const struct programme *p;
    struct tor_version v;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(tor_version_hold(tx, tor_id, &v));
    TRY(programme_mine(x, v.programme, "", &p));
    TRY(expert_check(x, tx, expert_id, v.programme, "/expertId", &faults));
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The application is not valid."));
    if (!str_eq(v.status, "open"))
        return err_tor_not_open;
    TRY(q_application_one_open(tx, tor_id, expert_id, &found, &other));
    if (found)
        return err_application_open;
    q_application_add(tx, &(struct q_application_add_in){.id = id,
                                                         .programme = v.programme,
                                                         .tor_id = tor_id,
                                                         .tor_version = v.number,
                                                         .expert_id = expert_id,
                                                         .way = way,
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
    audit_write(tx, "application", id, "create", NULL);
    reply_location(x, rs, "/applications/%s", uuid_text(x->arena, id));
    return reply_application(x, tx, id, 201, rs);
}

/* getApplication: GET /applications/{applicationId} */
static err_t get_application(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "applicationId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "application", id, "");
    return reply_application(x, tx, id, 200, rs);
}

/* listApplicationMoves: GET /applications/{applicationId}/moves */
static err_t list_application_moves(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "applicationId");
    struct application_move_row *rows;
    struct application_tor of;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_application_move_list_page, &page));
    TRY(db_begin_read(x, &tx));
    audit_read(tx, "application", id, "moves");
    q_application_tor_later(tx, id, &of);
    TRY(q_application_move_list(tx, id, &page, &rows, &n));
    return reply_page(x, rq, rs, &q_application_move_list_page, &page, &application_move_row_json, rows, n);
}

const struct handler applications_handlers[] = {
    {"listApplications", list_applications},
    {"createApplication", create_application},
    {"getApplication", get_application},
    {"listApplicationMoves", list_application_moves},
    {"listApplicationTransitions", list_application_transitions},
    {"makeApplicationTransition", make_application_transition},
    {NULL, NULL},
};
