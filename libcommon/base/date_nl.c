/*
 * date_nl.c - Dutch working days, and the day it is in the Netherlands.
 *
 * Algemene termijnenwet article 3: New Year's Day, Good Friday, Easter Monday, Ascension Day, Whit Monday,
 * both Christmas days, the King's birthday and 5 May. Days that a royal decree equates for one year
 * (paragraph 3) are not here.
 */
#include "base/date.h"

#include <assert.h>

/* Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher). */
static int32_t easter(int year)
{
    int a = year % 19, b = year / 100, c = year % 100;
    int d = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    int e = (32 + 2 * (b % 4) + 2 * (c / 4) - d - c % 4) % 7;
    int f = d + e - 7 * ((a + 11 * d + 22 * e) / 451) + 114;

    return date_days(year, f / 31, f % 31 + 1);
}

/* The day on which the monarch's birthday is celebrated: never a Sunday. */
static int32_t royal_birthday(int year)
{
    int32_t day = year >= 2014 ? date_days(year, 4, 27) : date_days(year, 4, 30);

    return date_weekday(day) == 7 ? day - 1 : day;
}

bool date_is_working_day_nl(int32_t days)
{
    struct date_civil c = date_civil(days);
    int32_t from_easter = days - easter(c.year);

    if (date_weekday(days) >= 6)
        return false;
    if ((c.month == 1 && c.day == 1) || (c.month == 5 && c.day == 5) ||
        (c.month == 12 && (c.day == 25 || c.day == 26)))
        return false;
    if (from_easter == -2 || from_easter == 1 || from_easter == 39 || from_easter == 50)
        return false;
    return days != royal_birthday(c.year);
}

int32_t date_add_working_days_nl(int32_t days, int n)
{
    int step = n < 0 ? -1 : 1;

    while (n != 0) {
        days += step;
        if (date_is_working_day_nl(days))
            n -= step;
    }
    while (!date_is_working_day_nl(days))
        days += step;
    return days;
}

int32_t date_today_nl(int64_t now_us)
{
    int32_t offset_s = 0;
    bool known = date_zone_offset("Europe/Amsterdam", now_us, &offset_s);

    assert(known);
    return date_of_instant(now_us + offset_s * DATE_US_PER_S);
}
