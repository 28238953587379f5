/* http.c - operations on appointments (api-spec/cases/appointments.yaml). */
#include "app/audit.h"
#include "base/arena.h"
#include "base/str.h"
#include "cases/appointments/appointments.h"
#include "cases/appointments/queries.h"
#include "cases/appointments/rules.h"
#include "cases/areas.h"
#include "cases/timeline/timeline.h"
#include "web/page.h"

ERR_DEFINE(err_case_ended, ERR_CONFLICT, "case.ended", "The case has ended.");

static err_t reply_appointment(struct response *rs, int status, const struct appointment_row *row)
{
    reply_etag(rs, row->version);
    return reply_row(rs, status, &appointment_row_json, row);
}

static const char *entry_data(struct ctx *x, struct uuid id)
{
    return arena_printf(x->arena, "{\"appointmentId\":\"%s\"}", uuid_text(x->arena, id));
}

/* listCaseAppointments: GET /cases/{caseId}/appointments */
static err_t list_case_appointments(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct page page;
    struct tx *tx;
    struct appointment_case of;
    struct appointment_row *rows;
    size_t n;
    struct uuid case_id = request_path_uuid(rq, "caseId");
    TRY(page_read(x, rq, &q_appointment_list_page, &page));
    struct q_appointment_list_in in = {.case_id = case_id, .status = request_query(rq, "status")};
    TRY(db_begin_read(x, &tx));
    q_appointment_case_later(tx, case_id, &of);
    TRY(q_appointment_list(tx, &in, &page, &rows, &n));
    audit_rows(tx, "appointment", rows, n, sizeof *rows, offsetof(struct appointment_row, id));
    return reply_page(x, rq, rs, &q_appointment_list_page, &page, &appointment_row_json, rows, n);
}

struct appointment_input {
    const char *kind, *zone, *place, *link, *interpreter, *staff;
    struct opt_uuid person_id;
    int64_t starts_at;
    int32_t duration_minutes;
};
static const struct json_field input_fields[] = {
    JSON_FIELD(struct appointment_input, kind, "kind", JSON_TEXT),
    JSON_FIELD(struct appointment_input, person_id, "personId", JSON_OPT_UUID),
    JSON_FIELD(struct appointment_input, starts_at, "startsAt", JSON_INSTANT),
    JSON_FIELD(struct appointment_input, duration_minutes, "durationMinutes", JSON_I32),
    JSON_FIELD(struct appointment_input, zone, "zone", JSON_TEXT),
    JSON_FIELD(struct appointment_input, place, "place", JSON_TEXT),
    JSON_FIELD(struct appointment_input, link, "link", JSON_TEXT),
    JSON_FIELD(struct appointment_input, interpreter, "interpreter", JSON_TEXT),
    JSON_FIELD(struct appointment_input, staff, "staff", JSON_TEXT),
};
static const struct json_shape input_shape = JSON_SHAPE(struct appointment_input, input_fields);

static err_t check_terms(struct ctx *x, const struct appointment_input *in)
{
    return rules_appointment_terms(
        x->arena,
        &(struct appointment_terms){
            .starts_at = in->starts_at, .zone = in->zone, .place = in->place, .link = in->link},
        x->now_us);
}

/* A person is of the case, or ERR_INVALID person.notInCase. */
static err_t check_person(struct ctx *x, struct tx *tx, struct uuid case_id, struct uuid person_id)
{
    bool found = false;
    struct appointment_person person;
    TRY(q_appointment_person_in_case(tx, case_id, person_id, &found, &person));
    if (found)
        return NULL;
    static const struct fault fault = {
        .at = "/personId", .code = "person.notInCase", .detail = "The person is not one of the case."};
    return err_faults(x->arena, ERR_INVALID, "request.invalid", "The appointment cannot be made so.", &fault,
                      1);
}

/* createAppointment: POST /cases/{caseId}/appointments */
static err_t create_appointment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct appointment_input in = {.duration_minutes = 60, .staff = x->who->subject};
    struct tx *tx;
    struct appointment_case of;
    struct appointment_row row;
    struct uuid case_id = request_path_uuid(rq, "caseId");
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(db_begin(x, &tx));
    TRY(q_appointment_hold(tx, case_id, &of));
    TRY(check_terms(x, &in));
    if (of.ended)
        return err_case_ended;
    if (in.person_id.set)
        TRY(check_person(x, tx, case_id, in.person_id.v));
    struct uuid id = uuid_new(x->now_us);
    struct uuid person_id = in.person_id.set ? in.person_id.v : of.principal_id;
    q_appointment_add(tx, &(struct q_appointment_add_in){.id = id,
                                                         .case_id = case_id,
                                                         .person_id = person_id,
                                                         .kind = in.kind,
                                                         .starts_at = in.starts_at,
                                                         .duration_minutes = in.duration_minutes,
                                                         .zone = in.zone,
                                                         .place = in.place,
                                                         .link = in.link,
                                                         .interpreter = in.interpreter,
                                                         .staff = in.staff,
                                                         .by = x->who->subject,
                                                         .now = x->now_us});
    appointment_told(x, tx, "cases.appointment.scheduled", id, case_id, OPT_UUID(person_id), in.starts_at,
                     in.zone);
    timeline_add(tx, case_id, "appointment.made", entry_data(x, id), "");
    audit_write(tx, "appointment", id, "create", NULL);
    TRY(q_appointment_get(tx, id, &row));
    reply_location(x, rs, "/appointments/%s", uuid_text(x->arena, id));
    return reply_appointment(rs, 201, &row);
}

