/* residence.c - residence statuses and stays: sensitive, with a scope of their own. The person's row does not
 * move with them. */
#include "app/audit.h"
#include "app/corrections.h"
#include "app/keyring.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/json.h"
#include "cases/persons/persons.h"
#include "cases/persons/queries.h"
#include "cases/persons/rules.h"
#include "cases/persons/store.h"
#include "cases/state.h"
#include "web/request.h"

#define NUMBER_PLACE "residence_statuses.document_number"

static err_t dates_in_order(struct arena *a, struct opt_date from, struct opt_date until, const char *pointer)
{
    struct fault_list faults = {0};

    if (from.set && until.set && until.v < from.v)
        fault_add(a, &faults,
                  (struct fault){.at = pointer, .code = "dates.order", .detail = "Ends before it begins."});
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid", "The dates are not in order.");
}

/* ---- residence statuses ---- */

static err_t number_unseal(struct ctx *x, struct residence_status_row *row)
{
    if (!row->sealed.p)
        return NULL;
    return keyring_unseal(x->arena, program_of(x)->keyring, "document", x->who->organisation, NUMBER_PLACE,
                          row->id, row->sealed, &row->document_number);
}

static err_t number_seal(struct ctx *x, struct residence_status_row *row)
{
    row->sealed = (struct bytes){0};
    if (!row->document_number)
        return NULL;
    return keyring_seal(x->arena, program_of(x)->keyring, "document", x->who->organisation, NUMBER_PLACE,
                        row->id, row->document_number, &row->sealed);
}

/* listResidenceStatuses: GET /persons/{personId}/residence-statuses */
err_t list_residence_statuses(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId");
    struct residence_status_row *rows;
    struct person_exists person;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    q_person_exists_later(tx, person_id, &person);
    TRY(q_residence_status_list(tx, person_id, &rows, &n));
    for (size_t i = 0; i < n; i++)
        TRY(number_unseal(x, &rows[i]));
    audit_read(tx, "person", person_id, "residence");
    return reply_items(rs, &residence_status_row_json, rows, n);
}

static err_t residence_status_reply(struct ctx *x, struct response *rs, int status,
                                    struct residence_status_row *row)
{
    TRY(number_unseal(x, row));
    reply_etag(rs, row->version);
    return reply_row(rs, status, &residence_status_row_json, row);
}

/* getResidenceStatus: GET /persons/{personId}/residence-statuses/{residenceStatusId} */
err_t get_residence_status(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId");
    struct residence_status_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_residence_status_get(tx, person_id, request_path_uuid(rq, "residenceStatusId"), &row));
    audit_read(tx, "person", person_id, "residence");
    return residence_status_reply(x, rs, 200, &row);
}

static err_t residence_status_rules(struct ctx *x, const struct request *rq)
{
    struct fault_list faults = {0};

    rules_residence_status(x->arena, request_body(rq), &faults);
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The residence status is not valid.");
}

/* Who verifies is who asks; a change of what was verified takes the verification away. */
static void verification(struct ctx *x, const json_t *body, struct residence_status_row *row)
{
    if (json_member_bool(body, "verified", false)) {
        row->verified_by = x->who->subject;
        row->verified_at = OPT_I64(x->now_us);
    } else {
        row->verified_by = NULL;
        row->verified_at = (struct opt_i64){0};
    }
}

/* createResidenceStatus: POST /persons/{personId}/residence-statuses */
err_t create_residence_status(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId");
    struct residence_status_row row = {.id = uuid_new(x->now_us)};
    struct tx *tx;

    TRY(residence_status_rules(x, rq));
    TRY(db_begin(x, &tx));
    TRY(person_changeable(tx, person_id));
    TRY(request_read(x, rq, &residence_status_row_json, &row));
    TRY(dates_in_order(x->arena, row.valid_from, row.valid_until, "/validUntil"));
    verification(x, request_body(rq), &row);
    TRY(number_seal(x, &row));

    q_residence_status_insert(tx, &(struct q_residence_status_insert_in){
                                      .id = row.id,
                                      .person_id = person_id,
                                      .country = row.country,
                                      .kind = row.kind,
                                      .document_number = row.sealed,
                                      .valid_from = row.valid_from,
                                      .valid_until = row.valid_until,
                                      .source = row.source,
                                      .verified_by = row.verified_by,
                                      .verified_at = row.verified_at,
                                      .now = x->now_us,
                                  });
    audit_write(tx, "residenceStatus", row.id, "create", json_member_names(x->arena, request_body(rq)));
    TRY(q_residence_status_get(tx, person_id, row.id, &row));
    reply_location(x, rs, "/persons/%s/residence-statuses/%s", uuid_text(x->arena, person_id),
                   uuid_text(x->arena, row.id));
    return residence_status_reply(x, rs, 201, &row);
}

