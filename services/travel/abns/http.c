/* http.c - operations on advance booking notifications (api-spec/travel/abns.yaml). */
#include "app/audit.h"
#include "app/outbox.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/db.h"
#include "travel/abns/abns.h"
#include "travel/abns/internal.h"
#include "travel/areas.h"
#include "travel/guards/facts.h"
#include "travel/movements/queries.h"
#include "travel/state.h"
#include "web/page.h"

ERR_DEFINE(err_unchanged, ERR_CONFLICT, "abn.unchanged", "They have been told just that.");

/* As each side sees it: who sent it stays with the sender, who took note of it with the addressee. */
struct abn_shown {
    struct abn_row row;
    const char *sent_by, *acknowledged_by;
    const char *snapshot; /* NULL in lists */
    struct text_array allowed_actions;
};
static const struct json_field shown_fields[] = {
    JSON_FIELD(struct abn_shown, row.id, "id", JSON_UUID),
    JSON_FIELD(struct abn_shown, row.movement_id, "movementId", JSON_UUID),
    JSON_FIELD(struct abn_shown, row.from_organisation, "fromOrganisation", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.to_organisation, "toOrganisation", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.to_office, "toOffice", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.to_kind, "toKind", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.number, "number", JSON_I32),
    JSON_FIELD(struct abn_shown, row.fields, "fields", JSON_TEXTS),
    JSON_FIELD(struct abn_shown, row.legal_basis, "legalBasis", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.answer_wanted, "answerWanted", JSON_BOOL),
    JSON_FIELD(struct abn_shown, row.cancelled, "cancelled", JSON_BOOL),
    JSON_FIELD(struct abn_shown, row.status, "status", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.sent_at, "sentAt", JSON_INSTANT),
    JSON_FIELD(struct abn_shown, sent_by, "sentBy", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.acknowledged_at, "acknowledgedAt", JSON_OPT_INSTANT),
    JSON_FIELD(struct abn_shown, acknowledged_by, "acknowledgedBy", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.problem, "problem", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.problem_note, "problemNote", JSON_TEXT),
    JSON_FIELD(struct abn_shown, row.problem_at, "problemAt", JSON_OPT_INSTANT),
    JSON_FIELD(struct abn_shown, row.superseded_at, "supersededAt", JSON_OPT_INSTANT),
    JSON_FIELD(struct abn_shown, row.superseded_by, "supersededBy", JSON_OPT_UUID),
    {.name = "snapshot",
     .name_bytes = sizeof("snapshot") - 1,
     .type = JSON_RAW,
     .offset = offsetof(struct abn_shown, snapshot),
     .omit_null = true},
    JSON_FIELD(struct abn_shown, row.version, "version", JSON_I32),
    JSON_FIELD(struct abn_shown, allowed_actions, "allowedActions", JSON_TEXTS),
};
static const struct json_shape shown_json = JSON_SHAPE(struct abn_shown, shown_fields);

/* To an organisation as a whole; of our own, to those of the office. */
static struct abn_reader reader_of(struct ctx *x, const struct abn_row *row)
{
    bool ours = str_eq(row->to_organisation, x->who->organisation);
    bool office =
        !row->to_office || principal_has(x->who, arena_printf(x->arena, "office:%s", row->to_office));

    return (struct abn_reader){.addressee = ours && office,
                               .answers = principal_has(x->who, "abns:acknowledge")};
}

static struct abn_shown show(struct ctx *x, const struct abn_row *row)
{
    struct abn_reader reader = reader_of(x, row);
    struct abn_shown shown = {.row = *row,
                              .allowed_actions = rules_abn_actions(x->arena, row->status, &reader)};

    if (str_eq(row->from_organisation, x->who->organisation))
        shown.sent_by = row->sent_by;
    if (reader.addressee)
        shown.acknowledged_by = row->acknowledged_by;
    return shown;
}

static err_t reply_abn(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct abn_row row;

    TRY(q_abn_get(tx, id, &row));
    struct abn_shown shown = show(x, &row);
    TRY(abn_unseal(x, &row, &shown.snapshot));
    reply_etag(rs, row.version);
    return reply_row(rs, status, &shown_json, &shown);
}

struct abn_input {
    const char *to_organisation, *to_office, *legal_basis;
    struct text_array fields;
    bool answer_wanted;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct abn_input, to_organisation, "toOrganisation", JSON_TEXT),
    JSON_FIELD(struct abn_input, to_office, "toOffice", JSON_TEXT),
    JSON_FIELD(struct abn_input, legal_basis, "legalBasis", JSON_TEXT),
    JSON_FIELD(struct abn_input, fields, "fields", JSON_TEXTS),
    JSON_FIELD(struct abn_input, answer_wanted, "answerWanted", JSON_BOOL),
};
static const struct json_shape input_shape = JSON_SHAPE(struct abn_input, input_fields);

