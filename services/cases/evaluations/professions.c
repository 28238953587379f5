/* professions.c - regulated professions: who decides on them, and how far the person is. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/evaluations/internal.h"
#include "cases/evaluations/queries.h"
#include "cases/evaluations/rules.h"
#include "cases/shares/shares.h"
#include "web/page.h"

static void profession_show(struct ctx *x, struct profession_row *row)
{
    row->allowed_actions = rules_profession_actions(
        x->arena, row->status, row->writes_ && principal_has(x->who, "evaluations:write"));
}

static err_t profession_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct profession_row row;

    TRY(q_profession_get(tx, id, &row));
    profession_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/regulated-professions/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &profession_row_json, &row);
}

/* listRegulatedProfessions: GET /cases/{caseId}/regulated-professions */
err_t list_regulated_professions(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_profession_list_in in = {.case_id = request_path_uuid(rq, "caseId")};
    struct case_access access;
    struct profession_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_profession_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(case_access_read(x, tx, in.case_id, EVALUATIONS_FIELD, &access));
    TRY(q_profession_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        profession_show(x, &rows[i]);
    audit_rows(tx, "regulatedProfession", rows, n, sizeof(*rows), offsetof(struct profession_row, id));
    return reply_page(x, rq, rs, &q_profession_list_page, &page, &profession_row_json, rows, n);
}

struct profession_input {
    const char *profession, *authority;
};
static const struct json_field profession_fields[] = {
    JSON_FIELD(struct profession_input, profession, "profession", JSON_TEXT),
    JSON_FIELD(struct profession_input, authority, "competentAuthority", JSON_TEXT),
};
static const struct json_shape profession_shape = JSON_SHAPE(struct profession_input, profession_fields);

/* createRegulatedProfession: POST /cases/{caseId}/regulated-professions */
err_t create_regulated_profession(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us), person_id;
    struct profession_input in = {0};
    struct case_access access;
    struct tx *tx;

    TRY(request_read(x, rq, &profession_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(case_access_write(x, tx, case_id, EVALUATIONS_FIELD, &access));
    TRY(evaluation_person_of(x, tx, &access, json_member_uuid(request_body(rq), "personId"), &person_id));
    q_profession_add(tx, &(struct q_profession_add_in){.id = id,
                                                       .org = access.org,
                                                       .case_id = case_id,
                                                       .person_id = person_id,
                                                       .profession = in.profession,
                                                       .authority = in.authority,
                                                       .today = date_today_nl(x->now_us),
                                                       .author = x->who->subject,
                                                       .now = x->now_us});
    case_access_wrote(x, tx, &access, "profession.identified", id);
    audit_write(tx, "regulatedProfession", id, "create", NULL);
    return profession_reply(x, tx, id, 201, rs);
}

/* getRegulatedProfession: GET /regulated-professions/{professionId} */
err_t get_regulated_profession(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "professionId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "regulatedProfession", id, "");
    return profession_reply(x, tx, id, 200, rs);
}

/* The profession of the path, locked by who may write it and has seen its last version. */
static err_t profession_begin(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                              struct uuid *ret_id, struct case_access *ret_access,
                              struct profession_locked *ret)
{
    struct profession_row row;

    *ret_id = request_path_uuid(rq, "professionId");
    TRY(db_begin(x, ret_tx));
    TRY(q_profession_get(*ret_tx, *ret_id, &row));
    TRY(case_access_write(x, *ret_tx, row.case_id, EVALUATIONS_FIELD, ret_access));
    TRY(q_profession_lock(*ret_tx, *ret_id, ret));
    return etag_match(rq, ret->version);
}

/* patchRegulatedProfession: PATCH /regulated-professions/{professionId} */
err_t patch_regulated_profession(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct profession_locked p;
    struct case_access access;
    struct uuid id;
    struct tx *tx;

    TRY(profession_begin(x, rq, &tx, &id, &access, &p));
    TRY(rules_profession_open(p.status));
    struct profession_input in = {.profession = p.profession, .authority = p.authority};
    TRY(request_read(x, rq, &profession_shape, &in));
    q_profession_save(tx, &(struct q_profession_save_in){.id = id,
                                                         .profession = in.profession,
                                                         .authority = in.authority,
                                                         .status = p.status,
                                                         .on = p.status_on,
                                                         .conditions = p.conditions,
                                                         .now = x->now_us});
    audit_write(tx, "regulatedProfession", id, "update", json_member_names(x->arena, request_body(rq)));
    return profession_reply(x, tx, id, 200, rs);
}

/* stepRegulatedProfession: POST /regulated-professions/{professionId}/steps */
err_t step_regulated_profession(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    const char *to = json_member_text(body, "to"), *conditions = json_member_text(body, "conditions");
    int32_t on = json_member_date(body, "on").v;
    struct profession_locked p;
    struct case_access access;
    struct uuid id;
    struct tx *tx;

    TRY(profession_begin(x, rq, &tx, &id, &access, &p));
    TRY(rules_profession_step(p.status, to));
    TRY(rules_profession_step_terms(x->arena, to, on, p.status_on, conditions != NULL,
                                    date_today_nl(x->now_us)));
    q_profession_save(tx, &(struct q_profession_save_in){.id = id,
                                                         .profession = p.profession,
                                                         .authority = p.authority,
                                                         .status = to,
                                                         .on = on,
                                                         .conditions = conditions ? conditions : p.conditions,
                                                         .now = x->now_us});
    case_access_wrote(x, tx, &access, "profession.stepped", id);
    audit_write(tx, "regulatedProfession", id, "transition", "[\"status\"]");
    return profession_reply(x, tx, id, 200, rs);
}
