/*
 * tables_needed.c - what of a month is needed yet: events that somebody has not received or could have to
 * receive again, rows of the trail that are not sealed or not exported, messages to be sent, of open cases,
 * or of which somebody asked that they be kept.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"
#include "ctl/audit_lines.h"
#include "ctl/compare.h"
#include "ctl/dropping.h"
#include "ctl/options.h"
#include "ctl/scripts.h"
#include "ctl/session.h"
#include "ctl/texts.h"
#include "io/db_script.h"

#define KEEP_DAYS "30" /* as the relay's WAYFARE_KEEP_SENT_DAYS */

static void need(struct dropping *d, const char *what, const char *why)
{
    text_array_add(d->c->arena, &d->needed, arena_printf(d->c->arena, "%s: %s", what, why));
}

/* ---- each partition in its own database ---- */

static err_t ask_part(struct dropping *d, struct month_part *p, const char *script, const char *days)
{
    struct text_array lines;
    bool counted = false;

    TRY(admin_run(d->c->arena, &d->admin, "tables_needed", script,
                  (const char *const[]){"part", p->name, "service", d->names.service, "until", p->until,
                                        "days", days, NULL},
                  &lines));
    for (size_t i = 0; i < lines.n; i++) {
        if (str_starts(lines.v[i], "rows|"))
            counted = str_to_i64(lines.v[i] + strlen("rows|"), 0, INT64_MAX, &p->rows);
        else
            need(d, p->name, strchr(lines.v[i], '|') + 1);
    }
    return counted ? NULL : err_new(d->c->arena, ERR_BUG, "months.line", "%s was not counted", p->name);
}

static err_t ask_parts(struct dropping *d, const char *script)
{
    const char *days = str_eq(d->t.name, "outbox") ? ctl_option(d->c, "keep-days") ?: KEEP_DAYS : KEEP_DAYS;
    int64_t n;

    if (!str_to_i64(days, 0, 3650, &n))
        return err_new(d->c->arena, ERR_INVALID, "ctl.usage", "--keep-days is a number of days");
    for (size_t i = 0; i < d->n; i++)
        TRY(ask_part(d, &d->parts[i], script, days));
    return NULL;
}

/* ---- audit: sealed, and in the file that was exported ---- */

struct exported {
    struct arena *arena;
    FILE *file;
    const char *name;
};

static err_t same(void *arg, const char *text, size_t n)
{
    struct exported *f = arg;
    struct arena *a = arena_new();
    char *there = arena_raw(a, n + 1);
    bool equal = fread(there, 1, n, f->file) == n && memcmp(there, text, n) == 0;

    arena_free(a);
    return equal ? NULL
                 : err_new(f->arena, ERR_CONFLICT, "months.exported",
                           "%s is not what `audit export` writes of these months", f->name);
}

static err_t same_all(struct dropping *d, struct exported *f, const char *from, const char *to)
{
    const char *key;
    int64_t from_us, to_us, lines;
    struct ctx *x;
    struct tx *tx;

    if (!date_parse_instant(from, &from_us) || !date_parse_instant(to, &to_us))
        return err_new(d->c->arena, ERR_BUG, "months.time", "%s, %s", from, to);
    TRY(audit_lines_key(d->c, ctl_option(d->c, "pseudonym-key"), &key));
    TRY(session_open_at(d->c, d->admin.conninfo, d->admin.password, &x, &tx));
    TRY(audit_lines(x, tx, from_us, to_us, key, same, f, &lines));
    TRY(session_commit(x));
    if (fgetc(f->file) != EOF)
        return err_new(d->c->arena, ERR_CONFLICT, "months.exported", "%s holds more than these months",
                       f->name);
    printf("%s holds the %" PRId64 " lines of these months\n", f->name, lines);
    return NULL;
}

