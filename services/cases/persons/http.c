/* http.c - persons: register, show, correct, restrict. */
#include "app/audit.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/areas.h"
#include "cases/persons/persons.h"
#include "cases/persons/queries.h"
#include "cases/persons/rules.h"
#include "cases/persons/store.h"
#include "cases/state.h"

/* createPerson: POST /persons */
static err_t create_person(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id;

    TRY(db_begin(x, &tx));
    TRY(person_create(x, tx, request_body(rq), "", &id));
    return person_reply(x, tx, id, 201, rs);
}

/* getPerson: GET /persons/{personId} */
static err_t get_person(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;

    /* Numbers are unsealed only when the trail of it is committed before the answer. */
    if (principal_has(x->who, "persons.identifiers:read"))
        TRY(db_begin(x, &tx));
    else
        TRY(db_read(x, &tx));
    return person_reply(x, tx, request_path_uuid(rq, "personId"), 200, rs);
}

/* Children are replaced whole when the patch names them. */
static err_t children_replace(struct ctx *x, struct tx *tx, struct uuid id, const json_t *patch)
{
    const json_t *names = json_object_get(patch, "names");
    const json_t *identifiers = json_object_get(patch, "identifiers");
    const json_t *refs = json_object_get(patch, "externalRefs");

    if (names) {
        q_person_names_drop(tx, id);
        q_person_name_keys_drop(tx, id);
        names_add(x, tx, id, names);
    }
    if (identifiers) {
        q_person_identifiers_drop(tx, id);
        TRY(identifiers_add(x, tx, id, identifiers));
    }
    if (refs)
        TRY(external_refs_replace(x, tx, "person", id, refs));
    return NULL;
}

static void person_save(struct ctx *x, struct tx *tx, struct uuid id, const json_t *patch,
                        const struct person_lock *p)
{
    const json_t *birth = json_object_get(patch, "birthDate");
    struct q_person_save_in in = {
        .id = id,
        .birth = p->birth_date,
        .birth_first = p->birth_first_,
        .birth_last = p->birth_last_,
        .sex = p->sex,
        .nationalities = p->nationalities,
        .languages = p->languages,
        .interpreter_needed = p->interpreter_needed,
        .deceased_on = p->deceased_on,
        .now = x->now_us,
    };
    struct date_partial days;

    if (json_is_null(birth)) {
        in.birth_first = in.birth_last = (struct opt_date){0};
    } else if (birth && date_parse_partial(json_member_text(birth, "value"), &days)) {
        in.birth_first = OPT_DATE(days.first);
        in.birth_last = OPT_DATE(days.last);
    }
    q_person_save(tx, &in);
}

/* updatePerson: PATCH /persons/{personId} */
static err_t update_person(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *patch = request_body(rq);
    struct uuid id = request_path_uuid(rq, "personId");
    struct fault_list faults = {0};
    struct person_lock person;
    struct tx *tx;

    if (json_object_get(patch, "identifiers") && !principal_has(x->who, "persons.identifiers:read"))
        return err_new(x->arena, ERR_DENIED, "scope.missing",
                       "Identifiers are replaced whole, so this needs the scope persons.identifiers:read.");
    TRY(db_begin(x, &tx));
    TRY(q_person_lock(tx, id, &person));
    TRY(etag_match(rq, person.version_));
    if (person.restricted_at_.set)
        return &person_restricted_value;
    rules_person(x->arena, patch, "", date_today_nl(x->now_us), &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The change is not valid."));
    TRY(person_history_keep(x, tx, id, patch));
    TRY(request_read(x, rq, &person_lock_json, &person));

    person_save(x, tx, id, patch, &person);
    TRY(children_replace(x, tx, id, patch));
    audit_write(tx, "person", id, "update", json_member_names(x->arena, patch));
    return person_reply(x, tx, id, 200, rs);
}

/* Sets or lifts the restriction. */
static err_t restriction_set(struct ctx *x, const struct request *rq, struct response *rs, const char *reason)
{
    struct uuid id = request_path_uuid(rq, "personId");
    struct person_lock person;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_person_lock(tx, id, &person));
    TRY(etag_match(rq, person.version_));
    if (!reason && !person.restricted_at_.set)
        return err_new(x->arena, ERR_CONFLICT, "person.unrestricted", "Processing is not restricted.");
    q_person_restrict(tx, id, reason ? OPT_I64(x->now_us) : (struct opt_i64){0}, reason, x->now_us);
    audit_write(tx, "person", id, reason ? "restrict" : "liftRestriction", NULL);
    return person_reply(x, tx, id, 200, rs);
}

/* restrictPerson: PUT /persons/{personId}/restriction */
static err_t restrict_person(struct ctx *x, const struct request *rq, struct response *rs)
{
    return restriction_set(x, rq, rs, json_member_text(request_body(rq), "reason"));
}

/* liftPersonRestriction: DELETE /persons/{personId}/restriction */
static err_t lift_person_restriction(struct ctx *x, const struct request *rq, struct response *rs)
{
    return restriction_set(x, rq, rs, NULL);
}

const struct handler persons_handlers[] = {
    {"createPerson", create_person},
    {"getPerson", get_person},
    {"updatePerson", update_person},
    {"listPersonHistory", list_person_history},
    {"searchPersons", search_persons},
    {"restrictPerson", restrict_person},
    {"liftPersonRestriction", lift_person_restriction},
    {"listContactPoints", list_contact_points},
    {"createContactPoint", create_contact_point},
    {"getContactPoint", get_contact_point},
    {"updateContactPoint", update_contact_point},
    {"endContactPoint", end_contact_point},
    {"listResidenceStatuses", list_residence_statuses},
    {"createResidenceStatus", create_residence_status},
    {"getResidenceStatus", get_residence_status},
    {"updateResidenceStatus", update_residence_status},
    {"listStays", list_stays},
    {"createStay", create_stay},
    {"getStay", get_stay},
    {"updateStay", update_stay},
    {NULL, NULL},
};
