/* rules.c - see rules.h. */
#include "cases/trails/rules.h"

#include "base/date.h"

#define WINDOW_DAYS 92

ERR_DEFINE(err_users, ERR_DENIED, "trail.users", "Only a person may ask who saw a person.");
ERR_DEFINE(err_window, ERR_INVALID, "trail.window",
           "The window is of 92 days at most, and ends after it begins.");

err_t rules_trail(bool is_user, int64_t from_us, int64_t until_us)
{
    if (!is_user)
        return err_users;
    return until_us <= from_us || until_us - from_us > WINDOW_DAYS * DATE_US_PER_DAY ? err_window : NULL;
}
