/* http.c - operations on enquiries (api-spec/cases/enquiries.yaml). Their rows belong to the organisation
 * that recorded them: no event, share or match is ever made of one. */
#include "app/audit.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/enquiries/queries.h"
#include "cases/enquiries/rules.h"
#include "cases/programmes/pack.h"
#include "cases/state.h"
#include "web/page.h"

static err_t enquiry_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct enquiry_row row;

    TRY(q_enquiry_get(tx, id, &row));
    reply_etag(rs, row.version_);
    if (status == 201)
        reply_location(x, rs, "/enquiries/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &enquiry_row_json, &row);
}

static const struct json_field enquiry_input_fields[] = {
    JSON_FIELD(struct q_enquiry_add_in, channel, "channel", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_add_in, language, "language", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_add_in, topic, "topic", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_add_in, programme, "programme", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_add_in, place, "place", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_add_in, happened_at, "happenedAt", JSON_INSTANT),
    JSON_FIELD(struct q_enquiry_add_in, name, "name", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_add_in, note, "note", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_add_in, outcome, "outcome", JSON_TEXT),
};
static const struct json_shape enquiry_input_shape =
    JSON_SHAPE(struct q_enquiry_add_in, enquiry_input_fields);

static err_t enquiry_judge(struct ctx *x, const char *programme, int64_t happened_us)
{
    const struct cases_state *state = PROGRAM_STATE(x, struct cases_state);
    bool known = programme && packs_newest(state->packs, programme);
    bool works_in = programme && principal_has(x->who, arena_printf(x->arena, "programme:%s", programme));

    return rules_enquiry(x->arena, programme, known, works_in, happened_us, x->now_us);
}

/* recordEnquiry: POST /enquiries */
static err_t record_enquiry(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_enquiry_add_in in = {0};
    struct tx *tx;

    TRY(request_read(x, rq, &enquiry_input_shape, &in));
    TRY(enquiry_judge(x, in.programme, in.happened_at));
    in.id = uuid_new(x->now_us);
    in.by = x->who->subject;
    in.now = x->now_us;

    TRY(db_begin(x, &tx));
    q_enquiry_add(tx, &in);
    audit_write(tx, "enquiry", in.id, "create", NULL);
    return enquiry_reply(x, tx, in.id, 201, rs);
}

/* listEnquiries: GET /enquiries */
static err_t list_enquiries(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct enquiry_row *rows;
    struct tx *tx;
    size_t n;
    struct q_enquiry_list_in in = {.channel = request_query(rq, "channel"),
                                   .topic = request_query(rq, "topic"),
                                   .outcome = request_query(rq, "outcome")};

    TRY(page_read(x, rq, &q_enquiry_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_enquiry_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "enquiry", rows, n, sizeof *rows, offsetof(struct enquiry_row, id));
    return reply_page(x, rq, rs, &q_enquiry_list_page, &page, &enquiry_row_json, rows, n);
}

/* getEnquiry: GET /enquiries/{enquiryId} */
static err_t get_enquiry(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "enquiryId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "enquiry", id, "");
    return enquiry_reply(x, tx, id, 200, rs);
}

static const struct json_field enquiry_patch_fields[] = {
    JSON_FIELD(struct q_enquiry_save_in, channel, "channel", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_save_in, language, "language", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_save_in, topic, "topic", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_save_in, place, "place", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_save_in, happened_at, "happenedAt", JSON_INSTANT),
    JSON_FIELD(struct q_enquiry_save_in, name, "name", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_save_in, note, "note", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_save_in, outcome, "outcome", JSON_TEXT),
    JSON_FIELD(struct q_enquiry_save_in, case_id, "caseId", JSON_OPT_UUID),
};
static const struct json_shape enquiry_patch_shape =
    JSON_SHAPE(struct q_enquiry_save_in, enquiry_patch_fields);

/* A case that the writer does not see is a case that is not there. */
static err_t case_judge(struct ctx *x, struct tx *tx, struct opt_uuid case_id)
{
    struct fault_list faults = {0};
    struct enquiry_case row;
    bool found;

    if (!case_id.set)
        return NULL;
    TRY(q_enquiry_case(tx, case_id.v, &found, &row));
    if (found)
        return NULL;
    fault_add(x->arena, &faults,
              (struct fault){.at = "/caseId", .code = "case.unknown", .detail = "There is no such case."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid", "The change is not valid.");
}

/* updateEnquiry: PATCH /enquiries/{enquiryId} */
static err_t update_enquiry(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "enquiryId");
    struct enquiry_row before;
    struct tx *tx;

    TRY(db_begin(x, &tx));
    TRY(q_enquiry_lock(tx, id, &before));
    TRY(etag_match(rq, before.version_));
    struct q_enquiry_save_in in = {.id = id,
                                   .channel = before.channel,
                                   .language = before.language,
                                   .topic = before.topic,
                                   .place = before.place,
                                   .happened_at = before.happened_at,
                                   .name = before.name,
                                   .note = before.note,
                                   .outcome = before.outcome,
                                   .case_id = before.case_id,
                                   .now = x->now_us};
    TRY(request_read(x, rq, &enquiry_patch_shape, &in));
    TRY(enquiry_judge(x, NULL, in.happened_at));
    TRY(case_judge(x, tx, in.case_id));
    q_enquiry_save(tx, &in);
    audit_write(tx, "enquiry", id, "update", json_member_names(x->arena, request_body(rq)));
    return enquiry_reply(x, tx, id, 200, rs);
}

const struct handler enquiries_handlers[] = {
    {"recordEnquiry", record_enquiry},
    {"listEnquiries", list_enquiries},
    {"getEnquiry", get_enquiry},
    {"updateEnquiry", update_enquiry},
    {NULL, NULL},
};
