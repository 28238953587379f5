/* str_code.c - hex, base64 and base64url (RFC 4648), strict in reading. */
#include <endian.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The eight digits of four bytes: a digit in each byte, those above nine moved on to the letters. */
static void put_hex8(char *out, const uint8_t *b)
{
    const uint64_t ones = 0x0101010101010101ULL;
    uint64_t x = b[0] | (uint64_t)b[1] << 16 | (uint64_t)b[2] << 32 | (uint64_t)b[3] << 48, letters;

    x = (x >> 4 & 0x000f000f000f000fULL) | (x & 0x000f000f000f000fULL) << 8;
    letters = (x + ones * 6) >> 4 & ones;
    x = htole64(x + ones * '0' + letters * ('a' - '9' - 1));
    memcpy(out, &x, sizeof x);
}

void str_hex(char *out, const void *p, size_t n)
{
    const uint8_t *b = p;
    size_t i = 0;

    for (; i + 4 <= n; i += 4, out += 8)
        put_hex8(out, b + i);
    for (; i < n; i++) {
        *out++ = hex_digits[b[i] >> 4];
        *out++ = hex_digits[b[i] & 15];
    }
    *out = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool str_unhex_n(const char *s, void *out, size_t n)
{
    uint8_t *b = out;

    for (size_t i = 0; i < n; i++) {
        int high = hex_value(s[2 * i]), low = high < 0 ? -1 : hex_value(s[2 * i + 1]);

        if (low < 0)
            return false;
        b[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

bool str_unhex(const char *s, void *out, size_t n)
{
    return strlen(s) == 2 * n && str_unhex_n(s, out, n);
}

static char *encode(struct arena *a, const uint8_t *p, size_t n, const char *digits, bool padded)
{
    char *text = arena_raw(a, (n / 3 + 1) * 4 + 1), *out = text;
    size_t i;

    for (i = 0; i + 3 <= n; i += 3) {
        uint32_t v = (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2];

        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        *out++ = digits[v >> 6 & 63];
        *out++ = digits[v & 63];
    }
    if (i < n) {
        uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0);

        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        if (i + 1 < n)
            *out++ = digits[v >> 6 & 63];
        else if (padded)
            *out++ = '=';
        if (padded)
            *out++ = '=';
    }
    *out = '\0';
    return text;
}

static int base64_value(char c, bool url)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (url ? '-' : '+'))
        return 62;
    if (c == (url ? '_' : '/'))
        return 63;
    return -1;
}

/* n digits without padding. Refuses bits that no byte takes: one value has one text. */
static bool decode(struct arena *a, const char *s, size_t n, bool url, uint8_t **ret_p, size_t *ret_n)
{
    size_t bytes = n / 4 * 3 + (n % 4 ? n % 4 - 1 : 0);
    uint32_t v = 0;
    unsigned bits = 0;
    uint8_t *p, *out;

    if (n % 4 == 1)
        return false;
    out = p = arena_raw(a, bytes + 1);
    for (size_t i = 0; i < n; i++) {
        int digit = base64_value(s[i], url);

        if (digit < 0)
            return false;
        v = v << 6 | (uint32_t)digit;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            *out++ = (uint8_t)(v >> bits);
            v &= (1U << bits) - 1;
        }
    }
    if (v != 0)
        return false;
    *out = 0;
    *ret_p = p;
    *ret_n = bytes;
    return true;
}

char *str_base64url(struct arena *a, const void *p, size_t n)
{
    return encode(a, p, n, base64url_digits, false);
}

bool str_unbase64url(struct arena *a, const char *s, size_t n, uint8_t **ret_p, size_t *ret_n)
{
    return decode(a, s, n, true, ret_p, ret_n);
}

char *str_base64(struct arena *a, const void *p, size_t n)
{
    return encode(a, p, n, base64_digits, true);
}

bool str_unbase64(struct arena *a, const char *s, size_t n, uint8_t **ret_p, size_t *ret_n)
{
    size_t padding = 0;

    if (n % 4 != 0)
        return false;
    while (padding < 2 && padding < n && s[n - 1 - padding] == '=')
        padding++;
    return decode(a, s, n - padding, false, ret_p, ret_n);
}
