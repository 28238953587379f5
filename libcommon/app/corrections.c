/* corrections.c - see corrections.h. */
#include "app/corrections.h"

#include "app/keyring.h"
#include "app/program.h"
#include "app/queries.h"
#include "base/arena.h"
#include "base/str.h"
#include "web/page.h"

/* Where persons were corrected first. What is sealed is bound to it, so the name stays, for all records. */
#define FORMER_PLACE "person_history.former"
#define VIEW_DEPTH 8

err_t correction_view(struct ctx *x, const struct json_shape *shape, const void *row, json_t **ret)
{
    struct buf b;

    buf_init(&b, x->arena, 1024);
    json_write(&b, shape, row);
    return json_parse(x->arena, buf_text(&b), b.n, VIEW_DEPTH, ret);
}

static err_t former_keep(struct ctx *x, struct tx *tx, const struct correction *c, const char *field,
                         const json_t *former)
{
    struct q_correction_add_in in = {.id = uuid_new(x->now_us),
                                     .subject_id = c->subject,
                                     .kind = c->kind,
                                     .object_id = c->object,
                                     .field = field,
                                     .reason = c->reason,
                                     .by = x->who->subject,
                                     .now = x->now_us};

    TRY(keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation, FORMER_PLACE, in.id,
                     json_text(x->arena, former), &in.former));
    q_correction_add(tx, &in);
    return NULL;
}

static bool same(const json_t *was, const json_t *is)
{
    if (json_is_null(was))
        return !is || json_is_null(is);
    return is && json_equal(was, is);
}

err_t corrections_keep(struct ctx *x, struct tx *tx, const struct correction *c, const json_t *named,
                       const json_t *was, const json_t *is)
{
    const char *field;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)named, field, value)
    {
        const json_t *former = json_object_get(was, field);

        if (former && !same(former, json_object_get(is, field)))
            TRY(former_keep(x, tx, c, field, former));
    }
    return NULL;
}

err_t correction_keep_row(struct ctx *x, struct tx *tx, const struct correction *c, const json_t *named,
                          const json_t *was, const struct json_shape *shape, const void *row)
{
    json_t *is;

    TRY(correction_view(x, shape, row, &is));
    return corrections_keep(x, tx, c, named, was, is);
}

err_t correction_read(struct ctx *x, struct tx *tx, const struct request *rq, const struct correction *c,
                      const struct json_shape *shape, void *row)
{
    const json_t *patch = request_body(rq);
    struct correction said = *c;
    json_t *was;

    said.reason = json_member_text(patch, "reason");
    TRY(correction_view(x, shape, row, &was));
    TRY(request_read(x, rq, shape, row));
    return correction_keep_row(x, tx, &said, patch, was, shape, row);
}

static bool is_shown(struct ctx *x, const struct correction_row *row, const struct correction_scope *s)
{
    for (; s && s->scope; s++) {
        if (str_eq(row->kind, s->kind) && str_eq(row->field, s->field) && !principal_has(x->who, s->scope))
            return false;
    }
    return true;
}

err_t corrections_page(struct ctx *x, const struct request *rq, struct page *ret)
{
    return page_read(x, rq, &q_correction_list_page, ret);
}

err_t corrections_reply(struct ctx *x, const struct request *rq, struct tx *tx, struct page *page,
                        struct uuid subject, struct opt_uuid object, const struct correction_scope *scopes,
                        struct response *rs)
{
    struct q_correction_list_in in = {.subject_id = subject, .object_id = object};
    struct correction_row *rows;
    size_t n;

    if (object.set) {
        page_filter(page, &q_correction_list_page, "object_id");
    } else {
        in.kind = request_query(rq, "kind");
        in.object_id = request_query_uuid(rq, "objectId");
    }
    TRY(q_correction_list(tx, &in, page, &rows, &n));
    for (size_t i = 0; i < n; i++) {
        if (is_shown(x, &rows[i], scopes))
            TRY(keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation,
                               FORMER_PLACE, rows[i].id, rows[i].sealed_, &rows[i].former));
    }
    return reply_page(x, rq, rs, &q_correction_list_page, page, &correction_row_json, rows, n);
}