/* updateResidenceStatus: PATCH /persons/{personId}/residence-statuses/{residenceStatusId} */
err_t update_residence_status(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId"),
                id = request_path_uuid(rq, "residenceStatusId");
    const struct correction c = {.subject = person_id, .kind = "residenceStatus", .object = id};
    struct residence_status_row row;
    struct tx *tx;

    TRY(residence_status_rules(x, rq));
    TRY(db_begin(x, &tx));
    TRY(q_residence_status_lock(tx, person_id, id, &row));
    TRY(etag_match(rq, row.version));
    TRY(person_changeable(tx, person_id));
    TRY(number_unseal(x, &row));
    TRY(correction_read(x, tx, rq, &c, &residence_status_row_json, &row));
    TRY(dates_in_order(x->arena, row.valid_from, row.valid_until, "/validUntil"));
    verification(x, request_body(rq), &row);
    TRY(number_seal(x, &row));

    q_residence_status_save(tx, &(struct q_residence_status_save_in){
                                    .id = id,
                                    .country = row.country,
                                    .kind = row.kind,
                                    .document_number = row.sealed,
                                    .valid_from = row.valid_from,
                                    .valid_until = row.valid_until,
                                    .source = row.source,
                                    .verified_by = row.verified_by,
                                    .verified_at = row.verified_at,
                                    .now = x->now_us,
                                });
    audit_write(tx, "residenceStatus", id, "update", json_member_names(x->arena, request_body(rq)));
    TRY(q_residence_status_get(tx, person_id, id, &row));
    return residence_status_reply(x, rs, 200, &row);
}

/* ---- stays ---- */

static err_t stay_reply(struct response *rs, int status, const struct stay_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &stay_row_json, row);
}

/* listStays: GET /persons/{personId}/stays */
err_t list_stays(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId");
    struct person_exists person;
    struct stay_row *rows;
    struct tx *tx;
    size_t n;

    TRY(db_begin(x, &tx));
    q_person_exists_later(tx, person_id, &person);
    TRY(q_stay_list(tx, person_id, &rows, &n));
    audit_read(tx, "person", person_id, "stays");
    return reply_items(rs, &stay_row_json, rows, n);
}

/* getStay: GET /persons/{personId}/stays/{stayId} */
err_t get_stay(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId");
    struct stay_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_stay_get(tx, person_id, request_path_uuid(rq, "stayId"), &row));
    audit_read(tx, "person", person_id, "stays");
    return stay_reply(rs, 200, &row);
}

/* createStay: POST /persons/{personId}/stays */
err_t create_stay(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId"), id = uuid_new(x->now_us);
    struct stay_row row = {0};
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(person_changeable(tx, person_id));
    TRY(request_read(x, rq, &stay_row_json, &row));
    TRY(dates_in_order(x->arena, OPT_DATE(row.from_on), row.until_on, "/untilOn"));
    q_stay_insert(tx, &(struct q_stay_insert_in){
                          .id = id,
                          .person_id = person_id,
                          .kind = row.kind,
                          .organisation = row.organisation,
                          .place = row.place,
                          .from_on = row.from_on,
                          .until_on = row.until_on,
                          .now = x->now_us,
                      });
    audit_write(tx, "stay", id, "create", json_member_names(x->arena, request_body(rq)));
    TRY(q_stay_get(tx, person_id, id, &row));
    reply_location(x, rs, "/persons/%s/stays/%s", uuid_text(x->arena, person_id), uuid_text(x->arena, id));
    return stay_reply(rs, 201, &row);
}

/* updateStay: PATCH /persons/{personId}/stays/{stayId} */
err_t update_stay(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId"), id = request_path_uuid(rq, "stayId");
    const struct correction c = {.subject = person_id, .kind = "stay", .object = id};
    struct stay_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_stay_lock(tx, person_id, id, &row));
    TRY(etag_match(rq, row.version));
    TRY(person_changeable(tx, person_id));
    TRY(correction_read(x, tx, rq, &c, &stay_row_json, &row));
    TRY(dates_in_order(x->arena, OPT_DATE(row.from_on), row.until_on, "/untilOn"));
    q_stay_save(tx, &(struct q_stay_save_in){
                        .id = id,
                        .kind = row.kind,
                        .organisation = row.organisation,
                        .place = row.place,
                        .from_on = row.from_on,
                        .until_on = row.until_on,
                        .now = x->now_us,
                    });
    audit_write(tx, "stay", id, "update", json_member_names(x->arena, request_body(rq)));
    TRY(q_stay_get(tx, person_id, id, &row));
    return stay_reply(rs, 200, &row);
}
