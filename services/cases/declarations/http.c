/* http.c - operations on declarations (api-spec/cases/declarations.yaml). */
#include "app/audit.h"
#include "app/corrections.h"
#include "app/outbox.h"
#include "app/service_main.h"
#include "base/actions.h"
#include "base/arena.h"
#include "base/json.h"
#include "cases/areas.h"
#include "cases/authority/authority.h"
#include "cases/cases/cases.h"
#include "cases/declarations/queries.h"
#include "cases/declarations/rules.h"
#include "cases/persons/persons.h"
#include "cases/programmes/pack.h"
#include "cases/shares/shares.h"
#include "cases/state.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

ERR_DEFINE(err_missing, ERR_MISSING, "declaration.missing", "There is no such declaration.");

static void declaration_show(struct ctx *x, struct declaration_row *row)
{
    action_add(x->arena, &row->allowed_actions,
               rules_declaration_stands(row->withdrawn_at) && principal_has(x->who, "declarations:write"),
               "withdraw");
    action_add(x->arena, &row->allowed_actions, principal_has(x->who, "declarations:write"), "correct");
}

static err_t declaration_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct declaration_row row;

    TRY(q_declaration_get(tx, id, &row));
    declaration_show(x, &row);
    reply_etag(rs, row.version_);
    if (status == 201)
        reply_location(x, rs, "/declarations/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &declaration_row_json, &row);
}

/* In which part of its way the case is. */
static const char *phase_of(struct ctx *x, const struct declaration_case *c)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    const struct pack *pack = packs_version(state->packs, c->programme, c->programme_version);
    const struct pack_status *status = pack ? pack_status(pack, c->status) : NULL;

    return status ? status->phase : "";
}

static void declaration_told(struct ctx *x, struct tx *tx, const struct declaration_row *d, const char *kind)
{
    timeline_add(tx, d->case_id, kind,
                 arena_printf(x->arena, "{\"declarationId\":\"%s\",\"personId\":\"%s\",\"kind\":\"%s\"}",
                              uuid_text(x->arena, d->id), uuid_text(x->arena, d->person_id), d->kind),
                 "");
}

static const struct json_field declaration_input_fields[] = {
    JSON_FIELD(struct q_declaration_add_in, case_id, "caseId", JSON_UUID),
    JSON_FIELD(struct q_declaration_add_in, person_id, "personId", JSON_UUID),
    JSON_FIELD(struct q_declaration_add_in, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct q_declaration_add_in, text_version, "textVersion", JSON_TEXT),
    JSON_FIELD(struct q_declaration_add_in, language, "language", JSON_TEXT),
    JSON_FIELD(struct q_declaration_add_in, method, "method", JSON_TEXT),
    JSON_FIELD(struct q_declaration_add_in, interpreter, "interpreter", JSON_TEXT),
    JSON_FIELD(struct q_declaration_add_in, witness, "witness", JSON_TEXT),
    JSON_FIELD(struct q_declaration_add_in, guardian_id, "guardianId", JSON_OPT_UUID),
    JSON_FIELD(struct q_declaration_add_in, signed_at, "signedAt", JSON_INSTANT),
};
static const struct json_shape declaration_input_shape =
    JSON_SHAPE(struct q_declaration_add_in, declaration_input_fields);

/* Case, person and guardian are there for the writer; the case is held from here on. */
static err_t parties_judge(struct ctx *x, struct tx *tx, const struct q_declaration_add_in *in,
                           struct declaration_case *ret)
{
    struct fault_list faults = {0};
    bool found;

