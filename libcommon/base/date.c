/* date.c - calendar arithmetic and the text forms of dates and instants. */
#include "base/date.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { YEAR_MIN = 1, YEAR_MAX = 9999 };
#define DAYS_MIN (-719162) /* 0001-01-01 */
#define DAYS_MAX 2932896   /* 9999-12-31 */
#define INSTANT_MIN (DAYS_MIN * DATE_US_PER_DAY)
#define INSTANT_MAX ((DAYS_MAX + 1) * DATE_US_PER_DAY - 1)

/* --- calendar --- */

/* Days of the Gregorian calendar counted in eras of 400 years that begin on 1 March. */
int32_t date_days(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

struct date_civil date_civil(int32_t days)
{
    int z = days + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int day_of_era = z - era * 146097;
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int march_month = (5 * day_of_year + 2) / 153;
    int month = march_month < 10 ? march_month + 3 : march_month - 9;

    return (struct date_civil){.year = year_of_era + era * 400 + (month <= 2),
                               .month = month,
                               .day = day_of_year - (153 * march_month + 2) / 5 + 1};
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : lengths[month - 1];
}

int date_weekday(int32_t days)
{
    /* 1970-01-01 was a Thursday. */
    int w = (int)(((int64_t)days + 3) % 7);

    return (w < 0 ? w + 7 : w) + 1;
}

int32_t date_add_months(int32_t days, int months)
{
    struct date_civil c = date_civil(days);
    int64_t total = (int64_t)c.year * 12 + (c.month - 1) + months;
    int year, month, last;

    if (total < YEAR_MIN * 12)
        return DAYS_MIN;
    if (total > YEAR_MAX * 12 + 11)
        return DAYS_MAX;
    year = (int)(total / 12);
    month = (int)(total % 12) + 1;
    last = month_length(year, month);
    return date_days(year, month, c.day < last ? c.day : last);
}

int32_t date_of_instant(int64_t us)
{
    int64_t days = us / DATE_US_PER_DAY;

    return (int32_t)(us % DATE_US_PER_DAY < 0 ? days - 1 : days);
}

/* --- reading --- */

/* n digits at *s, which moves on. */
static bool take_digits(const char **s, int n, int *ret)
{
    int v = 0;

    for (int i = 0; i < n; i++) {
        char c = (*s)[i];

        if (c < '0' || c > '9')
            return false;
        v = v * 10 + (c - '0');
    }
    *s += n;
    *ret = v;
    return true;
}

static bool take_char(const char **s, char c)
{
    if (**s != c)
        return false;
    (*s)++;
    return true;
}

static bool take_date(const char **s, int32_t *ret)
{
    int year, month, day;

    if (!take_digits(s, 4, &year) || !take_char(s, '-') || !take_digits(s, 2, &month) || !take_char(s, '-') ||
        !take_digits(s, 2, &day))
        return false;
    if (year < YEAR_MIN || month < 1 || month > 12 || day < 1 || day > month_length(year, month))
        return false;
    *ret = date_days(year, month, day);
    return true;
}

bool date_parse(const char *s, int32_t *ret_days)
{
    int32_t days;

    if (!take_date(&s, &days) || *s != '\0')
        return false;
    *ret_days = days;
    return true;
}

/* Microseconds of ".123456789", cut after six digits; none is fine. */
static bool take_fraction(const char **s, int *ret_us)
{
    int us = 0, unit = 100000;

    *ret_us = 0;
    if (!take_char(s, '.'))
        return true;
    if (**s < '0' || **s > '9')
        return false;
    for (; **s >= '0' && **s <= '9'; (*s)++) {
        us += (**s - '0') * unit;
        unit /= 10;
    }
    *ret_us = us;
    return true;
}

/* "Z" or "+hh:mm", in seconds. */
static bool take_offset(const char **s, int *ret)
{
    int sign = **s == '-' ? -1 : 1, hours, minutes;

    *ret = 0;
    if (take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    if (!take_char(s, '+') && !take_char(s, '-'))
        return false;
    if (!take_digits(s, 2, &hours) || !take_char(s, ':') || !take_digits(s, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *ret = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool date_parse_instant(const char *s, int64_t *ret_us)
{
    int hour, minute, second, fraction, offset;
    int32_t days;
    int64_t seconds, us;

    if (!take_date(&s, &days) || (!take_char(&s, 'T') && !take_char(&s, 't')))
        return false;
    if (!take_digits(&s, 2, &hour) || !take_char(&s, ':') || !take_digits(&s, 2, &minute) ||
        !take_char(&s, ':') || !take_digits(&s, 2, &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    if (!take_fraction(&s, &fraction) || !take_offset(&s, &offset) || *s != '\0')
        return false;
    seconds = days * 86400LL + hour * 3600 + minute * 60 + second - offset;
    /* The leap second comes after 23:59:59 UTC; it counts as the second that follows it. */
    if (second == 60 && seconds % 86400 != 0)
        return false;
    us = seconds * DATE_US_PER_S + fraction;
    /* Near the ends an offset can leave the years that can be written. */
    if (us < INSTANT_MIN || us > INSTANT_MAX)
        return false;
    *ret_us = us;
    return true;
}

bool date_parse_partial(const char *s, struct date_partial *ret)
{
    size_t n = strnlen(s, 11);
    int year, month;

    if (n == 10) {
        if (!date_parse(s, &ret->first))
            return false;
        ret->last = ret->first;
        return true;
    }
    if ((n != 4 && n != 7) || !take_digits(&s, 4, &year) || year < YEAR_MIN)
        return false;
    if (n == 4) {
        *ret = (struct date_partial){.first = date_days(year, 1, 1), .last = date_days(year, 12, 31)};
        return true;
    }
    if (!take_char(&s, '-') || !take_digits(&s, 2, &month) || month < 1 || month > 12)
        return false;
    *ret = (struct date_partial){.first = date_days(year, month, 1),
                                 .last = date_days(year, month, month_length(year, month))};
    return true;
}

/* --- writing --- */

static char *put_number(char *p, int v, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        p[i] = (char)('0' + v % 10);
        v /= 10;
    }
    return p + digits;
}

static char *put_date(char *p, int32_t days)
{
    struct date_civil c = date_civil(days < DAYS_MIN ? DAYS_MIN : days > DAYS_MAX ? DAYS_MAX : days);

    p = put_number(p, c.year, 4);
    *p++ = '-';
    p = put_number(p, c.month, 2);
    *p++ = '-';
    return put_number(p, c.day, 2);
}

void date_format(int32_t days, char *out)
{
    *put_date(out, days) = '\0';
}

void date_format_instant(int64_t us, char *out)
{
    int32_t days;
    int64_t of_day;
    int second, fraction;

    us = us < INSTANT_MIN ? INSTANT_MIN : us > INSTANT_MAX ? INSTANT_MAX : us;
    days = date_of_instant(us);
    of_day = us - days * DATE_US_PER_DAY;
    second = (int)(of_day / DATE_US_PER_S);
    fraction = (int)(of_day % DATE_US_PER_S);
    out = put_date(out, days);
    *out++ = 'T';
    out = put_number(out, second / 3600, 2);
    *out++ = ':';
    out = put_number(out, second / 60 % 60, 2);
    *out++ = ':';
    out = put_number(out, second % 60, 2);
    if (fraction != 0) {
        *out++ = '.';
        out = put_number(out, fraction, 6);
        while (out[-1] == '0')
            out--;
    }
    *out++ = 'Z';
    *out = '\0';
}

/* --- ages --- */

/* A birthday on 29 February is kept on 1 March in other years. Before the birth the age is 0. */
static int age(int32_t birth, int32_t on)
{
    struct date_civil b = date_civil(birth), o = date_civil(on);
    int years = o.year - b.year;

    if (o.month < b.month || (o.month == b.month && o.day < b.day))
        years--;
    return years < 0 ? 0 : years;
}

int date_age_youngest(struct date_partial birth, int32_t on)
{
    return age(birth.last, on);
}

int date_age_oldest(struct date_partial birth, int32_t on)
{
    return age(birth.first, on);
}

/* --- durations --- */

/* Digits and a unit that stands in units; units then begins after it, since they only fall. */
static bool take_part(const char **s, const char **units)
{
    size_t digits = strspn(*s, "0123456789");
    const char *unit;

    if (digits == 0 || (*s)[digits] == '\0')
        return false;
    unit = strchr(*units, (*s)[digits]);
    if (unit == NULL)
        return false;
    *s += digits + 1;
    *units = unit + 1;
    return true;
}

/* One or more parts, each with the unit right below the one before. */
static bool take_parts(const char **s, const char *units)
{
    if (!take_part(s, &units))
        return false;
    while (**s >= '0' && **s <= '9') {
        char next[2] = {units[0], '\0'};
        const char *only = next;

        if (!take_part(s, &only))
            return false;
        units++;
    }
    return true;
}

bool date_duration_ok(const char *s)
{
    const char *week = s + 1;

    if (*s++ != 'P')
        return false;
    if (take_parts(&week, "W"))
        return *week == '\0';
    if (*s != 'T' && !take_parts(&s, "YMD"))
        return false;
    if (*s == 'T') {
        s++;
        if (!take_parts(&s, "HMS"))
            return false;
    }
    return *s == '\0';
}
