/* str.c - text helpers and the byte buffer; encodings are in str_code.c. */
#include "base/str.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

bool str_eq(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return a == b;
    return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_has_word(const char *list, const char *word)
{
    size_t n = strlen(word);

    if (list == NULL || n == 0 || strchr(word, ' ') != NULL)
        return false;
    for (const char *at = list; (at = strstr(at, word)) != NULL; at += n) {
        if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    }
    return false;
}

/* Length of the well-formed character at p (Unicode 15, table 3-7), 0 if there is none. */
static size_t utf8_char(const unsigned char *p, size_t n)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t length;

    if (p[0] >= 0xc2 && p[0] <= 0xdf)
        length = 2;
    else if (p[0] >= 0xe0 && p[0] <= 0xef)
        length = 3;
    else if (p[0] >= 0xf0 && p[0] <= 0xf4)
        length = 4;
    else
        return p[0] >= 1 && p[0] <= 0x7f;
    if (length > n)
        return 0;
    if (p[0] == 0xe0)
        low = 0xa0; /* else overlong */
    else if (p[0] == 0xed)
        high = 0x9f; /* else a surrogate */
    else if (p[0] == 0xf0)
        low = 0x90; /* else overlong */
    else if (p[0] == 0xf4)
        high = 0x8f; /* else above U+10FFFF */
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

bool str_utf8_ok(const char *s, size_t n)
{
    const uint64_t ones = 0x0101010101010101ULL, high = 0x8080808080808080ULL;
    const unsigned char *p = (const unsigned char *)s;

    while (n > 0) {
        size_t length;
        uint64_t v;

        /* eight bytes of ASCII without NUL at once */
        if (n >= 8) {
            memcpy(&v, p, 8);
            if (((v | (v - ones)) & high) == 0) {
                p += 8;
                n -= 8;
                continue;
            }
        }
        length = utf8_char(p, n);
        if (length == 0)
            return false;
        p += length;
        n -= length;
    }
    return true;
}

size_t str_utf8_len(const char *s)
{
    size_t n = 0;

    for (; *s != '\0'; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

bool str_secret_eq(const void *a, const void *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}

bool str_to_i64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
    const char *digits = s + (*s == '-');
    long long v;

    if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits))
        return false;
    errno = 0;
    v = strtoll(s, NULL, 10);
    if (errno != 0 || v < min || v > max)
        return false;
    *ret = v;
    return true;
}

void buf_init(struct buf *b, struct arena *a, size_t capacity)
{
    size_t cap = capacity < 32 ? 32 : capacity;

    *b = (struct buf){.arena = a, .p = arena_raw(a, cap), .cap = cap};
}

void buf_grow(struct buf *b, size_t more)
{
    size_t need, cap;

    if (__builtin_add_overflow(b->n, more, &need) || need > SIZE_MAX / 4)
        abort();
    cap = b->cap < 16 ? 32 : b->cap * 2;
    if (cap < need)
        cap = need;
    b->p = arena_grow(b->arena, b->p, b->cap, cap);
    b->cap = cap;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    buf_reserve(b, n);
    memcpy(b->p + b->n, p, n);
    b->n += n;
}

void buf_puts(struct buf *b, const char *s)
{
    buf_put(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    int n;

    buf_reserve(b, 64);
    va_start(ap, fmt);
    n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
    va_end(ap);
    if (n < 0)
        abort(); /* only a faulty format does that */
    if ((size_t)n >= b->cap - b->n) {
        buf_reserve(b, (size_t)n + 1);
        va_start(ap, fmt);
        vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
        va_end(ap);
    }
    b->n += (size_t)n;
}

const char *buf_text(struct buf *b)
{
    buf_reserve(b, 1);
    b->p[b->n] = '\0';
    return b->p;
}
