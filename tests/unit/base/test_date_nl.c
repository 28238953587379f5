/* test_date_nl.c */
#include "base/date.h"
#include "unit.h"

static const struct {
    const char *date;
    bool works;
} days[] = {
    {"2026-01-01", false},                        /* Thursday, New Year's Day */
    {"2026-01-02", true},  {"2026-01-03", false}, /* Saturday */
    {"2026-01-04", false},                        /* Sunday */
    {"2026-04-03", false},                        /* Good Friday */
    {"2026-04-02", true},                         /* Maundy Thursday */
    {"2026-04-06", false},                        /* Easter Monday */
    {"2026-04-07", true},  {"2026-04-27", false}, /* King's Day, Monday */
    {"2026-05-04", true},  {"2026-05-05", false}, /* Liberation Day: every year for legal terms */
    {"2026-05-14", false},                        /* Ascension Day */
    {"2026-05-15", true},  {"2026-05-25", false}, /* Whit Monday */
    {"2026-12-24", true},  {"2026-12-25", false},
    {"2026-12-26", false}, {"2025-04-25", true},  /* Friday before King's Day */
    {"2025-04-26", false},                        /* kept on Saturday, since the 27th is a Sunday */
    {"2025-04-28", true},  {"2024-03-29", false}, /* Good Friday */
    {"2024-04-01", false},                        /* Easter Monday */
    {"2024-05-09", false},                        /* Ascension Day */
    {"2024-05-20", false},                        /* Whit Monday */
    {"2013-04-30", false},                        /* Queen's Day */
    {"2013-04-26", true},  {"2008-05-01", false}, /* Ascension Day at its earliest here */
    {"2038-04-26", false},                        /* Easter Monday on its latest date */
    {"2285-03-23", false},                        /* Easter Monday on its earliest date */
    {"2049-04-19", false},                        /* where a plain computus would be a week late */
};

START_TEST(holidays_follow_the_act)
{
    int32_t day;

    ck_assert(date_parse(days[_i].date, &day));
    ck_assert_int_eq(date_is_working_day_nl(day), days[_i].works);
}
END_TEST

static const struct {
    const char *from;
    int n;
    const char *to;
} sums[] = {
    {"2026-03-02", 0, "2026-03-02"},                                   /* Monday stays */
    {"2026-02-28", 0, "2026-03-02"},                                   /* Saturday moves on */
    {"2026-03-02", 1, "2026-03-03"},  {"2026-03-06", 1, "2026-03-09"}, /* over the weekend */
    {"2026-04-02", 1, "2026-04-07"},                                   /* over Easter */
    {"2026-04-02", 5, "2026-04-13"},  {"2026-12-24", 1, "2026-12-28"},
    {"2026-12-24", 6, "2027-01-05"}, /* Christmas and New Year */
    {"2026-03-09", -1, "2026-03-06"}, {"2026-04-07", -1, "2026-04-02"},
    {"2026-02-28", 1, "2026-03-02"},
};

START_TEST(working_days_are_added)
{
    int32_t from;
    char out[11];

    ck_assert(date_parse(sums[_i].from, &from));
    date_format(date_add_working_days_nl(from, sums[_i].n), out);
    ck_assert_str_eq(out, sums[_i].to);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("date_nl");

    UNIT_TABLE(s, "date_is_working_day_nl", days, holidays_follow_the_act);
    UNIT_TABLE(s, "date_add_working_days_nl", sums, working_days_are_added);
    return s;
}
