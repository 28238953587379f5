/*
 * schema_format.c - formats of dates, times and identifiers, and the table of all formats (validation 7.3).
 *
 * date, time, date-time, duration: RFC 3339 and its appendix A; time-local: a time of day without zone, HH:MM
 * or HH:MM:SS; uuid: RFC 4122; JSON pointers: RFC 6901 and draft-handrews-relative-json-pointer-01; regex:
 * ECMA-262.
 */
#include "base/schema_internal.h"

#include <string.h>

#include "base/str.h"

/* Reads exactly width digits. */
static bool digits(const char **p, const char *end, int width, int *ret)
{
    int v = 0;
    for (; width > 0; width--, (*p)++) {
        if (*p == end || **p < '0' || **p > '9')
            return false;
        v = v * 10 + (**p - '0');
    }
    *ret = v;
    return true;
}

static bool letter(const char **p, const char *end, const char *any_of)
{
    if (*p == end || !**p || !strchr(any_of, **p))
        return false;
    (*p)++;
    return true;
}

static bool read_date(const char **p, const char *end)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y, m, d;
    if (!digits(p, end, 4, &y) || !letter(p, end, "-") || !digits(p, end, 2, &m) || !letter(p, end, "-") ||
        !digits(p, end, 2, &d) || m < 1 || m > 12 || d < 1)
        return false;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return d <= days[m - 1] + (m == 2 && leap);
}

static bool read_fraction(const char **p, const char *end)
{
    if (!letter(p, end, "."))
        return true;
    const char *from = *p;
    while (letter(p, end, "0123456789"))
        ;
    return *p > from;
}

/* A leap second is one in UTC. */
static bool read_time(const char **p, const char *end)
{
    int h, m, s, oh = 0, om = 0, sign = 1;
    if (!digits(p, end, 2, &h) || !letter(p, end, ":") || !digits(p, end, 2, &m) || !letter(p, end, ":") ||
        !digits(p, end, 2, &s) || h > 23 || m > 59 || s > 60 || !read_fraction(p, end))
        return false;
    if (!letter(p, end, "Zz")) {
        if (*p < end && **p == '-')
            sign = -1;
        if (!letter(p, end, "+-") || !digits(p, end, 2, &oh) || !letter(p, end, ":") ||
            !digits(p, end, 2, &om) || oh > 23 || om > 59)
            return false;
    }
    int utc = ((h * 60 + m - sign * (oh * 60 + om)) % 1440 + 1440) % 1440;
    return s < 60 || utc == 1439;
}

static bool format_date(const struct matcher *m, const char *s, size_t n)
{
    const char *p = s;
    return read_date(&p, s + n) && p == s + n;
}

/* Ours: a year, a year and month, or a date. */
static bool format_partial_date(const struct matcher *m, const char *s, size_t n)
{
    char whole[] = "0000-01-01";

    if (n != 4 && n != 7 && n != 10)
        return false;
    memcpy(whole, s, n);
    return format_date(m, whole, 10);
}

static bool format_time(const struct matcher *m, const char *s, size_t n)
{
    const char *p = s;
    return read_time(&p, s + n) && p == s + n;
}

static bool format_date_time(const struct matcher *m, const char *s, size_t n)
{
    const char *p = s, *end = s + n;
    return read_date(&p, end) && letter(&p, end, "Tt") && read_time(&p, end) && p == end;
}

static bool format_time_local(const struct matcher *m, const char *s, size_t n)
{
    const char *p = s, *end = s + n;
    int hour, minute, second = 0;
    if (!digits(&p, end, 2, &hour) || !letter(&p, end, ":") || !digits(&p, end, 2, &minute))
        return false;
    if (letter(&p, end, ":") && (!digits(&p, end, 2, &second) || !read_fraction(&p, end)))
        return false;
    return p == end && hour < 24 && minute < 60 && second < 60;
}

/* Units in their order, none left out between two that are there: "1H2S" is not one. */
static bool read_units(const char **p, const char *end, const char *units, bool *ret_any)
{
    int last = -1;
    *ret_any = false;
    while (*p < end && **p >= '0' && **p <= '9') {
        while (letter(p, end, "0123456789"))
            ;
        const char *unit = *p < end && **p ? strchr(units, **p) : NULL;
        if (!unit || (last >= 0 && unit - units != last + 1))
            return false;
        last = (int)(unit - units);
        *ret_any = true;
        (*p)++;
    }
    return true;
}

