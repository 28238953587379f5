/* http.c - the operations on trainings (api-spec/cases/trainings.yaml). */
#include "cases/areas.h"
#include "cases/trainings/internal.h"

const struct handler trainings_handlers[] = {
    {"createTrainingCourse", create_training_course},
    {"listTrainingCourses", list_training_courses},
    {"getTrainingCourse", get_training_course},
    {"patchTrainingCourse", patch_training_course},
    {"startTrainingCourse", start_training_course},
    {"finishTrainingCourse", finish_training_course},
    {"cancelTrainingCourse", cancel_training_course},
    {"listTrainingSessions", list_training_sessions},
    {"addTrainingSession", add_training_session},
    {"getTrainingSession", get_training_session},
    {"patchTrainingSession", patch_training_session},
    {"cancelTrainingSession", cancel_training_session},
    {"listTrainingParticipants", list_training_participants},
    {"enrolParticipant", enrol_participant},
    {"getTrainingParticipant", get_training_participant},
    {"completeParticipation", complete_participation},
    {"dropParticipant", drop_participant},
    {"issueCertificate", issue_certificate},
    {"listCaseTrainings", list_case_trainings},
    {"getSessionAttendance", get_session_attendance},
    {"putSessionAttendance", put_session_attendance},
    {"listAttendanceRecords", list_attendance_records},
    {NULL, NULL},
};
