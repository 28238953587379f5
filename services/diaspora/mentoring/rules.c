/* rules.c - decisions on mentor sessions; see rules.h. */
#include "diaspora/mentoring/rules.h"

#include "base/str.h"

ERR_DEFINE(err_not_in_training, ERR_CONFLICT, "venture.notInTraining",
           "Mentoring is for ventures that were selected, until their plan is handed in.");
ERR_DEFINE(err_ended, ERR_CONFLICT, "session.ended", "The session was held or cancelled.");
ERR_DEFINE(err_future, ERR_CONFLICT, "session.future", "The session has not begun.");

err_t rules_mentoring_open(const char *venture_status)
{
    return str_eq(venture_status, "selected") || str_eq(venture_status, "training") ? NULL
                                                                                    : err_not_in_training;
}

err_t rules_session_planned(const char *status)
{
    return str_eq(status, "planned") ? NULL : err_ended;
}

err_t rules_session_hold(const char *status, int64_t starts_us, int64_t now_us)
{
    TRY(rules_session_planned(status));
    return starts_us > now_us ? err_future : NULL;
}
