/* number.c - see number.h */
#include "base/number.h"

#include <string.h>

#include "base/arena.h"

const char *number_key(struct arena *a, const char *number)
{
    char *key = arena_alloc(a, strlen(number) + 1), *out = key;

    for (; *number != '\0'; number++) {
        char c = *number;

        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
            *out++ = c;
    }
    *out = '\0';
    return key;
}
