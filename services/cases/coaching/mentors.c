/* mentors.c - who stands by a person on the way to work, and how often they met. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "cases/coaching/internal.h"
#include "cases/coaching/queries.h"
#include "cases/coaching/rules.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

ERR_DEFINE(err_case_ended, ERR_CONFLICT, "case.ended", "The case has ended.");
ERR_DEFINE(err_exists, ERR_CONFLICT, "mentor.exists", "The mentor is linked already.");

static void mentor_show(struct ctx *x, struct mentor_row *row)
{
    row->allowed_actions =
        rules_mentor_actions(x->arena, row->until.set, principal_has(x->who, "mentors:write"));
}

static err_t mentor_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct mentor_row row;

    TRY(q_mentor_get(tx, id, &row));
    mentor_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/mentor-links/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &mentor_row_json, &row);
}

static const char *entry(struct ctx *x, struct uuid id)
{
    return arena_printf(x->arena, "{\"mentorLinkId\":\"%s\"}", uuid_text(x->arena, id));
}

/* listMentorLinks: GET /cases/{caseId}/mentor-links */
err_t list_mentor_links(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_mentor_list_in in = {.case_id = request_path_uuid(rq, "caseId")};
    struct mentor_case of;
    struct mentor_row *rows;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_mentor_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_mentor_case_later(tx, in.case_id, &of);
    TRY(q_mentor_list(tx, &in, &page, &rows, &n));
    for (size_t i = 0; i < n; i++)
        mentor_show(x, &rows[i]);
    audit_rows(tx, "mentorLink", rows, n, sizeof(*rows), offsetof(struct mentor_row, id));
    return reply_page(x, rq, rs, &q_mentor_list_page, &page, &mentor_row_json, rows, n);
}

/* A person that we keep, who is not of the case. */
static err_t check_person(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid person_id)
{
    struct fault_list faults = {0};
    struct mentor_person person;
    bool found;

    TRY(q_mentor_person(tx, person_id, case_id, &found, &person));
    if (!found)
        fault_add(x->arena, &faults,
                  (struct fault){
                      .at = "/personId", .code = "person.unknown", .detail = "There is no such person."});
    else if (person.in_case)
        fault_add(
            x->arena, &faults,
            (struct fault){.at = "/personId", .code = "mentor.self", .detail = "The person is of the case."});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The mentor cannot be linked so.");
}

/* createMentorLink: POST /cases/{caseId}/mentor-links */
err_t create_mentor_link(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid case_id = request_path_uuid(rq, "caseId"), id = uuid_new(x->now_us);
    const json_t *body = request_body(rq);
    struct opt_uuid person_id = json_member_uuid(body, "personId");
    const char *user_id = json_member_text(body, "userId");
    struct mentor_linked linked;
    struct mentor_case of;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_mentor_case_hold(tx, case_id, &of));
    if (of.ended)
        return err_case_ended;
    if (person_id.set)
        TRY(check_person(x, tx, case_id, person_id.v));
    TRY(q_mentor_linked(tx, case_id, person_id, user_id, &found, &linked));
    if (found)
        return err_exists;
    q_mentor_add(tx, &(struct q_mentor_add_in){.id = id,
                                               .case_id = case_id,
                                               .person_id = person_id,
                                               .user_id = user_id,
                                               .from = json_member_date(body, "from").v,
                                               .by = x->who->subject,
                                               .now = x->now_us});
    timeline_add(tx, case_id, "mentor.linked", entry(x, id), "");
    audit_write(tx, "mentorLink", id, "create", NULL);
    return mentor_reply(x, tx, id, 201, rs);
}

/* getMentorLink: GET /mentor-links/{mentorLinkId} */
err_t get_mentor_link(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "mentorLinkId");
    struct tx *tx;

    TRY(db_read(x, &tx));
    audit_read(tx, "mentorLink", id, "");
    return mentor_reply(x, tx, id, 200, rs);
}

static err_t mentor_begin(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct mentor_row *ret,
                          struct mentor_span *ret_span)
{
    TRY(db_begin(x, ret_tx));
    TRY(q_mentor_lock(*ret_tx, request_path_uuid(rq, "mentorLinkId"), ret));
    *ret_span = (struct mentor_span){.from = ret->from, .until = ret->until, .last_met_on = ret->last_met_on};
    return etag_match(rq, ret->version);
}

/* recordMentorMeeting: POST /mentor-links/{mentorLinkId}/meetings */
err_t record_mentor_meeting(struct ctx *x, const struct request *rq, struct response *rs)
{
    int32_t on = json_member_date(request_body(rq), "metOn").v;
    struct mentor_span span;
    struct mentor_row row;
    struct tx *tx;

    TRY(mentor_begin(x, rq, &tx, &row, &span));
    TRY(rules_mentor_met(x->arena, &span, on, date_today_nl(x->now_us)));
    q_mentor_met(tx, &(struct q_mentor_met_in){.id = row.id, .on = on, .now = x->now_us});
    audit_write(tx, "mentorLink", row.id, "meeting", NULL);
    return mentor_reply(x, tx, row.id, 200, rs);
}

/* endMentorLink: POST /mentor-links/{mentorLinkId}/end */
err_t end_mentor_link(struct ctx *x, const struct request *rq, struct response *rs)
{
    int32_t until = json_member_date(request_body(rq), "until").v;
    struct mentor_span span;
    struct mentor_row row;
    struct tx *tx;

    TRY(mentor_begin(x, rq, &tx, &row, &span));
    TRY(rules_mentor_end(x->arena, &span, until));
    q_mentor_end(tx, &(struct q_mentor_end_in){.id = row.id,
                                               .until = until,
                                               .reason = json_member_text(request_body(rq), "reason"),
                                               .now = x->now_us});
    timeline_add(tx, row.case_id, "mentor.ended", entry(x, row.id), "");
    audit_write(tx, "mentorLink", row.id, "end", NULL);
    return mentor_reply(x, tx, row.id, 200, rs);
}
