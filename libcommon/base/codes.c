/* codes.c - sets of codes as sorted numbers of up to four letters, made at build time, found by halving. */
#include "base/codes.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/codes_table.h"
#include "base/str.h"

/* Its letters as the bytes of a number; 0 for what is no code. */
static uint32_t packed(const char *code)
{
    uint32_t v = 0;

    for (size_t i = 0; code[i]; i++) {
        if (i == sizeof(v))
            return 0;
        v = v << 8 | (unsigned char)code[i];
    }
    return v;
}

static int by_value(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static bool has(const uint32_t *set, size_t n, const char *code)
{
    uint32_t v = packed(code);

    return v && bsearch(&v, set, n, sizeof(v), by_value);
}

bool codes_country(const char *code)
{
    return has(countries, LENGTH(countries), code);
}

bool codes_nationality(const char *code)
{
    return codes_country(code) || str_eq(code, "XXA") || str_eq(code, "XXB") || str_eq(code, "XXC") ||
           str_eq(code, "XXX");
}

bool codes_script(const char *code)
{
    return has(scripts, LENGTH(scripts), code);
}

/* A subtag after the primary: script (4 letters), region (2 letters or 3 digits) or variant (5 to 8). */
static bool subtag_ok(const char *tag)
{
    size_t n = strlen(tag);

    if (n == 4 && isalpha((unsigned char)tag[0]))
        return codes_script(tag);
    if (n == 2)
        return codes_country(tag);
    return n == 3 || (n >= 5 && n <= 8);
}

bool codes_language(const char *tag)
{
    char copy[40], *rest = copy, *part;

    if (strlen(tag) >= sizeof(copy))
        return false;
    memcpy(copy, tag, strlen(tag) + 1);
    part = strsep(&rest, "-");
    if (!has(languages, LENGTH(languages), part))
        return false;
    while ((part = strsep(&rest, "-")) != NULL) {
        if (!subtag_ok(part))
            return false;
    }
    return true;
}
