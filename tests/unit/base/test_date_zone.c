/* test_date_zone.c - against the system's tz database, glibc's own reading of it, and broken files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/tzif.h"
#include "unit.h"

static const struct {
    const char *name;
    bool ok;
} names[] = {
    {"Europe/Amsterdam", true},
    {"Africa/Mogadishu", true},
    {"UTC", true},
    {"Etc/GMT+12", true},
    {"America/Argentina/Ushuaia", true},
    {"America/Port-au-Prince", true},
    {"Asia/Kabul", true},
    {"", false},
    {"Europe/Atlantis", false},
    {"Europe", false}, /* a folder */
    {"Europe/", false},
    {"/Europe/Amsterdam", false},
    {"europe/amsterdam", false},
    {"Europe//Amsterdam", false},
    {"../zoneinfo/Europe/Amsterdam", false},
    {"Europe/../Europe/Amsterdam", false},
    {"posix/Europe/Amsterdam", false},
    {"right/Europe/Amsterdam", false},
    {"localtime", false},
    {"posixrules", false},
    {"zone.tab", false},
    {"tzdata.zi", false},
    {"Europe/Amsterdam ", false},
    {"Europe/Amsterdam\n", false},
    {"CET-1CEST", false},
    {"Europe/AmsterdamAmsterdamAmsterdamAmsterdamAmsterdamAmsterdamAmsterdam", false},
};

START_TEST(only_zones_of_the_database_are_zones)
{
    int32_t offset = 77;
    int64_t us = 77;

    ck_assert_int_eq(date_zone_ok(names[_i].name), names[_i].ok);
    ck_assert_int_eq(date_zone_offset(names[_i].name, 0, &offset), names[_i].ok);
    ck_assert_int_eq(date_zone_instant(names[_i].name, 0, 0, &us), names[_i].ok);
    if (!names[_i].ok) {
        ck_assert_int_eq(offset, 77);
        ck_assert_int_eq(us, 77);
    }
}
END_TEST

static const struct {
    const char *zone, *at;
    int32_t offset;
} offsets[] = {
    {"Europe/Amsterdam", "2026-01-15T12:00:00Z", 3600},
    {"Europe/Amsterdam", "2026-07-15T12:00:00Z", 7200},
    {"Europe/Amsterdam", "2026-03-29T00:59:59.999999Z", 3600},
    {"Europe/Amsterdam", "2026-03-29T01:00:00Z", 7200},
    {"Europe/Amsterdam", "2026-10-25T00:59:59Z", 7200},
    {"Europe/Amsterdam", "2026-10-25T01:00:00Z", 3600},
    /* by the footer's rule */
    {"Europe/Amsterdam", "2099-07-01T00:00:00Z", 7200},
    {"Europe/Amsterdam", "2099-12-31T23:30:00Z", 3600},
    {"Europe/Amsterdam", "2100-03-28T00:59:59Z", 3600},
    {"Europe/Amsterdam", "2100-03-28T01:00:00Z", 7200},
    {"Australia/Sydney", "2100-01-01T00:00:00Z", 39600},
    {"Australia/Sydney", "2100-07-01T00:00:00Z", 36000},
    {"Australia/Sydney", "2099-12-31T20:00:00Z", 39600},
    {"America/New_York", "2100-07-04T12:00:00Z", -14400},
    {"America/Nuuk", "2100-07-01T00:00:00Z", -3600}, /* changes on Saturday evening: a time below zero */
    {"Africa/Cairo", "2100-07-01T00:00:00Z", 10800}, /* at 24:00 of the last Thursday */
    {"Asia/Jerusalem", "2100-07-01T00:00:00Z", 10800},
    /* no summer time */
    {"Africa/Mogadishu", "2026-07-01T00:00:00Z", 10800},
    {"Africa/Accra", "2026-07-01T00:00:00Z", 0},
    {"Asia/Kathmandu", "2026-07-01T00:00:00Z", 20700},
    {"Asia/Kabul", "2200-07-01T00:00:00Z", 16200},
    {"Etc/GMT+12", "2026-07-01T00:00:00Z", -43200},
    {"UTC", "0001-01-01T00:00:00Z", 0},
    /* history */
    {"Pacific/Apia", "2011-12-30T09:59:59Z", -36000},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", 50400},
    {"Europe/Dublin", "2026-07-01T00:00:00Z", 3600}, /* summer is standard there, winter the exception */
    {"Europe/Dublin", "2100-01-15T00:00:00Z", 0},
    {"Africa/Casablanca", "2026-02-20T00:00:00Z", 0},     /* Ramadan */
    {"America/New_York", "1800-01-01T00:00:00Z", -17762}, /* local mean time */
};

