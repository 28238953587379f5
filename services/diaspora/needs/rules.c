/* rules.c - decisions on needs; see rules.h. */
#include "diaspora/needs/rules.h"

#include "base/str.h"

ERR_DEFINE(err_need_ended, ERR_CONFLICT, "need.ended", "The need is no longer open.");

err_t rules_need_open(const char *status)
{
    return str_eq(status, "open") ? NULL : err_need_ended;
}