/* The file has to be the export of just these months, byte by byte: that is what can be proved. */
static err_t ask_exported(struct dropping *d)
{
    struct arena *a = d->c->arena;
    struct exported f = {.arena = a, .name = ctl_option(d->c, "exported")};
    const char *from = *d->parts[0].month == '\0' ? "1970-01" : d->parts[0].month;
    err_t e;

    from = arena_printf(a, "%s-01T00:00:00Z", from);
    const char *to = arena_printf(a, "%s-01T00:00:00Z", d->parts[d->n - 1].until);

    if (f.name == NULL || ctl_option(d->c, "pseudonym-key") == NULL) {
        need(d, d->t.table,
             arena_printf(a,
                          "it has to be exported first: wayfare-ctl audit export --from %s --to %s "
                          "--pseudonym-key K >F; then --exported F --pseudonym-key K",
                          from, to));
        return NULL;
    }
    f.file = fopen(f.name, "re");
    if (f.file == NULL)
        return err_new(a, ERR_INVALID, "ctl.file", "%s cannot be read", f.name);
    e = same_all(d, &f, from, to);
    (void)fclose(f.file); /* it was only read */
    if (e != NULL && str_eq(e->code, "months.exported")) {
        need(d, d->t.table, arena_printf(a, "%s (--from %s --to %s)", e->detail, from, to));
        return NULL;
    }
    return e;
}

static err_t ask_seal(struct dropping *d)
{
    struct arena *a = d->c->arena;
    struct text_array rows;

    TRY(admin_run(a, &d->admin, "tables_drop_seal.sql", embed_tables_drop_seal_sql,
                  (const char *const[]){"until", d->parts[d->n - 1].until, NULL}, &rows));
    if (rows.n == 0)
        return NULL;

    char *rest = arena_strdup(a, rows.v[0]);
    const char *no = strsep(&rest, "|"), *hash = strsep(&rest, "|"), *uncovered = strsep(&rest, "|"),
               *latest = strsep(&rest, "|"), *later = strsep(&rest, "|");

    if (rest == NULL || !str_to_i64(uncovered, 0, INT64_MAX, &d->seal.uncovered))
        return err_new(a, ERR_BUG, "months.line", "tables_drop_seal.sql answers %s", rows.v[0]);
    d->seal.no = no;
    d->seal.hash = hash;
    if (!str_eq(rest, "0"))
        need(d, d->t.table, arena_printf(a, "%s seals are not true: wayfare-ctl audit verify", rest));
    if (str_eq(later, "true"))
        need(d, d->t.table,
             arena_printf(a,
                          "a row of these months was sealed with %s others, up to %s, which nothing would "
                          "cover any more: drop these months together",
                          uncovered, latest));
    return NULL;
}

/* ---- messages: what the databases of others say of whom they are about ---- */

static err_t ask_service(struct dropping *d, struct text_array ids, const char *service, const char *script)
{
    struct text_array why = {0};
    struct service_names names;
    struct admin ad;

    TRY(names_of(d->c->arena, service, &names));
    TRY(admin_open(d->c, d->c->arena, service, names.database, &ad));
    TRY(ask_ids(d->c->arena, &ad, "tables_needed", script, "", ids, &why));
    if (why.n > 0)
        need(d, d->t.table,
             arena_printf(d->c->arena, "what they are about is not over, as %s says: %s", service,
                          counted(d->c->arena, why)));
    return NULL;
}

static err_t ask_about(struct dropping *d)
{
    struct text_array ids = {0};

    for (size_t i = 0; i < d->n; i++) {
        struct text_array rows;

        TRY(admin_run(d->c->arena, &d->admin, "tables_about_messages.sql", embed_tables_about_messages_sql,
                      (const char *const[]){"part", d->parts[i].name, NULL}, &rows));
        for (size_t k = 0; k < rows.n; k++)
            text_array_add(d->c->arena, &ids, rows.v[k]);
    }
    TRY(ask_service(d, ids, "cases", embed_tables_needed_cases_sql));
    return ask_service(d, ids, "diaspora", embed_tables_needed_diaspora_sql);
}

err_t dropping_ask(struct dropping *d)
{
    struct text_array restored; /* when, and whether it is closed */

    d->seal = (struct month_seal){.no = "", .hash = ""};
    TRY(db_script_run(d->admin.db, "reconcile_restored.sql", embed_reconcile_restored_sql, &restored));
    if (restored.n > 0 && strstr(restored.v[0], " true") != NULL)
        need(d, d->names.service, "closed since a restore: wayfare-ctl reconcile first");
    if (str_eq(d->t.name, "outbox"))
        return ask_parts(d, embed_tables_needed_outbox_sql);
    if (str_eq(d->t.name, "messages")) {
        TRY(ask_parts(d, embed_tables_needed_messages_sql));
        return ask_about(d);
    }
    TRY(ask_parts(d, embed_tables_needed_audit_sql));
    TRY(ask_seal(d));
    return ask_exported(d);
}
