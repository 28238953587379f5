/*
 * tables.c - tables list, part, ahead: the audit trail, the outbox and messages by month, where they have
 * become too large for vacuum, or months of them are to go. What was one table becomes the partition of all
 * that is older; nothing is copied.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/commands.h"
#include "ctl/months.h"
#include "ctl/names.h"
#include "ctl/scripts.h"
#include "io/db_script.h"

#define ROOM_DAYS 7 /* of a month, to look at every row before the next one begins */

#define TABLES_SERVICE                                                                                       \
    {                                                                                                        \
        "service", "NAME", NULL, "identity, cases, travel, …; else all", false, true                         \
    }

/* ---- list ---- */

static void tell(const char *service, const struct month_table *t)
{
    printf("%-14s %-16s %12" PRId64 " %10.1f  %s\n", service, t->table, t->rows, (double)t->bytes / 1e6,
           !t->parted ? t->half ? "half parted: tables part again" : "one table" : t->months);
    if (t->parted)
        printf("%57s%" PRId64 " months ahead, %" PRId64 " rows in no month\n", "", t->ahead, t->rest);
}

static void tell_json(struct buf *out, const char *service, const struct month_table *t)
{
    buf_printf(out, "%s{\"service\": \"%s\", \"table\": \"%s\", \"rows\": %" PRId64 ", \"bytes\": %" PRId64,
               out->n > 1 ? ",\n " : "", service, t->table, t->rows, t->bytes);
    buf_printf(out, ", \"byMonth\": %s, \"halfParted\": %s, \"partitions\": ", t->parted ? "true" : "false",
               t->half ? "true" : "false");
    json_write_text(out, t->months);
    buf_printf(out, ", \"ahead\": %" PRId64 ", \"rest\": %" PRId64 "}", t->ahead, t->rest);
}

static err_t open_service(struct ctl *c, const char *service, struct service_names *names, struct admin *ret)
{
    TRY(names_of(c->arena, service, names));
    return admin_open(c, c->arena, service, names->database, ret);
}

static err_t list(struct ctl *c)
{
    bool json = ctl_flag(c, "json");
    struct text_array services;
    struct buf out;

    buf_init(&out, c->arena, 4096);
    buf_putc(&out, '[');
    TRY(admin_services(c, &services));
    if (!json)
        printf("%-14s %-16s %12s %10s  %s\n", "service", "table", "rows, about", "MB", "months");
    for (size_t i = 0; i < services.n; i++) {
        struct month_table tables[MONTH_TABLES];
        struct service_names names;
        struct admin ad;
        size_t n;

        TRY(open_service(c, services.v[i], &names, &ad));
        TRY(months_read(c->arena, &ad, tables, &n));
        for (size_t k = 0; k < n; k++) {
            if (json)
                tell_json(&out, services.v[i], &tables[k]);
            else
                tell(services.v[i], &tables[k]);
        }
    }
    if (json)
        printf("%s]\n", buf_text(&out));
    return NULL;
}

const struct command ctl_tables_list = {
    .words = "tables list",
    .about = "Lists the tables that can be by month: how large they are, and their months.",
    .options = {ADMIN_OPTIONS, TABLES_SERVICE, {"json", NULL, NULL, "for machines", false, false}},
    .run = list,
};

/* ---- part ---- */

struct parting {
    struct ctl *c;
    struct service_names names;
    struct admin admin;
    struct month_table t;
    const char *first, *bound;
    bool begun; /* the first month is here already: only a table without rows of it can be parted so */
};

static err_t step(struct parting *p, const char *name, const char *script)
{
    return admin_run(p->c->arena, &p->admin, name, script,
                     (const char *const[]){"owner", p->names.owner, "table", p->t.table, "name", p->t.name,
                                           "column", p->t.column, "first", p->first, "bound", p->bound, NULL},
                     NULL);
}

