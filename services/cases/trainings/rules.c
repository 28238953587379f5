/* rules.c - decisions on trainings; see rules.h. */
#include "cases/trainings/rules.h"

#include "base/actions.h"
#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"

ERR_DEFINE(err_state, ERR_CONFLICT, "training.state", "The state of the training does not allow it.");
ERR_DEFINE(err_cancelled, ERR_CONFLICT, "session.cancelled", "The session was cancelled.");
ERR_DEFINE(err_recorded, ERR_CONFLICT, "session.recorded", "Attendance of the session is recorded.");
ERR_DEFINE(err_not_begun, ERR_CONFLICT, "session.notBegun", "The session has not begun.");
ERR_DEFINE(err_participant, ERR_CONFLICT, "participant.state",
           "The state of the participant does not allow it.");
ERR_DEFINE(err_never_came, ERR_CONFLICT, "participant.neverCame",
           "The participant has come to no session that is recorded.");

/* Steps of a course and of a participant. */
#define COURSE_STEPS(X)                                                                                      \
    X("planned", "running")                                                                                  \
    X("planned", "cancelled")                                                                                \
    X("running", "done")                                                                                     \
    X("running", "cancelled")
#define PARTICIPANT_STEPS(X)                                                                                 \
    X("enrolled", "completed")                                                                               \
    X("enrolled", "dropped")

struct step {
    const char *from, *to;
};
#define STEP(from_, to_) {from_, to_},
static const struct step course_steps[] = {COURSE_STEPS(STEP)};
static const struct step participant_steps[] = {PARTICIPANT_STEPS(STEP)};
#undef STEP

static bool steps_have(const struct step *steps, size_t n, const char *from, const char *to)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(steps[i].from, from) && str_eq(steps[i].to, to))
            return true;
    }
    return false;
}

err_t rules_course_step(const char *from, const char *to)
{
    return steps_have(course_steps, LENGTH(course_steps), from, to) ? NULL : err_state;
}

err_t rules_course_open(const char *status)
{
    return str_eq(status, "planned") || str_eq(status, "running") ? NULL : err_state;
}

/* Seconds since midnight of HH:MM, whose form the schema has checked. */
static int32_t second_of(const char *clock)
{
    return ((clock[0] - '0') * 10 + clock[1] - '0') * 3600 + ((clock[3] - '0') * 10 + clock[4] - '0') * 60;
}

bool rules_session_times(struct arena *a, const struct session_times *t, const char *pointer,
                         struct fault_list *faults, int64_t *ret_starts_us, int64_t *ret_ends_us)
{
    size_t before = faults->n;

    if (!date_zone_ok(t->zone))
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "%s/zone", pointer),
                                 .code = "zone.unknown",
                                 .detail = "No such IANA time zone."});
    else if (!date_zone_instant(t->zone, t->held_on, second_of(t->from), ret_starts_us) ||
             !date_zone_instant(t->zone, t->held_on, second_of(t->until), ret_ends_us) ||
             *ret_ends_us <= *ret_starts_us)
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "%s/until", pointer),
                                 .code = "session.times",
                                 .detail = "A session ends after it begins, on the same day."});
    return faults->n == before;
}

err_t rules_session_changes(const char *status, bool recorded)
{
    if (!str_eq(status, "planned"))
        return err_cancelled;
    return recorded ? err_recorded : NULL;
}

err_t rules_participant_step(const char *from, const char *to)
{
    return steps_have(participant_steps, LENGTH(participant_steps), from, to) ? NULL : err_participant;
}

err_t rules_participant_complete(const char *status, const char *course_status, int32_t came)
{
    TRY(rules_participant_step(status, "completed"));
    if (!str_eq(course_status, "running") && !str_eq(course_status, "done"))
        return err_state;
    return came > 0 ? NULL : err_never_came;
}

err_t rules_attendance_open(const char *course_status, const char *session_status, int64_t starts_us,
                            int64_t now_us)
{
    if (!str_eq(course_status, "running") && !str_eq(course_status, "done"))
        return err_state;
    if (!str_eq(session_status, "planned"))
        return err_cancelled;
    return starts_us > now_us ? err_not_begun : NULL;
}

