/* surrenders.c - operations on surrendered statuses. Of these no event and no timeline entry is made: nothing
 * of them leaves before the departure, and the timeline is read by more than those who may know. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/str.h"
#include "cases/authority/internal.h"
#include "cases/authority/queries.h"
#include "cases/authority/rules.h"
#include "web/page.h"

ERR_DEFINE(err_exists, ERR_CONFLICT, "surrender.exists", "The surrender of this status is recorded already.");

static void surrender_show(struct ctx *x, struct surrender_row *row)
{
    if (principal_has(x->who, "status-surrenders:write"))
        row->allowed_actions = rules_surrender_actions(x->arena, row->status);
}

static err_t surrender_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct surrender_row row;

    TRY(q_surrender_get(tx, id, &row));
    surrender_show(x, &row);
    reply_etag(rs, row.version_);
    if (status == 201)
        reply_location(x, rs, "/status-surrenders/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &surrender_row_json, &row);
}

static const struct json_field surrender_input_fields[] = {
    JSON_FIELD(struct q_surrender_add_in, case_id, "caseId", JSON_UUID),
    JSON_FIELD(struct q_surrender_add_in, person_id, "personId", JSON_UUID),
    JSON_FIELD(struct q_surrender_add_in, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct q_surrender_add_in, explained_at, "explainedAt", JSON_INSTANT),
};
static const struct json_shape surrender_input_shape =
    JSON_SHAPE(struct q_surrender_add_in, surrender_input_fields);

/* explainStatusSurrender: POST /status-surrenders */
err_t explain_status_surrender(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_surrender_add_in in = {0};
    struct fault_list faults = {0};
    struct surrender_person person;
    struct surrender_added added;
    struct authority_way way;
    struct tx *tx;
    bool found;

    TRY(request_read(x, rq, &surrender_input_shape, &in));
    in.id = uuid_new(x->now_us);
    in.by = x->who->subject;
    in.now = x->now_us;
    TRY(db_begin(x, &tx));
    q_surrender_person_later(tx, in.case_id, in.person_id, &person);
    TRY(authority_way_read(x, tx, in.case_id, &way));
    if (!person.on_case)
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/personId",
                                 .code = "person.notOnCase",
                                 .detail = "The person is not on this case."});
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The request is not valid."));
    TRY(q_surrender_add(tx, &in, &found, &added));
    if (!found)
        return err_exists;
    audit_write(tx, "statusSurrender", in.id, "create", NULL);
    return surrender_reply(x, tx, in.id, 201, rs);
}

/* listStatusSurrenders: GET /status-surrenders */
err_t list_status_surrenders(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct surrender_row *rows;
    struct tx *tx;
    size_t n;
    struct q_surrender_list_in in = {.case_id = request_query_uuid(rq, "caseId").v};

    TRY(page_read(x, rq, &q_surrender_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_surrender_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        surrender_show(x, &rows[i]);
    audit_rows(tx, "statusSurrender", rows, n, sizeof *rows, offsetof(struct surrender_row, id));
    return reply_page(x, rq, rs, &q_surrender_list_page, &page, &surrender_row_json, rows, n);
}

/* getStatusSurrender: GET /status-surrenders/{surrenderId} */
err_t get_status_surrender(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "surrenderId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "statusSurrender", id, "");
    return surrender_reply(x, tx, id, 200, rs);
}

static err_t surrender_step(struct ctx *x, const struct request *rq, struct response *rs, const char *action)
{
    struct surrender_row row;
    struct tx *tx;
    const char *to;

    TRY(db_begin(x, &tx));
    TRY(q_surrender_lock(tx, request_path_uuid(rq, "surrenderId"), &row));
    TRY(etag_match(rq, row.version_));
    TRY(rules_surrender_step(row.status, action, &to));

    struct q_surrender_step_in in = {.id = row.id,
                                     .status = to,
                                     .signed_at = row.signed_at,
                                     .handed_in_at = row.handed_in_at,
                                     .lapsed_at = row.lapsed_at,
                                     .now = x->now_us};
    if (str_eq(to, "signed"))
        in.signed_at = OPT_I64(x->now_us);
    else if (str_eq(to, "handedIn"))
        in.handed_in_at = OPT_I64(x->now_us);
    else
        in.lapsed_at = OPT_I64(x->now_us);
    q_surrender_step(tx, &in);
    audit_write(tx, "statusSurrender", row.id, action, NULL);
    return surrender_reply(x, tx, row.id, 200, rs);
}

/* signStatusSurrender: POST /status-surrenders/{surrenderId}/sign */
err_t sign_status_surrender(struct ctx *x, const struct request *rq, struct response *rs)
{
    return surrender_step(x, rq, rs, "sign");
}

/* handInStatusSurrender: POST /status-surrenders/{surrenderId}/hand-in */
err_t hand_in_status_surrender(struct ctx *x, const struct request *rq, struct response *rs)
{
    return surrender_step(x, rq, rs, "handIn");
}

/* lapseStatusSurrender: POST /status-surrenders/{surrenderId}/lapse */
err_t lapse_status_surrender(struct ctx *x, const struct request *rq, struct response *rs)
{
    return surrender_step(x, rq, rs, "lapse");
}
