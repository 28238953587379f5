/* http.c - offices (api-spec/identity/offices.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "base/uuid.h"
#include "identity/areas.h"
#include "identity/common.h"
#include "identity/offices/queries.h"
#include "web/page.h"

static const struct fault zone_unknown = {
    .in = FAULT_POINTER, .at = "/zone", .code = "zone.unknown", .detail = "There is no such IANA time zone."};

static err_t check_zone(struct ctx *x, const char *zone)
{
    if (date_zone_ok(zone))
        return NULL;
    return err_faults(x->arena, ERR_INVALID, "request.invalid", "The time zone is not known.", &zone_unknown,
                      1);
}

static err_t reply_office(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct office_row row;

    TRY(q_office_get(tx, id, &row));
    reply_etag(rs, row.version_);
    return reply_row(rs, status, &office_row_json, &row);
}

/* listOffices: GET /offices */
static err_t list_offices(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_office_list_in in = {.organisation = request_query(rq, "organisation"),
                                  .status = request_query(rq, "status")};
    struct office_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_office_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_office_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "office", rows, n, sizeof(*rows), offsetof(struct office_row, id));
    return reply_page(x, rq, rs, &q_office_list_page, &page, &office_row_json, rows, n);
}

/* createOffice: POST /offices */
static err_t create_office(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct office_row row = {0};
    const char *organisation;
    struct tx *tx;

    TRY(request_read(x, rq, &office_row_json, &row));
    TRY(check_zone(x, row.zone));
    row.id = uuid_new(x->now_us);

    TRY(db_begin(x, &tx));
    TRY(organisation_target(x, tx, rq, &organisation));
    q_office_add(tx, &(struct q_office_add_in){.id = row.id,
                                               .organisation = organisation,
                                               .code = row.code,
                                               .name = row.name,
                                               .country = row.country,
                                               .zone = row.zone,
                                               .now = x->now_us});
    audit_write(tx, "office", row.id, "create", NULL);
    reply_location(x, rs, "/offices/%s", uuid_text(x->arena, row.id));
    return reply_office(tx, row.id, 201, rs);
}

/* getOffice: GET /offices/{officeId} */
static err_t get_office(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "officeId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    TRY(reply_office(tx, id, 200, rs));
    audit_read(tx, "office", id, "");
    return NULL;
}

static void office_save(struct ctx *x, struct tx *tx, struct uuid id, const struct office_lock *row,
                        const char *status)
{
    q_office_save(tx, &(struct q_office_save_in){.id = id,
                                                 .name = row->name,
                                                 .country = row->country,
                                                 .zone = row->zone,
                                                 .status = status,
                                                 .now = x->now_us});
}

/* updateOffice: PATCH /offices/{officeId} */
static err_t update_office(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "officeId");
    struct office_lock row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_office_lock(tx, id, &row));
    TRY(etag_match(rq, row.version_));
    TRY(request_read(x, rq, &office_lock_json, &row));
    TRY(check_zone(x, row.zone));

    office_save(x, tx, id, &row, row.status_);
    audit_write(tx, "office", id, "update", json_member_names(x->arena, request_body(rq)));
    return reply_office(tx, id, 200, rs);
}

static err_t set_status(struct ctx *x, const struct request *rq, struct response *rs, const char *status)
{
    struct uuid id = request_path_uuid(rq, "officeId");
    struct office_lock row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_office_lock(tx, id, &row));
    TRY(etag_match(rq, row.version_));
    TRY(status_change(row.status_, status));

    office_save(x, tx, id, &row, status);
    audit_write(tx, "office", id, str_eq(status, "disabled") ? "disable" : "enable", NULL);
    return reply_office(tx, id, 200, rs);
}

/* disableOffice: POST /offices/{officeId}/disable */
static err_t disable_office(struct ctx *x, const struct request *rq, struct response *rs)
{
    return set_status(x, rq, rs, "disabled");
}

/* enableOffice: POST /offices/{officeId}/enable */
static err_t enable_office(struct ctx *x, const struct request *rq, struct response *rs)
{
    return set_status(x, rq, rs, "active");
}

const struct handler offices_handlers[] = {
    {"listOffices", list_offices},
    {"createOffice", create_office},
    {"getOffice", get_office},
    {"updateOffice", update_office},
    {"disableOffice", disable_office},
    {"enableOffice", enable_office},
    {NULL, NULL},
};