START_TEST(offsets_are_those_of_the_database)
{
    int64_t us;
    int32_t offset;

    ck_assert(date_parse_instant(offsets[_i].at, &us));
    ck_assert(date_zone_offset(offsets[_i].zone, us, &offset));
    ck_assert_int_eq(offset, offsets[_i].offset);
}
END_TEST

static const struct {
    const char *zone, *date, *time, *utc;
} locals[] = {
    {"Europe/Amsterdam", "2026-01-15", "09:00", "2026-01-15T08:00:00Z"},
    {"Europe/Amsterdam", "2026-07-15", "09:00", "2026-07-15T07:00:00Z"},
    /* the gap: 02:00 to 03:00 does not exist and moves on by an hour */
    {"Europe/Amsterdam", "2026-03-29", "01:59", "2026-03-29T00:59:00Z"},
    {"Europe/Amsterdam", "2026-03-29", "02:00", "2026-03-29T01:00:00Z"},
    {"Europe/Amsterdam", "2026-03-29", "02:30", "2026-03-29T01:30:00Z"},
    {"Europe/Amsterdam", "2026-03-29", "03:00", "2026-03-29T01:00:00Z"},
    /* the hour that comes twice: the first */
    {"Europe/Amsterdam", "2026-10-25", "01:59", "2026-10-24T23:59:00Z"},
    {"Europe/Amsterdam", "2026-10-25", "02:00", "2026-10-25T00:00:00Z"},
    {"Europe/Amsterdam", "2026-10-25", "02:59", "2026-10-25T00:59:00Z"},
    {"Europe/Amsterdam", "2026-10-25", "03:00", "2026-10-25T02:00:00Z"},
    {"Europe/Amsterdam", "2099-03-29", "02:30", "2099-03-29T01:30:00Z"},
    {"Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:45:00Z"}, /* a gap of half an hour */
    {"America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"},
    {"Asia/Beirut", "2026-03-29", "00:30", "2026-03-28T22:30:00Z"},  /* a gap at midnight */
    {"Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T22:00:00Z"}, /* a day that did not exist */
    {"Africa/Mogadishu", "2026-06-01", "00:00", "2026-05-31T21:00:00Z"},
    {"Asia/Kathmandu", "2026-06-01", "10:00", "2026-06-01T04:15:00Z"},
};

START_TEST(local_times_become_instants)
{
    int hour, minute;
    int32_t day;
    int64_t us;
    char out[32];

    ck_assert_int_eq(sscanf(locals[_i].time, "%d:%d", &hour, &minute), 2);
    ck_assert(date_parse(locals[_i].date, &day));
    ck_assert(date_zone_instant(locals[_i].zone, day, hour * 3600 + minute * 60, &us));
    date_format_instant(us, out);
    ck_assert_str_eq(out, locals[_i].utc);
}
END_TEST

static const char *const compared[] = {
    "Europe/Amsterdam", "Europe/Dublin",     "America/New_York", "America/Nuuk",        "America/Santiago",
    "Africa/Cairo",     "Africa/Casablanca", "Asia/Tehran",      "Asia/Jerusalem",      "Asia/Gaza",
    "Asia/Manila",      "Pacific/Apia",      "Pacific/Chatham",  "Australia/Lord_Howe", "Antarctica/Troll",
};

START_TEST(glibc_sees_the_same_offsets)
{
    /* every 5 days and some seconds from 1850 to 2150 */
    ck_assert_int_eq(setenv("TZ", compared[_i], 1), 0);
    tzset();
    for (int64_t t = -3786825600; t < 5680281600; t += 432007) {
        time_t seconds = (time_t)t;
        struct tm tm;
        int32_t offset;

        ck_assert_ptr_nonnull(localtime_r(&seconds, &tm));
        ck_assert(date_zone_offset(compared[_i], t * DATE_US_PER_S, &offset));
        if (offset != tm.tm_gmtoff)
            ck_abort_msg("%s at %lld: %d, glibc %ld", compared[_i], (long long)t, offset, tm.tm_gmtoff);
    }
}
END_TEST

