/* visits.c - staff of a host institution come to the Netherlands. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "diaspora/institutions/institutions.h"
#include "diaspora/institutions/internal.h"
#include "diaspora/institutions/queries.h"
#include "diaspora/institutions/rules.h"
#include "diaspora/programmes/programmes.h"
#include "web/page.h"

static err_t reply_visit(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct visit_row row;

    TRY(q_visit_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &visit_row_json, &row);
}

/* listVisits: GET /visits */
err_t list_visits(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct visit_row *rows;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_visit_list_page, &page));
    struct q_visit_list_in in = {.programme = request_query(rq, "programme"),
                                 .host_id = request_query_uuid(rq, "hostId"),
                                 .status = request_query(rq, "status")};
    TRY(db_begin_read(x, &tx));
    TRY(q_visit_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "visit", rows, n, sizeof *rows, offsetof(struct visit_row, id));
    return reply_page(x, rq, rs, &q_visit_list_page, &page, &visit_row_json, rows, n);
}

/* Days in order; who receives takes part; the link is one of this host. */
static err_t check_visit(struct ctx *x, struct tx *tx, const struct visit_locked *in)
{
    struct fault_list faults = {0};
    struct link_parties link;
    bool found;

    rules_days(x->arena, in->starts_on, OPT_DATE(in->ends_on), "/endsOn", &faults);
    TRY(institution_check(x, tx, in->host_id, "host", in->programme, "/hostId", &faults));
    if (in->counterpart_id.set)
        TRY(institution_check(x, tx, in->counterpart_id.v, "counterpart", in->programme, "/counterpartId",
                              &faults));
    if (in->link_id.set) {
        TRY(q_link_parties(tx, in->link_id.v, &found, &link));
        if (!found || !uuid_eq(link.host_id, in->host_id))
            fault_add(x->arena, &faults,
                      (struct fault){.at = "/linkId",
                                     .code = "link.missing",
                                     .detail = "The host institution has no such link."});
    }
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The visit is not valid.");
}

/* createVisit: POST /visits */
err_t create_visit(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct visit_locked in = {0};
    struct uuid id = uuid_new(x->now_us);
    const struct programme *p;
    struct tx *tx;

    TRY(request_read(x, rq, &visit_locked_json, &in));
    TRY(programme_mine(x, in.programme, "/programme", &p));
    TRY(db_begin(x, &tx));
    TRY(check_visit(x, tx, &in));
    q_visit_add(tx, &(struct q_visit_add_in){.id = id,
                                             .programme = p->code,
                                             .host_id = in.host_id,
                                             .counterpart_id = in.counterpart_id,
                                             .link_id = in.link_id,
                                             .purpose = in.purpose,
                                             .visitors = in.visitors,
                                             .starts_on = in.starts_on,
                                             .ends_on = in.ends_on,
                                             .place = in.place,
                                             .by = x->who->subject,
                                             .now = x->now_us});
    audit_write(tx, "visit", id, "create", NULL);
    reply_location(x, rs, "/visits/%s", uuid_text(x->arena, id));
    return reply_visit(tx, id, 201, rs);
}

/* getVisit: GET /visits/{visitId} */
err_t get_visit(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "visitId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "visit", id, "");
    return reply_visit(tx, id, 200, rs);
}

/* Locks the visit of the path for a change: the caller's ETag holds and it is still planned. */
static err_t lock_planned(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                          struct visit_locked *ret)
{
    *ret_id = request_path_uuid(rq, "visitId");
    TRY(db_begin(x, ret_tx));
    TRY(q_visit_lock(*ret_tx, *ret_id, ret));
    TRY(etag_match(rq, ret->version_));
    return rules_visit_planned(ret->status);
}

/* patchVisit: PATCH /visits/{visitId} */
err_t patch_visit(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct visit_locked in;
    struct uuid id;
    struct tx *tx;

    TRY(lock_planned(x, rq, &tx, &id, &in));
    TRY(request_read(x, rq, &visit_locked_json, &in));
    TRY(check_visit(x, tx, &in));
    q_visit_save(tx, &(struct q_visit_save_in){.id = id,
                                               .counterpart_id = in.counterpart_id,
                                               .link_id = in.link_id,
                                               .purpose = in.purpose,
                                               .visitors = in.visitors,
                                               .starts_on = in.starts_on,
                                               .ends_on = in.ends_on,
                                               .place = in.place,
                                               .now = x->now_us});
    audit_write(tx, "visit", id, "update", json_member_names(x->arena, request_body(rq)));
    return reply_visit(tx, id, 200, rs);
}

/* completeVisit: POST /visits/{visitId}/complete */
err_t complete_visit(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct visit_locked in;
    struct uuid id;
    struct tx *tx;

    TRY(lock_planned(x, rq, &tx, &id, &in));
    TRY(rules_visit_done(in.starts_on, date_today_nl(x->now_us)));
    q_visit_end(tx, &(struct q_visit_end_in){.id = id,
                                             .status = "done",
                                             .outcome = json_member_text(request_body(rq), "outcome"),
                                             .now = x->now_us});
    audit_write(tx, "visit", id, "complete", NULL);
    return reply_visit(tx, id, 200, rs);
}

/* cancelVisit: POST /visits/{visitId}/cancel */
err_t cancel_visit(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct visit_locked in;
    struct uuid id;
    struct tx *tx;

    TRY(lock_planned(x, rq, &tx, &id, &in));
    q_visit_end(tx, &(struct q_visit_end_in){.id = id,
                                             .status = "cancelled",
                                             .cancel_reason = json_member_text(request_body(rq), "reason"),
                                             .now = x->now_us});
    audit_write(tx, "visit", id, "cancel", NULL);
    return reply_visit(tx, id, 200, rs);
}
