/* http.c - the worklist (api-spec/cases/worklist.yaml). */
#include "app/audit.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/worklist/queries.h"
#include "web/page.h"

/* getWorklist: GET /worklist */
static err_t get_worklist(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct work_item *rows;
    size_t n;
    const char *whose = request_query(rq, "for");
    TRY(page_read(x, rq, &q_worklist_page, &page));
    if (!str_eq(whose, "office"))
        page_filter(&page, &q_worklist_page, "mine");
    TRY(db_begin_read(x, &tx));
    TRY(q_worklist(
        tx,
        &(struct q_worklist_in){.kind = request_query(rq, "kind"), .mine = x->who->subject, .now = x->now_us},
        &page, &rows, &n));
    audit_rows(tx, "worklist", rows, n, sizeof *rows, offsetof(struct work_item, id));
    return reply_page(x, rq, rs, &q_worklist_page, &page, &work_item_json, rows, n);
}

const struct handler worklist_handlers[] = {{"getWorklist", get_worklist}, {NULL, NULL}};
