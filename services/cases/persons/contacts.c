/* contacts.c - contact points: how a person may be reached, and whether that is safe, topic by topic. */
#include <string.h>

#include "app/audit.h"
#include "app/corrections.h"
#include "base/arena.h"
#include "base/json.h"
#include "cases/persons/persons.h"
#include "cases/persons/queries.h"
#include "cases/persons/rules.h"
#include "cases/persons/store.h"
#include "web/request.h"

#define CONTACT_POINTS_MAX 20

static err_t contact_point_reply(struct response *rs, int status, const struct contact_point_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &contact_point_row_json, row);
}

/* listContactPoints: GET /persons/{personId}/contact-points */
err_t list_contact_points(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId");
    struct person_exists person;
    struct contact_point_row *rows;
    struct tx *tx;
    size_t n;

    TRY(db_read(x, &tx));
    q_person_exists_later(tx, person_id, &person);
    TRY(q_contact_point_list(tx, person_id, &rows, &n));
    audit_read(tx, "person", person_id, "contact");
    return reply_items(rs, &contact_point_row_json, rows, n);
}

/* getContactPoint: GET /persons/{personId}/contact-points/{contactPointId} */
err_t get_contact_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId");
    struct contact_point_row row;
    struct tx *tx;

    TRY(db_read(x, &tx));
    TRY(q_contact_point_get(tx, person_id, request_path_uuid(rq, "contactPointId"), &row));
    audit_read(tx, "person", person_id, "contact");
    return contact_point_reply(rs, 200, &row);
}

/* createContactPoint: POST /persons/{personId}/contact-points */
err_t create_contact_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId"), id;
    const json_t *body = request_body(rq);
    struct contact_point_row row, *present;
    struct fault_list faults = {0};
    struct tx *tx;
    size_t n;

    rules_contact_point(x->arena, body, json_member_text(body, "kind"), "", &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The contact point is not valid."));
    TRY(db_begin(x, &tx));
    q_contact_point_list_later(tx, person_id, &present, &n);
    TRY(person_changeable(tx, person_id));
    if (n >= CONTACT_POINTS_MAX)
        return err_new(x->arena, ERR_CONFLICT, "contactPoint.tooMany",
                       "A person has %d contact points at most.", CONTACT_POINTS_MAX);
    TRY(contact_point_add(x, tx, person_id, body, &id));
    if (json_member_bool(body, "preferred", false))
        q_contact_points_unprefer(tx, person_id, id, x->now_us);
    audit_write(tx, "contactPoint", id, "create", json_member_names(x->arena, body));
    TRY(q_contact_point_get(tx, person_id, id, &row));
    reply_location(x, rs, "/persons/%s/contact-points/%s", uuid_text(x->arena, person_id),
                   uuid_text(x->arena, id));
    return contact_point_reply(rs, 201, &row);
}

/* safeToContact is patched topic by topic, all else is replaced. */
static err_t contact_point_patch(struct ctx *x, const struct request *rq, struct contact_point_row *row)
{
    const json_t *patch = request_body(rq), *topics = json_object_get(patch, "safeToContact");
    const char *before_text = row->safe_to_contact;
    json_t *before;

    TRY(request_read(x, rq, &contact_point_row_json, row));
    if (topics) {
        TRY(json_parse(x->arena, before_text, strlen(before_text), 8, &before));
        row->safe_to_contact = json_text(x->arena, json_merge_patch(x->arena, before, topics));
    }
    return NULL;
}

/* updateContactPoint: PATCH /persons/{personId}/contact-points/{contactPointId} */
err_t update_contact_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId"), id = request_path_uuid(rq, "contactPointId");
    struct fault_list faults = {0};
    const json_t *patch = request_body(rq);
    const struct correction c = {.subject = person_id,
                                 .kind = "contactPoint",
                                 .object = id,
                                 .reason = json_member_text(patch, "reason")};
    struct contact_point_row row;
    struct tx *tx;
    json_t *was;

    TRY(db_begin(x, &tx));
    TRY(q_contact_point_lock(tx, person_id, id, &row));
    TRY(etag_match(rq, row.version));
    TRY(person_changeable(tx, person_id));
    rules_contact_point(x->arena, patch, row.kind, "", &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The change is not valid."));
    TRY(correction_view(x, &contact_point_row_json, &row, &was));
    TRY(contact_point_patch(x, rq, &row));
    TRY(correction_keep_row(x, tx, &c, patch, was, &contact_point_row_json, &row));

    q_contact_point_save(tx, &(struct q_contact_point_save_in){
                                 .id = id,
                                 .value = row.value,
                                 .preferred = row.preferred,
                                 .zone = row.zone,
                                 .safe_hours = row.safe_hours,
                                 .safe_to_contact = row.safe_to_contact,
                                 .now = x->now_us,
                             });
    if (row.preferred)
        q_contact_points_unprefer(tx, person_id, id, x->now_us);
    audit_write(tx, "contactPoint", id, "update", json_member_names(x->arena, patch));
    TRY(q_contact_point_get(tx, person_id, id, &row));
    return contact_point_reply(rs, 200, &row);
}

/* endContactPoint: DELETE /persons/{personId}/contact-points/{contactPointId} */
err_t end_contact_point(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid person_id = request_path_uuid(rq, "personId"), id = request_path_uuid(rq, "contactPointId");
    struct contact_point_row row;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_contact_point_lock(tx, person_id, id, &row));
    TRY(etag_match(rq, row.version));
    TRY(person_changeable(tx, person_id));
    q_contact_point_end(tx, id, x->now_us);
    audit_write(tx, "contactPoint", id, "end", NULL);
    return reply_empty(rs, 204);
}
