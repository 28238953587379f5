/* fuzz_date.c - every text form of dates and times, and zones by name. */
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "fuzz.h"

static void check_instant(const char *text)
{
    char out[32], again[32];
    int64_t us, back;

    if (!date_parse_instant(text, &us))
        return;
    date_format_instant(us, out);
    FUZZ_CHECK(date_parse_instant(out, &back) && back == us);
    date_format_instant(back, again);
    FUZZ_CHECK(strcmp(out, again) == 0);
}

static void check_date(const char *text)
{
    struct date_partial p;
    char out[11];
    int32_t day;

    if (date_parse(text, &day)) {
        date_format(day, out);
        FUZZ_CHECK(strcmp(out, text) == 0);
        FUZZ_CHECK(date_is_working_day_nl(date_add_working_days_nl(day, 1)));
        date_add_months(day, 1);
    }
    if (date_parse_partial(text, &p)) {
        FUZZ_CHECK(p.first <= p.last && p.last - p.first <= 365);
        FUZZ_CHECK(date_age_youngest(p, p.last) <= date_age_oldest(p, p.last));
    }
}

/* "2026-03-29 Europe/Amsterdam": local midnight exists or moves on by less than two days. */
static void check_zone(const char *text)
{
    const char *space = strchr(text, ' ');
    char day_text[11];
    int32_t day, offset;
    int64_t us;

    if (space == NULL || space - text != 10)
        return;
    memcpy(day_text, text, 10);
    day_text[10] = '\0';
    if (!date_parse(day_text, &day) || !date_zone_instant(space + 1, day, 0, &us))
        return;
    FUZZ_CHECK(date_zone_ok(space + 1));
    FUZZ_CHECK(date_zone_offset(space + 1, us, &offset));
    us += offset * DATE_US_PER_S - day * DATE_US_PER_DAY;
    FUZZ_CHECK(us >= 0 && us < 2 * DATE_US_PER_DAY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_endp) struct arena *a = arena_new();
    const char *text = arena_strndup(a, (const char *)data, size);

    check_instant(text);
    check_date(text);
    check_zone(text);
    date_duration_ok(text);
    return 0;
}
