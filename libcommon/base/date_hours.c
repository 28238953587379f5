/* date_hours.c - the hours of a day in which somebody may be contacted; see date.h. */
#include "base/date.h"

#define QUIET_UNTIL "08:00"
#define QUIET_FROM "21:00"

static int32_t second_of(const char *hhmm)
{
    return ((hhmm[0] - '0') * 10 + (hhmm[1] - '0')) * 3600 + ((hhmm[3] - '0') * 10 + (hhmm[4] - '0')) * 60;
}

bool date_contact_hours(const char *zone, const char *from, const char *until, int64_t now_us,
                        int64_t *ret_opens_us)
{
    int32_t open = second_of(from ? from : QUIET_UNTIL), close = second_of(until ? until : QUIET_FROM);
    int32_t offset = 0, day, second;
    int64_t local_us;

    if (!date_zone_offset(zone, now_us, &offset))
        return false;
    local_us = now_us + offset * DATE_US_PER_S;
    day = date_of_instant(local_us);
    second = (int32_t)((local_us - day * DATE_US_PER_DAY) / DATE_US_PER_S);
    if (open == close ||
        (open < close ? second >= open && second < close : second >= open || second < close)) {
        *ret_opens_us = 0;
        return true;
    }
    return date_zone_instant(zone, second < open ? day : day + 1, open, ret_opens_us);
}
