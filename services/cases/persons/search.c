/* search.c - finding persons, by POST since names and numbers never stand in a URL. */
#include "app/audit.h"
#include "app/keyring.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "cases/persons/queries.h"
#include "cases/persons/rules.h"
#include "cases/persons/store.h"
#include "web/page.h"

/* Fills the criteria and marks which of them are asked. */
static err_t criteria(struct ctx *x, const json_t *body, struct page *page, struct q_person_search_in *in)
{
    const json_t *identifier = json_object_get(body, "identifier"),
                 *ref = json_object_get(body, "externalRef");
    const char *birth = json_member_text(body, "birthDate"), *key;
    struct date_partial days;

    in->name = json_member_text(body, "name");
    if (in->name)
        page_filter(page, &q_person_search_page, "name");
    if (birth) {
        if (!date_parse_partial(birth, &days))
            return err_new(x->arena, ERR_INVALID, "date.missing", "There is no such birth date.");
        in->birth_first = OPT_DATE(days.first);
        in->birth_last = OPT_DATE(days.last);
        page_filter(page, &q_person_search_page, "birth");
    }
    if (identifier) {
        key = rules_number_key(x->arena, json_member_text(identifier, "number"));
        in->number_index =
            keyring_blind(x->arena, program_of(x)->keyring, "document", x->who->organisation, key);
        in->number_index_old =
            keyring_blind_old(x->arena, program_of(x)->keyring, "document", x->who->organisation, key);
        page_filter(page, &q_person_search_page, "identifier");
    }
    if (ref) {
        in->ref_organisation = json_member_text(ref, "organisation");
        in->ref_value = json_member_text(ref, "value");
        page_filter(page, &q_person_search_page, "ref");
    }
    if (!in->name && !birth && !identifier && !ref)
        return err_new(x->arena, ERR_INVALID, "search.empty", "Name at least one criterion.");
    return NULL;
}

/* searchPersons: POST /persons/_search */
err_t search_persons(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct page page = {.limit = (uint32_t)json_member_i64(body, "limit", 20), .choice.descending = true};
    struct q_person_search_in in = {0};
    struct person_hit *hits;
    struct buf *out;
    struct tx *tx;
    size_t n, shown;

    TRY(criteria(x, body, &page, &in));
    TRY(db_begin_read(x, &tx));
    TRY(q_person_search(tx, &in, &page, &hits, &n));
    shown = n > page.limit ? page.limit : n;
    audit_rows(tx, "person", hits, shown, sizeof(*hits), offsetof(struct person_hit, id));

    out = reply_begin(rs, 200);
    buf_puts(out, "{\"items\":");
    json_write_array(out, &person_hit_json, hits, shown);
    buf_printf(out, ",\"more\":%s}", n > shown ? "true" : "false");
    return NULL;
}
