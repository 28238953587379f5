/* http.c - organisations (api-spec/identity/organisations.yaml). */
#include "app/audit.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "identity/areas.h"
#include "identity/common.h"
#include "identity/organisations/queries.h"
#include "identity/revocations/revocations.h"
#include "web/page.h"

ERR_DEFINE(err_operator, ERR_CONFLICT, "organisation.operator", "IOM itself cannot be disabled.");

static err_t reply_organisation(struct tx *tx, const char *code, int status, struct response *rs)
{
    struct organisation_row row;

    TRY(q_organisation_get(tx, code, &row));
    reply_etag(rs, row.version_);
    return reply_row(rs, status, &organisation_row_json, &row);
}

/* listOrganisations: GET /organisations */
static err_t list_organisations(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_organisation_list_in in = {.status = request_query(rq, "status")};
    struct organisation_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_organisation_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_organisation_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "organisation", rows, n, sizeof(*rows), offsetof(struct organisation_row, id));
    return reply_page(x, rq, rs, &q_organisation_list_page, &page, &organisation_row_json, rows, n);
}

/* createOrganisation: POST /organisations */
static err_t create_organisation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct organisation_row row = {0};
    struct tx *tx;

    TRY(request_read(x, rq, &organisation_row_json, &row));
    row.id = uuid_new(x->now_us);

    TRY(db_begin(x, &tx));
    q_organisation_add(
        tx, &(struct q_organisation_add_in){
                .id = row.id, .code = row.code, .name = row.name, .kind = row.kind, .now = x->now_us});
    audit_write(tx, "organisation", row.id, "create", NULL);
    reply_location(x, rs, "/organisations/%s", row.code);
    return reply_organisation(tx, row.code, 201, rs);
}

/* getOrganisation: GET /organisations/{organisation} */
static err_t get_organisation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct organisation_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    TRY(q_organisation_get(tx, request_path_text(rq, "organisation"), &row));
    audit_read(tx, "organisation", row.id, "");
    reply_etag(rs, row.version_);
    return reply_row(rs, 200, &organisation_row_json, &row);
}

/* updateOrganisation: PATCH /organisations/{organisation} */
static err_t update_organisation(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *code = request_path_text(rq, "organisation");
    struct organisation_lock row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_organisation_lock(tx, code, &row));
    TRY(etag_match(rq, row.version_));
    TRY(request_read(x, rq, &organisation_lock_json, &row));

    q_organisation_save(tx, code, row.name, row.status_, x->now_us);
    audit_write(tx, "organisation", row.id_, "update", json_member_names(x->arena, request_body(rq)));
    return reply_organisation(tx, code, 200, rs);
}

static err_t set_status(struct ctx *x, const struct request *rq, struct response *rs, const char *status)
{
    const char *code = request_path_text(rq, "organisation");
    bool disable = str_eq(status, "disabled");
    struct organisation_lock row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_organisation_lock(tx, code, &row));
    TRY(etag_match(rq, row.version_));
    TRY(status_change(row.status_, status));
    if (disable && str_eq(row.kind_, "iom"))
        return err_operator;

    q_organisation_save(tx, code, row.name, status, x->now_us);
    if (disable) {
        TRY(revocations_begin(x, tx));
        q_organisation_revoke(tx, code, x->now_us);
    }
    audit_write(tx, "organisation", row.id_, disable ? "disable" : "enable", NULL);
    return reply_organisation(tx, code, 200, rs);
}

/* disableOrganisation: POST /organisations/{organisation}/disable */
static err_t disable_organisation(struct ctx *x, const struct request *rq, struct response *rs)
{
    return set_status(x, rq, rs, "disabled");
}

/* enableOrganisation: POST /organisations/{organisation}/enable */
static err_t enable_organisation(struct ctx *x, const struct request *rq, struct response *rs)
{
    return set_status(x, rq, rs, "active");
}

const struct handler organisations_handlers[] = {
    {"listOrganisations", list_organisations},
    {"createOrganisation", create_organisation},
    {"getOrganisation", get_organisation},
    {"updateOrganisation", update_organisation},
    {"disableOrganisation", disable_organisation},
    {"enableOrganisation", enable_organisation},
    {NULL, NULL},
};
