/* checks.c - operations on authority checks. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/authority/internal.h"
#include "cases/authority/queries.h"
#include "cases/authority/rules.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

ERR_DEFINE(err_exists, ERR_CONFLICT, "authority.exists", "There is a check with this authority already.");

static void check_show(struct ctx *x, struct check_row *row)
{
    if (principal_has(x->who, "authority-checks:write"))
        row->allowed_actions = rules_check_actions(x->arena, row->status);
}

static err_t check_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct check_row row;

    TRY(q_check_get(tx, id, &row));
    check_show(x, &row);
    reply_etag(rs, row.version_);
    if (status == 201)
        reply_location(x, rs, "/authority-checks/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &check_row_json, &row);
}

static void check_told(struct ctx *x, struct tx *tx, const struct check_row *row, const char *kind,
                       const char *action)
{
    timeline_add(tx, row->case_id, kind,
                 arena_printf(x->arena, "{\"authorityCheckId\":\"%s\",\"authority\":\"%s\"}",
                              uuid_text(x->arena, row->id), row->authority),
                 "");
    audit_write(tx, "authorityCheck", row->id, action, NULL);
}

struct check_input {
    struct uuid case_id;
    const char *authority;
};
static const struct json_field check_input_fields[] = {
    JSON_FIELD(struct check_input, case_id, "caseId", JSON_UUID),
    JSON_FIELD(struct check_input, authority, "authority", JSON_TEXT),
};
static const struct json_shape check_input_shape = JSON_SHAPE(struct check_input, check_input_fields);

/* createAuthorityCheck: POST /authority-checks */
err_t create_authority_check(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct check_input in = {0};
    struct uuid id = uuid_new(x->now_us);
    struct authority_way way;
    struct check_added added;
    struct tx *tx;
    bool found;

    TRY(request_read(x, rq, &check_input_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(authority_way_read(x, tx, in.case_id, &way));
    TRY(q_check_add(tx,
                    &(struct q_check_add_in){.id = id,
                                             .case_id = in.case_id,
                                             .authority = in.authority,
                                             .by = x->who->subject,
                                             .now = x->now_us},
                    &found, &added));
    if (!found)
        return err_exists;
    check_told(x, tx, &(struct check_row){.id = id, .case_id = in.case_id, .authority = in.authority},
               "authority.planned", "create");
    return check_reply(x, tx, id, 201, rs);
}

/* listAuthorityChecks: GET /authority-checks */
err_t list_authority_checks(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct check_row *rows;
    struct tx *tx;
    size_t n;
    struct q_check_list_in in = {.case_id = request_query_uuid(rq, "caseId"),
                                 .status = request_query(rq, "status")};

    TRY(page_read(x, rq, &q_check_list_page, &page));
    TRY(db_begin_read(x, &tx));
    TRY(q_check_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        check_show(x, &rows[i]);
    audit_rows(tx, "authorityCheck", rows, n, sizeof *rows, offsetof(struct check_row, id));
    return reply_page(x, rq, rs, &q_check_list_page, &page, &check_row_json, rows, n);
}

/* getAuthorityCheck: GET /authority-checks/{authorityCheckId} */
err_t get_authority_check(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "authorityCheckId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "authorityCheck", id, "");
    return check_reply(x, tx, id, 200, rs);
}

/* The check that the path names, locked and not overtaken. */
static err_t check_lock(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct check_row *ret)
{
    TRY(db_begin(x, ret_tx));
    TRY(q_check_lock(*ret_tx, request_path_uuid(rq, "authorityCheckId"), ret));
    return etag_match(rq, ret->version_);
}

/* askAuthority: POST /authority-checks/{authorityCheckId}/ask */
err_t ask_authority(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct check_row row;
    struct authority_way way;
    struct authority_consent *rows;
    struct exchange_consent *consents;
    struct ask_facts facts;
    struct uuid_array found;
    struct tx *tx;
    size_t n;

    TRY(check_lock(x, rq, &tx, &row));
    TRY(authority_way_read(x, tx, row.case_id, &way));
    TRY(q_authority_consents(tx, row.case_id, &rows, &n));
    consents = ARENA_ARRAY(x->arena, n, struct exchange_consent);
    for (size_t i = 0; i < n; i++) {
        consents[i] = (struct exchange_consent){.person_id = rows[i].person_id,
                                                .consent_id = rows[i].consent_id,
                                                .terms = {.purpose = "authorityExchange",
                                                          .recipients = rows[i].recipients,
                                                          .method = rows[i].method,
                                                          .given_us = rows[i].given_at.v,
                                                          .expires_us = rows[i].expires_at,
                                                          .withdrawn_us = rows[i].withdrawn_at}};
    }
    facts = (struct ask_facts){.status = row.status,
                               .authority = row.authority,
                               .applied = way.applied,
                               .phase = way.phase,
                               .consents = consents,
                               .nconsents = n,
                               .now_us = x->now_us};
    TRY(rules_check_ask(x->arena, &facts, &found));
    q_check_ask(tx, &(struct q_check_ask_in){
                        .id = row.id, .consent_ids = found, .by = x->who->subject, .now = x->now_us});
    check_told(x, tx, &row, "authority.asked", "ask");
    return check_reply(x, tx, row.id, 200, rs);
}

static const struct json_field answer_fields[] = {
    JSON_FIELD(struct q_check_answer_in, status, "outcome", JSON_TEXT),
    JSON_FIELD(struct q_check_answer_in, answered_at, "answeredAt", JSON_INSTANT),
    JSON_FIELD(struct q_check_answer_in, expires_on, "expiresOn", JSON_OPT_DATE),
    JSON_FIELD(struct q_check_answer_in, reference, "reference", JSON_TEXT),
};
static const struct json_shape answer_shape = JSON_SHAPE(struct q_check_answer_in, answer_fields);

/* answerAuthorityCheck: POST /authority-checks/{authorityCheckId}/answer */
err_t answer_authority_check(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_check_answer_in in = {0};
    struct check_row row;
    struct tx *tx;

    TRY(request_read(x, rq, &answer_shape, &in));
    TRY(check_lock(x, rq, &tx, &row));
    TRY(rules_check_step(row.status, "answer"));
    TRY(rules_check_answer(x->arena, row.asked_at, in.answered_at, in.expires_on, x->now_us));
    in.id = row.id;
    in.now = x->now_us;
    q_check_answer(tx, &in);
    check_told(x, tx, &row, "authority.answered", "answer");
    return check_reply(x, tx, row.id, 200, rs);
}

/* expireAuthorityCheck: POST /authority-checks/{authorityCheckId}/expire */
err_t expire_authority_check(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct check_row row;
    struct tx *tx;

    TRY(check_lock(x, rq, &tx, &row));
    TRY(rules_check_step(row.status, "expire"));
    q_check_expire(tx, row.id, x->now_us);
    check_told(x, tx, &row, "authority.expired", "expire");
    return check_reply(x, tx, row.id, 200, rs);
}
