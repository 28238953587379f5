/* test_date.c */
#include "base/date.h"

#include <string.h>

#include "base/arena.h"
#include "unit.h"

START_TEST(days_and_civil_agree_over_the_whole_range)
{
    int32_t expected = date_days(1, 1, 1);
    int weekday = date_weekday(expected);
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    ck_assert_int_eq(expected, -719162);
    ck_assert_int_eq(date_days(1970, 1, 1), 0);
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            bool leap = month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0);

            for (int day = 1; day <= lengths[month - 1] + leap; day++, expected++) {
                struct date_civil c = date_civil(expected);

                if (date_days(year, month, day) != expected || c.year != year || c.month != month ||
                    c.day != day || date_weekday(expected) != weekday)
                    ck_abort_msg("%04d-%02d-%02d", year, month, day);
                weekday = weekday % 7 + 1;
            }
        }
    }
    ck_assert_int_eq(expected, 2932897);
}
END_TEST

START_TEST(weekdays_are_iso)
{
    ck_assert_int_eq(date_weekday(date_days(1970, 1, 1)), 4);
    ck_assert_int_eq(date_weekday(date_days(2026, 11, 23)), 1);
    ck_assert_int_eq(date_weekday(date_days(2026, 11, 22)), 7);
    ck_assert_int_eq(date_weekday(date_days(1969, 12, 31)), 3);
}
END_TEST

