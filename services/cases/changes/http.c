/* http.c - the feed of changes (api-spec/cases/changes.yaml). */
#include <inttypes.h>

#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "cases/areas.h"
#include "cases/changes/changes.h"
#include "cases/changes/queries.h"
#include "cases/changes/rules.h"
#include "web/page.h"

static err_t position_read(struct ctx *x, const struct request *rq, struct change_position *ret)
{
    const char *cursor = request_query(rq, "cursor"), *text;

    if (!cursor) {
        *ret = (struct change_position){.issued_us = x->now_us, .generation = -1};
        return NULL;
    }
    TRY(page_token_read(x, "changes", cursor, &text));
    if (!change_position_parse(text, ret))
        return err_internal(x->arena, ERR_BUG, "changes.position", "a signed position does not parse");
    return NULL;
}

static void write_changes(struct ctx *x, struct response *rs, const struct change_row *rows, size_t n,
                          bool more, const struct change_position *next)
{
    struct buf *b = reply_begin(rs, 200);

    buf_puts(b, "{\"items\":");
    json_write_array(b, &change_row_json, rows, n);
    buf_puts(b, ",\"next\":");
    json_write_text(b, page_token(x, "changes", change_position_text(x->arena, next)));
    buf_printf(b, ",\"more\":%s}", more ? "true" : "false");
}

/* listChanges: GET /changes */
static err_t list_changes(struct ctx *x, const struct request *rq, struct response *rs)
{
    int32_t limit = (int32_t)request_query_int(rq, "limit", 50);
    struct change_position from, next, last;
    struct changes_horizon horizon;
    struct change_row *rows;
    struct tx *tx;
    size_t n;
    bool more;

    TRY(position_read(x, rq, &from));
    TRY(db_begin_read(x, &tx));
    q_changes_horizon_later(tx, &horizon);
    TRY(q_changes_after(tx,
                        &(struct q_changes_after_in){.xid = arena_printf(x->arena, "%" PRId64, from.xid),
                                                     .id = from.id,
                                                     .since = x->now_us - CHANGES_KEPT_DAYS * DATE_US_PER_DAY,
                                                     .limit_ = limit + 1},
                        &rows, &n));
    if (from.generation >= 0)
        TRY(rules_change_position(&from, horizon.ahead, horizon.generation, x->now_us));

    more = n > (size_t)limit;
    if (more)
        n = (size_t)limit;
    if (n > 0)
        last = (struct change_position){.xid = rows[n - 1].xid_, .id = rows[n - 1].row_id_};
    /* A full page ends at its last row; a page that has read everything also knows that nothing is missing
     * below. */
    next = rules_change_next(n > 0 ? &last : NULL, more ? 0 : horizon.below, x->now_us);
    next.generation = horizon.generation;
    audit_rows(tx, "change", rows, n, sizeof *rows, offsetof(struct change_row, id));
    write_changes(x, rs, rows, n, more, &next);
    return NULL;
}

const struct handler changes_handlers[] = {
    {"listChanges", list_changes},
    {NULL, NULL},
};
