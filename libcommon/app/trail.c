/*
 * trail.c - the trail of one service, as its peers ask for it: POST /access-trails/_search.
 */
#include "app/trail.h"

#include "app/audit.h"
#include "app/queries.h"
#include "app/trail_internal.h"
#include "base/arena.h"
#include "io/db.h"

err_t trail_rows(struct tx *tx, const struct trail *t, int64_t before_us, int64_t before_position,
                 struct trail_row **ret, size_t *ret_n)
{
    struct trail_objects of;

    TRY(q_trail_objects(tx, t->person_id, t->cases, &of));
    return q_trail_page(tx,
                        &(struct q_trail_page_in){.every = of.every,
                                                  .seen = of.seen,
                                                  .from_at = t->from_us,
                                                  .until_at = t->until_us,
                                                  .before_at = before_us,
                                                  .before_position = before_position,
                                                  .own = t->own,
                                                  .hidden_kinds = t->hidden_kinds,
                                                  .hidden_fields = t->hidden_fields,
                                                  .limit_ = t->limit},
                        ret, ret_n);
}

static const struct json_field reader_fields[] = {
    JSON_FIELD(struct trail_reader, subject, "subject", JSON_TEXT),
    JSON_FIELD(struct trail_reader, scope, "scope", JSON_TEXT),
};
static const struct json_shape reader_json = JSON_SHAPE(struct trail_reader, reader_fields);

static const struct json_field question_fields[] = {
    JSON_FIELD(struct trail, person_id, "personId", JSON_UUID),
    JSON_FIELD(struct trail, cases, "caseIds", JSON_UUIDS),
    JSON_FIELD(struct trail, from_us, "from", JSON_INSTANT),
    JSON_FIELD(struct trail, until_us, "until", JSON_INSTANT),
    JSON_FIELD(struct trail, limit, "limit", JSON_I32),
    JSON_FIELD(struct trail, before.at_us, "before", JSON_INSTANT),
    JSON_FIELD(struct trail, before.position, "beforePosition", JSON_I64),
    JSON_SUB(struct trail, reader, "reader", JSON_STRUCT, &reader_json),
};
const struct json_shape trail_question_json = JSON_SHAPE(struct trail, question_fields);

/* searchAccessTrail: POST /access-trails/_search */
static err_t search_access_trail(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct trail t = {0};
    struct trail_row *rows;
    struct tx *tx;
    size_t n;

    TRY(request_read(x, rq, &trail_question_json, &t));
    TRY(db_begin(x, &tx));
    audit_read(tx, "person", t.person_id, "trail");
    q_trail_reader(tx, t.reader.subject, t.reader.scope);
    TRY(trail_rows(tx, &t, t.before.at_us, t.before.position, &rows, &n));
    return reply_items(rs, &trail_row_json, rows, n);
}

const struct handler access_trail_handlers[] = {
    {"searchAccessTrail", search_access_trail},
    {NULL, NULL},
};
