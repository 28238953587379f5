/* participants.c - who takes part in a course, until completed with a certificate, or dropped. */
#include "app/audit.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/shares/shares.h"
#include "cases/timeline/timeline.h"
#include "cases/trainings/internal.h"
#include "web/page.h"

ERR_DEFINE(err_full, ERR_CONFLICT, "training.full", "No place is left.");
ERR_DEFINE(err_exists, ERR_CONFLICT, "participant.exists", "The person takes part already.");
ERR_DEFINE(err_case_ended, ERR_CONFLICT, "case.ended", "The case has ended.");
ERR_DEFINE(err_state, ERR_CONFLICT, "participant.state", "The participant has not completed the course.");
ERR_DEFINE(err_certified, ERR_CONFLICT, "certificate.exists", "The participant has a certificate.");
ERR_DEFINE(err_number, ERR_CONFLICT, "certificate.number", "Another certificate has this number.");

void participant_show(struct ctx *x, struct participant_row *row)
{
    struct training_reader reader = training_reader_of(x, row->owner_);

    row->allowed_actions = rules_participant_actions(x->arena, row->status, row->course_status_,
                                                     row->certificate != NULL, &reader);
}

static err_t participant_reply(struct ctx *x, struct tx *tx, struct uuid id, int status, struct response *rs)
{
    struct participant_row row;

    TRY(q_participant_get(tx, id, &row));
    participant_show(x, &row);
    reply_etag(rs, row.version);
    if (status == 201)
        reply_location(x, rs, "/training-participants/%s", uuid_text(x->arena, id));
    return reply_row(rs, status, &participant_row_json, &row);
}

static err_t participants_reply(struct ctx *x, const struct request *rq, struct response *rs, struct tx *tx,
                                const struct page_kind *kind, const struct page *page,
                                struct participant_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        participant_show(x, &rows[i]);
    audit_rows(tx, "trainingParticipant", rows, n, sizeof(*rows), offsetof(struct participant_row, id));
    return reply_page(x, rq, rs, kind, page, &participant_row_json, rows, n);
}

/* listTrainingParticipants: GET /training-courses/{courseId}/participants */
err_t list_training_participants(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_participant_list_in in = {.course_id = request_path_uuid(rq, "courseId"),
                                       .status = request_query(rq, "status")};
    struct participant_row *rows;
    struct course_row course;
    struct page page;
    struct tx *tx;
    size_t n;

    TRY(page_read(x, rq, &q_participant_list_page, &page));
    TRY(db_begin_read(x, &tx));
    q_course_get_later(tx, in.course_id, &course);
    TRY(q_participant_list(tx, &in, &page, &rows, &n));
    return participants_reply(x, rq, rs, tx, &q_participant_list_page, &page, rows, n);
}

/* listCaseTrainings: GET /cases/{caseId}/trainings */
err_t list_case_trainings(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct q_participation_list_in in = {.case_id = request_path_uuid(rq, "caseId"),
                                         .status = request_query(rq, "status")};
    struct participant_row *rows;
    struct case_access access;
    struct page page;
    struct tx *tx;
    size_t n;
    err_t err;

    TRY(page_read(x, rq, &q_participation_list_page, &page));
    TRY(db_begin_read(x, &tx));
    err = case_access_read(x, tx, in.case_id, "trainings", &access);
    if (err && err->kind == ERR_MISSING)
        err = case_access_read(x, tx, in.case_id, "attendance", &access);
    TRY(err);
    TRY(q_participation_list(tx, &in, &page, &rows, &n));
    return participants_reply(x, rq, rs, tx, &q_participation_list_page, &page, rows, n);
}

static err_t fault_one(struct ctx *x, const char *at, const char *code, const char *detail)
{
    struct fault_list faults = {0};

    fault_add(x->arena, &faults, (struct fault){.at = at, .code = code, .detail = detail});
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The person cannot be enrolled so.");
}

/* The case is of the course's programme and goes on; the person is of it, or its principal. */
static err_t enrolment_person(struct ctx *x, struct tx *tx, const struct course_locked *course,
                              struct uuid case_id, struct opt_uuid person_id, struct uuid *ret)
{
    struct training_person person;
    struct training_case of;
    bool found;

    TRY(q_training_case_hold(tx, case_id, &found, &of));
    if (!found)
        return fault_one(x, "/caseId", "case.unknown", "There is no such case.");
    if (!str_eq(of.programme, course->programme))
        return fault_one(x, "/caseId", "case.programme", "The case is of another programme.");
    if (of.ended)
        return err_case_ended;
    *ret = person_id.set ? person_id.v : of.principal_id;
    TRY(q_training_person(tx, case_id, *ret, &found, &person));
    return found ? NULL : fault_one(x, "/personId", "person.notInCase", "The person is not one of the case.");
}

static const char *entry(struct ctx *x, struct uuid id, const char *outcome)
{
    return arena_printf(x->arena, "{\"participantId\":\"%s\",\"reason\":\"%s\"}", uuid_text(x->arena, id),
                        outcome);
}

