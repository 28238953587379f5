/* http.c - requests of authorities for data (api-spec/cases/disclosures.yaml). No operation here reads a
 * person or a case: a request is never answered by a search. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/disclosures/queries.h"
#include "cases/disclosures/rules.h"
#include "web/page.h"

static struct disclosure_facts facts_of(struct ctx *x, const struct disclosure_row *row)
{
    return (struct disclosure_facts){.status = row->status,
                                     .reviewer = row->reviewer,
                                     .legal_ground = row->legal_ground,
                                     .decider = x->who->subject};
}

static void disclosure_show(struct ctx *x, struct disclosure_row *row)
{
    struct disclosure_facts facts = facts_of(x, row);

    if (principal_has(x->who, "disclosures:decide"))
        row->allowed_actions = rules_disclosure_actions(x->arena, &facts);
}

static err_t disclosure_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct disclosure_row row;

    TRY(q_disclosure_get(tx, id, &row));
    disclosure_show(x, &row);
    reply_etag(rs, row.version_);
    if (status == 201)
        reply_location(x, rs, "/disclosure-requests/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &disclosure_row_json, &row);
}

static const struct json_field disclosure_input_fields[] = {
    JSON_FIELD(struct q_disclosure_add_in, authority, "authority", JSON_TEXT),
    JSON_FIELD(struct q_disclosure_add_in, authority_ref, "authorityRef", JSON_TEXT),
    JSON_FIELD(struct q_disclosure_add_in, received_at, "receivedAt", JSON_INSTANT),
    JSON_FIELD(struct q_disclosure_add_in, channel, "channel", JSON_TEXT),
    JSON_FIELD(struct q_disclosure_add_in, subject, "subject", JSON_TEXT),
    JSON_FIELD(struct q_disclosure_add_in, legal_ground, "legalGround", JSON_TEXT),
    JSON_FIELD(struct q_disclosure_add_in, reply_by, "replyBy", JSON_OPT_DATE),
};
static const struct json_shape disclosure_input_shape =
    JSON_SHAPE(struct q_disclosure_add_in, disclosure_input_fields);

/* recordDisclosureRequest: POST /disclosure-requests */
static err_t record_disclosure_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_disclosure_add_in in = {0};
    struct tx *tx;

    TRY(request_read(x, rq, &disclosure_input_shape, &in));
    in.id = uuid_new(x->now_us);
    in.by = x->who->subject;
    in.now = x->now_us;

    TRY(db_begin(x, &tx));
    q_disclosure_add(tx, &in);
    audit_write(tx, "disclosureRequest", in.id, "create", NULL);
    return disclosure_reply(x, tx, in.id, 201, rs);
}

/* listDisclosureRequests: GET /disclosure-requests */
static err_t list_disclosure_requests(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct disclosure_row *rows;
    struct tx *tx;
    size_t n;
    struct q_disclosure_list_in in = {.status = request_query(rq, "status"),
                                      .authority = request_query(rq, "authority")};

    TRY(page_read(x, rq, &q_disclosure_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_disclosure_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        disclosure_show(x, &rows[i]);
    audit_rows(tx, "disclosureRequest", rows, n, sizeof *rows, offsetof(struct disclosure_row, id));
    return reply_page(x, rq, rs, &q_disclosure_list_page, &page, &disclosure_row_json, rows, n);
}

/* getDisclosureRequest: GET /disclosure-requests/{disclosureRequestId} */
static err_t get_disclosure_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "disclosureRequestId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "disclosureRequest", id, "");
    return disclosure_reply(x, tx, id, 200, rs);
}

static err_t disclosure_step(struct ctx *x, const struct request *rq, struct response *rs, const char *action)
{
    struct uuid id = request_path_uuid(rq, "disclosureRequestId");
    struct disclosure_row row;
    struct disclosure_facts facts;
    struct tx *tx;
    const char *to;

    TRY(db_begin(x, &tx));
    TRY(q_disclosure_lock(tx, id, &row));
    TRY(etag_match(rq, row.version_));
    facts = facts_of(x, &row);
    TRY(rules_disclosure_step(&facts, action, &to));
    if (str_eq(action, "review"))
        q_disclosure_review(tx, id, x->who->subject, x->now_us);
    else
        q_disclosure_decide(tx, &(struct q_disclosure_decide_in){
                                    .id = id,
                                    .status = to,
                                    .reason = json_member_text(request_body(rq), "reason"),
                                    .granted_scope = json_member_text(request_body(rq), "grantedScope"),
                                    .by = x->who->subject,
                                    .now = x->now_us});
    audit_write(tx, "disclosureRequest", id, action, NULL);
    return disclosure_reply(x, tx, id, 200, rs);
}

/* reviewDisclosureRequest: POST /disclosure-requests/{disclosureRequestId}/review */
static err_t review_disclosure_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    return disclosure_step(x, rq, rs, "review");
}

/* refuseDisclosureRequest: POST /disclosure-requests/{disclosureRequestId}/refuse */
static err_t refuse_disclosure_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    return disclosure_step(x, rq, rs, "refuse");
}

/* grantDisclosureRequest: POST /disclosure-requests/{disclosureRequestId}/grant */
static err_t grant_disclosure_request(struct ctx *x, const struct request *rq, struct response *rs)
{
    return disclosure_step(x, rq, rs, "grant");
}

const struct handler disclosures_handlers[] = {
    {"recordDisclosureRequest", record_disclosure_request},
    {"listDisclosureRequests", list_disclosure_requests},
    {"getDisclosureRequest", get_disclosure_request},
    {"reviewDisclosureRequest", review_disclosure_request},
    {"refuseDisclosureRequest", refuse_disclosure_request},
    {"grantDisclosureRequest", grant_disclosure_request},
    {NULL, NULL},
};
