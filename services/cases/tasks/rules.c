/* rules.c - decisions on tasks; see rules.h. */
#include "cases/tasks/rules.h"

#include "base/date.h"
#include "base/str.h"

ERR_DEFINE(err_task_ended, ERR_CONFLICT, "task.ended", "The task is no longer open.");

int32_t rules_task_due(const char *urgency, int32_t today)
{
    static const struct {
        const char *urgency;
        int working_days;
    } days[] = {{"immediate", 0}, {"high", 1}, {"normal", 5}, {"low", 20}};
    for (size_t i = 0; i < LENGTH(days); i++)
        if (str_eq(urgency, days[i].urgency))
            return days[i].working_days == 0 ? today : date_add_working_days_nl(today, days[i].working_days);
    return date_add_working_days_nl(today, 5);
}

err_t rules_task_open(const char *status)
{
    return str_eq(status, "open") ? NULL : err_task_ended;
}
