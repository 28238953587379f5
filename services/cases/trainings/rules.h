/*
 * rules.h - decisions on trainings; pure.
 *
 *   course:       planned ──► running ──► done            participant:  enrolled ──► completed
 *                    └───────────┴──► cancelled                            └──► dropped
 */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct arena;

/* NULL if the course may go from the status to the other, else ERR_CONFLICT training.state. */
MUST_CHECK err_t rules_course_step(const char *from, const char *to);
/* NULL while things of it may be changed (planned or running), else ERR_CONFLICT training.state. */
MUST_CHECK err_t rules_course_open(const char *status);

struct session_times {
    int32_t held_on;          /* local day */
    const char *from, *until; /* HH:MM */
    const char *zone;         /* IANA */
};
/* The instants of a session, µs since 1970. Adds a fault for each: zone.unknown at pointer + "/zone",
 * session.times at pointer + "/until" (it ends before it begins). True if there is none. */
bool rules_session_times(struct arena *a, const struct session_times *t, const char *pointer,
                         struct fault_list *faults, int64_t *ret_starts_us, int64_t *ret_ends_us);
/* NULL if the session may be moved or cancelled, else ERR_CONFLICT session.cancelled, session.recorded. */
MUST_CHECK err_t rules_session_changes(const char *status, bool recorded);

/* NULL if a participant may go from the status to the other, else ERR_CONFLICT participant.state. */
MUST_CHECK err_t rules_participant_step(const char *from, const char *to);
/* NULL if who has come to so many sessions may complete a course of that status, else ERR_CONFLICT
 * participant.state, training.state, participant.neverCame. */
MUST_CHECK err_t rules_participant_complete(const char *status, const char *course_status, int32_t came);

/* NULL if attendance of the session may be recorded, else ERR_CONFLICT training.state, session.cancelled,
 * session.notBegun. */
MUST_CHECK err_t rules_attendance_open(const char *course_status, const char *session_status,
                                       int64_t starts_us, int64_t now_us);

/* Somebody whom the recorder may know. */
struct attendant {
    struct uuid participant_id;
    bool expected;       /* must stand in the list */
    const char *outcome; /* recorded now; NULL: nothing yet */
    struct opt_i32 minutes;
};
/* One line of the list; participant is set by rules_attendance. */
struct attendance_line {
    struct uuid participant_id;
    const char *outcome;
    struct opt_i32 minutes;
    const struct attendant *participant;
};
/* The whole list against those whom the recorder may know: every fault at once, ERR_INVALID request.invalid
 * with participant.missing, participant.unknown, participant.double, attendance.minutes. session_minutes: its
 * length. */
MUST_CHECK err_t rules_attendance(struct arena *a, struct attendance_line *lines, size_t nlines,
                                  const struct attendant *known, size_t nknown, int32_t session_minutes);
/* True when the line says something else than what is recorded. */
bool rules_attendance_differs(const struct attendance_line *line);

/* Who looks. */
struct training_reader {
    bool owner;   /* of the course's organisation */
    bool writes;  /* holds trainings:write */
    bool records; /* holds attendance:write */
};
struct text_array rules_course_actions(struct arena *a, const char *status, const struct training_reader *r);
struct text_array rules_session_actions(struct arena *a, const char *course_status, const char *status,
                                        bool recorded, const struct training_reader *r);
struct text_array rules_participant_actions(struct arena *a, const char *status, const char *course_status,
                                            bool certified, const struct training_reader *r);
