/* uuid.c - UUID version 7: 60 bits of time and order (RFC 9562 section 6.2, method 3), 62 random bits. */
#include "base/uuid.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/str.h"

/* Random bytes in store: one system call for 64 identifiers. A child process throws its copy away. */
static struct {
    uint8_t bytes[512];
    size_t left;
    bool watched;
} store;
static uint64_t last; /* milliseconds << 12 | part of a millisecond; only rises */

static void forget(void)
{
    store.left = 0;
}

static void take_random(uint8_t *out, size_t n)
{
    if (!store.watched)
        store.watched = pthread_atfork(NULL, NULL, forget) == 0;
    if (store.left < n) {
        /* At most 256 bytes a call are never cut short by a signal. */
        for (size_t at = 0; at < sizeof(store.bytes); at += 256) {
            if (getrandom(store.bytes + at, 256, 0) != 256) {
                fputs("{\"level\":\"error\",\"msg\":\"no random numbers\"}\n", stderr);
                abort();
            }
        }
        store.left = sizeof(store.bytes);
    }
    store.left -= n;
    memcpy(out, store.bytes + store.left, n);
    explicit_bzero(store.bytes + store.left, n);
}

struct uuid uuid_new(int64_t now_us)
{
    uint64_t us = now_us > 0 ? (uint64_t)now_us : 0;
    uint64_t order = (us / 1000) << 12 | (us % 1000) * 4096 / 1000;
    struct uuid u;

    /* The same microsecond again, or a clock that went back: one more than the last. */
    last = order > last ? order : last + 1;
    for (int i = 0; i < 6; i++)
        u.b[i] = (uint8_t)(last >> (52 - 8 * i));
    u.b[6] = (uint8_t)(0x70 | (last >> 8 & 0x0f));
    u.b[7] = (uint8_t)last;
    take_random(u.b + 8, 8);
    u.b[8] = (uint8_t)(0x80 | (u.b[8] & 0x3f));
    return u;
}

bool uuid_is_nil(struct uuid u)
{
    static const struct uuid nil;

    return uuid_eq(u, nil);
}

bool uuid_eq(struct uuid a, struct uuid b)
{
    return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

/* After which bytes a hyphen stands. */
static bool hyphen_after(int i)
{
    return i == 3 || i == 5 || i == 7 || i == 9;
}

bool uuid_parse(const char *s, struct uuid *ret)
{
    struct uuid u;

    for (int i = 0; i < 16; i++) {
        if (!str_unhex_n(s, u.b + i, 1))
            return false;
        s += 2;
        if (hyphen_after(i) && *s++ != '-')
            return false;
    }
    if (*s != '\0')
        return false;
    *ret = u;
    return true;
}

void uuid_format(struct uuid u, char *out)
{
    char hex[33];

    str_hex(hex, u.b, 16);
    memcpy(out, hex, 8);
    out[8] = '-';
    memcpy(out + 9, hex + 8, 4);
    out[13] = '-';
    memcpy(out + 14, hex + 12, 4);
    out[18] = '-';
    memcpy(out + 19, hex + 16, 4);
    out[23] = '-';
    memcpy(out + 24, hex + 20, 13);
}

const char *uuid_text(struct arena *a, struct uuid u)
{
    char *text = arena_raw(a, 37);

    uuid_format(u, text);
    return text;
}
