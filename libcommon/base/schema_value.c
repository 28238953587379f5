/*
 * schema_value.c - numbers and equality as JSON Schema sees them (core 4.2.2, validation 6.2).
 *
 * 1 and 1.0 are the same; multipleOf is decided on the decimal digits that a number has in JSON, so that
 * 0.0075 is a multiple of 0.0001.
 */
#include "base/schema_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double two_63 = 9223372036854775808.0;

/* True if the double is a whole number that an int64 holds. */
static bool whole_i64(double d, int64_t *ret)
{
    if (!(d >= -two_63 && d < two_63) || floor(d) != d)
        return false;
    *ret = (int64_t)d;
    return true;
}

unsigned value_types(const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return TYPE_OBJECT;
    case JSON_ARRAY:
        return TYPE_ARRAY;
    case JSON_STRING:
        return TYPE_STRING;
    case JSON_INTEGER:
        return TYPE_INTEGER | TYPE_NUMBER;
    case JSON_REAL: {
        double d = json_real_value(v);
        return floor(d) == d ? TYPE_INTEGER | TYPE_NUMBER : TYPE_NUMBER;
    }
    case JSON_TRUE:
    case JSON_FALSE:
        return TYPE_BOOLEAN;
    case JSON_NULL:
        return TYPE_NULL;
    }
    return 0;
}