static const struct attendant *attendant_of(const struct attendant *known, size_t n, struct uuid id)
{
    for (size_t i = 0; i < n; i++) {
        if (uuid_eq(known[i].participant_id, id))
            return &known[i];
    }
    return NULL;
}

/* One line: who it is, once, and minutes where they say something. seen: by position among the known. */
static void check_line(struct arena *a, struct attendance_line *line, size_t i, const struct attendant *known,
                       size_t nknown, bool *seen, int32_t session_minutes, struct fault_list *faults)
{
    bool partly = str_eq(line->outcome, "partly");

    line->participant = attendant_of(known, nknown, line->participant_id);
    if (!line->participant)
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "/attendance/%zu/participantId", i),
                                 .code = "participant.unknown",
                                 .detail = "The course has no such participant."});
    else if (seen[line->participant - known])
        fault_add(a, faults,
                  (struct fault){.at = arena_printf(a, "/attendance/%zu/participantId", i),
                                 .code = "participant.double",
                                 .detail = "The participant stands in the list already."});
    else
        seen[line->participant - known] = true;
    if (partly != line->minutes.set || (partly && line->minutes.v >= session_minutes))
        fault_add(
            a, faults,
            (struct fault){.at = arena_printf(a, "/attendance/%zu/minutes", i),
                           .code = "attendance.minutes",
                           .detail = "Who came partly has minutes, fewer than the session; nobody else."});
}

err_t rules_attendance(struct arena *a, struct attendance_line *lines, size_t nlines,
                       const struct attendant *known, size_t nknown, int32_t session_minutes)
{
    bool *seen = ARENA_ARRAY(a, nknown + 1, bool);
    struct fault_list faults = {0};

    for (size_t i = 0; i < nlines; i++)
        check_line(a, &lines[i], i, known, nknown, seen, session_minutes, &faults);
    for (size_t i = 0; i < nknown; i++) {
        if (known[i].expected && !seen[i])
            fault_add(a, &faults,
                      (struct fault){.at = "/attendance",
                                     .code = "participant.missing",
                                     .detail = arena_printf(a, "Participant %s is not in the list.",
                                                            uuid_text(a, known[i].participant_id))});
    }
    return fault_list_err(a, &faults, ERR_INVALID, "request.invalid",
                          "The attendance cannot be recorded so.");
}

bool rules_attendance_differs(const struct attendance_line *line)
{
    const struct attendant *was = line->participant;

    return !str_eq(was->outcome, line->outcome) || was->minutes.set != line->minutes.set ||
           (was->minutes.set && was->minutes.v != line->minutes.v);
}

struct text_array rules_course_actions(struct arena *a, const char *status, const struct training_reader *r)
{
    bool writes = r->owner && r->writes, open = !rules_course_open(status);
    struct text_array actions = {0};

    action_add(a, &actions, writes && open, "patch");
    action_add(a, &actions, writes && open, "addSession");
    action_add(a, &actions, writes && open, "enrol");
    action_add(a, &actions, writes && !rules_course_step(status, "running"), "start");
    action_add(a, &actions, writes && !rules_course_step(status, "done"), "finish");
    action_add(a, &actions, writes && !rules_course_step(status, "cancelled"), "cancel");
    return actions;
}

struct text_array rules_session_actions(struct arena *a, const char *course_status, const char *status,
                                        bool recorded, const struct training_reader *r)
{
    bool writes = r->owner && r->writes && !rules_course_open(course_status) &&
                  !rules_session_changes(status, recorded);
    struct text_array actions = {0};

    action_add(a, &actions, writes, "patch");
    action_add(a, &actions, r->records && !rules_attendance_open(course_status, status, 0, 0),
               "recordAttendance");
    action_add(a, &actions, writes, "cancel");
    return actions;
}

struct text_array rules_participant_actions(struct arena *a, const char *status, const char *course_status,
                                            bool certified, const struct training_reader *r)
{
    bool writes = r->owner && r->writes;
    struct text_array actions = {0};

    action_add(a, &actions, writes && !rules_participant_complete(status, course_status, 1), "complete");
    action_add(a, &actions, writes && !rules_participant_step(status, "dropped"), "drop");
    action_add(a, &actions, writes && str_eq(status, "completed") && !certified, "issueCertificate");
    return actions;
}
