/* http.c - open needs (api-spec/travel/needs.yaml): passengers for whom nobody is confirmed yet. */
#include "app/audit.h"
#include "base/date.h"
#include "travel/areas.h"
#include "travel/needs/queries.h"
#include "web/page.h"

/* listNeeds: GET /needs */
static err_t list_needs(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct opt_date until = request_query_date(rq, "departsUntil");
    struct q_need_list_in in = {.movement_id = request_query_uuid(rq, "movementId")};
    struct need_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    if (until.set) /* the day itself too, in Amsterdam */
        in.departs_until.set = date_zone_instant("Europe/Amsterdam", until.v + 1, 0, &in.departs_until.v);
    TRY(page_read(x, rq, &q_need_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_need_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "passenger", rows, n > page.limit ? page.limit : n, sizeof(*rows),
               offsetof(struct need_row, id));
    return reply_page(x, rq, rs, &q_need_list_page, &page, &need_row_json, rows, n);
}

const struct handler needs_handlers[] = {
    {"listNeeds", list_needs},
    {NULL, NULL},
};
