/* statistics.c - what erasures leave: numbers of cases that no person is found by. */
#include "cases/rights/internal.h"
#include "cases/rights/queries.h"
#include "io/db.h"

/* A cell of fewer cases could tell of somebody, so it is not there, as if nobody were in it. */
#define SMALLEST_CELL 5

/* listCaseStatistics: GET /case-statistics */
err_t list_case_statistics(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct statistics_row *rows;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    TRY(q_rights_statistics_cells(tx, (int32_t)request_query_int(rq, "year", 0),
                                  request_query(rq, "programme"), SMALLEST_CELL, &rows, &n));
    return reply_items(rs, &statistics_row_json, rows, n);
}
