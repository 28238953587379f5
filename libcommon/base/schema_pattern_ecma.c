/*
 * schema_pattern_ecma.c - regular expressions of ECMA-262 (with its u flag), written anew for PCRE2.
 *
 * What differs is translated: \s and . are Unicode's, \uXXXX, \cX, \p{Letter}, classes; what ECMA-262 does
 * not know
 * ((?i), (?P<n>), \a, possessive quantifiers, verbs, POSIX classes) is refused or literal.
 */
#include "base/schema_internal.h"

#include <string.h>

#include "base/str.h"

static const char spaces[] =
    "\\t\\n\\x{b}\\f\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"
    "\\x{205f}\\x{3000}\\x{feff}";
static const char not_spaces[] =
    "\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}"
    "\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}"
    "\\x{3001}-\\x{d7ff}\\x{e000}-\\x{fefe}\\x{ff00}-\\x{10ffff}";

/* General categories by the long names of Unicode's PropertyValueAliases; PCRE2 knows the short ones. */
static const char *const categories[][2] = {
    {"Letter", "L"},
    {"Cased_Letter", "L&"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Surrogate", "Cs"},
    {"Private_Use", "Co"},
    {"Unassigned", "Cn"},
};

struct translation {
    const char *p, *end;
    struct buf *out;
    const char *why; /* set at the first fault */
    bool in_class;
};

static void refuse(struct translation *t, const char *why)
{
    if (!t->why)
        t->why = why;
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Reads exactly n hex digits at p. */
static bool read_hex(const struct translation *t, const char *p, size_t n, unsigned *ret)
{
    unsigned v = 0;
    if ((size_t)(t->end - p) < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!is_hex(p[i]))
            return false;
        v = v * 16 + (unsigned)(p[i] <= '9' ? p[i] - '0' : (p[i] | 32) - 'a' + 10);
    }
    *ret = v;
    return true;
}

/* After "\u": XXXX, a surrogate pair, or {X…}. */
static void translate_unicode(struct translation *t)
{
    unsigned v = 0, low;
    if (t->p < t->end && *t->p == '{') {
        const char *close = memchr(t->p, '}', (size_t)(t->end - t->p));
        size_t n = close ? (size_t)(close - t->p - 1) : 0;
        if (n == 0 || n > 6 || !read_hex(t, t->p + 1, n, &v) || v > 0x10FFFF)
            return refuse(t, "\\u{…} needs a code point");
        t->p = close + 1;
    } else {
        if (!read_hex(t, t->p, 4, &v))
            return refuse(t, "\\u needs four hex digits");
        t->p += 4;
        if (v >= 0xD800 && v < 0xDC00 && t->end - t->p >= 6 && t->p[0] == '\\' && t->p[1] == 'u' &&
            read_hex(t, t->p + 2, 4, &low) && low >= 0xDC00 && low < 0xE000) {
            v = 0x10000 + ((v - 0xD800) << 10) + (low - 0xDC00);
            t->p += 6;
        }
    }
    if (v >= 0xD800 && v < 0xE000)
        return refuse(t, "a lone surrogate matches nothing");
    buf_printf(t->out, "\\x{%x}", v);
}

/* After "\p" or "\P". */
static void translate_property(struct translation *t, char letter)
{
    const char *close = t->p < t->end ? memchr(t->p, '}', (size_t)(t->end - t->p)) : NULL;
    if (!close || *t->p != '{' || close - t->p > 60)
        return refuse(t, "\\p needs {a property}");
    char name[64];
    size_t n = (size_t)(close - t->p - 1);
    memcpy(name, t->p + 1, n);
    name[n] = '\0';
    t->p = close + 1;
    const char *value = name;
    if (str_starts(name, "gc="))
        value += 3;
    else if (str_starts(name, "General_Category="))
        value += 17;
    for (size_t i = 0; i < LENGTH(categories); i++) {
        if (str_eq(value, categories[i][0]))
            value = categories[i][1];
    }
    if (strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_=&") != strlen(value))
        return refuse(t, "\\p needs {a property}");
    buf_printf(t->out, "\\%c{%s}", letter, value);
}

static void translate_space(struct translation *t, bool negated)
{
    if (t->in_class)
        buf_puts(t->out, negated ? not_spaces : spaces);
    else
        buf_printf(t->out, "[%s%s]", negated ? "^" : "", spaces);
}

static void translate_control(struct translation *t)
{
    if (t->p == t->end || !is_alphanumeric(*t->p) || *t->p <= '9')
        return refuse(t, "\\c needs a letter");
    buf_printf(t->out, "\\x{%x}", (unsigned)(*t->p++ & 31));
}

static void translate_named_reference(struct translation *t)
{
    const char *close = t->p < t->end ? memchr(t->p, '>', (size_t)(t->end - t->p)) : NULL;
    if (t->in_class || !close || *t->p != '<')
        return refuse(t, "\\k needs <a name>");
    buf_puts(t->out, "\\k");
    buf_put(t->out, t->p, (size_t)(close + 1 - t->p));
    t->p = close + 1;
}

/* After a backslash. */
static void translate_escape(struct translation *t)
{
    if (t->p == t->end)
        return refuse(t, "a backslash at the end");
    unsigned v;
    char c = *t->p++;
    switch (c) {
    case 's':
    case 'S':
        return translate_space(t, c == 'S');
    case 'u':
        return translate_unicode(t);
    case 'p':
    case 'P':
        return translate_property(t, c);
    case 'c':
        return translate_control(t);
    case 'k':
        return translate_named_reference(t);
    case 'v':
        return buf_puts(t->out, "\\x{b}");
    case '0':
        if (t->p < t->end && *t->p >= '0' && *t->p <= '9')
            return refuse(t, "octal escapes are not known");
        return buf_puts(t->out, "\\x{0}");
    case 'x':
        if (!read_hex(t, t->p, 2, &v))
            return refuse(t, "\\x needs two hex digits");
        t->p += 2;
        return buf_printf(t->out, "\\x{%x}", v);
    case 'b':
        return buf_puts(t->out, t->in_class ? "\\x{8}" : "\\b");
    case 'B':
        if (t->in_class)
            return refuse(t, "\\B in a class");
        return buf_puts(t->out, "\\B");
    default:
        break;
    }
    if (c >= '1' && c <= '9') {
        if (t->in_class)
            return refuse(t, "a back reference in a class");
        buf_puts(t->out, "\\g{"); /* \10 is a group here, never octal */
        buf_putc(t->out, c);
        while (t->p < t->end && *t->p >= '0' && *t->p <= '9')
            buf_putc(t->out, *t->p++);
        return buf_putc(t->out, '}');
    }
    if (is_alphanumeric(c) && !strchr("dDwWtnfr", c))
        return refuse(t, "an escape that ECMA-262 does not know");
    if ((unsigned char)c >= 0x80)
        return buf_putc(t->out, c); /* first byte of a character that needs no escape */
    buf_putc(t->out, '\\');
    buf_putc(t->out, c);
}

static void translate_class(struct translation *t)
{
    t->in_class = true;
    buf_putc(t->out, '[');
    if (t->p < t->end && *t->p == '^')
        buf_putc(t->out, *t->p++);
    while (t->p < t->end && *t->p != ']' && !t->why) {
        char c = *t->p++;
        if (c == '\\') {
            translate_escape(t);
        } else {
            if (c == '[') /* PCRE2 would take [: for a POSIX class */
                buf_putc(t->out, '\\');
            buf_putc(t->out, c);
        }
    }
    if (t->p == t->end)
        return refuse(t, "a class is not closed");
    t->p++;
    buf_putc(t->out, ']');
    t->in_class = false;
}

/* After "(": only the groups of ECMA-262. */
static void translate_group(struct translation *t)
{
    static const char *const groups[] = {"?:", "?=", "?!", "?<=", "?<!"};
    buf_putc(t->out, '(');
    if (t->p < t->end && *t->p == '*')
        return refuse(t, "nothing to repeat");
    if (t->p == t->end || *t->p != '?')
        return;
    for (size_t i = 0; i < LENGTH(groups); i++) {
        size_t n = strlen(groups[i]);
        if ((size_t)(t->end - t->p) >= n && memcmp(t->p, groups[i], n) == 0) {
            buf_puts(t->out, groups[i]);
            t->p += n;
            return;
        }
    }
    if (t->end - t->p < 3 || t->p[1] != '<' || (is_alphanumeric(t->p[2]) && t->p[2] <= '9'))
        return refuse(t, "a group that ECMA-262 does not know");
    buf_puts(t->out, "?<");
    t->p += 2;
}

/* At "{": its length if it is a quantifier ({n}, {n,}, {n,m}), else 0. */
static size_t quantifier(const struct translation *t)
{
    const char *p = t->p, *digits = p;
    while (p < t->end && *p >= '0' && *p <= '9')
        p++;
    if (p == digits)
        return 0;
    if (p < t->end && *p == ',') {
        p++;
        while (p < t->end && *p >= '0' && *p <= '9')
            p++;
    }
    return p < t->end && *p == '}' ? (size_t)(p + 1 - t->p) : 0;
}

static void translate(struct translation *t)
{
    while (t->p < t->end && !t->why) {
        char c = *t->p++;
        size_t n = 0;
        if (c == '\\') {
            translate_escape(t);
        } else if (c == '[') {
            translate_class(t);
        } else if (c == '(') {
            translate_group(t);
        } else if (c == '.') {
            buf_puts(t->out, "[^\\n\\r\\x{2028}\\x{2029}]");
        } else if (c == '*' || c == '+' || c == '?' || (c == '{' && (n = quantifier(t)) > 0)) {
            buf_putc(t->out, c);
            buf_put(t->out, t->p, n);
            t->p += n;
            if (t->p < t->end && *t->p == '?')
                buf_putc(t->out, *t->p++);
            if (t->p < t->end && (*t->p == '+' || *t->p == '*' || *t->p == '?'))
                refuse(t, "nothing to repeat");
        } else {
            if (c == '{' || c == '}' || c == ']')
                buf_putc(t->out, '\\');
            buf_putc(t->out, c);
        }
    }
}

const char *ecma_translate(struct buf *out, const char *s, size_t n)
{
    struct translation t = {.p = s, .end = s + n, .out = out};
    translate(&t);
    return t.why;
}