static bool format_duration(const struct matcher *m, const char *s, size_t n)
{
    const char *p = s, *end = s + n;
    bool dates, times;
    if (!letter(&p, end, "P"))
        return false;
    if (n > 2 && s[n - 1] == 'W')
        return strspn(p, "0123456789") == n - 2;
    if (!read_units(&p, end, "YMD", &dates))
        return false;
    if (!letter(&p, end, "T"))
        return dates && p == end;
    return read_units(&p, end, "HMS", &times) && times && p == end;
}

static bool format_uuid(const struct matcher *m, const char *s, size_t n)
{
    if (n != 36)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !s[i] || !strchr("0123456789abcdefABCDEF", s[i]))
            return false;
    }
    return true;
}

bool format_ipv4(const struct matcher *m, const char *s, size_t n)
{
    const char *p = s, *end = s + n;
    for (int part = 0; part < 4; part++) {
        int v = 0;
        const char *from = p;
        if (part > 0 && !letter(&p, end, "."))
            return false;
        from = p;
        while (p < end && *p >= '0' && *p <= '9' && p - from < 3)
            v = v * 10 + (*p++ - '0');
        if (p == from || v > 255 || (*from == '0' && p - from > 1))
            return false;
    }
    return p == end;
}

/* RFC 4291 section 2.2: eight groups, "::" once for one or more of them (RFC 5952 allows one), IPv4 at the
 * end. */
bool format_ipv6(const struct matcher *m, const char *s, size_t n)
{
    const char *p = s, *end = s + n;
    int groups = 0;
    bool gap = false;
    if (n >= 2 && memcmp(p, "::", 2) == 0) {
        gap = true;
        p += 2;
    }
    while (p < end) {
        const char *from = p;
        while (p - from < 4 && letter(&p, end, "0123456789abcdefABCDEF"))
            ;
        if (p < end && *p == '.' && p > from)
            return format_ipv4(m, from, (size_t)(end - from)) && (groups + 2 == 8 || (gap && groups + 2 < 8));
        if (p == from || ++groups > 8)
            return false;
        if (p == end)
            break;
        if (!letter(&p, end, ":") || p == end)
            return false;
        if (*p == ':') {
            if (gap)
                return false;
            gap = true;
            p++;
        }
    }
    return groups == 8 || (gap && groups < 8);
}

static bool format_json_pointer(const struct matcher *m, const char *s, size_t n)
{
    if (n > 0 && s[0] != '/')
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '~' && (i + 1 == n || (s[i + 1] != '0' && s[i + 1] != '1')))
            return false;
    }
    return true;
}

static bool format_relative_json_pointer(const struct matcher *m, const char *s, size_t n)
{
    size_t i = 0;
    while (i < n && s[i] >= '0' && s[i] <= '9')
        i++;
    if (i == 0 || (i > 1 && s[0] == '0'))
        return false;
    return (i + 1 == n && s[i] == '#') || format_json_pointer(m, s + i, n - i);
}

static bool format_regex(const struct matcher *m, const char *s, size_t n)
{
    return pattern_valid(s, n);
}

const struct format *format_find(const char *name)
{
    static const struct format formats[] = {
        {"date", format_date, false},
        {"date-time", format_date_time, false},
        {"duration", format_duration, false},
        {"email", format_email, false},
        {"hostname", format_hostname, true},
        {"idn-email", format_idn_email, true},
        {"idn-hostname", format_idn_hostname, true},
        {"ipv4", format_ipv4, false},
        {"ipv6", format_ipv6, false},
        {"iri", format_iri, false},
        {"iri-reference", format_iri_reference, false},
        {"json-pointer", format_json_pointer, false},
        {"partial-date", format_partial_date, false},
        {"regex", format_regex, false},
        {"relative-json-pointer", format_relative_json_pointer, false},
        {"time", format_time, false},
        {"time-local", format_time_local, false},
        {"uri", format_uri, false},
        {"uri-reference", format_uri_reference, false},
        {"uri-template", format_uri_template, false},
        {"uuid", format_uuid, false},
    };
    for (size_t i = 0; i < LENGTH(formats); i++) {
        if (str_eq(formats[i].name, name))
            return &formats[i];
    }
    return NULL;
}
