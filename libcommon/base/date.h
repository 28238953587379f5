/*
 * date.h - dates, instants, partial dates, zones and working days.
 *
 * Instants are int64_t microseconds since 1970 UTC, dates int32_t days since 1970-01-01 (proleptic Gregorian,
 * years 0001 to 9999). Zones are read from the system's tz database.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct arena;

#define DATE_US_PER_S 1000000LL
#define DATE_US_PER_DAY (86400 * DATE_US_PER_S)

/* Strict RFC 3339 (section 5.6, leap second 60 only at 23:59 UTC); any offset; more than six fraction digits
 * are cut. */
bool date_parse_instant(const char *s, int64_t *ret_us);
/* YYYY-MM-DD that exists. */
bool date_parse(const char *s, int32_t *ret_days);
/* RFC 3339 in UTC with Z; fraction only if not zero. Beyond the years 0001 to 9999: the nearest end. out has
 * 32 bytes. */
void date_format_instant(int64_t us, char *out);
/* out has 11 bytes. */
void date_format(int32_t days, char *out);

struct date_civil {
    int year, month, day; /* month and day from 1 */
};
struct date_civil date_civil(int32_t days);
int32_t date_days(int year, int month, int day);
/* 1 = Monday … 7 = Sunday. */
int date_weekday(int32_t days);
/* Adds calendar months; the day is cut to the month's last (31 January + 1 month = 28 or 29 February). */
int32_t date_add_months(int32_t days, int months);
/* The date of an instant in UTC. */
int32_t date_of_instant(int64_t us);

/* A partial date "1994", "1994-03" or "1994-03-17" (domain.md): the days it can mean, first and last. */
struct date_partial {
    int32_t first, last;
};
bool date_parse_partial(const char *s, struct date_partial *ret);
/* Whole years at a date, for the youngest / the oldest that the partial birth date can mean; 0 before the
 * birth. */
int date_age_youngest(struct date_partial birth, int32_t on);
int date_age_oldest(struct date_partial birth, int32_t on);

/* True if the IANA zone exists. */
bool date_zone_ok(const char *zone);
/* The offset of local time from UTC in seconds at an instant in a zone; false for an unknown zone. */
bool date_zone_offset(const char *zone, int64_t us, int32_t *ret_seconds);
/* Local wall-clock time of a zone to an instant; a time in a gap moves forward, of two the first is taken. */
bool date_zone_instant(const char *zone, int32_t days, int32_t second_of_day, int64_t *ret_us);
/* The hours in which somebody may be contacted: from and until as "HH:MM" of the zone, NULL: 08:00 to 21:00.
 * from > until spans midnight; equal is the whole day. 0 if now is within them, else when they begin. false
 * for an unknown zone. */
bool date_contact_hours(const char *zone, const char *from, const char *until, int64_t now_us,
                        int64_t *ret_opens_us);

/* Dutch working days: not Saturday, Sunday or a public holiday (Algemene termijnenwet art. 3; Easter by
 * computus). */
bool date_is_working_day_nl(int32_t days);
/* The n-th working day after a date (n < 0: before it); n = 0: the date itself, or the next working day. */
int32_t date_add_working_days_nl(int32_t days, int n);
/* The day it is in the Netherlands: what "today" means in rules about days. */
int32_t date_today_nl(int64_t now_us);

/* ISO 8601 duration as JSON Schema's format "duration" (RFC 3339 appendix A). Only checks the form. */
bool date_duration_ok(const char *s);