    TRY(q_declaration_case(tx, in->case_id, in->person_id, in->guardian_id, &found, ret));
    if (!found)
        fault_add(
            x->arena, &faults,
            (struct fault){.at = "/caseId", .code = "case.unknown", .detail = "There is no such case."});
    else if (!ret->on_case)
        fault_add(x->arena, &faults,
                  (struct fault){.at = "/personId",
                                 .code = "person.notOnCase",
                                 .detail = "The person is not on this case."});
    if (found && !ret->guardian)
        fault_add(x->arena, &faults,
                  (struct fault){
                      .at = "/guardianId", .code = "person.unknown", .detail = "There is no such person."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The declaration is not valid.");
}

/* recordDeclaration: POST /declarations */
static err_t record_declaration(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_declaration_add_in in = {.kind = "return"};
    struct declaration_case held;
    struct fault_list faults = {0};
    struct tx *tx;

    rules_declaration_input(x->arena, request_body(rq), x->now_us, &faults);
    TRY(fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The declaration is not valid."));
    TRY(request_read(x, rq, &declaration_input_shape, &in));
    in.id = uuid_new(x->now_us);
    in.by = x->who->subject;
    in.now = x->now_us;

    TRY(db_begin(x, &tx));
    TRY(parties_judge(x, tx, &in, &held));
    TRY(rules_declaration_sign(phase_of(x, &held)));
    TRY(person_changeable(tx, in.person_id));
    q_declaration_add(tx, &in);
    declaration_told(x, tx,
                     &(struct declaration_row){
                         .id = in.id, .case_id = in.case_id, .person_id = in.person_id, .kind = in.kind},
                     "declaration.signed");
    audit_write(tx, "declaration", in.id, "create", NULL);
    return declaration_reply(x, tx, in.id, 201, rs);
}

/* listDeclarations: GET /declarations */
static err_t list_declarations(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct declaration_row *rows;
    struct tx *tx;
    size_t n;
    struct q_declaration_list_in in = {.case_id = request_query_uuid(rq, "caseId"),
                                       .person_id = request_query_uuid(rq, "personId")};

    TRY(page_read(x, rq, &q_declaration_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_declaration_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        declaration_show(x, &rows[i]);
    audit_rows(tx, "declaration", rows, n, sizeof *rows, offsetof(struct declaration_row, id));
    return reply_page(x, rq, rs, &q_declaration_list_page, &page, &declaration_row_json, rows, n);
}

/* getDeclaration: GET /declarations/{declarationId} */
static err_t get_declaration(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "declarationId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "declaration", id, "");
    return declaration_reply(x, tx, id, 200, rs);
}

/* A member that the patch has set right, judged with all that stands beside it. */
static err_t correction_judge(struct ctx *x, const json_t *was, const json_t *patch, bool guardian)
{
    struct fault_list faults = {0};

    rules_declaration_input(x->arena, json_merge_patch(x->arena, was, patch), x->now_us, &faults);
    if (!guardian)
        fault_add(x->arena, &faults,
                  (struct fault){
                      .at = "/guardianId", .code = "person.unknown", .detail = "There is no such person."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The correction is not valid.");
}

static void declaration_save(struct ctx *x, struct tx *tx, const struct declaration_row *d)
{
    q_declaration_correct(tx, &(struct q_declaration_correct_in){.id = d->id,
                                                                 .text_version = d->text_version,
                                                                 .language = d->language,
                                                                 .method = d->method,
                                                                 .interpreter = d->interpreter,
                                                                 .witness = d->witness,
                                                                 .guardian_id = d->guardian_id,
                                                                 .now = x->now_us});
}

/* correctDeclaration: PATCH /declarations/{declarationId}. How it was made is set right; the wish stands as
 * it stood. */
static err_t correct_declaration(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *patch = request_body(rq);
    struct uuid id = request_path_uuid(rq, "declarationId");
    struct correction c = {.kind = "declaration", .object = id, .reason = json_member_text(patch, "reason")};
    struct opt_uuid guardian = json_member_uuid(patch, "guardianId");
    struct declaration_case held;
    struct declaration_row d;
    struct tx *tx;
    json_t *was;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_declaration_get(tx, id, &d));
    TRY(q_declaration_case(tx, d.case_id, d.person_id, guardian, &found, &held));
    if (!found)
        return err_missing;
    TRY(q_declaration_get(tx, id, &d)); /* again: now that nobody else can change it */
    TRY(etag_match(rq, d.version_));
    TRY(person_changeable(tx, d.person_id));
    c.subject = d.person_id;
    TRY(correction_view(x, &declaration_row_json, &d, &was));
    TRY(correction_judge(x, was, patch, held.guardian));
    TRY(request_read(x, rq, &declaration_row_json, &d));
    TRY(correction_keep_row(x, tx, &c, patch, was, &declaration_row_json, &d));
    declaration_save(x, tx, &d);
    declaration_told(x, tx, &d, "declaration.corrected");
    audit_write(tx, "declaration", id, "correct", json_member_names(x->arena, patch));
    return declaration_reply(x, tx, id, 200, rs);
}

/* withdrawDeclaration: POST /declarations/{declarationId}/withdraw. No guard and no If-Match stand before a
 * person's wish; the case is held, so that boarding and withdrawal have an order. */
static err_t withdraw_declaration(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "declarationId");
    struct declaration_row d;
    struct declaration_case held;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_declaration_get(tx, id, &d));
    TRY(q_declaration_case(tx, d.case_id, d.person_id, (struct opt_uuid){0}, &found, &held));
    if (!found)
        return err_missing;
    TRY(q_declaration_get(tx, id, &d)); /* again: now that nobody else can withdraw it */
    TRY(rules_declaration_withdraw(d.withdrawn_at, phase_of(x, &held)));

    q_declaration_withdraw(
        tx, &(struct q_declaration_withdraw_in){.case_id = d.case_id,
                                                .person_id = d.person_id,
                                                .how = json_member_text(request_body(rq), "how"),
                                                .note = json_member_text(request_body(rq), "note"),
                                                .now = x->now_us});
    declaration_told(x, tx, &d, "declaration.withdrawn");
    TRY(case_stop(x, tx, d.case_id, "declarationWithdrawn"));
    authority_cancel_for_case(tx, d.case_id, x->now_us);
    outbox_add(
        tx, &(struct event){.type = "cases.declaration.withdrawn",
                            .subject = id,
                            .key = d.case_id,
                            .data = arena_printf(
                                x->arena, "{\"declarationId\":\"%s\",\"caseId\":\"%s\",\"personId\":\"%s\"}",
                                uuid_text(x->arena, id), uuid_text(x->arena, d.case_id),
                                uuid_text(x->arena, d.person_id))});
    audit_write(tx, "declaration", id, "withdraw", NULL);
    TRY(partner_view_refresh(x, tx, d.case_id));
    return declaration_reply(x, tx, id, 200, rs);
}

const struct handler declarations_handlers[] = {
    {"recordDeclaration", record_declaration},     {"listDeclarations", list_declarations},
    {"getDeclaration", get_declaration},           {"correctDeclaration", correct_declaration},
    {"withdrawDeclaration", withdraw_declaration}, {NULL, NULL},
};
