/* http.c - credential evaluations, and the operations of the area (api-spec/cases/evaluations.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/evaluations/evaluations.h"
#include "cases/evaluations/internal.h"
#include "cases/evaluations/queries.h"
#include "cases/evaluations/rules.h"
#include "cases/shares/shares.h"
#include "cases/tasks/followup.h"
#include "web/page.h"

ERR_DEFINE(err_free_used, ERR_CONFLICT, "evaluation.freeUsed",
           "The person's one evaluation without a fee is used.");

void evaluation_show(struct ctx *x, struct evaluation_row *row)
{
    row->allowed_actions = rules_evaluation_actions(
        x->arena, row->status, row->writes_ && principal_has(x->who, "evaluations:write"));
}

/* The row after what is queued; the one index that a second evaluation without a fee runs into has a name of
 * its own. */
static err_t evaluation_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct evaluation_row row;
    err_t err = q_evaluation_get(tx, id, &row);

    if (err && str_eq(err->code, "unique.credential_evaluations_free"))
        return err_free_used;
    TRY(err);
    evaluation_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/credential-evaluations/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &evaluation_row_json, &row);
}

/* listCredentialEvaluations: GET /cases/{caseId}/credential-evaluations */
static err_t list_credential_evaluations(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_evaluation_list_in in = {.case_id = request_path_uuid(rq, "caseId"),
                                      .status = request_query(rq, "status")};
    struct case_access access;
    struct evaluation_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_evaluation_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(case_access_read(x, tx, in.case_id, EVALUATIONS_FIELD, &access));
    TRY(q_evaluation_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        evaluation_show(x, &rows[i]);
    audit_rows(tx, "credentialEvaluation", rows, n, sizeof(*rows), offsetof(struct evaluation_row, id));
    return reply_page(x, rq, rs, &q_evaluation_list_page, &page, &evaluation_row_json, rows, n);
}

struct evaluation_input {
    const char *qualification, *country, *institution, *obtained, *purpose, *desk_reference, *letter;
    struct opt_date letter_checked_on;
    bool free;
    struct opt_uuid profession_id;
};
static const struct json_field evaluation_fields[] = {
    JSON_FIELD(struct evaluation_input, qualification, "qualification", JSON_TEXT),
    JSON_FIELD(struct evaluation_input, country, "country", JSON_TEXT),
    JSON_FIELD(struct evaluation_input, institution, "institution", JSON_TEXT),
    JSON_FIELD(struct evaluation_input, obtained, "obtained", JSON_TEXT),
    JSON_FIELD(struct evaluation_input, purpose, "purpose", JSON_TEXT),
    JSON_FIELD(struct evaluation_input, desk_reference, "deskReference", JSON_TEXT),
    JSON_FIELD(struct evaluation_input, letter, "letter", JSON_TEXT),
    JSON_FIELD(struct evaluation_input, letter_checked_on, "letterCheckedOn", JSON_OPT_DATE),
    JSON_FIELD(struct evaluation_input, free, "free", JSON_BOOL),
    JSON_FIELD(struct evaluation_input, profession_id, "professionId", JSON_OPT_UUID),
};
static const struct json_shape evaluation_shape = JSON_SHAPE(struct evaluation_input, evaluation_fields);

/* Letter and date are right, and the profession is one of the case. */
static err_t check_input(struct ctx *x, struct tx *tx, struct uuid case_id, const struct evaluation_input *in)
{
    static const struct fault fault = {.at = "/professionId",
                                       .code = "profession.unknown",
                                       .detail = "The case has no such regulated profession."};
    struct profession_of profession;
    bool found = true;

    TRY(rules_evaluation_terms(x->arena,
                               &(struct evaluation_terms){.letter = in->letter,
                                                          .letter_checked_on = in->letter_checked_on,
                                                          .obtained = in->obtained},
                               date_today_nl(x->now_us)));
    if (in->profession_id.set)
        TRY(q_profession_of(tx, case_id, in->profession_id.v, &found, &profession));
    return found ? NULL
                 : err_faults(x->arena, ERR_INVALID, "request.invalid", "The evaluation cannot be kept so.",
                              &fault, 1);
}

static void step_add(struct ctx *x, struct tx *tx, const struct case_access *access, struct uuid id,
                     const char *from, const char *to, int32_t on, const char *note)
{
    q_evaluation_step_add(tx, &(struct q_evaluation_step_add_in){.id = uuid_new(x->now_us),
                                                                 .org = access->org,
                                                                 .case_id = access->case_id,
                                                                 .evaluation_id = id,
                                                                 .from = from,
                                                                 .to = to,
                                                                 .on = on,
                                                                 .note = note,
                                                                 .author = x->who->subject,
                                                                 .now = x->now_us});
}

/* createCredentialEvaluation: POST /cases/{caseId}/credential-evaluations */
static err_t create_credential_evaluation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us), person_id;
    struct evaluation_input in = {.letter = "notChecked"};
    int32_t today = date_today_nl(x->now_us);
    struct case_access access;
    struct tx *tx;

    TRY(request_read(x, rq, &evaluation_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(case_access_write(x, tx, case_id, EVALUATIONS_FIELD, &access));
    TRY(check_input(x, tx, case_id, &in));
    TRY(evaluation_person_of(x, tx, &access, json_member_uuid(request_body(rq), "personId"), &person_id));
    q_evaluation_add(tx, &(struct q_evaluation_add_in){.id = id,
                                                       .org = access.org,
                                                       .case_id = case_id,
                                                       .person_id = person_id,
                                                       .qualification = in.qualification,
                                                       .country = in.country,
                                                       .institution = in.institution,
                                                       .obtained = in.obtained,
                                                       .purpose = in.purpose,
                                                       .desk_reference = in.desk_reference,
                                                       .letter = in.letter,
                                                       .letter_checked_on = in.letter_checked_on,
                                                       .free = in.free,
                                                       .profession_id = in.profession_id,
                                                       .today = today,
                                                       .author = x->who->subject,
                                                       .now = x->now_us});
    step_add(x, tx, &access, id, NULL, "draft", today, NULL);
    case_access_wrote(x, tx, &access, "evaluation.begun", id);
    audit_write(tx, "credentialEvaluation", id, "create", NULL);
    return evaluation_reply(x, tx, id, 201, rs);
}

/* getCredentialEvaluation: GET /credential-evaluations/{evaluationId} */
static err_t get_credential_evaluation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "evaluationId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "credentialEvaluation", id, "");
    return evaluation_reply(x, tx, id, 200, rs);
}

