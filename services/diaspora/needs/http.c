/* http.c - what an institution asks for, in its own words (api-spec/diaspora/needs.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/areas.h"
#include "diaspora/institutions/institutions.h"
#include "diaspora/needs/queries.h"
#include "diaspora/needs/rules.h"
#include "diaspora/programmes/programmes.h"
#include "web/page.h"

static err_t reply_need(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct need_row row;

    TRY(q_need_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &need_row_json, &row);
}

/* listNeeds: GET /needs */
static err_t list_needs(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct need_row *rows;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_need_list_page, &page));
    struct q_need_list_in in = {.programme = request_query(rq, "programme"),
                                .institution_id = request_query_uuid(rq, "institutionId"),
                                .country = request_query(rq, "country"),
                                .sector = request_query(rq, "sector"),
                                .status = request_query(rq, "status")};
    TRY(db_begin_read(x, &tx));
    TRY(q_need_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "need", rows, n, sizeof *rows, offsetof(struct need_row, id));
    return reply_page(x, rq, rs, &q_need_list_page, &page, &need_row_json, rows, n);
}

/* The programme works there in this sector, on the day that help is wanted from (today if not said). */
static err_t check_place(struct ctx *x, struct tx *tx, const struct programme *p,
                         const struct need_locked *in, struct fault_list *faults)
{
    int32_t today = date_today_nl(x->now_us);
    int32_t day = in->wanted_from.set && in->wanted_from.v > today ? in->wanted_from.v : today;

    if (in->country)
        TRY(programme_place(x, tx, p, in->country, in->sector, day, faults));
    return fault_list_err(x->arena, faults, ERR_INVALID, "request.invalid", "The need is not valid.");
}

/* createNeed: POST /needs */
static err_t create_need(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct need_locked in = {0};
    struct fault_list faults = {0};
    struct uuid id = uuid_new(x->now_us);
    const struct programme *p;
    struct tx *tx;

    TRY(request_read(x, rq, &need_locked_json, &in));
    TRY(programme_mine(x, in.programme, "/programme", &p));
    TRY(db_begin(x, &tx));
    TRY(institution_check(x, tx, in.institution_id, "host", p->code, "/institutionId", &faults));
    TRY(institution_country(tx, in.institution_id, &in.country));
    TRY(check_place(x, tx, p, &in, &faults));
    q_need_add(tx, &(struct q_need_add_in){.id = id,
                                           .programme = p->code,
                                           .institution_id = in.institution_id,
                                           .country = in.country,
                                           .sector = in.sector,
                                           .title = in.title,
                                           .description = in.description,
                                           .wanted_from = in.wanted_from,
                                           .by = x->who->subject,
                                           .now = x->now_us});
    audit_write(tx, "need", id, "create", NULL);
    reply_location(x, rs, "/needs/%s", uuid_text(x->arena, id));
    return reply_need(tx, id, 201, rs);
}

/* getNeed: GET /needs/{needId} */
static err_t get_need(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "needId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "need", id, "");
    return reply_need(tx, id, 200, rs);
}

static err_t lock_open(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                       struct need_locked *ret)
{
    *ret_id = request_path_uuid(rq, "needId");
    TRY(db_begin(x, ret_tx));
    TRY(q_need_lock(*ret_tx, *ret_id, ret));
    TRY(etag_match(rq, ret->version_));
    return rules_need_open(ret->status);
}

/* patchNeed: PATCH /needs/{needId} */
static err_t patch_need(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct need_locked in;
    struct fault_list faults = {0};
    const struct programme *p;
    struct uuid id;
    struct tx *tx;

    TRY(lock_open(x, rq, &tx, &id, &in));
    TRY(programme_mine(x, in.programme, "", &p));
    TRY(request_read(x, rq, &need_locked_json, &in));
    TRY(check_place(x, tx, p, &in, &faults));
    q_need_save(tx, &(struct q_need_save_in){.id = id,
                                             .sector = in.sector,
                                             .title = in.title,
                                             .description = in.description,
                                             .wanted_from = in.wanted_from,
                                             .now = x->now_us});
    audit_write(tx, "need", id, "update", json_member_names(x->arena, request_body(rq)));
    return reply_need(tx, id, 200, rs);
}

/* closeNeed: POST /needs/{needId}/close */
static err_t close_need(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct need_locked in;
    struct uuid id;
    struct tx *tx;

    TRY(lock_open(x, rq, &tx, &id, &in));
    q_need_close(tx, &(struct q_need_close_in){.id = id,
                                               .status = json_member_text(request_body(rq), "status"),
                                               .reason = json_member_text(request_body(rq), "reason"),
                                               .now = x->now_us});
    audit_write(tx, "need", id, "close", NULL);
    return reply_need(tx, id, 200, rs);
}

const struct handler needs_handlers[] = {
    {"listNeeds", list_needs}, {"createNeed", create_need}, {"getNeed", get_need},
    {"patchNeed", patch_need}, {"closeNeed", close_need},   {NULL, NULL},
};
