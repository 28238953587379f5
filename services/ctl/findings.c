/* findings.c - see findings.h */
#include "ctl/findings.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

static const char *const words[] = {"ok", "note", "bad"};
static const char *const signs[] = {"ok  ", "note", "BAD "};

void found(struct findings *f, enum finding_level level, const char *area, const char *what, const char *todo)
{
    if (f->n == FINDINGS_MAX)
        return;
    f->v[f->n++] = (struct finding){.level = level, .area = area, .what = what, .todo = todo};
    f->bad += level == FINDING_BAD;
}

static void found_line(struct findings *f, const char *line)
{
    char *rest = arena_strdup(f->arena, line);
    const char *word = strsep(&rest, "|"), *area = strsep(&rest, "|"), *what = strsep(&rest, "|");

    for (size_t i = 0; what != NULL && i < LENGTH(words); i++)
        if (str_eq(word, words[i]))
            found(f, (enum finding_level)i, area, what, rest != NULL ? rest : "");
}

void found_lines(struct findings *f, struct text_array lines)
{
    for (size_t i = 0; i < lines.n; i++)
        found_line(f, lines.v[i]);
}

static void tell_people(const struct findings *f)
{
    for (int level = FINDING_BAD; level >= FINDING_OK; level--)
        for (size_t i = 0; i < f->n; i++) {
            const struct finding *g = &f->v[i];

            if ((int)g->level != level)
                continue;
            printf("%s  %-14s %s\n", signs[level], g->area, g->what);
            if (level != FINDING_OK && *g->todo != '\0')
                printf("%21s→ %s\n", "", g->todo);
        }
    printf("%zu looked at, %zu need a person\n", f->n, f->bad);
}

static void tell_machines(const struct findings *f)
{
    struct buf out;

    buf_init(&out, f->arena, 8192);
    buf_printf(&out, "{\"ok\": %s, \"findings\": [", f->bad == 0 ? "true" : "false");
    for (size_t i = 0; i < f->n; i++) {
        const struct finding *g = &f->v[i];

        buf_printf(&out, "%s{\"level\": \"%s\", \"area\": ", i > 0 ? ",\n" : "\n", words[g->level]);
        json_write_text(&out, g->area);
        buf_puts(&out, ", \"what\": ");
        json_write_text(&out, g->what);
        buf_puts(&out, ", \"todo\": ");
        json_write_text(&out, g->level == FINDING_OK ? "" : g->todo);
        buf_puts(&out, "}");
    }
    buf_puts(&out, "]}\n");
    fputs(buf_text(&out), stdout);
}

err_t findings_tell(const struct findings *f, bool json)
{
    if (json)
        tell_machines(f);
    else
        tell_people(f);
    if (f->bad == 0)
        return NULL;
    return err_new(f->arena, ERR_CONFLICT, "ctl.attention", "%zu of %zu things need a person", f->bad, f->n);
}
