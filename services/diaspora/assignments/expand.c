/* expand.c - one assignment with what was asked beside it, in one round trip. All of it is of the same scope.
 */
#include "app/audit.h"
#include "base/json.h"
#include "diaspora/assignments/internal.h"
#include "diaspora/assignments/queries.h"
#include "diaspora/journeys/queries.h"

struct expansion {
    bool phases, safeguards, travel_requests;
    struct phase_row *phase_rows;
    struct safeguard_row *safeguard_rows;
    struct travel_request_row *travel_request_rows;
    size_t nphases, nsafeguards, ntravel_requests;
};

static void expansion_later(struct tx *tx, struct uuid id, struct expansion *e)
{
    if (e->phases)
        q_phases_beside_later(tx, id, &e->phase_rows, &e->nphases);
    if (e->safeguards)
        q_safeguards_beside_later(tx, id, &e->safeguard_rows, &e->nsafeguards);
    if (e->travel_requests)
        q_travel_requests_beside_later(tx, id, &e->travel_request_rows, &e->ntravel_requests);
}

/* getAssignment: GET /assignments/{assignmentId} */
err_t get_assignment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "assignmentId");
    struct expansion e = {.phases = request_query_has(rq, "expand", "phases"),
                          .safeguards = request_query_has(rq, "expand", "safeguards"),
                          .travel_requests = request_query_has(rq, "expand", "travelRequests")};
    struct assignment_row row;
    struct buf *out;
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "assignment", id, "");
    expansion_later(tx, id, &e);
    TRY(q_assignment_get(tx, id, &row));
    reply_etag(rs, row.version);
    out = reply_begin(rs, 200);
    json_write(out, &assignment_row_json, &row);
    out->n--; /* the object is open again */
    if (e.phases)
        json_write_rows(out, "phases", &phase_row_json, e.phase_rows, e.nphases);
    if (e.safeguards)
        json_write_rows(out, "safeguards", &safeguard_row_json, e.safeguard_rows, e.nsafeguards);
    if (e.travel_requests)
        json_write_rows(out, "travelRequests", &travel_request_row_json, e.travel_request_rows,
                        e.ntravel_requests);
    buf_putc(out, '}');
    return NULL;
}