static err_t terms_read(struct ctx *x, const struct request *rq, struct abn_input *in, struct abn_terms *ret)
{
    struct fault_list faults = {0};

    *in = (struct abn_input){.answer_wanted = true};
    TRY(request_read(x, rq, &input_shape, in));
    *ret = (struct abn_terms){.own = x->who->organisation,
                              .organisation = in->to_organisation,
                              .office = in->to_office,
                              .kind = addressees_find(travel_state(x)->addressees, in->to_organisation),
                              .fields = in->fields,
                              .legal_basis = in->legal_basis};
    rules_abn_terms(x->arena, ret, &faults);
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "They cannot be told so.");
}

/* previewAbn: POST /movements/{movementId}/abns/_preview */
static err_t preview_abn(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid movement_id = request_path_uuid(rq, "movementId");
    struct abn_input in;
    struct abn_terms terms;
    struct abn_movement movement;
    const char *snapshot;
    struct tx *tx;

    TRY(terms_read(x, rq, &in, &terms));
    TRY(db_begin_read(x, &tx));
    audit_read(tx, "movement", movement_id, "abn");
    TRY(abn_view(x, tx, movement_id, &terms, &movement, &snapshot));
    return reply_json_text(rs, 200, snapshot);
}

/* The one that stands for the same addressee, or NULL. */
static const struct abn_row *standing_for(const struct abn_row *rows, size_t n, const struct abn_terms *t)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rows[i].to_organisation, t->organisation) &&
            (t->office ? str_eq(rows[i].to_office, t->office) : !rows[i].to_office))
            return &rows[i];
    return NULL;
}

/* sendAbn: POST /movements/{movementId}/abns. What was chosen before for the same addressee is overtaken. */
static err_t send_abn(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid movement_id = request_path_uuid(rq, "movementId"), id = uuid_new(x->now_us);
    struct movement_locked locked;
    struct abn_movement movement;
    struct abn_input in;
    struct abn_terms terms;
    struct abn_row *current;
    const char *snapshot, *before;
    struct tx *tx;
    size_t n;

    TRY(terms_read(x, rq, &in, &terms));
    TRY(db_begin(x, &tx));
    TRY(q_movement_lock(tx, movement_id, &locked));
    TRY(rules_abn_movement(locked.status));
    TRY(abn_view(x, tx, movement_id, &terms, &movement, &snapshot));
    TRY(q_abns_current(tx, movement_id, &current, &n));
    const struct abn_row *former = standing_for(current, n, &terms);
    if (former) {
        TRY(abn_unseal(x, former, &before));
        if (str_eq(before, snapshot) && former->answer_wanted == in.answer_wanted)
            return err_unchanged;
        abn_supersede(x, tx, former, id);
    }
    TRY(abn_send(x, tx,
                 &(struct abn_new){.id = id,
                                   .movement_id = movement_id,
                                   .programme = movement.programme,
                                   .to_kind = terms.kind->kind,
                                   .terms = &terms,
                                   .answer_wanted = in.answer_wanted,
                                   .snapshot = snapshot}));
    TRY(abn_advance(x, tx, movement_id));
    TRY(movement_rejudge(x, tx, movement_id, NULL));
    reply_location(x, rs, "/abns/%s", uuid_text(x->arena, id));
    return reply_abn(x, tx, id, 201, rs);
}

static err_t reply_abns(struct ctx *x, const struct request *rq, struct response *rs, struct page *page,
                        struct abn_row *rows, size_t n)
{
    struct abn_shown *shown = ARENA_ARRAY(x->arena, n + 1, struct abn_shown);

    for (size_t i = 0; i < n; i++)
        shown[i] = show(x, &rows[i]);
    audit_rows(x->tx, "abn", rows, n, sizeof *rows, offsetof(struct abn_row, id));
    return reply_page(x, rq, rs, &q_abn_list_page, page, &shown_json, shown, n);
}

/* listMovementAbns: GET /movements/{movementId}/abns */
static err_t list_movement_abns(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid movement_id = request_path_uuid(rq, "movementId");
    struct q_abn_list_in in = {.movement_id = OPT_UUID(movement_id), .status = request_query(rq, "status")};
    struct movement_state of;
    struct abn_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_abn_list_page, &page));
    page_filter(&page, &q_abn_list_page, "movement_id");
    TRY(db_begin_read(x, &tx));
    q_movement_state_later(tx, movement_id, &of);
    TRY(q_abn_list(tx, &in, &page, &rows, &n));
    return reply_abns(x, rq, rs, &page, rows, n);
}