static int compare_i64_real(int64_t i, double d)
{
    if (d >= two_63)
        return -1;
    if (d < -two_63)
        return 1;
    int64_t t = (int64_t)d; /* toward zero */
    if (i != t)
        return i < t ? -1 : 1;
    double rest = d - (double)t;
    return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

int value_compare(const json_t *a, const json_t *b)
{
    if (json_is_integer(a) && json_is_integer(b)) {
        json_int_t x = json_integer_value(a), y = json_integer_value(b);
        return x < y ? -1 : x > y;
    }
    if (json_is_integer(a))
        return compare_i64_real(json_integer_value(a), json_real_value(b));
    if (json_is_integer(b))
        return -compare_i64_real(json_integer_value(b), json_real_value(a));
    double x = json_real_value(a), y = json_real_value(b);
    return x < y ? -1 : x > y;
}

/* The fewest digits that read back as the same double. */
static struct decimal decimal_of_real(double d)
{
    struct decimal r = {0};
    char text[40];
    d = fabs(d);
    if (d == 0 || !isfinite(d))
        return r;
    for (int digits = 14; digits <= 16; digits++) {
        snprintf(text, sizeof text, "%.*e", digits, d);
        if (strtod(text, NULL) == d)
            break;
    }
    const char *p = text;
    int fraction = 0;
    bool point = false;
    for (; *p && *p != 'e'; p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        r.m = r.m * 10 + (uint64_t)(*p - '0');
        fraction += point;
    }
    r.e = (*p == 'e' ? atoi(p + 1) : 0) - fraction;
    return r;
}

struct decimal value_decimal(const json_t *v)
{
    struct decimal r = {0};
    if (json_is_integer(v)) {
        json_int_t i = json_integer_value(v);
        r.m = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    } else {
        r = decimal_of_real(json_real_value(v));
    }
    while (r.m && r.m % 10 == 0) {
        r.m /= 10;
        r.e++;
    }
    return r;
}

static uint64_t power_mod(uint64_t base, unsigned exponent, uint64_t modulus)
{
    unsigned __int128 result = 1 % modulus, b = base % modulus;
    for (; exponent; exponent >>= 1) {
        if (exponent & 1)
            result = result * b % modulus;
        b = b * b % modulus;
    }
    return (uint64_t)result;
}

bool value_multiple_of(const json_t *v, struct decimal of)
{
    if (json_is_integer(v) && of.e >= 0 && of.e <= 18) {
        int64_t i = json_integer_value(v);
        uint64_t m = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
        unsigned __int128 d = of.m;
        for (int e = 0; e < of.e; e++)
            d *= 10;
        return (unsigned __int128)m % d == 0;
    }
    struct decimal x = value_decimal(v);
    if (x.m == 0)
        return true;
    int shift = x.e - of.e;
    if (shift >= 0) {
        uint64_t power = power_mod(10, (unsigned)shift, of.m);
        return (unsigned __int128)(x.m % of.m) * power % of.m == 0;
    }
    if (shift < -19) /* x.m has no factor 10^20 */
        return false;
    unsigned __int128 d = of.m;
    for (; shift < 0; shift++)
        d *= 10;
    return (unsigned __int128)x.m % d == 0;
}

static bool same_object(const json_t *a, const json_t *b, unsigned depth)
{
    const char *key;
    size_t len;
    const json_t *x;
    if (json_object_size(a) != json_object_size(b))
        return false;
    /* Jansson's iterators take a mutable object but do not change it. */
    json_object_keylen_foreach((json_t *)(uintptr_t)a, key, len, x)
    {
        const json_t *y = json_object_getn(b, key, len);
        if (!y || !value_same(x, y, depth - 1))
            return false;
    }
    return true;
}

bool value_same(const json_t *a, const json_t *b, unsigned depth)
{
    if (depth == 0)
        return false;
    if (json_is_number(a) && json_is_number(b))
        return value_compare(a, b) == 0;
    if (json_typeof(a) != json_typeof(b))
        return false;
    if (json_is_string(a)) {
        size_t n = json_string_length(a);
        return n == json_string_length(b) && memcmp(json_string_value(a), json_string_value(b), n) == 0;
    }
    if (json_is_array(a)) {
        size_t n = json_array_size(a);
        if (n != json_array_size(b))
            return false;
        for (size_t i = 0; i < n; i++) {
            if (!value_same(json_array_get(a, i), json_array_get(b, i), depth - 1))
                return false;
        }
        return true;
    }
    return !json_is_object(a) || same_object(a, b, depth); /* true, false and null are alike by type */
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9E3779B97F4A7C15u;
    return h ^ (h >> 29);
}

static uint64_t hash_bytes(const char *s, size_t n, uint64_t h)
{
    for (; n >= 8; s += 8, n -= 8) {
        uint64_t word;
        memcpy(&word, s, 8);
        h = mix(h, word);
    }
    uint64_t rest = n;
    for (size_t i = 0; i < n; i++)
        rest = rest << 8 | (unsigned char)s[i];
    return mix(h, rest);
}

static uint64_t hash_number(const json_t *v, uint64_t seed)
{
    int64_t i;
    double d = json_number_value(v);
    if (json_is_integer(v))
        i = json_integer_value(v);
    else if (!whole_i64(d, &i))
        memcpy(&i, &d, sizeof i);
    return mix(seed, (uint64_t)i);
}

uint64_t value_hash(const json_t *v, uint64_t seed, unsigned depth)
{
    if (depth == 0)
        return seed;
    if (json_is_number(v))
        return hash_number(v, seed + 1);
    uint64_t h = mix(seed, (uint64_t)json_typeof(v) + 2);
    if (json_is_string(v))
        return hash_bytes(json_string_value(v), json_string_length(v), h);
    if (json_is_array(v)) {
        for (size_t i = 0; i < json_array_size(v); i++)
            h = mix(h, value_hash(json_array_get(v, i), seed, depth - 1));
    } else if (json_is_object(v)) {
        const char *key;
        size_t len;
        const json_t *member;
        uint64_t sum = 0; /* the order of members does not matter */
        json_object_keylen_foreach((json_t *)(uintptr_t)v, key, len, member) sum +=
            mix(hash_bytes(key, len, seed), value_hash(member, seed, depth - 1));
        h = mix(h, sum);
    }
    return h;
}

struct hashed {
    uint64_t hash;
    size_t index;
};

static int hashed_order(const void *a, const void *b)
{
    const struct hashed *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static bool same_items(const json_t *array, size_t i, size_t j, size_t *ret_first, size_t *ret_second)
{
    if (!value_same(json_array_get(array, i), json_array_get(array, j), SCHEMA_COMPARE_DEPTH_MAX))
        return false;
    *ret_first = i;
    *ret_second = j;
    return true;
}

/* Pairs while they are few, which needs no memory; else sorted by a seeded hash, so a client cannot make it
 * quadratic. */
bool value_unique(struct arena *a, const json_t *array, uint64_t seed, size_t *ret_first, size_t *ret_second)
{
    size_t n = json_array_size(array);
    if (n <= 16) {
        for (size_t j = 1; j < n; j++) {
            for (size_t i = 0; i < j; i++) {
                if (same_items(array, i, j, ret_first, ret_second))
                    return false;
            }
        }
        return true;
    }
    struct hashed *h = ARENA_ARRAY(a, n, struct hashed);
    for (size_t i = 0; i < n; i++)
        h[i] = (struct hashed){value_hash(json_array_get(array, i), seed, SCHEMA_COMPARE_DEPTH_MAX), i};
    qsort(h, n, sizeof *h, hashed_order);
    for (size_t i = 1; i < n; i++) {
        if (h[i].hash == h[i - 1].hash &&
            same_items(array, h[i - 1].index, h[i].index, ret_first, ret_second))
            return false;
    }
    return true;
}