/* The first month with a partition of its own: no row may be as late yet, and the looking may take days. */
static err_t first_month(struct parting *p)
{
    const char *asked = ctl_option(p->c, "first");
    int32_t today = date_of_instant(clock_now_us());
    struct date_civil d = date_civil(today);
    int32_t first = date_add_months(date_days(d.year, d.month, 1), 1);

    if (asked != NULL)
        TRY(months_parse(p->c->arena, "first", asked, &first));
    else if (first - today < ROOM_DAYS)
        first = date_add_months(first, 1);
    p->begun = first <= today;
    p->first = months_text(p->c->arena, first);
    p->bound = months_bound(p->c->arena, &p->t, first);
    return NULL;
}

/* Rows are looked at while work goes on; only then is the table taken from everybody, for a moment. */
static err_t part_table(struct parting *p)
{
    err_t e, undone;

    if (p->begun) /* rows of now are not refused meanwhile, and all there are is looked at under the lock */
        return step(p, "tables_part.sql", embed_tables_part_sql);
    TRY(step(p, "tables_part_begin.sql", embed_tables_part_begin_sql));
    e = step(p, "tables_part_check.sql", embed_tables_part_check_sql);
    if (e == NULL)
        e = step(p, "tables_part.sql", embed_tables_part_sql);
    if (e == NULL)
        return NULL;
    /* Nobody may find in a month that it takes no rows. Where this fails too (a lost connection), the next
     * try does it, and status tells of it; the first error is what counts. */
    undone = step(p, "tables_part_undo.sql", embed_tables_part_undo_sql);
    (void)undone;
    return e;
}

static err_t part(struct ctl *c)
{
    struct parting p = {.c = c};

    TRY(open_service(c, ctl_option(c, "service"), &p.names, &p.admin));
    TRY(months_table(c->arena, &p.admin, c->argument, &p.t));
    TRY(first_month(&p));
    if (p.t.parted)
        printf("%s of %s is by month\n", p.t.table, p.names.service);
    else
        TRY(part_table(&p));
    TRY(step(&p, "tables_part_keys.sql", embed_tables_part_keys_sql));
    if (!p.t.parted)
        printf("%s of %s is by month from %s on; what is older is one partition\n", p.t.table,
               p.names.service, p.first);
    return months_ahead(c->arena, &p.admin, &p.names, MONTHS_AHEAD_TEXT);
}

const struct command ctl_tables_part = {
    .words = "tables part",
    .argument = "TABLE",
    .about = "Parts a table (audit, outbox or messages) by month, while the programs run. What is there "
             "becomes the first partition; it gives way to work, and then says to try again. It is for "
             "dropping months and for vacuum: statements cost more on it (deploy/README.md, Growing). There "
             "is no way back.",
    .options = {ADMIN_OPTIONS,
                {"service", "NAME", NULL, "identity, cases, travel, …", true, false},
                {"first", "YYYY-MM", NULL,
                 "first month with a partition of its own; all rows have to be older, so a past one is for a "
                 "table without any. Else the next month, or the one after it in a month's last week",
                 false, false}},
    .run = part,
};

/* ---- ahead ---- */

static err_t ahead(struct ctl *c)
{
    const char *months = ctl_option(c, "months") ?: MONTHS_AHEAD_TEXT;
    struct text_array services;
    int64_t n;

    if (!str_to_i64(months, 1, 36, &n))
        return err_new(c->arena, ERR_INVALID, "ctl.usage", "--months is a number from 1 to 36");
    TRY(admin_services(c, &services));
    for (size_t i = 0; i < services.n; i++) {
        struct service_names names;
        struct admin ad;

        TRY(open_service(c, services.v[i], &names, &ad));
        TRY(months_ahead(c->arena, &ad, &names, arena_printf(c->arena, "%" PRId64, n)));
    }
    return NULL;
}

const struct command ctl_tables_ahead = {
    .words = "tables ahead",
    .about = "Makes the partitions of the coming months of tables that are by month, and moves rows there "
             "that came before them; every night. Also done by migrate. The owner role will do, but for "
             "moving.",
    .options = {ADMIN_OPTIONS,
                TABLES_SERVICE,
                {"months", "N", NULL, "how many, else " MONTHS_AHEAD_TEXT, false, false}},
    .run = ahead,
};
