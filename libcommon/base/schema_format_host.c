/*
 * schema_format_host.c - host names (RFC 1123, RFC 5890) and mail addresses (RFC 5321, RFC 6531).
 *
 * Internationalised labels follow IDNA 2008: RFC 5892's categories and contexts and RFC 5893's Bidi rule, by
 * Unicode properties as PCRE2 has them. It has no normalisation tables: of what NFKC changes, the blocks of
 * compatibility characters are refused as a whole.
 */
#include "base/schema_internal.h"

#include <stdlib.h>
#include <string.h>

enum { IDNA_LABEL, IDNA_RIGHT_TO_LEFT, IDNA_BIDI_LABEL, IDNA_COUNT };
enum { NAME_MAX_BYTES = 253 };

#define VIRAMA                                                                                               \
    "\\x{94d}\\x{9cd}\\x{a4d}\\x{acd}\\x{b4d}\\x{bcd}\\x{c4d}\\x{ccd}\\x{d3b}\\x{d3c}\\x{d4d}\\x{dca}\\x{"   \
    "e3a}\\x{eba}"                                                                                           \
    "\\x{f84}\\x{1039}\\x{103a}\\x{1714}\\x{1734}\\x{17d2}\\x{1a60}\\x{1b44}\\x{1baa}\\x{1bab}\\x{1bf2}\\x{" \
    "1bf3}"                                                                                                  \
    "\\x{2d7f}\\x{a806}\\x{a8c4}\\x{a953}\\x{a9c0}\\x{aaf6}\\x{abed}"
/* Arabic and Syriac letters that join on both sides: all but those of joining type R or U. */
#define JOINS_LEFT                                                                                           \
    "(?![\\x{621}-\\x{625}\\x{627}\\x{629}\\x{62f}-\\x{632}\\x{648}\\x{671}-\\x{677}\\x{688}-\\x{699}\\x{"   \
    "6c0}"                                                                                                   \
    "\\x{6c3}-\\x{6cb}\\x{6cd}\\x{6cf}\\x{6d2}\\x{6d3}\\x{6d5}\\x{6ee}\\x{6ef}\\x{710}\\x{715}-\\x{719}\\x{" \
    "71e}"                                                                                                   \
    "\\x{728}\\x{72a}\\x{72c}\\x{72f}\\x{74d}])[\\x{620}-\\x{74f}]"
#define LTR "\\p{bc:L}\\p{bc:EN}\\p{bc:ES}\\p{bc:CS}\\p{bc:ET}\\p{bc:ON}\\p{bc:BN}\\p{bc:NSM}"
#define RTL                                                                                                  \
    "\\p{bc:R}\\p{bc:AL}\\p{bc:AN}\\p{bc:EN}\\p{bc:ES}\\p{bc:CS}\\p{bc:ET}\\p{bc:ON}\\p{bc:BN}\\p{bc:NSM}"

