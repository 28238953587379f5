/* http.c - the timeline of a case (api-spec/cases/timeline.yaml). */
#include "app/audit.h"
#include "cases/areas.h"
#include "cases/timeline/kinds.h"
#include "cases/timeline/queries.h"
#include "web/page.h"

/* listTimeline: GET /cases/{caseId}/timeline */
static err_t list_timeline(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct timeline_case the_case;
    struct timeline_row *rows;
    size_t n;
    struct uuid case_id = request_path_uuid(rq, "caseId");
    TRY(page_read(x, rq, &q_timeline_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_timeline_case_later(tx, case_id, &the_case);
    audit_read(tx, "case", case_id, "timeline");
    TRY(q_timeline_list(tx, &(struct q_timeline_list_in){.case_id = case_id}, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        rows[i].text = timeline_sentence(x->arena, rows[i].kind, rows[i].data);
    return reply_page(x, rq, rs, &q_timeline_list_page, &page, &timeline_row_json, rows, n);
}

const struct handler timeline_handlers[] = {{"listTimeline", list_timeline}, {NULL, NULL}};