/* --- files that are not sound --- */

static size_t put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (24 - 8 * i));
    return 4;
}

/* A file with one type of +1 h, n transitions an hour apart, and a footer. */
static size_t make_file(uint8_t *p, uint32_t n, uint8_t type_index, const char *footer)
{
    size_t at = 0;

    for (int block = 0; block < 2; block++) {
        uint32_t transitions = block == 0 ? 0 : n;

        memset(p + at, 0, 20);
        memcpy(p + at, "TZif2", 5);
        at += 20;
        for (int i = 0; i < 3; i++)
            at += put32(p + at, 0);
        at += put32(p + at, transitions);
        at += put32(p + at, 1);
        at += put32(p + at, 4);
        for (uint32_t i = 0; i < transitions; i++) {
            at += put32(p + at, 0);
            at += put32(p + at, i * 3600);
        }
        memset(p + at, type_index, transitions);
        at += transitions;
        at += put32(p + at, 3600);
        p[at++] = 0;
        p[at++] = 0;
        memcpy(p + at, "XXX", 4);
        at += 4;
    }
    return at + (size_t)sprintf((char *)p + at, "\n%s\n", footer);
}

START_TEST(a_small_file_is_read)
{
    uint8_t file[512];
    struct tzif *z = tzif_parse(file, make_file(file, 2, 0, "XXX-1"));

    ck_assert_ptr_nonnull(z);
    ck_assert_int_eq(tzif_offset(z, -5), 3600);
    ck_assert_int_eq(tzif_offset(z, 50), 3600);
    ck_assert_int_eq(tzif_offset(z, 500000), 3600);
    tzif_free(z);
    tzif_free(NULL);
}
END_TEST

START_TEST(a_cut_file_is_refused)
{
    uint8_t file[512];
    size_t n = make_file(file, 2, 0, "XXX-1");

    for (size_t cut = 0; cut < n; cut++) {
        uint8_t *copy = arena_memdup(unit_arena, file, cut);

        ck_assert_ptr_null(tzif_parse(copy, cut));
    }
}
END_TEST

START_TEST(an_index_beyond_the_types_is_refused)
{
    uint8_t file[512];

    ck_assert_ptr_null(tzif_parse(file, make_file(file, 2, 1, "XXX-1")));
}
END_TEST

START_TEST(a_changed_byte_never_reads_outside)
{
    uint8_t file[512];
    size_t n = make_file(file, 3, 0, "CET-1CEST,M3.5.0,M10.5.0/3");

    for (size_t at = 0; at < n; at++) {
        for (int bit = 0; bit < 8; bit++) {
            uint8_t *copy = arena_memdup(unit_arena, file, n);
            struct tzif *z;

            copy[at] ^= (uint8_t)(1 << bit);
            z = tzif_parse(copy, n);
            if (z != NULL)
                tzif_offset(z, 4000000000);
            tzif_free(z);
        }
        arena_reset(unit_arena);
    }
}
END_TEST

static const struct {
    const char *text;
    bool ok;
    int32_t july_2100; /* offset on 2100-07-01 */
} footers[] = {
    {"", true, 3600},
    {"XXX-1", true, 3600},
    {"<+0530>-5:30", true, 19800},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true, -3600},
    {"EST5EDT,0/0,J365/25", true, -14400}, /* summer time all year */
    {"AAA3BBB,J60,J300", true, -7200},
    {"AAA3BBB,59/2,299", true, -7200},
    {"AAA-10BBB,M10.1.0,M4.1.0/3", true, 36000},
    {"AAA0:01:15", true, -75},
    {"IST-2IDT,M3.4.4/26,M10.5.0", true, 10800},
    {"AA1", false, 0},
    {"XXX", false, 0},
    {"XXX-25", false, 0},
    {"XXX-1:60", false, 0},
    {"XXX-1YYY", false, 0},
    {"XXX-1YYY,M3.5.0", false, 0},
    {"XXX-1YYY,M13.5.0,M10.5.0", false, 0},
    {"XXX-1YYY,M0.5.0,M10.5.0", false, 0},
    {"XXX-1YYY,M3.6.0,M10.5.0", false, 0},
    {"XXX-1YYY,M3.0.0,M10.5.0", false, 0},
    {"XXX-1YYY,M3.5.7,M10.5.0", false, 0},
    {"XXX-1YYY,J0,J300", false, 0},
    {"XXX-1YYY,J366,J300", false, 0},
    {"XXX-1YYY,366,300", false, 0},
    {"XXX-1YYY,M3.5.0,M10.5.0/168", false, 0},
    {"XXX-1YYY,M3.5.0,M10.5.0 ", false, 0},
    {"XXX-1YYY;M3.5.0,M10.5.0", false, 0},
    {"<XXX-1", false, 0},
    {"XXX-1YYY,M3.5.0,M10.5.0,M10.5.0", false, 0},
};

