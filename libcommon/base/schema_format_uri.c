/* schema_format_uri.c - URIs (RFC 3986), IRIs (RFC 3987) and URI templates (RFC 6570). */
#include "base/schema_internal.h"

#include <stdio.h>
#include <string.h>

#define ALPHA "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGIT "0123456789"
#define SUB_DELIMS "!$&'()*+,;="
#define UNRESERVED ALPHA DIGIT "-._~"
static const char hex_digits[] = DIGIT "abcdefABCDEF";
static const char pchar[] = UNRESERVED SUB_DELIMS ":@";

/* One character of valid UTF-8 at p; its length in *ret_n. */
static unsigned character(const unsigned char *p, size_t *ret_n)
{
    size_t n = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    unsigned c = p[0] & (0x7Fu >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3Fu);
    *ret_n = n;
    return c;
}

/* ucschar of RFC 3987, and iprivate where a query may have it. */
static bool is_ucschar(unsigned c, bool private)
{
    if (c >= 0xE000 && c <= 0xF8FF)
        return private;
    if (c >= 0xF0000)
        return private && (c & 0xFFFF) <= 0xFFFD;
    if (c < 0x10000)
        return (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFDCF) || (c >= 0xFDF0 && c <= 0xFFEF);
    return (c & 0xFFFF) <= 0xFFFD && (c < 0xE0000 || c >= 0xE1000);
}

struct span {
    const char *p, *end;
    bool iri;
};

/* True if all of [p, end) is of the given ASCII characters, percent-encoded, or in an IRI of its further
 * ones. */
static bool only(const struct span *u, const char *p, const char *end, const char *allowed, bool private)
{
    while (p < end) {
        size_t n = 1;
        if (*p == '%') {
            if (end - p < 3 || !p[1] || !p[2] || !strchr(hex_digits, p[1]) || !strchr(hex_digits, p[2]))
                return false;
            n = 3;
        } else if ((unsigned char)*p >= 0x80) {
            if (!u->iri || !is_ucschar(character((const unsigned char *)p, &n), private))
                return false;
        } else if (!*p || !strchr(allowed, *p)) {
            return false;
        }
        p += n;
    }
    return true;
}

static const char *find(const char *p, const char *end, const char *any_of)
{
    while (p < end && (!*p || !strchr(any_of, *p)))
        p++;
    return p;
}

/* "[…]": IPv6 or IPvFuture. */
static bool is_ip_literal(const struct span *u, const char *p, const char *end)
{
    if (p < end && (*p == 'v' || *p == 'V')) {
        const char *dot = find(p, end, ".");
        for (const char *h = p + 1; h < dot; h++) {
            if (!strchr(hex_digits, *h))
                return false;
        }
        const struct span ascii = {.iri = false};
        return dot > p + 1 && end - dot > 1 && !memchr(dot, '%', (size_t)(end - dot)) &&
               only(&ascii, dot + 1, end, UNRESERVED SUB_DELIMS ":", false);
    }
    return format_ipv6(NULL, p, (size_t)(end - p));
}

static bool is_authority(const struct span *u, const char *p, const char *end)
{
    const char *at = memchr(p, '@', (size_t)(end - p));
    if (at) {
        if (!only(u, p, at, UNRESERVED SUB_DELIMS ":", false))
            return false;
        p = at + 1;
    }
    const char *host_end;
    if (p < end && *p == '[') {
        const char *close = find(p, end, "]");
        if (close == end || !is_ip_literal(u, p + 1, close))
            return false;
        host_end = close + 1;
        if (host_end < end && *host_end != ':')
            return false;
    } else {
        host_end = find(p, end, ":");
        if (!only(u, p, host_end, UNRESERVED SUB_DELIMS, false))
            return false;
    }
    return host_end == end ||
           (*host_end == ':' && strspn(host_end + 1, DIGIT) >= (size_t)(end - host_end - 1));
}

static bool is_uri(const char *s, size_t n, bool iri, bool relative)
{
    struct span u = {s, s + n, iri};
    const char *colon = find(u.p, u.end, ":/?#");
    if (colon < u.end && *colon == ':') {
        if (colon == u.p || !strchr(ALPHA, *u.p) ||
            strspn(u.p, ALPHA DIGIT "+-.") <
                (size_t)(colon - u.p)) /* also a ':' in the first relative segment */
            return false;
        u.p = colon + 1;
    } else if (!relative) {
        return false;
    }
    const char *hash = find(u.p, u.end, "#"), *question = find(u.p, hash, "?");
    if (question - u.p >= 2 && u.p[0] == '/' && u.p[1] == '/') {
        const char *path = find(u.p + 2, question, "/");
        if (!is_authority(&u, u.p + 2, path))
            return false;
        u.p = path;
    }
    char path_chars[sizeof pchar + 1], query_chars[sizeof pchar + 2];
    snprintf(path_chars, sizeof path_chars, "%s/", pchar);
    snprintf(query_chars, sizeof query_chars, "%s?", path_chars);
    return only(&u, u.p, question, path_chars, false) &&
           (question == hash || only(&u, question + 1, hash, query_chars, true)) &&
           (hash == u.end || only(&u, hash + 1, u.end, query_chars, false));
}

bool format_uri(const struct matcher *m, const char *s, size_t n)
{
    return is_uri(s, n, false, false);
}

bool format_uri_reference(const struct matcher *m, const char *s, size_t n)
{
    return is_uri(s, n, false, true);
}

bool format_iri(const struct matcher *m, const char *s, size_t n)
{
    return is_uri(s, n, true, false);
}

bool format_iri_reference(const struct matcher *m, const char *s, size_t n)
{
    return is_uri(s, n, true, true);
}

/* varname [":" 1…9999 | "*"] of RFC 6570 section 2.3. */
static bool is_varspec(const char *p, const char *end)
{
    const struct span ascii = {.iri = false};
    const char *name_end = find(p, end, ":*"), *dot;
    if (name_end == p || *p == '.' || name_end[-1] == '.' ||
        !only(&ascii, p, name_end, ALPHA DIGIT "_.", false))
        return false;
    for (dot = p; dot + 1 < name_end; dot++) {
        if (dot[0] == '.' && dot[1] == '.')
            return false;
    }
    if (name_end == end || *name_end == '*')
        return name_end == end || name_end + 1 == end;
    size_t n = (size_t)(end - name_end - 1);
    return n >= 1 && n <= 4 && name_end[1] != '0' && strspn(name_end + 1, DIGIT) >= n;
}

static bool is_expression(const char *p, const char *end)
{
    if (p < end && *p && strchr("+#./;?&", *p))
        p++;
    for (;;) {
        const char *comma = find(p, end, ",");
        if (!is_varspec(p, comma))
            return false;
        if (comma == end)
            return true;
        p = comma + 1;
    }
}

bool format_uri_template(const struct matcher *m, const char *s, size_t n)
{
    const struct span u = {.iri = true};
    const char *p = s, *end = s + n;
    while (p < end) {
        const char *brace = find(p, end, "{");
        if (!only(&u, p, brace, UNRESERVED "!#$&'()*+,/:;=?@[]", true))
            return false;
        if (brace == end)
            return true;
        p = find(brace, end, "}");
        if (p == end || !is_expression(brace + 1, p))
            return false;
        p++;
    }
    return true;
}