/* getAppointment: GET /appointments/{appointmentId} */
static err_t get_appointment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct appointment_row row;
    struct uuid id = request_path_uuid(rq, "appointmentId");
    TRY(db_read(x, &tx));
    audit_read(tx, "appointment", id, "");
    TRY(q_appointment_get(tx, id, &row));
    return reply_appointment(rs, 200, &row);
}

/* Locks the appointment of the path for a change: the caller's ETag holds and it is still planned. */
static err_t lock_planned(struct ctx *x, const struct request *rq, struct tx **ret_tx, struct uuid *ret_id,
                          struct appointment_locked *ret)
{
    *ret_id = request_path_uuid(rq, "appointmentId");
    TRY(db_begin(x, ret_tx));
    TRY(q_appointment_lock(*ret_tx, *ret_id, ret));
    TRY(etag_match(rq, ret->version));
    return rules_appointment_planned(ret->status);
}

/* patchAppointment: PATCH /appointments/{appointmentId} */
static err_t patch_appointment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id;
    struct appointment_locked before;
    struct appointment_row row;
    TRY(lock_planned(x, rq, &tx, &id, &before));
    struct appointment_input in = {.starts_at = before.starts_at,
                                   .duration_minutes = before.duration_minutes,
                                   .zone = before.zone,
                                   .place = before.place,
                                   .link = before.link,
                                   .interpreter = before.interpreter,
                                   .staff = before.staff};
    TRY(request_read(x, rq, &input_shape, &in));
    TRY(check_terms(x, &in));
    q_appointment_save(tx, &(struct q_appointment_save_in){.id = id,
                                                           .starts_at = in.starts_at,
                                                           .duration_minutes = in.duration_minutes,
                                                           .zone = in.zone,
                                                           .place = in.place,
                                                           .link = in.link,
                                                           .interpreter = in.interpreter,
                                                           .staff = in.staff,
                                                           .now = x->now_us});
    bool moved = in.starts_at != before.starts_at || !str_eq(in.zone, before.zone) ||
                 !str_eq(in.place, before.place) || !str_eq(in.link, before.link);
    if (moved) {
        appointment_told(x, tx, "cases.appointment.moved", id, before.case_id, before.person_id, in.starts_at,
                         in.zone);
        timeline_add(tx, before.case_id, "appointment.moved", entry_data(x, id), "");
    }
    audit_write(tx, "appointment", id, "update", NULL);
    TRY(q_appointment_get(tx, id, &row));
    return reply_appointment(rs, 200, &row);
}

/* Who came is of the case, or ERR_INVALID person.notInCase for each who is not. */
static err_t check_attended(struct ctx *x, struct tx *tx, struct uuid case_id, const json_t *attended)
{
    struct fault_list faults = {0};
    for (size_t i = 0; i < json_array_size(attended); i++) {
        struct appointment_person person;
        struct uuid id;
        bool found = uuid_parse(json_string_value(json_array_get(attended, i)), &id);
        if (found)
            TRY(q_appointment_person_in_case(tx, case_id, id, &found, &person));
        if (!found)
            fault_add(x->arena, &faults,
                      (struct fault){.at = arena_printf(x->arena, "/attended/%zu", i),
                                     .code = "person.notInCase",
                                     .detail = "The person is not one of the case."});
    }
    return fault_list_err(x->arena, &faults, ERR_INVALID, "request.invalid",
                          "The attendance cannot be recorded so.");
}

/* recordAttendance: POST /appointments/{appointmentId}/attendance */
static err_t record_attendance(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id;
    struct appointment_locked before;
    struct appointment_row row;
    TRY(lock_planned(x, rq, &tx, &id, &before));
    const json_t *attended = json_object_get(request_body(rq), "attended");
    TRY(check_attended(x, tx, before.case_id, attended));
    bool came = json_array_size(attended) > 0;
    q_appointment_record(
        tx, &(struct q_appointment_record_in){.id = id,
                                              .status = came ? "held" : "noShow",
                                              .attended = request_member_json(x, rq, "attended"),
                                              .outcome = json_member_text(request_body(rq), "outcome"),
                                              .now = x->now_us});
    timeline_add(tx, before.case_id, came ? "appointment.attended" : "appointment.noShow", entry_data(x, id),
                 "");
    audit_write(tx, "appointment", id, "attendance", NULL);
    TRY(q_appointment_get(tx, id, &row));
    return reply_appointment(rs, 200, &row);
}

/* cancelAppointment: POST /appointments/{appointmentId}/cancel */
static err_t cancel_appointment(struct ctx *x, const struct request *rq, struct response *rs)
{
    struct tx *tx;
    struct uuid id;
    struct appointment_locked before;
    struct appointment_row row;
    TRY(lock_planned(x, rq, &tx, &id, &before));
    q_appointment_cancel(
        tx, &(struct q_appointment_cancel_in){
                .id = id, .reason = json_member_text(request_body(rq), "reason"), .now = x->now_us});
    appointment_told(x, tx, "cases.appointment.cancelled", id, before.case_id, before.person_id, 0, NULL);
    timeline_add(tx, before.case_id, "appointment.cancelled", entry_data(x, id), "");
    audit_write(tx, "appointment", id, "cancel", NULL);
    TRY(q_appointment_get(tx, id, &row));
    return reply_appointment(rs, 200, &row);
}

const struct handler appointments_handlers[] = {
    {"listCaseAppointments", list_case_appointments},
    {"createAppointment", create_appointment},
    {"getAppointment", get_appointment},
    {"patchAppointment", patch_appointment},
    {"recordAttendance", record_attendance},
    {"cancelAppointment", cancel_appointment},
    {NULL, NULL},
};
