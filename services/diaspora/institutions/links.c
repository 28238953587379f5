/* links.c - lasting links between a host institution and a Dutch counterpart, with what they do together. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "diaspora/institutions/institutions.h"
#include "diaspora/institutions/internal.h"
#include "diaspora/institutions/queries.h"
#include "diaspora/institutions/rules.h"
#include "diaspora/programmes/programmes.h"
#include "web/page.h"

static err_t reply_link(struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct link_row row;

    TRY(q_link_get(tx, id, &row));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &link_row_json, &row);
}

/* listInstitutionLinks: GET /institution-links */
err_t list_institution_links(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct link_row *rows;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_link_list_page, &page));
    struct q_link_list_in in = {.programme = request_query(rq, "programme"),
                                .host_id = request_query_uuid(rq, "hostId"),
                                .counterpart_id = request_query_uuid(rq, "counterpartId")};
    TRY(db_begin_read(x, &tx));
    TRY(q_link_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "institutionLink", rows, n, sizeof *rows, offsetof(struct link_row, id));
    return reply_page(x, rq, rs, &q_link_list_page, &page, &link_row_json, rows, n);
}

/* The link's own days, and those of each activity. */
static void check_days(struct ctx *x, int32_t starts_on, struct opt_date ends_on, const json_t *activities,
                       struct fault_list *faults)
{
    const json_t *item;
    size_t i;

    rules_days(x->arena, starts_on, ends_on, "/endsOn", faults);
    json_array_foreach(activities, i, item)
        rules_days(x->arena, json_member_date(item, "startsOn").v, json_member_date(item, "endsOn"),
                   arena_printf(x->arena, "/activities/%zu/endsOn", i), faults);
}

/* createInstitutionLink: POST /institution-links */
err_t create_institution_link(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct link_row in = {.activities = "[]"};
    struct fault_list faults = {0};
    struct uuid id = uuid_new(x->now_us);
    const struct programme *p;
    struct tx *tx;

    TRY(request_read(x, rq, &link_row_json, &in));
    TRY(programme_mine(x, in.programme, "/programme", &p));
    TRY(db_begin(x, &tx));
    TRY(institution_check(x, tx, in.host_id, "host", p->code, "/hostId", &faults));
    TRY(institution_check(x, tx, in.counterpart_id, "counterpart", p->code, "/counterpartId", &faults));
    check_days(x, in.starts_on, in.ends_on, json_object_get(request_body(rq), "activities"), &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The link is not valid."));
    q_link_add(tx, &(struct q_link_add_in){.id = id,
                                           .programme = p->code,
                                           .host_id = in.host_id,
                                           .counterpart_id = in.counterpart_id,
                                           .purpose = in.purpose,
                                           .activities = in.activities,
                                           .starts_on = in.starts_on,
                                           .ends_on = in.ends_on,
                                           .by = x->who->subject,
                                           .now = x->now_us});
    audit_write(tx, "institutionLink", id, "create", NULL);
    reply_location(x, rs, "/institution-links/%s", uuid_text(x->arena, id));
    return reply_link(tx, id, 201, rs);
}

/* getInstitutionLink: GET /institution-links/{linkId} */
err_t get_institution_link(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "linkId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "institutionLink", id, "");
    return reply_link(tx, id, 200, rs);
}

/* patchInstitutionLink: PATCH /institution-links/{linkId} */
err_t patch_institution_link(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "linkId");
    struct fault_list faults = {0};
    struct link_locked in;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_link_lock(tx, id, &in));
    TRY(etag_match(rq, in.version_));
    TRY(request_read(x, rq, &link_locked_json, &in));
    check_days(x, in.starts_on, in.ends_on, json_object_get(request_body(rq), "activities"), &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The link is not valid."));
    q_link_save(tx, &(struct q_link_save_in){.id = id,
                                             .purpose = in.purpose,
                                             .activities = in.activities,
                                             .ends_on = in.ends_on,
                                             .now = x->now_us});
    audit_write(tx, "institutionLink", id, "update", json_member_names(x->arena, request_body(rq)));
    return reply_link(tx, id, 200, rs);
}