/* The evaluation of the path, locked by who may write it and has seen its last version. It is read before
 * it is locked: a share for viewing shows it, and says why it is not changed. */
static err_t evaluation_begin(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                              struct uuid *ret_id, struct case_access *ret_access,
                              struct evaluation_locked *ret)
{
    struct evaluation_row row;

    *ret_id = request_path_uuid(rq, "evaluationId");
    TRY(db_begin(x, ret_tx));
    TRY(q_evaluation_get(*ret_tx, *ret_id, &row));
    TRY(case_access_write(x, *ret_tx, row.case_id, EVALUATIONS_FIELD, ret_access));
    TRY(q_evaluation_lock(*ret_tx, *ret_id, ret));
    return etag_match(rq, ret->version);
}

static bool fee_changes(const struct evaluation_locked *e, const struct evaluation_input *in)
{
    return e->free != in->free || !str_eq(e->letter, in->letter) ||
           e->letter_checked_on.set != in->letter_checked_on.set ||
           (e->letter_checked_on.set && e->letter_checked_on.v != in->letter_checked_on.v);
}

/* patchCredentialEvaluation: PATCH /credential-evaluations/{evaluationId} */
static err_t patch_credential_evaluation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct evaluation_locked e;
    struct case_access access;
    struct uuid id;
    struct tx *tx;

    TRY(evaluation_begin(x, rq, &tx, &id, &access, &e));
    TRY(rules_evaluation_open(e.status));
    struct evaluation_input in = {.qualification = e.qualification,
                                  .country = e.country,
                                  .institution = e.institution,
                                  .obtained = e.obtained,
                                  .purpose = e.purpose,
                                  .desk_reference = e.desk_reference,
                                  .letter = e.letter,
                                  .letter_checked_on = e.letter_checked_on,
                                  .free = e.free,
                                  .profession_id = e.profession_id};
    TRY(request_read(x, rq, &evaluation_shape, &in));
    TRY(check_input(x, tx, access.case_id, &in));
    if (fee_changes(&e, &in))
        TRY(rules_evaluation_fee(e.status));
    q_evaluation_save(tx, &(struct q_evaluation_save_in){.id = id,
                                                         .qualification = in.qualification,
                                                         .country = in.country,
                                                         .institution = in.institution,
                                                         .obtained = in.obtained,
                                                         .purpose = in.purpose,
                                                         .desk_reference = in.desk_reference,
                                                         .letter = in.letter,
                                                         .letter_checked_on = in.letter_checked_on,
                                                         .free = in.free,
                                                         .profession_id = in.profession_id,
                                                         .now = x->now_us});
    audit_write(tx, "credentialEvaluation", id, "update", json_member_names(x->arena, request_body(rq)));
    return evaluation_reply(x, tx, id, 200, rs);
}