static const struct {
    const char *text;
    const char *utc; /* NULL: refused */
} instants[] = {
    {"2026-03-17T09:30:00Z", "2026-03-17T09:30:00Z"},
    {"2026-03-17t09:30:00z", "2026-03-17T09:30:00Z"},
    {"2026-03-17T09:30:00+01:00", "2026-03-17T08:30:00Z"},
    {"2026-01-01T00:30:00+05:45", "2025-12-31T18:45:00Z"},
    {"2025-12-31T23:30:00-01:00", "2026-01-01T00:30:00Z"},
    {"2026-03-17T09:30:00-00:00", "2026-03-17T09:30:00Z"},
    {"2026-03-17T09:30:00.5Z", "2026-03-17T09:30:00.5Z"},
    {"2026-03-17T09:30:00.000000Z", "2026-03-17T09:30:00Z"},
    {"2026-03-17T09:30:00.123456Z", "2026-03-17T09:30:00.123456Z"},
    {"2026-03-17T09:30:00.12345699999Z", "2026-03-17T09:30:00.123456Z"},
    {"2026-03-17T09:30:00.000001Z", "2026-03-17T09:30:00.000001Z"},
    {"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
    {"1900-02-28T23:59:59Z", "1900-02-28T23:59:59Z"},
    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
    {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
    {"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
    /* leap seconds: at 23:59:60 UTC, wherever that is */
    {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
    {"2016-12-31T15:59:60-08:00", "2017-01-01T00:00:00Z"},
    {"2017-01-01T05:29:60.25+05:30", "2017-01-01T00:00:00.25Z"},
    {"2016-12-31T23:59:61Z", NULL},
    {"2016-12-31T22:59:60Z", NULL},
    {"2016-12-31T23:58:60Z", NULL},
    {"2016-12-31T23:59:60+01:00", NULL},
    {"9999-12-31T23:59:60Z", NULL}, /* would be the year 10000 */
    /* beyond what can be written in UTC */
    {"0001-01-01T00:00:00+00:01", NULL},
    {"9999-12-31T23:59:59-00:01", NULL},
    {"0000-01-01T00:00:00Z", NULL},
    /* what does not exist */
    {"2023-02-29T00:00:00Z", NULL},
    {"1900-02-29T00:00:00Z", NULL},
    {"2026-04-31T00:00:00Z", NULL},
    {"2026-00-10T00:00:00Z", NULL},
    {"2026-13-10T00:00:00Z", NULL},
    {"2026-03-00T00:00:00Z", NULL},
    {"2026-03-17T24:00:00Z", NULL},
    {"2026-03-17T09:60:00Z", NULL},
    {"2026-03-17T09:30:00+24:00", NULL},
    {"2026-03-17T09:30:00+01:60", NULL},
    /* other forms */
    {"", NULL},
    {"2026-03-17", NULL},
    {"2026-03-17T09:30Z", NULL},
    {"2026-03-17T09:30:00", NULL},
    {"2026-03-17 09:30:00Z", NULL},
    {"2026-03-17T09:30:00.Z", NULL},
    {"2026-03-17T09:30:00,5Z", NULL},
    {"2026-03-17T09:30:00+0100", NULL},
    {"2026-03-17T09:30:00+01", NULL},
    {"2026-03-17T09:30:00+1:00", NULL},
    {"2026-03-17T09:30:00Z ", NULL},
    {" 2026-03-17T09:30:00Z", NULL},
    {"2026-03-17T09:30:00ZZ", NULL},
    {"26-03-17T09:30:00Z", NULL},
    {"12026-03-17T09:30:00Z", NULL},
    {"+2026-03-17T09:30:00Z", NULL},
    {"2026-3-17T09:30:00Z", NULL},
    {"20260317T093000Z", NULL},
    {"2026-W12-2T09:30:00Z", NULL},
    {"2026-03-17T9:30:00Z", NULL},
    {"2026-03-17T09:30:00UTC", NULL},
    {"2026-03-17T09:3\xd9\xa0:00Z", NULL}, /* Arabic-Indic digit */
};

START_TEST(instants_are_strict)
{
    int64_t us = 77;
    char out[32];
    bool ok = date_parse_instant(arena_strdup(unit_arena, instants[_i].text), &us);

    ck_assert_int_eq(ok, instants[_i].utc != NULL);
    if (ok) {
        date_format_instant(us, out);
        ck_assert_str_eq(out, instants[_i].utc);
    } else {
        ck_assert_int_eq(us, 77);
    }
}
END_TEST

START_TEST(an_instant_beyond_the_range_is_written_as_its_end)
{
    char out[32];

    date_format_instant(INT64_MAX, out);
    ck_assert_str_eq(out, "9999-12-31T23:59:59.999999Z");
    date_format_instant(INT64_MIN, out);
    ck_assert_str_eq(out, "0001-01-01T00:00:00Z");
    date_format(INT32_MAX, out);
    ck_assert_str_eq(out, "9999-12-31");
    date_format(INT32_MIN, out);
    ck_assert_str_eq(out, "0001-01-01");
}
END_TEST

START_TEST(the_date_of_an_instant_rounds_down)
{
    ck_assert_int_eq(date_of_instant(0), 0);
    ck_assert_int_eq(date_of_instant(-1), -1);
    ck_assert_int_eq(date_of_instant(DATE_US_PER_DAY - 1), 0);
    ck_assert_int_eq(date_of_instant(DATE_US_PER_DAY), 1);
    ck_assert_int_eq(date_of_instant(-DATE_US_PER_DAY), -1);
    ck_assert_int_eq(date_of_instant(-DATE_US_PER_DAY - 1), -2);
}
END_TEST

static const struct {
    const char *text;
    bool ok;
} dates[] = {
    {"2026-03-17", true},   {"2024-02-29", true},   {"2000-02-29", true},  {"0001-01-01", true},
    {"9999-12-31", true},   {"2023-02-29", false},  {"2100-02-29", false}, {"2026-04-31", false},
    {"2026-13-01", false},  {"2026-00-01", false},  {"2026-01-00", false}, {"0000-01-01", false},
    {"2026-3-17", false},   {"2026-03-17 ", false}, {"", false},           {"2026-03", false},
    {"2026-03-17T", false}, {"20260317", false},    {"-026-03-17", false}, {"2026/03/17", false},
};

START_TEST(dates_must_exist)
{
    int32_t day = 77;
    char out[11];
    bool ok = date_parse(arena_strdup(unit_arena, dates[_i].text), &day);

    ck_assert_int_eq(ok, dates[_i].ok);
    if (ok) {
        date_format(day, out);
        ck_assert_str_eq(out, dates[_i].text);
    } else {
        ck_assert_int_eq(day, 77);
    }
}
END_TEST

static const struct {
    const char *text, *first, *last;
} partials[] = {
    {"1994", "1994-01-01", "1994-12-31"},
    {"1994-02", "1994-02-01", "1994-02-28"},
    {"1996-02", "1996-02-01", "1996-02-29"},
    {"1994-12", "1994-12-01", "1994-12-31"},
    {"1994-03-17", "1994-03-17", "1994-03-17"},
    {"", NULL, NULL},
    {"0000", NULL, NULL},
    {"199", NULL, NULL},
    {"19940", NULL, NULL},
    {"1994-", NULL, NULL},
    {"1994-3", NULL, NULL},
    {"1994-13", NULL, NULL},
    {"1994-00", NULL, NULL},
    {"1994-02-30", NULL, NULL},
    {"1994-02-3", NULL, NULL},
    {"1994-02-030", NULL, NULL},
    {"199x", NULL, NULL},
    {"1994/02", NULL, NULL},
};

START_TEST(partial_dates_span_what_they_can_mean)
{
    struct date_partial p;
    char out[11];

    ck_assert_int_eq(date_parse_partial(arena_strdup(unit_arena, partials[_i].text), &p),
                     partials[_i].first != NULL);
    if (partials[_i].first == NULL)
        return;
    date_format(p.first, out);
    ck_assert_str_eq(out, partials[_i].first);
    date_format(p.last, out);
    ck_assert_str_eq(out, partials[_i].last);
}
END_TEST

static const struct {
    const char *birth, *on;
    int youngest, oldest;
} ages[] = {
    {"2008-03-17", "2026-03-16", 17, 17}, {"2008-03-17", "2026-03-17", 18, 18},
    {"2008-03", "2026-03-17", 17, 18},    {"2008-03", "2026-04-01", 18, 18},
    {"2008-03", "2026-03-31", 18, 18},    {"2008", "2026-06-01", 17, 18},
    {"2008", "2026-12-31", 18, 18},       {"2008-02-29", "2026-02-28", 17, 17}, /* turns 18 on 1 March */
    {"2008-02-29", "2026-03-01", 18, 18}, {"2008-02-29", "2024-02-29", 16, 16},
    {"2026", "2026-06-01", 0, 0},         {"2027-01-01", "2026-06-01", 0, 0}, /* not yet born */
    {"1900", "2026-06-01", 125, 126},
};

START_TEST(ages_count_for_the_youngest_and_the_oldest)
{
    struct date_partial birth;
    int32_t on;

    ck_assert(date_parse_partial(ages[_i].birth, &birth));
    ck_assert(date_parse(ages[_i].on, &on));
    ck_assert_int_eq(date_age_youngest(birth, on), ages[_i].youngest);
    ck_assert_int_eq(date_age_oldest(birth, on), ages[_i].oldest);
}
END_TEST

static const struct {
    const char *from;
    int months;
    const char *to;
} months[] = {
    {"2026-01-31", 1, "2026-02-28"},   {"2024-01-31", 1, "2024-02-29"},  {"2026-03-31", -1, "2026-02-28"},
    {"2026-10-31", 1, "2026-11-30"},   {"2026-12-15", 1, "2027-01-15"},  {"2026-01-15", -1, "2025-12-15"},
    {"2026-01-15", 0, "2026-01-15"},   {"2024-02-29", 12, "2025-02-28"}, {"2024-02-29", 48, "2028-02-29"},
    {"2026-06-30", -18, "2024-12-30"}, {"9999-12-01", 1, "9999-12-31"},  {"0001-01-10", -1, "0001-01-01"},
    {"0001-12-10", -11, "0001-01-10"}, {"9999-01-10", 11, "9999-12-10"},
};

START_TEST(months_are_added_in_the_calendar)
{
    int32_t from;
    char out[11];

    ck_assert(date_parse(months[_i].from, &from));
    date_format(date_add_months(from, months[_i].months), out);
    ck_assert_str_eq(out, months[_i].to);
}
END_TEST

/* RFC 3339 appendix A: each unit only right below the one before. */
static const struct {
    const char *text;
    bool ok;
} durations[] = {
    {"P1Y", true},
    {"P1Y2M", true},
    {"P1Y2M3D", true},
    {"P2M3D", true},
    {"P3D", true},
    {"P1W", true},
    {"PT1H", true},
    {"PT1H2M", true},
    {"PT1H2M3S", true},
    {"PT2M3S", true},
    {"PT36S", true},
    {"P1DT12H", true},
    {"P0D", true},
    {"P1YT1S", true},
    {"P4DT12H30M5S", true},
    {"P007D", true},
    {"", false},
    {"P", false},
    {"PT", false},
    {"P1", false},
    {"P1YT", false},
    {"1D", false},
    {"T1H", false},
    {"PD", false},
    {"P1D2H", false},
    {"P1Y3D", false},
    {"PT1H3S", false},
    {"P2D1Y", false},
    {"P1D1D", false},
    {"P1W2D", false},
    {"P1WT1H", false},
    {"P1.5D", false},
    {"P-1D", false},
    {"-P1D", false},
    {"P1S", false},
    {"PT1D", false},
    {"P1D ", false},
    {"p1d", false},
    {"PT1H2", false},
    {"P1MT", false},
    {"P1H", false},
    {"PTT1H", false},
    {"P1YM", false},
    {"PT1.5S", false},
    {"P\xd9\xa1"
     "D",
     false},
};

START_TEST(durations_follow_rfc_3339)
{
    ck_assert_int_eq(date_duration_ok(arena_strdup(unit_arena, durations[_i].text)), durations[_i].ok);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("date");

    UNIT_CASE(s, "date_days", days_and_civil_agree_over_the_whole_range, weekdays_are_iso);
    UNIT_TABLE(s, "date_parse_instant", instants, instants_are_strict);
    UNIT_CASE(s, "date_format", an_instant_beyond_the_range_is_written_as_its_end,
              the_date_of_an_instant_rounds_down);
    UNIT_TABLE(s, "date_parse", dates, dates_must_exist);
    UNIT_TABLE(s, "date_parse_partial", partials, partial_dates_span_what_they_can_mean);
    UNIT_TABLE(s, "date_age", ages, ages_count_for_the_youngest_and_the_oldest);
    UNIT_TABLE(s, "date_add_months", months, months_are_added_in_the_calendar);
    UNIT_TABLE(s, "date_duration_ok", durations, durations_follow_rfc_3339);
    return s;
}
