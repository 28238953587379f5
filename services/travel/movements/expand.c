/* expand.c - one movement with what was asked beside it, in one round trip. */
#include "app/audit.h"
#include "base/json.h"
#include "travel/movements/internal.h"
#include "travel/movements/queries.h"
#include "travel/passengers/queries.h"
#include "travel/segments/queries.h"

struct expansion {
    bool passengers, segments;
    struct passenger_row *passenger_rows;
    struct segment_row *segment_rows;
    size_t npassengers, nsegments;
};

/* Which are asked; each needs the scope of its own operation. */
static err_t expansion_read(struct ctx *x, const struct request *rq, struct expansion *e)
{
    const struct {
        const char *name, *scope;
        bool *flag;
    } choices[] = {
        {"passengers", "passengers:read", &e->passengers},
        {"segments", "segments:read", &e->segments},
    };

    for (size_t i = 0; i < LENGTH(choices); i++) {
        *choices[i].flag = request_query_has(rq, "expand", choices[i].name);
        if (*choices[i].flag && !principal_has(x->who, choices[i].scope))
            return err_new(x->arena, ERR_DENIED, "scope.missing", "Expanding %s needs the scope %s.",
                           choices[i].name, choices[i].scope);
    }
    return NULL;
}

/* getMovement: GET /movements/{movementId} */
err_t get_movement(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "movementId");
    struct expansion e = {0};
    struct movement_row row;
    struct buf *out;
    struct tx *tx;

    TRY(expansion_read(x, rq, &e));
    TRY(db_read(x, &tx));
    audit_read(tx, "movement", id, e.passengers ? "passengers" : "");
    if (e.passengers)
        q_passengers_of_later(tx, id, &e.passenger_rows, &e.npassengers);
    if (e.segments)
        q_segments_of_later(tx, id, &e.segment_rows, &e.nsegments);
    TRY(q_movement_get(tx, id, &row));
    reply_etag(rs, row.version);
    out = reply_begin(rs, 200);
    json_write(out, &movement_row_json, &row);
    out->n--; /* the object is open again */
    if (e.passengers)
        json_write_rows(out, "passengers", &passenger_row_json, e.passenger_rows, e.npassengers);
    if (e.segments)
        json_write_rows(out, "segments", &segment_row_json, e.segment_rows, e.nsegments);
    buf_putc(out, '}');
    return NULL;
}
