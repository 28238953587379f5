/*
 * tables_drop.c - tables drop: whole months of a table that is by month go, when nothing needs them. One
 * transaction: what was looked at is what goes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/str.h"
#include "ctl/commands.h"
#include "ctl/dropping.h"
#include "ctl/scripts.h"
#include "ctl/session.h"
#include "io/db_script.h"

static err_t read_parts(struct dropping *d, const char *before)
{
    struct arena *a = d->c->arena;
    struct text_array lines;

    TRY(admin_run(a, &d->admin, "tables drop", embed_tables_drop_list_sql,
                  (const char *const[]){"table", d->t.table, "before", before, NULL}, &lines));
    d->parts = ARENA_ARRAY(a, lines.n + 1, struct month_part);
    for (size_t i = 0; i < lines.n; i++) {
        struct month_part *p = &d->parts[d->n++];
        char *rest = arena_strdup(a, lines.v[i]);

        p->name = strsep(&rest, "|");
        p->until = strsep(&rest, "|");
        p->month = strsep(&rest, "|");
        if (rest == NULL || !str_to_i64(rest, 0, INT64_MAX, &p->bytes))
            return err_new(a, ERR_BUG, "months.line", "tables_drop_list.sql answers %s", lines.v[i]);
    }
    return NULL;
}

static void tell(const struct dropping *d)
{
    for (size_t i = 0; i < d->n; i++) {
        const struct month_part *p = &d->parts[i];

        printf("%-30s %s %s %12" PRId64 " rows %10.1f MB\n", p->name, *p->month == '\0' ? "before" : "of    ",
               *p->month == '\0' ? p->until : p->month, p->rows, (double)p->bytes / 1e6);
    }
    if (*d->seal.no != '\0')
        printf("the chain is computed anew from behind seal %s on; %" PRId64 " rows that stay are under it\n",
               d->seal.no, d->seal.uncovered);
}

static err_t refuse(const struct dropping *d)
{
    for (size_t i = 0; i < d->needed.n; i++)
        printf("needed: %s\n", d->needed.v[i]);
    return err_new(d->c->arena, ERR_CONFLICT, "months.needed", "what is needed stays; nothing was changed");
}

/* A name of the system may hold what SQL does not. */
static const char *quoted(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);

    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\'' || *p == '\\')
            *p = '?';
    return copy;
}

static err_t drop_part(struct dropping *d, const struct month_part *p)
{
    struct arena *a = d->c->arena;
    bool last = p == &d->parts[d->n - 1]; /* the seal is that of all of them */

    if (str_eq(d->t.name, "messages"))
        TRY(admin_run(a, &d->admin, "tables_drop_messages.sql", embed_tables_drop_messages_sql,
                      (const char *const[]){"part", p->name, NULL}, NULL));
    return admin_run(
        a, &d->admin, "tables drop", embed_tables_drop_sql,
        (const char *const[]){"owner",     d->names.owner,
                              "table",     d->t.table,
                              "part",      p->name,
                              "until",     p->until,
                              "rows",      arena_printf(a, "%" PRId64, p->rows),
                              "bytes",     arena_printf(a, "%" PRId64, p->bytes),
                              "by",        quoted(a, session_caller(a)),
                              "seal",      last ? d->seal.no : "",
                              "hash",      last ? d->seal.hash : "",
                              "uncovered", arena_printf(a, "%" PRId64, last ? d->seal.uncovered : 0),
                              NULL},
        NULL);
}

static err_t drop_all(struct dropping *d)
{
    if (d->needed.n > 0)
        return refuse(d);
    if (!ctl_flag(d->c, "apply")) {
        printf("nothing was changed; --apply drops them\n");
        return NULL;
    }
    for (size_t i = 0; i < d->n; i++)
        TRY(drop_part(d, &d->parts[i]));
    TRY(db_script_run(d->admin.db, "tables drop", "COMMIT", NULL));
    printf("dropped\n");
    return NULL;
}

static err_t drop(struct ctl *c)
{
    struct dropping d = {.c = c};
    const char *before;
    int32_t days;

    TRY(months_parse(c->arena, "before", ctl_option(c, "before"), &days));
    before = months_text(c->arena, days);
    if (days > date_of_instant(clock_now_us()))
        return err_new(c->arena, ERR_CONFLICT, "months.future", "%s has not begun", before);
    TRY(names_of(c->arena, ctl_option(c, "service"), &d.names));
    TRY(admin_open(c, c->arena, d.names.service, d.names.database, &d.admin));
    TRY(months_table(c->arena, &d.admin, c->argument, &d.t));
    if (!d.t.parted)
        return err_new(c->arena, ERR_CONFLICT, "months.plain", "%s of %s is not by month: tables part",
                       d.t.table, d.names.service);
    TRY(db_script_run(d.admin.db, "tables drop", "BEGIN",
                      NULL)); /* ends with the connection, if not before */
    TRY(read_parts(&d, before));
    if (d.n == 0) {
        printf("no partition of %s holds only what is before %s (%s)\n", d.t.table, before, d.t.months);
        return NULL;
    }
    TRY(dropping_ask(&d));
    tell(&d);
    return drop_all(&d);
}

const struct command ctl_tables_drop = {
    .words = "tables drop",
    .argument = "TABLE",
    .about =
        "Drops the months of a table that is by month; without --apply it says which, with their rows, and "
        "what still needs them. Refused: events not delivered or younger than is kept for a restore; rows of "
        "the trail not sealed, not true, or not in the exported file; messages to be sent, unread, or of "
        "what is open, held, kept or restricted. Who saw a person is not told for the time that went.",
    .options = {ADMIN_OPTIONS,
                {"service", "NAME", NULL, "identity, cases, travel, …", true, false},
                {"before", "YYYY-MM", NULL, "what is of this month and later stays", true, false},
                {"exported", "FILE", NULL, "audit: what `audit export` wrote of just these months", false,
                 false},
                {"pseudonym-key", "FILE", NULL,
                 "audit: the secret of the pseudonyms that it was written with", false, false},
                {"keep-days", "N", "WAYFARE_KEEP_SENT_DAYS", "outbox: days that events are kept, else 30",
                 false, false},
                {"apply", NULL, NULL, "drop them", false, false}},
    .run = drop,
};