static const char *const idna_patterns[IDNA_COUNT] = {
    [IDNA_LABEL] =
        "^(?!\\p{M})(?!-)(?!..--)(?!.*-$)"
        /* RFC 5892 A.7 to A.9: the katakana dot needs Japanese, the two Arabic digit sets do not mix */
        "(?!(?=.*\\x{30fb})(?!.*[\\p{sc:Hiragana}\\p{sc:Katakana}\\p{sc:Han}]))"
        "(?!.*[\\x{660}-\\x{669}].*[\\x{6f0}-\\x{6f9}])(?!.*[\\x{6f0}-\\x{6f9}].*[\\x{660}-\\x{669}])"
        "(?:"
        "(?![\\x{640}\\x{7fa}\\x{302e}\\x{302f}\\x{3031}-\\x{3035}\\x{303b}])" /* 2.6: exceptions, disallowed
                                                                                */
        "(?![\\x{1100}-\\x{11ff}\\x{a960}-\\x{a97f}\\x{d7b0}-\\x{d7ff}])"      /* 2.9: old Hangul jamo */
        "(?![\\x{aa}\\x{ba}\\x{2b0}-\\x{2b8}\\x{1d2c}-\\x{1d6a}\\x{2070}-\\x{218f}\\x{3130}-\\x{318f}\\x{"
        "f900}-\\x{faff}"
        "\\x{fb00}-\\x{fdff}\\x{fe70}-\\x{ffef}\\x{1d400}-\\x{1d7ff}\\x{2f800}-\\x{2fa1f}])" /* compatibility
                                                                                              */
        "(?:[\\x{df}\\x{3c2}\\x{6fd}\\x{6fe}\\x{f0b}\\x{3007}-]|" /* 2.6: exceptions, valid */
        "(?!\\p{CWCF}|\\p{DI})[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}\\p{Nd}])"
        "|(?<=l)\\x{b7}(?=l)|\\x{375}(?=\\p{sc:Greek})|(?<=\\p{sc:Hebrew})[\\x{5f3}\\x{5f4}]|\\x{30fb}" /* A.3
                                                                                                           to
                                                                                                           A.7
                                                                                                         */
        "|(?<=[" VIRAMA "])[\\x{200c}\\x{200d}]" /* A.1, A.2 */
        "|(?:(?<=" JOINS_LEFT ")|(?<=" JOINS_LEFT "\\p{Mn}))\\x{200c}(?=\\p{Mn}*[\\x{620}\\x{622}-\\x{74f}])"
        ")+$",
    [IDNA_RIGHT_TO_LEFT] = "[\\p{bc:R}\\p{bc:AL}\\p{bc:AN}]",
    [IDNA_BIDI_LABEL] =
        "^(?:(?=[\\p{bc:R}\\p{bc:AL}])(?!.*\\p{bc:EN}.*\\p{bc:AN})(?!.*\\p{bc:AN}.*\\p{bc:EN})"
        "[" RTL "]*[\\p{bc:R}\\p{bc:AL}\\p{bc:EN}\\p{bc:AN}]\\p{bc:NSM}*"
        "|(?=\\p{bc:L})[" LTR "]*[\\p{bc:L}\\p{bc:EN}]\\p{bc:NSM}*)$",
};

bool idna_init(struct matcher *m, struct arena *a)
{
    struct pattern *list = ARENA_ARRAY(a, IDNA_COUNT, struct pattern);
    for (int i = 0; i < IDNA_COUNT; i++) {
        const struct pattern *p = pattern_compile_raw(a, idna_patterns[i]);
        if (!p)
            return false;
        list[i] = *p;
    }
    m->idna = list;
    return true;
}

static bool is_ascii(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)s[i] >= 0x80)
            return false;
    }
    return true;
}

/* RFC 1123 section 2.1: letters, digits and inner hyphens. */
static bool is_ldh_label(const char *s, size_t n)
{
    if (n == 0 || n > LABEL_MAX || s[0] == '-' || s[n - 1] == '-')
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!(puny_digit(s[i]) >= 0 || s[i] == '-'))
            return false;
    }
    return true;
}

struct label {
    char text[ALABEL_POINTS_MAX * 4 + 4]; /* the U-label, or the ASCII label as it is */
    size_t n;
};

/* A-label to U-label; false unless it is valid and the one encoding of what it decodes to. */
static bool read_alabel(const char *s, size_t n, struct label *ret)
{
    uint32_t points[ALABEL_POINTS_MAX + 1];
    char again[LABEL_MAX + 8];
    size_t count;
    if (n > LABEL_MAX || !puny_decode(s + 4, n - 4, points, &count))
        return false;
    ret->n = points_to_utf8(points, count, ret->text);
    size_t len = puny_encode(points, count, again);
    return !is_ascii(ret->text, ret->n) && len == n - 4 && strncasecmp(again, s + 4, len) == 0;
}

/* One label of a name; the Unicode ones only where the name may be internationalised. */
static bool read_label(const struct matcher *m, const char *s, size_t n, bool unicode, struct label *ret)
{
    uint32_t points[ALABEL_POINTS_MAX + 1];
    char encoded[LABEL_MAX + 8];
    bool ascii = is_ascii(s, n);
    if (ascii && n >= 4 && strncasecmp(s, "xn--", 4) == 0)
        return read_alabel(s, n, ret) && pattern_match(m, &m->idna[IDNA_LABEL], ret->text, ret->n);
    if (n >= sizeof ret->text)
        return false;
    memcpy(ret->text, s, n);
    ret->n = n;
    if (ascii)
        return is_ldh_label(s, n);
    size_t count = points_from_utf8(s, n, points, ALABEL_POINTS_MAX);
    return unicode && puny_encode(points, count, encoded) + 4 <= LABEL_MAX &&
           pattern_match(m, &m->idna[IDNA_LABEL], s, n);
}

