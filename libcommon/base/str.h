/* str.h - bounded text helpers and the growing byte buffer that responses are written into; UTF-8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"

struct arena;

bool str_eq(const char *a, const char *b); /* NULL equals only NULL */
bool str_starts(const char *s, const char *prefix);
/* True if word is one of the space-separated words of list (scopes). */
bool str_has_word(const char *list, const char *word);
/* Strict UTF-8 without NUL, surrogates or overlong forms. */
bool str_utf8_ok(const char *s, size_t n);
/* Length in characters of valid UTF-8. */
size_t str_utf8_len(const char *s);
/* Constant-time comparison of secrets of equal length. */
bool str_secret_eq(const void *a, const void *b, size_t n);
/* A decimal integer (minus sign, digits; leading zeros are fine) and nothing else, within [min, max]. */
MUST_CHECK bool str_to_i64(const char *s, int64_t min, int64_t max, int64_t *ret);
/* Lowercase hex; out has 2 * n + 1 bytes. */
void str_hex(char *out, const void *p, size_t n);
MUST_CHECK bool str_unhex(const char *s, void *out, size_t n);
/* The same for the first 2 * n characters of a longer text, which may end early. */
MUST_CHECK bool str_unhex_n(const char *s, void *out, size_t n);
/* base64url without padding. Encoding returns arena text; decoding is strict (canonical, no padding, no
 * spaces); a zero byte follows what was decoded. */
char *str_base64url(struct arena *a, const void *p, size_t n);
MUST_CHECK bool str_unbase64url(struct arena *a, const char *s, size_t n, uint8_t **ret_p, size_t *ret_n);
/* Ordinary base64 with padding (webhook signatures, basic authentication). */
char *str_base64(struct arena *a, const void *p, size_t n);
MUST_CHECK bool str_unbase64(struct arena *a, const char *s, size_t n, uint8_t **ret_p, size_t *ret_n);

/* A byte buffer that grows in an arena (old blocks stay there: start with a fair size). */
struct buf {
    struct arena *arena;
    char *p; /* n bytes, not NUL-terminated; buf_text terminates */
    size_t n, cap;
};
void buf_init(struct buf *b, struct arena *a, size_t capacity);
void buf_grow(struct buf *b, size_t more);
/* Room for this many more bytes at p + n. */
static inline void buf_reserve(struct buf *b, size_t more)
{
    if (more > b->cap - b->n)
        buf_grow(b, more);
}
void buf_put(struct buf *b, const void *p, size_t n);
void buf_puts(struct buf *b, const char *s);
static inline void buf_putc(struct buf *b, char c)
{
    buf_reserve(b, 1);
    b->p[b->n++] = c;
}
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* NUL-terminates and returns the text; the buffer can still grow. */
const char *buf_text(struct buf *b);
