/* rules.h - trainings before departure: sessions and who is enrolled; pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/opt.h"

struct session_terms {
    int64_t starts_at, ends_at;      /* µs since 1970 */
    const char *zone, *place, *link; /* place, link NULL: none */
};
/* Faults session.order (/endsAt), zone.unknown, session.nowhere (neither place nor link). */
MUST_CHECK err_t rules_session_terms(struct arena *a, const struct session_terms *t);

struct session_facts {
    const char *status, *programme;
    int32_t seats, taken;
    int64_t starts_at;
};
/* ERR_CONFLICT session.ended, session.full, session.otherProgramme, assignment.ended. */
MUST_CHECK err_t rules_enrol(struct arena *a, const struct session_facts *s, const char *assignment_programme,
                             const char *assignment_status);
/* Attendance is recorded once, when the session has begun: ERR_CONFLICT session.ended, session.notBegun. */
MUST_CHECK err_t rules_attendance(struct arena *a, const struct session_facts *s, int64_t now_us);