struct step_input {
    const char *to, *waiting_for, *comparable_level, *note;
    int32_t on;
    struct opt_date due_on;
};
static const struct json_field step_fields[] = {
    JSON_FIELD(struct step_input, to, "to", JSON_TEXT),
    JSON_FIELD(struct step_input, on, "on", JSON_DATE),
    JSON_FIELD(struct step_input, waiting_for, "waitingFor", JSON_TEXT),
    JSON_FIELD(struct step_input, due_on, "dueOn", JSON_OPT_DATE),
    JSON_FIELD(struct step_input, comparable_level, "comparableLevel", JSON_TEXT),
    JSON_FIELD(struct step_input, note, "note", JSON_TEXT),
};
static const struct json_shape step_shape = JSON_SHAPE(struct step_input, step_fields);

/* The step follows, and says what it must. */
static err_t check_step(struct ctx *x, const struct evaluation_locked *e, const struct step_input *in)
{
    TRY(rules_evaluation_step(e->status, in->to));
    TRY(rules_evaluation_step_terms(x->arena,
                                    &(struct step_terms){.to = in->to,
                                                         .on = in->on,
                                                         .last_on = e->status_on,
                                                         .waiting_for = in->waiting_for != NULL,
                                                         .comparable_level = in->comparable_level != NULL,
                                                         .due_on = in->due_on},
                                    date_today_nl(x->now_us)));
    return rules_evaluation_submit(in->to, e->free, e->letter);
}

/* What was asked before is settled by whatever follows. What the step asks of us: an answer by the desk's
 * day, or documents within ten working days. */
static err_t step_follow_up(struct ctx *x, struct tx *tx, const struct case_access *access, struct uuid id,
                            const struct step_input *in)
{
    int32_t today = date_today_nl(x->now_us);
    struct followup f = {.case_id = access->case_id,
                         .organisation = access->partner ? access->org : NULL,
                         .kind = in->due_on.set ? "evaluationQuestions" : "evaluationDocuments",
                         .item_id = id,
                         .due_on = in->due_on.set ? in->due_on.v : date_add_working_days_nl(today, 10)};

    TRY(followup_settle(x, tx, &f));
    return in->waiting_for ? followup_plan(x, tx, &f) : NULL;
}

/* stepCredentialEvaluation: POST /credential-evaluations/{evaluationId}/steps */
static err_t step_credential_evaluation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct evaluation_locked e;
    struct case_access access;
    struct step_input in = {0};
    struct uuid id;
    struct tx *tx;

    TRY(request_read(x, rq, &step_shape, &in));
    TRY(evaluation_begin(x, rq, &tx, &id, &access, &e));
    TRY(check_step(x, &e, &in));
    q_evaluation_move(tx, &(struct q_evaluation_move_in){.id = id,
                                                         .status = in.to,
                                                         .on = in.on,
                                                         .waiting_for = in.waiting_for,
                                                         .due_on = in.due_on,
                                                         .comparable_level = in.comparable_level,
                                                         .now = x->now_us});
    step_add(x, tx, &access, id, e.status, in.to, in.on, in.note);
    TRY(step_follow_up(x, tx, &access, id, &in));
    case_access_wrote(x, tx, &access, "evaluation.stepped", id);
    audit_write(tx, "credentialEvaluation", id, "transition", "[\"status\"]");
    return evaluation_reply(x, tx, id, 200, rs);
}

/* listEvaluationSteps: GET /credential-evaluations/{evaluationId}/steps */
static err_t list_evaluation_steps(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_evaluation_step_list_in in = {.evaluation_id = request_path_uuid(rq, "evaluationId")};
    struct evaluation_step_row *rows;
    struct evaluation_row evaluation;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_evaluation_step_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_evaluation_get_later(tx, in.evaluation_id, &evaluation);
    TRY(q_evaluation_step_list(tx, &in, &page, &rows, &n));
    audit_read(tx, "credentialEvaluation", in.evaluation_id, "steps");
    return reply_page(x, rq, rs, &q_evaluation_step_list_page, &page, &evaluation_step_row_json, rows, n);
}

const struct handler evaluations_handlers[] = {
    {"listCredentialEvaluations", list_credential_evaluations},
    {"createCredentialEvaluation", create_credential_evaluation},
    {"getCredentialEvaluation", get_credential_evaluation},
    {"patchCredentialEvaluation", patch_credential_evaluation},
    {"listEvaluationSteps", list_evaluation_steps},
    {"stepCredentialEvaluation", step_credential_evaluation},
    {"listRegulatedProfessions", list_regulated_professions},
    {"createRegulatedProfession", create_regulated_profession},
    {"getRegulatedProfession", get_regulated_profession},
    {"patchRegulatedProfession", patch_regulated_profession},
    {"stepRegulatedProfession", step_regulated_profession},
    {NULL, NULL},
};
