/* months.c - see months.h */
#include "ctl/months.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/findings.h"
#include "ctl/names.h"
#include "ctl/scripts.h"
#include "io/db_script.h"

static const struct month_table known[MONTH_TABLES] = {
    {.name = "audit", .table = "wf.audit", .column = "at"},
    {.name = "outbox", .table = "wf.outbox", .column = "id"},
    {.name = "messages", .table = "public.messages", .column = "id"},
};

/* ---- what there is ---- */

static bool named(const struct month_table *t, const char *table)
{
    const char *dot = strchr(t->table, '.');

    return str_eq(t->table, table) || str_eq(dot + 1, table);
}

/* A line of tables_list.sql. */
static bool parse(struct arena *a, const char *line, struct month_table *ret)
{
    char *rest = arena_strdup(a, line);
    const char *table = strsep(&rest, "|"), *parted = strsep(&rest, "|"), *rows = strsep(&rest, "|"),
               *bytes = strsep(&rest, "|"), *months = strsep(&rest, "|"), *ahead = strsep(&rest, "|"),
               *left = strsep(&rest, "|"), *half = strsep(&rest, "|");

    for (size_t i = 0; i < MONTH_TABLES; i++)
        if (named(&known[i], table))
            *ret = known[i];
    ret->parted = str_eq(parted, "true");
    ret->months = months;
    ret->half = str_eq(half, "true");
    ret->next = rest;
    return ret->name != NULL && rest != NULL && str_to_i64(rows, 0, INT64_MAX, &ret->rows) &&
           str_to_i64(bytes, 0, INT64_MAX, &ret->bytes) &&
           str_to_i64(ahead, INT64_MIN, INT64_MAX, &ret->ahead) && str_to_i64(left, 0, INT64_MAX, &ret->rest);
}

err_t months_read(struct arena *a, const struct admin *ad, struct month_table *ret, size_t *ret_n)
{
    struct text_array lines;

    TRY(db_script_run(ad->db, "tables_list.sql", embed_tables_list_sql, &lines));
    *ret_n = 0;
    for (size_t i = 0; i < lines.n && i < MONTH_TABLES; i++) {
        ret[i] = (struct month_table){0};
        if (!parse(a, lines.v[i], &ret[i]))
            return err_new(a, ERR_BUG, "months.line", "tables_list.sql answers %s", lines.v[i]);
        *ret_n = i + 1;
    }
    return NULL;
}

err_t months_table(struct arena *a, const struct admin *ad, const char *name, struct month_table *ret)
{
    struct month_table all[MONTH_TABLES];
    size_t n;

    TRY(months_read(a, ad, all, &n));
    for (size_t i = 0; i < n; i++)
        if (str_eq(all[i].name, name)) {
            *ret = all[i];
            return NULL;
        }
    return err_new(a, ERR_MISSING, "months.table",
                   "the database has no table '%s' that can be by month; tables list names them", name);
}

/* ---- months ---- */

err_t months_parse(struct arena *a, const char *option, const char *text, int32_t *ret_days)
{
    if (strlen(text) == 7 && date_parse(arena_printf(a, "%s-01", text), ret_days))
        return NULL;
    return err_new(a, ERR_INVALID, "ctl.usage", "--%s is a month, as 2026-03", option);
}

const char *months_text(struct arena *a, int32_t days)
{
    struct date_civil d = date_civil(days);

    return arena_printf(a, "%04d-%02d", d.year, d.month);
}

const char *months_bound(struct arena *a, const struct month_table *t, int32_t days)
{
    int64_t ms = (int64_t)days * 86400 * 1000;

    if (str_eq(t->column, "at"))
        return arena_printf(a, "%s-01 00:00:00+00", months_text(a, days));
    return arena_printf(a, "%08" PRIx64 "-%04" PRIx64 "-0000-0000-000000000000", (uint64_t)ms >> 16,
                        (uint64_t)ms & 0xffff);
}

err_t months_ahead(struct arena *a, const struct admin *ad, const struct service_names *names,
                   const char *months)
{
    struct text_array said;

    TRY(admin_run(a, ad, "tables_ahead.sql", embed_tables_ahead_sql,
                  (const char *const[]){"owner", names->owner, "months", months, NULL}, &said));
    for (size_t i = 0; i < said.n; i++)
        printf("%s %s\n", names->database, said.v[i]);
    /* Not in the same transaction: it takes its time, and what is new is locked until that ends. */
    return admin_run(a, ad, "tables_analyze.sql", embed_tables_analyze_sql,
                     (const char *const[]){"owner", names->owner, NULL}, NULL);
}

/* ---- for status and doctor ---- */

static void probe_table(struct arena *a, struct findings *f, const char *service, const struct month_table *t)
{
    const char *todo = "wayfare-ctl tables ahead, every night";

    if (t->half)
        found(
            f, FINDING_BAD, service,
            arena_printf(a, "%s was to be parted by month, which was cut off: it will refuse rows", t->table),
            arena_printf(a, "wayfare-ctl tables part %s --service %s", t->name, service));
    if (!t->parted)
        return;
    found(f, t->ahead < MONTHS_LOW ? FINDING_BAD : FINDING_OK, service,
          arena_printf(a, "%s is by month, %" PRId64 " ahead", t->table, t->ahead), todo);
    if (t->rest > 0)
        found(f, FINDING_BAD, service,
              arena_printf(a, "%s: %" PRId64 " rows lie in no month", t->table, t->rest), todo);
}

void months_probe(struct ctl *c, struct findings *f)
{
    struct text_array all = names_services();

    for (size_t i = 0; i < all.n; i++) {
        struct arena *a = arena_new();
        struct month_table tables[MONTH_TABLES];
        struct service_names names;
        struct admin ad;
        size_t n = 0;
        err_t e = names_of(a, all.v[i], &names);

        if (e == NULL)
            e = admin_open(c, a, all.v[i], names.database, &ad);
        if (e == NULL)
            e = months_read(a, &ad, tables, &n);
        for (size_t k = 0; e == NULL && k < n; k++) /* a database that is away is told already */
            probe_table(f->arena, f, all.v[i], &tables[k]);
        arena_free(a);
    }
}