/* listAbns: GET /abns. A partner sees what it was sent; staff choose. */
static err_t list_abns(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *direction = request_query(rq, "direction");
    struct q_abn_list_in in = {.sent = OPT_BOOL(true),
                               .received = OPT_BOOL(true),
                               .movement_id = request_query_uuid(rq, "movementId"),
                               .status = request_query(rq, "status"),
                               .to_organisation = request_query(rq, "toOrganisation")};
    struct abn_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    if (!direction)
        direction = principal_of_house(x->who) ? "sent" : "received";
    TRY(page_read(x, rq, &q_abn_list_page, &page));
    page_filter(&page, &q_abn_list_page, direction);
    TRY(db_begin_read(x, &tx));
    TRY(q_abn_list(tx, &in, &page, &rows, &n));
    return reply_abns(x, rq, rs, &page, rows, n);
}

/* getAbn: GET /abns/{abnId} */
static err_t get_abn(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "abnId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "abn", id, "snapshot");
    return reply_abn(x, tx, id, 200, rs);
}

/* getAbnSnapshot: GET /abns/{abnId}/snapshot */
static err_t get_abn_snapshot(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "abnId");
    struct abn_row row;
    const char *snapshot;
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "abn", id, "snapshot");
    TRY(q_abn_get(tx, id, &row));
    TRY(abn_unseal(x, &row, &snapshot));
    return reply_json_text(rs, 200, snapshot);
}

static err_t lock(struct ctx *x, const struct request *rq, struct tx **ret_tx, bool again,
                  struct abn_row *ret)
{
    struct uuid id = request_path_uuid(rq, "abnId");

    TRY(db_begin(x, ret_tx));
    TRY(q_abn_get(*ret_tx, id, ret));
    struct abn_reader reader = reader_of(x, ret);
    err_t refused = rules_abn_answer(ret->status, &reader, again);
    if (refused && refused->kind == ERR_CONFLICT) /* nobody may lock it any more */
        TRY(etag_match(rq, ret->version));
    if (refused)
        return refused;
    TRY(q_abn_lock(*ret_tx, id, ret));
    TRY(etag_match(rq, ret->version));
    return rules_abn_answer(ret->status, &reader, again);
}

/* The answer is the sender's business: its worker moves the journey on. */
static void answered(struct ctx *x, struct tx *tx, const struct abn_row *row, const char *problem)
{
    const char *quoted = problem ? arena_printf(x->arena, "\"%s\"", problem) : "null";

    outbox_add(tx, &(struct event){.type = "travel.abn.answered",
                                   .subject = row->id,
                                   .key = row->movement_id,
                                   .organisation = row->from_organisation,
                                   .data = arena_printf(
                                       x->arena, "{\"abnId\":\"%s\",\"movementId\":\"%s\",\"problem\":%s}",
                                       uuid_text(x->arena, row->id), uuid_text(x->arena, row->movement_id),
                                       quoted)});
}

/* acknowledgeAbn: POST /abns/{abnId}/acknowledge */
static err_t acknowledge_abn(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct abn_row row;
    struct tx *tx;

    TRY(lock(x, rq, &tx, false, &row));
    q_abn_acknowledge(tx,
                      &(struct q_abn_acknowledge_in){.id = row.id, .by = x->who->subject, .now = x->now_us});
    audit_write(tx, "abn", row.id, "acknowledge", "[\"status\"]");
    answered(x, tx, &row, NULL);
    return reply_abn(x, tx, row.id, 200, rs);
}

/* reportAbnProblem: POST /abns/{abnId}/report-problem */
static err_t report_problem(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    struct abn_row row;
    struct tx *tx;

    TRY(lock(x, rq, &tx, true, &row));
    q_abn_problem(tx, &(struct q_abn_problem_in){.id = row.id,
                                                 .problem = json_member_text(body, "problem"),
                                                 .note = json_member_text(body, "note"),
                                                 .now = x->now_us});
    audit_write(tx, "abn", row.id, "reportProblem", "[\"problem\"]");
    answered(x, tx, &row, json_member_text(body, "problem"));
    return reply_abn(x, tx, row.id, 200, rs);
}

const struct handler abns_handlers[] = {
    {"previewAbn", preview_abn},
    {"sendAbn", send_abn},
    {"listMovementAbns", list_movement_abns},
    {"listAbns", list_abns},
    {"getAbn", get_abn},
    {"getAbnSnapshot", get_abn_snapshot},
    {"acknowledgeAbn", acknowledge_abn},
    {"reportAbnProblem", report_problem},
    {"listAbnRecalls", list_abn_recalls},
    {"getAbnRecall", get_abn_recall},
    {"confirmAbnDeletion", confirm_abn_deletion},
    {NULL, NULL},
};
