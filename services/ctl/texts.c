/* texts.c - see texts.h */
#include "ctl/texts.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"

void text_array_add(struct arena *a, struct text_array *list, const char *text)
{
    const char **v = (const char **)(uintptr_t)list->v;

    if ((list->n & (list->n - 1)) == 0) { /* full at every power of two */
        v = ARENA_ARRAY(a, list->n == 0 ? 1 : 2 * list->n, const char *);
        for (size_t i = 0; i < list->n; i++)
            v[i] = list->v[i];
    }
    v[list->n] = text;
    *list = (struct text_array){.v = v, .n = list->n + 1};
}

const char *text_array_joined(struct arena *a, struct text_array list, const char *between)
{
    struct buf out;

    buf_init(&out, a, 256);
    for (size_t i = 0; i < list.n; i++)
        buf_printf(&out, "%s%s", i > 0 ? between : "", list.v[i]);
    return buf_text(&out);
}