START_TEST(footers_are_read_strictly)
{
    uint8_t file[512];
    struct tzif *z = tzif_parse(file, make_file(file, 1, 0, footers[_i].text));

    ck_assert_int_eq(z != NULL, footers[_i].ok);
    if (z != NULL)
        ck_assert_int_eq(tzif_offset(z, 4118083200), footers[_i].july_2100);
    tzif_free(z);
}
END_TEST

static const struct {
    const char *zone, *from, *until, *now;
    const char *opens; /* "": now is within; NULL: no such zone */
} hours[] = {
    {"Europe/Amsterdam", NULL, NULL, "2026-01-15T12:00:00Z", ""},
    {"Europe/Amsterdam", NULL, NULL, "2026-01-15T22:00:00Z", "2026-01-16T07:00:00Z"},
    {"Europe/Amsterdam", NULL, NULL, "2026-01-15T06:59:59Z", "2026-01-15T07:00:00Z"},
    {"Europe/Amsterdam", NULL, NULL, "2026-07-15T06:00:00Z", ""},
    {"Europe/Amsterdam", NULL, NULL, "2026-07-15T05:00:00Z", "2026-07-15T06:00:00Z"},
    {"Africa/Mogadishu", "22:00", "02:00", "2026-01-15T20:00:00Z", ""},
    {"Africa/Mogadishu", "22:00", "02:00", "2026-01-15T22:30:00Z", ""},
    {"Africa/Mogadishu", "22:00", "02:00", "2026-01-15T12:00:00Z", "2026-01-15T19:00:00Z"},
    {"Europe/Amsterdam", "00:00", "00:00", "2026-01-15T02:00:00Z", ""},
    {"Europe/Amsterdam", NULL, NULL, "2026-03-28T21:30:00Z", "2026-03-29T06:00:00Z"},
    {"Nowhere/Land", NULL, NULL, "2026-03-28T21:30:00Z", NULL},
};

START_TEST(contact_waits_for_its_hours)
{
    int64_t now, expected = 0, opens;

    ck_assert(date_parse_instant(hours[_i].now, &now));
    ck_assert(!hours[_i].opens || !hours[_i].opens[0] || date_parse_instant(hours[_i].opens, &expected));
    ck_assert_int_eq(date_contact_hours(hours[_i].zone, hours[_i].from, hours[_i].until, now, &opens),
                     hours[_i].opens != NULL);
    if (hours[_i].opens)
        ck_assert_int_eq(opens, expected);
}
END_TEST

Suite *unit_suite(void)
{
    Suite *s = suite_create("date_zone");

    UNIT_TABLE(s, "date_zone_ok", names, only_zones_of_the_database_are_zones);
    UNIT_TABLE(s, "date_contact_hours", hours, contact_waits_for_its_hours);
    UNIT_TABLE(s, "date_zone_offset", offsets, offsets_are_those_of_the_database);
    UNIT_TABLE(s, "date_zone_instant", locals, local_times_become_instants);
    UNIT_TABLE(s, "glibc", compared, glibc_sees_the_same_offsets);
    UNIT_CASE(s, "tzif_parse", a_small_file_is_read, a_cut_file_is_refused,
              an_index_beyond_the_types_is_refused, a_changed_byte_never_reads_outside);
    UNIT_TABLE(s, "footer", footers, footers_are_read_strictly);
    return s;
}
