/* schema_punycode.c - Punycode (RFC 3492) and code points, for the internationalised labels of host names. */
#include "base/schema_internal.h"

#include <string.h>

/* RFC 3492: the digit values and the adaption of the bias. */
int puny_digit(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    return c >= '0' && c <= '9' ? c - '0' + 26 : -1;
}

static uint32_t puny_adapt(uint32_t delta, uint32_t points, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / 700 : delta / 2;
    for (delta += delta / points; delta > 455; k += 36)
        delta /= 35;
    return k + 36 * delta / (delta + 38);
}

static uint32_t puny_threshold(uint32_t k, uint32_t bias)
{
    return k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
}

/* Decodes n bytes after "xn--". False if they are not Punycode or too long. */
bool puny_decode(const char *s, size_t n, uint32_t *out, size_t *ret_n)
{
    size_t count = 0, from = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '-')
            from = i + 1;
    }
    for (size_t i = 0; i + 1 < from; i++)
        out[count++] = (unsigned char)s[i];
    uint32_t point = 128, at = 0, bias = 72;
    for (size_t i = from; i < n;) {
        uint64_t before = at, value = at, weight = 1;
        for (uint32_t k = 36;; k += 36) {
            int digit = i < n ? puny_digit(s[i++]) : -1;
            uint32_t t = puny_threshold(k, bias);
            if (digit < 0)
                return false;
            value += (uint64_t)digit * weight;
            if (value > 0x7FFFFFFF)
                return false;
            if ((uint32_t)digit < t)
                break;
            weight *= 36 - t;
        }
        if (++count > ALABEL_POINTS_MAX)
            return false;
        bias = puny_adapt((uint32_t)(value - before), (uint32_t)count, before == 0);
        point += (uint32_t)(value / count);
        at = (uint32_t)(value % count);
        if (point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
            return false;
        memmove(out + at + 1, out + at, (count - 1 - at) * sizeof *out);
        out[at++] = point;
    }
    *ret_n = count;
    return true;
}

/* Encodes code points; returns the length, or more than LABEL_MAX if it does not fit. */
size_t puny_encode(const uint32_t *in, size_t n, char *out)
{
    size_t len = 0, done = 0;
    for (size_t i = 0; i < n; i++) {
        if (in[i] < 128 && len < LABEL_MAX)
            out[len++] = (char)in[i];
    }
    done = len;
    bool first = true;
    if (len > 0)
        out[len++] = '-';
    uint32_t point = 128, delta = 0, bias = 72;
    while (done < n) {
        uint32_t next = UINT32_MAX;
        for (size_t i = 0; i < n; i++) {
            if (in[i] >= point && in[i] < next)
                next = in[i];
        }
        delta += (next - point) * (uint32_t)(done + 1);
        point = next;
        for (size_t i = 0; i < n; i++) {
            delta += in[i] < point;
            if (in[i] != point)
                continue;
            uint32_t q = delta;
            for (uint32_t k = 36;; k += 36) {
                uint32_t t = puny_threshold(k, bias), digit = q < t ? q : t + (q - t) % (36 - t);
                if (len > LABEL_MAX)
                    return len;
                out[len++] = (char)(digit < 26 ? 'a' + digit : '0' + digit - 26);
                if (q < t)
                    break;
                q = (q - t) / (36 - t);
            }
            bias = puny_adapt(delta, (uint32_t)++done, first);
            first = false;
            delta = 0;
        }
        delta++;
        point++;
    }
    return len;
}

size_t points_to_utf8(const uint32_t *in, size_t n, char *out)
{
    char *p = out;
    for (size_t i = 0; i < n; i++) {
        uint32_t c = in[i];
        if (c < 0x80) {
            *p++ = (char)c;
        } else if (c < 0x800) {
            *p++ = (char)(0xC0 | c >> 6);
            *p++ = (char)(0x80 | (c & 63));
        } else if (c < 0x10000) {
            *p++ = (char)(0xE0 | c >> 12);
            *p++ = (char)(0x80 | (c >> 6 & 63));
            *p++ = (char)(0x80 | (c & 63));
        } else {
            *p++ = (char)(0xF0 | c >> 18);
            *p++ = (char)(0x80 | (c >> 12 & 63));
            *p++ = (char)(0x80 | (c >> 6 & 63));
            *p++ = (char)(0x80 | (c & 63));
        }
    }
    return (size_t)(p - out);
}

/* Code points of valid UTF-8, at most max. */
size_t points_from_utf8(const char *s, size_t n, uint32_t *out, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < n && count < max; count++) {
        unsigned char c = (unsigned char)s[i];
        size_t bytes = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
        uint32_t v = bytes == 1 ? c : c & (0x7Fu >> bytes);
        for (size_t k = 1; k < bytes; k++)
            v = v << 6 | ((unsigned char)s[i + k] & 63u);
        out[count] = v;
        i += bytes;
    }
    return count;
}
