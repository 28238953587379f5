/* http.c - the airports that we know (api-spec/travel/airports.yaml): reference data, the same for everybody.
 */
#include "app/audit.h"
#include "travel/airports/queries.h"
#include "travel/areas.h"
#include "web/page.h"

/* listAirports: GET /airports */
static err_t list_airports(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_airport_list_in in = {.country = request_query(rq, "country")};
    struct airport_item *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_airport_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_airport_list(tx, &in, &page, &rows, &n));
    audit_list(tx, "airport", NULL, 0);
    return reply_page(x, rq, rs, &q_airport_list_page, &page, &airport_item_json, rows, n);
}

/* getAirport: GET /airports/{code} */
static err_t get_airport(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct airport_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_list(tx, "airport", NULL, 0);
    TRY(q_airport_get(tx, request_path_text(rq, "code"), &row));
    return reply_row(rs, 200, &airport_row_json, &row);
}

const struct handler airports_handlers[] = {
    {"listAirports", list_airports},
    {"getAirport", get_airport},
    {NULL, NULL},
};
