/* competences.c - what an expert can do and when; parts of the expert, whose ETag guards them. */
#include "app/audit.h"
#include "app/corrections.h"
#include "base/arena.h"
#include "base/json.h"
#include "diaspora/experts/experts.h"
#include "diaspora/experts/internal.h"

struct competence_input {
    const char *uri, *label, *evidence, *source;
};
static const struct json_field competence_fields[] = {
    JSON_FIELD(struct competence_input, uri, "uri", JSON_TEXT),
    JSON_FIELD(struct competence_input, label, "label", JSON_TEXT),
    JSON_FIELD(struct competence_input, evidence, "evidence", JSON_TEXT),
    JSON_FIELD(struct competence_input, source, "source", JSON_TEXT),
};
static const struct json_shape competence_shape = JSON_SHAPE(struct competence_input, competence_fields);

static err_t changed(struct ctx *x, struct tx *tx, struct uuid expert_id, const char *what, int status,
                     struct response *rs)
{
    q_expert_touch(tx, expert_id, x->now_us);
    audit_write(tx, "expert", expert_id, "update", arena_printf(x->arena, "[\"%s\"]", what));
    if (status == 201)
        reply_location(x, rs, "/experts/%s", uuid_text(x->arena, expert_id));
    return expert_reply(x, tx, expert_id, status, rs);
}

static err_t refused(struct ctx *x, const struct fault_list *faults)
{
    return fault_list_err(x->arena, faults, ERR_INVALID, "request.invalid", "It cannot be recorded so.");
}

/* createExpertCompetence: POST /experts/{expertId}/competences */
err_t create_expert_competence(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct competence_input in = {.evidence = "declared"};
    struct fault_list faults = {0};
    struct expert_locked expert;
    struct competence_id other;
    struct uuid id;
    struct tx *tx;
    bool found;

    TRY(expert_lock(x, rq, &tx, &id, &expert));
    TRY(request_read(x, rq, &competence_shape, &in));
    rules_evidence(x->arena, in.evidence, in.source, "/source", &faults);
    TRY(q_competence_of(tx, id, in.uri, &found, &other));
    if (found)
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/uri",
                                 .code = "competence.twice",
                                 .detail = "The expert has this competence already."});
    TRY(refused(x, &faults));
    q_competence_add(tx, &(struct q_competence_add_in){.id = uuid_new(x->now_us),
                                                       .expert_id = id,
                                                       .uri = in.uri,
                                                       .label = in.label,
                                                       .evidence = in.evidence,
                                                       .source = in.source,
                                                       .by = x->who->subject,
                                                       .now = x->now_us});
    return changed(x, tx, id, "competences", 201, rs);
}

/* patchExpertCompetence: PATCH /experts/{expertId}/competences/{competenceId} */
err_t patch_expert_competence(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id, competence_id = request_path_uuid(rq, "competenceId");
    struct fault_list faults = {0};
    struct expert_locked expert;
    struct correction c = {.kind = "expertCompetence",
                           .object = competence_id,
                           .reason = json_member_text(request_body(rq), "reason")};
    struct competence_locked before;
    struct tx *tx;
    json_t *was;

    TRY(expert_lock(x, rq, &tx, &id, &expert));
    TRY(q_competence_lock(tx, id, competence_id, &before));
    TRY(correction_view(x, &competence_locked_json, &before, &was));
    c.subject = id;
    struct competence_input in = {
        .label = before.label, .evidence = before.evidence, .source = before.source};
    TRY(request_read(x, rq, &competence_shape, &in));
    rules_evidence(x->arena, in.evidence, in.source, "/source", &faults);
    TRY(refused(x, &faults));
    TRY(correction_keep_row(x, tx, &c, request_body(rq), was, &competence_shape, &in));
    q_competence_save(tx, &(struct q_competence_save_in){.id = competence_id,
                                                         .label = in.label,
                                                         .evidence = in.evidence,
                                                         .source = in.source,
                                                         .now = x->now_us});
    return changed(x, tx, id, "competences", 200, rs);
}

/* deleteExpertCompetence: DELETE /experts/{expertId}/competences/{competenceId} */
err_t delete_expert_competence(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id, competence_id = request_path_uuid(rq, "competenceId");
    struct expert_locked expert;
    struct competence_locked before;
    struct tx *tx;

    TRY(expert_lock(x, rq, &tx, &id, &expert));
    TRY(q_competence_lock(tx, id, competence_id, &before));
    q_competence_end(tx, competence_id, x->now_us);
    return changed(x, tx, id, "competences", 200, rs);
}

/* createExpertWindow: POST /experts/{expertId}/windows */
err_t create_expert_window(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct opt_date starts_on = json_member_date(body, "startsOn"),
                    ends_on = json_member_date(body, "endsOn");
    struct fault_list faults = {0};
    struct expert_locked expert;
    struct uuid id;
    struct tx *tx;

    TRY(expert_lock(x, rq, &tx, &id, &expert));
    if (ends_on.v < starts_on.v)
        fault_add(x->arena, &faults,
                  (struct fault){
                      .at = "/endsOn", .code = "dates.order", .detail = "It would end before it begins."});
    TRY(refused(x, &faults));
    q_window_add(tx, &(struct q_window_add_in){.id = uuid_new(x->now_us),
                                               .expert_id = id,
                                               .kind = json_member_text(body, "kind"),
                                               .starts_on = starts_on.v,
                                               .ends_on = ends_on.v,
                                               .note = json_member_text(body, "note"),
                                               .by = x->who->subject,
                                               .now = x->now_us});
    return changed(x, tx, id, "windows", 201, rs);
}

/* deleteExpertWindow: DELETE /experts/{expertId}/windows/{windowId} */
err_t delete_expert_window(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id, window_id = request_path_uuid(rq, "windowId");
    struct expert_locked expert;
    struct window_id window;
    struct tx *tx;

    TRY(expert_lock(x, rq, &tx, &id, &expert));
    TRY(q_window_find(tx, id, window_id, &window));
    q_window_end(tx, window_id, x->now_us);
    return changed(x, tx, id, "windows", 200, rs);
}
