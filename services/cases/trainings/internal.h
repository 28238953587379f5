/* internal.h - what the files of this area share. */
#pragma once

#include "base/cleanup.h"
#include "base/ctx.h"
#include "base/err.h"
#include "cases/trainings/queries.h"
#include "cases/trainings/rules.h"
#include "cases/trainings/trainings.h"
#include "web/request.h"

/* Who looks at something that belongs to the reader's organisation or not. */
struct training_reader training_reader_of(const struct ctx *x, bool owner);
/* Fills allowed_actions. */
void course_show(struct ctx *x, struct course_row *row);
void session_show(struct ctx *x, struct session_row *row);

struct session_input {
    int32_t date;
    const char *from, *until, *zone, *place;
};
extern const struct json_shape session_input_shape;
/* Adds one whose times are right, without a look at the others. */
void session_insert(struct ctx *x, struct tx *tx, struct uuid course_id, const struct session_input *in,
                    int64_t starts_us, int64_t ends_us, struct uuid *ret_id);

handler_fn create_training_course, list_training_courses, get_training_course, patch_training_course,
    start_training_course, finish_training_course, cancel_training_course;
handler_fn list_training_sessions, add_training_session, get_training_session, patch_training_session,
    cancel_training_session;
handler_fn list_training_participants, enrol_participant, get_training_participant, complete_participation,
    drop_participant, issue_certificate, list_case_trainings;
handler_fn get_session_attendance, put_session_attendance, list_attendance_records;
