/* history.c - what stood in a person's record before it was corrected: kept sealed, read by who may. */
#include <string.h>

#include "app/audit.h"
#include "app/keyring.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/persons/queries.h"
#include "cases/persons/store.h"
#include "web/page.h"

#define FORMER_PLACE "person_history.former"
#define PERSON_DEPTH 8

/* The person as the API shows it, with the numbers of its identifiers where they are to change. */
static err_t person_now(struct ctx *x, struct tx *tx, struct uuid id, bool numbers, json_t **ret)
{
    struct person_row row;
    struct buf b;
    size_t n;

    TRY(person_row_read(x, tx, id, numbers, &row, &n));
    buf_init(&b, x->arena, 1024);
    json_write(&b, &person_row_json, &row);
    return json_parse(x->arena, buf_text(&b), b.n, PERSON_DEPTH, ret);
}

static err_t former_keep(struct ctx *x, struct tx *tx, struct uuid person_id, const char *field,
                         const json_t *former, const char *reason)
{
    struct q_person_history_add_in in = {.id = uuid_new(x->now_us),
                                         .person_id = person_id,
                                         .field = field,
                                         .reason = reason,
                                         .by = x->who->subject,
                                         .now = x->now_us};

    TRY(keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation, FORMER_PLACE, in.id,
                     json_text(x->arena, former), &in.former));
    q_person_history_add(tx, &in);
    return NULL;
}

err_t person_history_keep(struct ctx *x, struct tx *tx, struct uuid id, const json_t *patch)
{
    const char *field, *reason = json_member_text(patch, "reason");
    json_t *now, *value;

    TRY(person_now(x, tx, id, json_object_get(patch, "identifiers") != NULL, &now));
    json_object_foreach((json_t *)(uintptr_t)patch, field, value)
    {
        const json_t *former = json_object_get(now, field);

        if (former && !json_equal(former, value))
            TRY(former_keep(x, tx, id, field, former, reason));
    }
    return NULL;
}

static err_t former_show(struct ctx *x, struct person_history_row *row)
{
    if (str_eq(row->field, "identifiers") && !principal_has(x->who, "persons.identifiers:read"))
        return NULL;
    return keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation, FORMER_PLACE,
                          row->id, row->sealed_, &row->former);
}

/* listPersonHistory: GET /persons/{personId}/history. In the trail before the answer. */
err_t list_person_history(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "personId");
    struct q_person_history_in in = {.person_id = id};
    struct person_history_row *rows;
    struct person_exists person;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_person_history_page, &page));
    TRY(db_begin(x, &tx));
    TRY(q_person_exists(tx, id, &person));
    TRY(q_person_history(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        TRY(former_show(x, &rows[i]));
    audit_read(tx, "person", id, "history");
    return reply_page(x, rq, rs, &q_person_history_page, &page, &person_history_row_json, rows, n);
}
