/* tzif.c - TZif files: transitions by table, later ones by the rule in the footer (POSIX TZ with RFC 8536's
 * extension). */
#include "base/tzif.h"

#include <stdlib.h>
#include <string.h>

#include "base/date.h"

enum { HEADER_BYTES = 44, OFFSET_MAX = 26 * 3600, TRANSITIONS_MAX = 4096 };

/* When a yearly change takes place: Jn, n or Mm.w.d. */
struct rule {
    char form; /* 'J', '0' or 'M' */
    int day;   /* of the year, or of the week with 'M' (0 is Sunday) */
    int month, week;
    int32_t time; /* seconds after local midnight, may be negative or above a day */
};

struct footer {
    bool present;
    bool has_dst;
    int32_t std_offset, dst_offset; /* seconds east */
    struct rule begin, end;
};

struct tzif {
    size_t n;             /* transitions */
    int64_t *at;          /* rising */
    int32_t *offset;      /* after each */
    int32_t first_offset; /* before the first */
    struct footer footer;
};

/* --- the footer --- */

static bool take_number(const char **s, int max, int *ret)
{
    int v = 0, digits = 0;

    for (; **s >= '0' && **s <= '9' && digits < 4; (*s)++, digits++)
        v = v * 10 + (**s - '0');
    *ret = v;
    return digits > 0 && v <= max;
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(const char **s, int max_hours, int32_t *ret)
{
    int sign = **s == '-' ? -1 : 1, hours, minutes = 0, seconds = 0;

    if (**s == '+' || **s == '-')
        (*s)++;
    if (!take_number(s, max_hours, &hours))
        return false;
    if (**s == ':') {
        (*s)++;
        if (!take_number(s, 59, &minutes))
            return false;
        if (**s == ':') {
            (*s)++;
            if (!take_number(s, 59, &seconds))
                return false;
        }
    }
    *ret = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
}

/* Three or more letters, or anything between < and >. */
static bool take_name(const char **s)
{
    const char *start = *s;

    if (**s == '<') {
        const char *end = strchr(*s, '>');

        if (end == NULL)
            return false;
        *s = end + 1;
        return true;
    }
    while ((**s >= 'A' && **s <= 'Z') || (**s >= 'a' && **s <= 'z'))
        (*s)++;
    return *s - start >= 3;
}

static bool take_rule(const char **s, struct rule *ret)
{
    struct rule r = {.form = '0', .time = 7200};

    if (*(*s)++ != ',')
        return false;
    if (**s == 'M') {
        r.form = 'M';
        (*s)++;
        if (!take_number(s, 12, &r.month) || r.month < 1 || *(*s)++ != '.')
            return false;
        if (!take_number(s, 5, &r.week) || r.week < 1 || *(*s)++ != '.' || !take_number(s, 6, &r.day))
            return false;
    } else if (**s == 'J') {
        r.form = 'J';
        (*s)++;
        if (!take_number(s, 365, &r.day) || r.day < 1)
            return false;
    } else if (!take_number(s, 365, &r.day)) {
        return false;
    }
    if (**s == '/') {
        (*s)++;
        if (!take_time(s, 167, &r.time))
            return false;
    }
    *ret = r;
    return true;
}

/* "CET-1CEST,M3.5.0,M10.5.0/3": offsets count westwards. */
static bool parse_footer(const char *s, struct footer *ret)
{
    struct footer f = {.present = true};
    int32_t west;

    if (!take_name(&s) || !take_time(&s, 24, &west))
        return false;
    f.std_offset = -west;
    if (*s != '\0') {
        f.has_dst = true;
        f.dst_offset = f.std_offset + 3600;
        if (!take_name(&s))
            return false;
        if (*s != ',') {
            if (!take_time(&s, 24, &west))
                return false;
            f.dst_offset = -west;
        }
        if (!take_rule(&s, &f.begin) || !take_rule(&s, &f.end) || *s != '\0')
            return false;
    }
    *ret = f;
    return true;
}

/* Local seconds since 1970 at which the rule takes effect in a year. */
static int64_t rule_at(const struct rule *r, int year)
{
    int32_t new_year = date_days(year, 1, 1), days;
    bool leap = date_days(year + 1, 1, 1) - new_year == 366;

    if (r->form == 'M') {
        int32_t first = date_days(year, r->month, 1);
        int32_t next = r->month == 12 ? date_days(year + 1, 1, 1) : date_days(year, r->month + 1, 1);

        days = first + (r->day - date_weekday(first) % 7 + 7) % 7 + (r->week - 1) * 7;
        if (days >= next)
            days -= 7; /* week 5 is the last */
    } else if (r->form == 'J') {
        days = new_year + r->day - 1 + (leap && r->day >= 60); /* 29 February is never counted */
    } else {
        days = new_year + r->day;
    }
    return days * 86400LL + r->time;
}

static int32_t footer_offset(const struct footer *f, int64_t seconds)
{
    int64_t begin, end;
    int year;

    if (!f->has_dst)
        return f->std_offset;
    year = date_civil(date_of_instant((seconds + f->std_offset) * DATE_US_PER_S)).year;
    begin = rule_at(&f->begin, year) - f->std_offset;
    end = rule_at(&f->end, year) - f->dst_offset;
    /* In the south summer time lasts over the new year. */
    if (begin < end ? seconds >= begin && seconds < end : seconds >= begin || seconds < end)
        return f->dst_offset;
    return f->std_offset;
}

/* --- the tables --- */

struct counts {
    uint32_t isut, isstd, leap, time, type, chars;
};

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const uint8_t *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static bool read_header(const uint8_t *p, size_t n, struct counts *ret)
{
    if (n < HEADER_BYTES || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false;
    *ret =
        (struct counts){be32(p + 20), be32(p + 24), be32(p + 28), be32(p + 32), be32(p + 36), be32(p + 40)};
    /* More than a file of the tz database ever has; keeps the sums below from wrapping. */
    return ret->time <= TRANSITIONS_MAX && ret->type >= 1 && ret->type <= 256 && ret->chars <= 4096 &&
           ret->leap <= 4096 && ret->isstd <= 256 && ret->isut <= 256;
}

/* Bytes of a data block whose times have this size. */
static size_t data_bytes(const struct counts *c, size_t time_bytes)
{
    return c->time * (time_bytes + 1) + c->type * (size_t)6 + c->chars + c->leap * (time_bytes + 4) +
           c->isstd + c->isut;
}

static bool type_offset(const uint8_t *types, const struct counts *c, uint8_t index, int32_t *ret)
{
    if (index >= c->type)
        return false;
    *ret = (int32_t)be32(types + (size_t)index * 6);
    return *ret >= -OFFSET_MAX && *ret <= OFFSET_MAX;
}

static bool read_transitions(struct tzif *z, const uint8_t *p, const struct counts *c)
{
    const uint8_t *indices = p + c->time * (size_t)8, *types = indices + c->time;

    if (!type_offset(types, c, 0, &z->first_offset))
        return false;
    for (uint32_t i = 0; i < c->time; i++) {
        z->at[i] = be64(p + i * (size_t)8);
        if (i > 0 && z->at[i] <= z->at[i - 1])
            return false;
        if (!type_offset(types, c, indices[i], &z->offset[i]))
            return false;
    }
    return true;
}

/* "\n" TZ "\n" after the tables; an empty one leaves the last offset in force. */
static bool read_footer(struct tzif *z, const uint8_t *p, size_t n)
{
    char text[128];
    const uint8_t *end;

    if (n < 2 || p[0] != '\n' || (end = memchr(p + 1, '\n', n - 1)) == NULL)
        return false;
    n = (size_t)(end - (p + 1));
    if (n >= sizeof(text) || memchr(p + 1, '\0', n) != NULL)
        return false;
    memcpy(text, p + 1, n);
    text[n] = '\0';
    return n == 0 || parse_footer(text, &z->footer);
}

struct tzif *tzif_parse(const uint8_t *p, size_t n)
{
    struct counts c;
    struct tzif *z;

    /* The first block, with 32-bit times, is for old readers. */
    if (!read_header(p, n, &c) || data_bytes(&c, 4) > n - HEADER_BYTES)
        return NULL;
    n -= HEADER_BYTES + data_bytes(&c, 4);
    p += HEADER_BYTES + data_bytes(&c, 4);
    if (!read_header(p, n, &c) || data_bytes(&c, 8) > n - HEADER_BYTES)
        return NULL;
    p += HEADER_BYTES;
    n -= HEADER_BYTES;
    z = calloc(1, sizeof(*z));
    if (z == NULL)
        abort();
    z->n = c.time;
    z->at = calloc(c.time + 1, sizeof(*z->at));
    z->offset = calloc(c.time + 1, sizeof(*z->offset));
    if (z->at == NULL || z->offset == NULL)
        abort();
    if (!read_transitions(z, p, &c) || !read_footer(z, p + data_bytes(&c, 8), n - data_bytes(&c, 8))) {
        tzif_free(z);
        return NULL;
    }
    return z;
}

void tzif_free(struct tzif *z)
{
    if (z == NULL)
        return;
    free(z->at);
    free(z->offset);
    free(z);
}

int32_t tzif_offset(const struct tzif *z, int64_t seconds)
{
    size_t low = 0, high = z->n;

    if (z->footer.present && (z->n == 0 || seconds >= z->at[z->n - 1]))
        return footer_offset(&z->footer, seconds);
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (z->at[middle] <= seconds)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? z->first_offset : z->offset[low - 1];
}