/* Bytes of a label separator at p: ".", and in internationalised names U+3002, U+FF0E, U+FF61 too. 0: none.
 */
static size_t separator(const char *p, const char *end, bool unicode)
{
    if (*p == '.')
        return 1;
    if (!unicode || end - p < 3)
        return 0;
    return memcmp(p, "\u3002", 3) == 0 || memcmp(p, "\uff0e", 3) == 0 || memcmp(p, "\uff61", 3) == 0 ? 3 : 0;
}

static size_t label_length(const char *p, const char *end, bool unicode)
{
    const char *from = p;
    while (p < end && separator(p, end, unicode) == 0)
        p++;
    return (size_t)(p - from);
}

/* Every label right by itself; and by the Bidi rule if one of them is written from right to left. */
static bool is_name(const struct matcher *m, const char *s, size_t n, bool unicode)
{
    bool bidi = false;
    const char *end = s + n;
    if (n == 0 || n > NAME_MAX_BYTES)
        return false;
    for (int pass = 0; pass < 2; pass++) {
        for (const char *p = s;;) {
            struct label label;
            size_t len = label_length(p, end, unicode);
            if (!read_label(m, p, len, unicode, &label))
                return false;
            if (pass == 0)
                bidi |= pattern_match(m, &m->idna[IDNA_RIGHT_TO_LEFT], label.text, label.n);
            else if (!pattern_match(m, &m->idna[IDNA_BIDI_LABEL], label.text, label.n))
                return false;
            p += len;
            if (p == end)
                break;
            p += separator(p, end, unicode);
        }
        if (!bidi)
            return true;
    }
    return true;
}

bool format_hostname(const struct matcher *m, const char *s, size_t n)
{
    return is_ascii(s, n) && is_name(m, s, n, false);
}

bool format_idn_hostname(const struct matcher *m, const char *s, size_t n)
{
    return is_name(m, s, n, true);
}

static bool is_quoted(const char *s, size_t n, bool unicode)
{
    if (n < 2 || s[n - 1] != '"')
        return false;
    for (size_t i = 1; i < n - 1; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '\\' && ++i >= n - 1)
            return false;
        if (c == '"' || c < 32 || c == 127 || (c >= 128 && !unicode))
            return false;
    }
    return true;
}

static bool is_dot_atom(const char *s, size_t n, bool unicode)
{
    bool dot = true; /* one may not begin with a dot, nor have two together */
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '.'   ? dot
            : c >= 128 ? !unicode
                       : !(puny_digit(s[i]) >= 0 || (c && strchr("!#$%&'*+-/=?^_`{|}~", c))))
            return false;
        dot = c == '.';
    }
    return n > 0 && !dot;
}

static bool is_domain(const struct matcher *m, const char *s, size_t n, bool unicode)
{
    if (n > 2 && s[0] == '[' && s[n - 1] == ']') {
        bool v6 = n > 7 && strncasecmp(s + 1, "IPv6:", 5) == 0;
        return v6 ? format_ipv6(m, s + 6, n - 7) : format_ipv4(m, s + 1, n - 2);
    }
    const char *end = s + n;
    if (n == 0 || n > NAME_MAX_BYTES)
        return false;
    for (const char *p = s;; p++) {
        size_t len = label_length(p, end, false);
        if (!is_ldh_label(p, len) && !(unicode && len > 0 && !is_ascii(p, len) && is_dot_atom(p, len, true)))
            return false;
        p += len;
        if (p == end)
            return true;
    }
}

static bool is_email(const struct matcher *m, const char *s, size_t n, bool unicode)
{
    size_t at = n;
    while (at > 0 && s[at - 1] != '@')
        at--;
    if (at < 2 || at - 1 > 64) /* at is behind the '@' */
        return false;
    return (s[0] == '"' ? is_quoted(s, at - 1, unicode) : is_dot_atom(s, at - 1, unicode)) &&
           is_domain(m, s + at, n - at, unicode);
}

bool format_email(const struct matcher *m, const char *s, size_t n)
{
    return is_email(m, s, n, false);
}

bool format_idn_email(const struct matcher *m, const char *s, size_t n)
{
    return is_email(m, s, n, true);
}
