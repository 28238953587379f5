/* compare.c - see compare.h */
#include "ctl/compare.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/scripts.h"
#include "ctl/texts.h"
#include "io/db_script.h"

#define PORTION 1000
#define PORTION_TEXT "1000"
#define ID 36
#define KINDS 64

static const char *ids_of(struct arena *a, struct text_array lines, size_t from, size_t n)
{
    struct buf out;

    buf_init(&out, a, n * (ID + 1) + 1);
    for (size_t i = from; i < from + n; i++)
        buf_printf(&out, "%s%.*s", i > from ? "," : "", ID, lines.v[i]);
    return buf_text(&out);
}

static bool among(struct text_array ids, const char *line)
{
    for (size_t i = 0; i < ids.n; i++)
        if (strncmp(ids.v[i], line, ID) == 0)
            return true;
    return false;
}

static err_t look_up(struct arena *a, struct text_array lines, const struct admin *to, const char *table,
                     const char *column, struct compared *ret)
{
    struct text_array missing;

    TRY(admin_run(
        a, to, "reconcile_missing.sql", embed_reconcile_missing_sql,
        (const char *const[]){"ids", ids_of(a, lines, 0, lines.n), "table", table, "column", column, NULL},
        &missing));
    for (size_t i = 0; i < lines.n; i++)
        text_array_add(a, among(missing, lines.v[i]) ? &ret->missing : &ret->present, lines.v[i]);
    return NULL;
}

err_t compare(struct arena *a, const struct admin *from, const char *list, const struct admin *to,
              const char *table, const char *column, struct compared *ret)
{
    struct text_array lines;

    *ret = (struct compared){0};
    TRY(db_script_run(from->db, "reconcile", "BEGIN", NULL));
    TRY(db_script_run(from->db, "reconcile", arena_printf(a, "DECLARE listed CURSOR FOR %s", list), NULL));
    do {
        TRY(db_script_run(from->db, "reconcile", "FETCH " PORTION_TEXT " FROM listed", &lines));
        if (lines.n > 0)
            TRY(look_up(a, lines, to, table, column, ret));
    } while (lines.n > 0);
    return db_script_run(from->db, "reconcile", "COMMIT", NULL);
}

const char *counted(struct arena *a, struct text_array lines)
{
    struct {
        const char *word;
        size_t n, times;
    } kinds[KINDS];
    size_t nkinds = 0;
    struct buf out;

    for (size_t i = 0; i < lines.n; i++) {
        const char *word = lines.v[i] + ID + 1;
        size_t n = strcspn(word, " "), k = 0;

        while (k < nkinds && !(kinds[k].n == n && strncmp(kinds[k].word, word, n) == 0))
            k++;
        if (k == KINDS)
            continue; /* more kinds than there are types of events */
        if (k == nkinds) {
            kinds[nkinds].word = word;
            kinds[nkinds].times = 0;
            kinds[nkinds++].n = n;
        }
        kinds[k].times++;
    }
    buf_init(&out, a, 256);
    for (size_t k = 0; k < nkinds; k++)
        buf_printf(&out, "%s%.*s %zu", k > 0 ? ", " : "", (int)kinds[k].n, kinds[k].word, kinds[k].times);
    return buf_text(&out);
}

err_t for_ids(struct arena *a, const struct admin *ad, const char *name, const char *script,
              const char *group, struct text_array lines)
{
    struct text_array none = {0};

    return ask_ids(a, ad, name, script, group, lines, &none);
}

err_t ask_ids(struct arena *a, const struct admin *ad, const char *name, const char *script,
              const char *group, struct text_array lines, struct text_array *ret)
{
    for (size_t at = 0; at < lines.n; at += PORTION) {
        size_t n = lines.n - at < PORTION ? lines.n - at : PORTION;
        struct text_array rows = {0};

        TRY(admin_run(a, ad, name, script,
                      (const char *const[]){"ids", ids_of(a, lines, at, n), "group", group, NULL}, &rows));
        for (size_t i = 0; i < rows.n; i++)
            text_array_add(a, ret, rows.v[i]);
    }
    return NULL;
}
