/* history.c - what stood in a person's record before it was corrected (app/corrections.h). */
#include "app/audit.h"
#include "app/corrections.h"
#include "base/json.h"
#include "cases/persons/queries.h"
#include "cases/persons/store.h"
#include "web/page.h"

err_t person_history_keep(struct ctx *x, struct tx *tx, struct uuid id, const json_t *patch)
{
    const struct correction c = {
        .subject = id, .kind = "person", .object = id, .reason = json_member_text(patch, "reason")};
    struct person_row row;
    json_t *was;
    size_t n;

    TRY(person_row_read(x, tx, id, json_object_get(patch, "identifiers") != NULL, &row, &n));
    TRY(correction_view(x, &person_row_json, &row, &was));
    return corrections_keep(x, tx, &c, patch, was, patch);
}

/* listPersonHistory: GET /persons/{personId}/history. In the trail before the answer. */
err_t list_person_history(struct ctx *x, const struct request *rq, struct response *rs)
{
    static const struct correction_scope scopes[] = {
        {"person", "identifiers", "persons.identifiers:read"},
        {0},
    };
    struct uuid id = request_path_uuid(rq, "personId");
    struct person_exists person;
    struct page page;
    struct tx *tx;

    TRY(corrections_page(x, rq, &page));
    TRY(db_begin(x, &tx));
    TRY(q_person_exists(tx, id, &person));
    audit_read(tx, "person", id, "history");
    return corrections_reply(x, rq, tx, &page, id, (struct opt_uuid){0}, scopes, rs);
}