/* enrolParticipant: POST /training-courses/{courseId}/participants */
err_t enrol_participant(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid course_id = request_path_uuid(rq, "courseId"), id = uuid_new(x->now_us), person_id;
    struct opt_uuid case_id = json_member_uuid(request_body(rq), "caseId");
    struct participant_of other;
    struct course_locked course;
    struct course_places places;
    struct tx *tx;
    bool found;

    TRY(db_begin(x, &tx));
    TRY(q_course_lock(tx, course_id, &course));
    TRY(rules_course_open(course.status));
    TRY(enrolment_person(x, tx, &course, case_id.v, json_member_uuid(request_body(rq), "personId"),
                         &person_id));
    TRY(q_participant_of(tx, course_id, case_id.v, person_id, &found, &other));
    if (found)
        return err_exists;
    TRY(q_course_taken(tx, course_id, &places));
    if (places.taken >= course.capacity)
        return err_full;
    q_participant_add(tx, &(struct q_participant_add_in){.id = id,
                                                         .course_id = course_id,
                                                         .host_org = course.host_org,
                                                         .case_id = case_id.v,
                                                         .person_id = person_id,
                                                         .today = date_today_nl(x->now_us),
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
    timeline_add(tx, case_id.v, "training.enrolled", entry(x, id, "enrolled"), "");
    audit_write(tx, "trainingParticipant", id, "create", NULL);
    return participant_reply(x, tx, id, 201, rs);
}

/* getTrainingParticipant: GET /training-participants/{participantId} */
err_t get_training_participant(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct uuid id = request_path_uuid(rq, "participantId");
    struct tx *tx;

    TRY(db_begin_read(x, &tx));
    audit_read(tx, "trainingParticipant", id, "");
    return participant_reply(x, tx, id, 200, rs);
}

static err_t participant_begin(struct ctx *x, const struct request *rq, struct tx **ret_tx,
                               struct uuid *ret_id, struct participant_locked *ret)
{
    *ret_id = request_path_uuid(rq, "participantId");
    TRY(db_begin(x, ret_tx));
    TRY(q_participant_lock(*ret_tx, *ret_id, ret));
    return etag_match(rq, ret->version);
}

/* completeParticipation: POST /training-participants/{participantId}/complete */
err_t complete_participation(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct participant_locked p;
    struct uuid id;
    struct tx *tx;

    TRY(participant_begin(x, rq, &tx, &id, &p));
    TRY(rules_participant_complete(p.status, p.course_status, p.sessions_attended));
    q_participant_end(
        tx, &(struct q_participant_end_in){
                .id = id, .status = "completed", .today = date_today_nl(x->now_us), .now = x->now_us});
    timeline_add(tx, p.case_id, "training.completed", entry(x, id, "completed"), "");
    audit_write(tx, "trainingParticipant", id, "transition", "[\"status\"]");
    return participant_reply(x, tx, id, 200, rs);
}

/* dropParticipant: POST /training-participants/{participantId}/drop */
err_t drop_participant(struct ctx *x, const struct request *rq, struct response *rs)
{
    const char *reason = json_member_text(request_body(rq), "reason");
    struct participant_locked p;
    struct uuid id;
    struct tx *tx;

    TRY(participant_begin(x, rq, &tx, &id, &p));
    TRY(rules_participant_step(p.status, "dropped"));
    q_participant_end(tx, &(struct q_participant_end_in){.id = id,
                                                         .status = "dropped",
                                                         .reason = reason,
                                                         .today = date_today_nl(x->now_us),
                                                         .now = x->now_us});
    timeline_add(tx, p.case_id, "training.dropped", entry(x, id, reason), "");
    audit_write(tx, "trainingParticipant", id, "transition", "[\"status\"]");
    return participant_reply(x, tx, id, 200, rs);
}

/* issueCertificate: POST /training-participants/{participantId}/certificate */
err_t issue_certificate(struct ctx *x, const struct request *rq, struct response *rs)
{
    const json_t *body = request_body(rq);
    const char *number = json_member_text(body, "number");
    struct certificate_of other;
    struct participant_locked p;
    struct uuid id;
    struct tx *tx;
    bool found;

    TRY(participant_begin(x, rq, &tx, &id, &p));
    if (!str_eq(p.status, "completed"))
        return err_state;
    if (p.certified)
        return err_certified;
    TRY(q_certificate_of(tx, number, &found, &other));
    if (found)
        return err_number;
    q_certificate_add(tx, &(struct q_certificate_add_in){.id = uuid_new(x->now_us),
                                                         .participant_id = id,
                                                         .number = number,
                                                         .issued_on = json_member_date(body, "issuedOn").v,
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
    q_participant_touch(tx, id, x->now_us);
    timeline_add(tx, p.case_id, "training.certified", entry(x, id, "certified"), "");
    audit_write(tx, "trainingParticipant", id, "certify", NULL);
    return participant_reply(x, tx, id, 200, rs);
}
